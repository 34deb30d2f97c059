import type { FastifyReply } from 'fastify';
import { encodeCursor, type Keys } from './paging.js';

/**
 * A page whose rows PostgreSQL already wrote as JSON, passed through as text: nothing is parsed, and nothing serialised
 * twice. `rows` holds one more than `limit` where there is more.
 */
export function jsonPage<R extends { readonly json: string }>(
  reply: FastifyReply,
  rows: readonly R[],
  limit: number,
  keysOf: (row: R) => Keys,
): string {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const next = rows.length > limit && last !== undefined ? JSON.stringify(encodeCursor(keysOf(last))) : 'null';
  void reply.type('application/json; charset=utf-8');
  return `{"data":[${page.map(({ json }) => json).join(',')}],"next":${next}}`;
}

/** One resource that PostgreSQL wrote as JSON. */
export function jsonText(reply: FastifyReply, json: string): string {
  void reply.type('application/json; charset=utf-8');
  return json;
}
