import { Controller, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Database } from '../platform/database/index.js';
import { Allow, Answers, NotFound, pageOf, READERS, ScopedToo } from '../platform/http/index.js';
import { checkSchema } from './checks.schemas.js';
import { Checks } from './engine/engine.js';
import type { AnyCheck } from './engine/load-checks.js';
import { EvaluationsRepository } from './evaluations.repository.js';
import type { ParameterNote } from './sdk/index.js';

type Tally = ReadonlyMap<string, Readonly<Record<string, number>>>;
const EXCEPTED = 'excepted';

@ApiTags('checks')
@Controller('checks')
export class ChecksController {
  constructor(
    private readonly database: Database,
    private readonly checks: Checks,
  ) {}

  @Get()
  @ScopedToo()
  @Allow(...READERS)
  @Answers(
    200,
    pageOf(checkSchema),
    'Every check, what it asks, where its numbers come from, and how many subjects have which outcome',
  )
  async list() {
    const tally = await this.tally();
    return { data: this.checks.all.map((check) => present(check, tally)), next: null };
  }

  @Get(':id')
  @ScopedToo()
  @Allow(...READERS)
  @Answers(200, checkSchema, 'One check')
  async read(@Param('id') id: string) {
    const check = this.checks.get(id);
    if (!check) throw new NotFound('check');
    return present(check, await this.tally());
  }

  private async tally(): Promise<Tally> {
    const [rows, excepted] = await this.database.read(async (tx) => {
      const evaluations = tx.use(EvaluationsRepository);
      return [await evaluations.tally(), await evaluations.tallyExcepted()] as const;
    });
    const tally = new Map<string, Record<string, number>>();
    for (const { check, letter, count } of rows) (tally.get(check) ?? tally.set(check, {}).get(check)!)[letter] = count;
    for (const [check, count] of excepted) (tally.get(check) ?? tally.set(check, {}).get(check)!)[EXCEPTED] = count;
    return tally;
  }
}

function present(check: AnyCheck, tally: Tally) {
  const own = tally.get(check.id) ?? {};
  const notes = check.parameterNotes as Record<string, ParameterNote>;
  return {
    id: check.id,
    code: check.code,
    version: check.version,
    title: check.title,
    risk: check.risk,
    remediation: check.remediation,
    severity: check.severity,
    subject: check.subject as string,
    reads: [...check.reads],
    supersedes: [...(check.supersedes ?? [])],
    parameters: Object.fromEntries(
      Object.entries(check.parameters as Record<string, unknown>).map(([name, value]) => [
        name,
        {
          default: value,
          unit: notes[name]!.unit,
          source: notes[name]!.source,
          organisationDecides: notes[name]!.organisationDecides,
        },
      ]),
    ),
    controls: check.controls.map((control) => ({ ...control })),
    outcomes: {
      pass: own.p ?? 0,
      fail: (own.f ?? 0) + (own.s ?? 0),
      'not-applicable': own.n ?? 0,
      'not-evaluated': own.e ?? 0,
      excepted: own[EXCEPTED] ?? 0,
    },
  };
}
