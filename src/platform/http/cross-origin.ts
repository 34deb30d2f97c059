import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config/index.js';
import { DomainError } from './problem.js';

/** A page of another origin asked whether it may call, and it may not. */
export class OriginNotAllowed extends DomainError {
  readonly code = 'request.origin-not-allowed';
  readonly kind = 'forbidden';
  constructor() {
    super('Pages of other origins may not call this API. An administrator can allow one in MANDATE_CORS_ORIGINS.');
  }
}

/**
 * Which pages of other origins may read answers: those that are named, one by one, and never with a cookie. Answers true
 * when the request was a question of the browser and is answered with that.
 */
export function answerCrossOrigin(config: Config, request: FastifyRequest, reply: FastifyReply): boolean {
  const { origin } = request.headers;
  if (origin === undefined || origin === new URL(config.publicUrl()).origin) return false;
  const isAllowed = config.get('MANDATE_CORS_ORIGINS').includes(origin);
  if (isAllowed)
    void reply
      .header('access-control-allow-origin', origin)
      .header(
        'access-control-expose-headers',
        'ETag, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset',
      )
      .header('vary', 'Origin');
  if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return false;
  if (!isAllowed) throw new OriginNotAllowed();
  void reply
    .header('access-control-allow-methods', 'GET, POST, PUT, PATCH, DELETE')
    .header('access-control-allow-headers', 'Authorization, Content-Type, If-Match, Idempotency-Key')
    .header('access-control-max-age', '600')
    .status(204)
    .send();
  return true;
}
