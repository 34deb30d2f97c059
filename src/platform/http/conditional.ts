import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ChangedMeanwhile, IfMatchRequired, RequestInvalid } from './problem.js';

/** The version a caller has seen, from its If-Match header. `*` is refused: it would mean "whatever it is now". */
export const SeenVersion = createParamDecorator((_data: unknown, context: ExecutionContext): number => {
  const header = context.switchToHttp().getRequest<FastifyRequest>().headers['if-match'];
  if (header === undefined || header === '') throw new IfMatchRequired();
  const match = /^(?:W\/)?"(\d{1,9})"$/.exec(header.trim());
  if (!match) throw new RequestInvalid([{ parameter: 'If-Match', detail: 'is not an ETag this API gave' }]);
  return Number(match[1]);
});

export const setVersion = (reply: FastifyReply, version: number): void => void reply.header('etag', `"${version}"`);

/** Throws when the row moved on since the caller read it. Call it on the row that was loaded with its lock. */
export function assertUnchanged(row: { version: number }, seen: number): void {
  if (row.version !== seen) throw new ChangedMeanwhile(row.version);
}
