import rateLimit from '@fastify/rate-limit';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config/index.js';
import type { Actor } from './actor.js';
import { DomainError } from './problem.js';

/** Whoever asks too often is told when they may again. */
export class TooManyRequests extends DomainError {
  readonly code = 'request.too-many';
  readonly kind = 'throttled';
  override readonly details: { retryAfterSeconds: number };
  constructor(retryAfterSeconds: number) {
    super('More requests than are taken from one caller in a minute. Wait as long as Retry-After says.');
    this.details = { retryAfterSeconds };
  }
}

interface Taken {
  readonly max: number;
  readonly remaining: number;
  readonly ttlInSeconds: number;
  readonly isExceeded: boolean;
}
type Take = (request: FastifyRequest, options?: { increment: boolean }) => Promise<Taken | { isAllowed: true }>;

export interface RateLimits {
  /** Before anybody looks at a credential: an address that failed too often has to wait, whatever it brings now. */
  beforeSignIn(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** Without a caller (open routes, and credentials that are none) the address is counted. */
  withoutCaller(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  withCaller(request: FastifyRequest, reply: FastifyReply, actor: Actor): Promise<void>;
}

/** Counted in this process: with several behind one address each takes its share. */
export async function limitRates(app: NestFastifyApplication, config: Config): Promise<RateLimits> {
  await app.register(rateLimit, { global: false, timeWindow: '1 minute', cache: 20_000 });
  const fastify = app.getHttpAdapter().getInstance() as unknown as { createRateLimit(options: object): Take };
  const limit = (max: number, keyGenerator: (request: FastifyRequest) => string): Take | null =>
    max === 0 ? null : fastify.createRateLimit({ max, keyGenerator });
  const byAddress = limit(config.get('MANDATE_RATE_LIMIT_ANONYMOUS_PER_MINUTE'), ({ ip }) => `address ${ip}`);
  const byCaller = limit(config.get('MANDATE_RATE_LIMIT_PER_MINUTE'), ({ actor }) => `caller ${actor?.id ?? ''}`);
  const count = async (
    take: Take | null,
    request: FastifyRequest,
    reply: FastifyReply,
    increment: boolean,
  ): Promise<void> => {
    const taken = await take?.(request, { increment });
    if (!taken || !('max' in taken)) return;
    if (increment || taken.isExceeded)
      void reply
        .header('ratelimit-limit', taken.max)
        .header('ratelimit-remaining', taken.remaining)
        .header('ratelimit-reset', taken.ttlInSeconds);
    // Peeking says "exceeded" only once more were counted than are allowed; the next one would be.
    if (!taken.isExceeded) return;
    void reply.header('retry-after', taken.ttlInSeconds);
    throw new TooManyRequests(taken.ttlInSeconds);
  };
  return {
    async beforeSignIn(request, reply) {
      if (request.headers.authorization !== undefined) await count(byAddress, request, reply, false);
    },
    async withoutCaller(request, reply) {
      if (!request.url.startsWith('/healthz/')) await count(byAddress, request, reply, true);
    },
    async withCaller(request, reply, actor) {
      // Whoever sits at the machine itself could switch the limit off as well.
      if (actor.kind !== 'local-admin') await count(byCaller, request, reply, true);
    },
  };
}
