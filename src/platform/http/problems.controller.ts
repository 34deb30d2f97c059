import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Open } from './actor.js';
import { type CataloguedProblem, PROBLEMS } from './problem-catalogue.js';
import { NotFound, statusOf, titleOf } from './problem.js';

/** Explains a problem at the address that its `type` names: a page for people, JSON for programs. */
@ApiExcludeController()
@Controller('problems')
export class ProblemsController {
  @Get(':code')
  @Open()
  explain(@Param('code') code: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const problem = PROBLEMS.find((known) => known.code === code);
    if (!problem) throw new NotFound('kind of problem');
    const { kind, when, says } = problem;
    if (request.headers.accept?.includes('text/html')) {
      void reply.type('text/html; charset=utf-8').send(pageOf(problem));
      return;
    }
    void reply.send({ code, status: statusOf(kind), title: titleOf(kind), when: when || null, says: says || null });
  }
}

const pageOf = ({ code, kind, when, says }: CataloguedProblem): string => `<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${escaped(code)}</title>
  <style>body { font: 1rem/1.6 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem; color-scheme: light dark }</style>
  <h1>${escaped(titleOf(kind))}</h1>
  <p><code>${escaped(code)}</code>, HTTP status ${statusOf(kind)}</p>
  ${when ? `<p>${escaped(when)}</p>` : ''}
  ${says ? `<p>It says: “${escaped(says)}”</p>` : ''}
</html>
`;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
