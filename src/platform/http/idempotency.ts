import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { from, type Observable } from 'rxjs';
import { lastValueFrom } from 'rxjs';
import { Clock } from '../clock/index.js';
import { digestOf } from '../crypto/index.js';
import { Database } from '../database/index.js';
import { IdempotencyKeysRepository, type KeptAnswer } from './idempotency-keys.repository.js';
import { DomainError, RequestInvalid } from './problem.js';

const ANSWERS_SECRET = Symbol('answers-secret');
/** The answer carries a secret that is shown once: it is never kept for a replay. */
export const AnswersSecret = () => SetMetadata(ANSWERS_SECRET, true);

export class RequestAlreadyRunning extends DomainError {
  readonly code = 'request.already-running';
  readonly kind = 'conflict';
  constructor() {
    super(
      'A request with this Idempotency-Key was received and has not answered. Read the resource to see what became of it, or use a new key.',
    );
  }
}

export class AnswerNotKept extends DomainError {
  readonly code = 'request.answer-not-kept';
  readonly kind = 'conflict';
  constructor() {
    super('This request was carried out before. Its answer held a secret and was not kept; it cannot be shown again.');
  }
}

/** Carries a POST with an Idempotency-Key out once, and gives its first answer to whoever repeats it. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly reflector: Reflector,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const header = request.headers['idempotency-key'];
    if (request.method !== 'POST' || header === undefined || !request.actor) return next.handle();
    const key = String(header);
    if (key.length === 0 || key.length > 255)
      throw new RequestInvalid([{ parameter: 'Idempotency-Key', detail: 'must have 1 to 255 characters' }]);
    const secret =
      this.reflector.getAllAndOverride<boolean>(ANSWERS_SECRET, [context.getHandler(), context.getClass()]) ?? false;
    return from(this.once(request, http.getResponse<FastifyReply>(), request.actor.id, key, secret, next));
  }

  private async once(
    request: FastifyRequest,
    reply: FastifyReply,
    actor: string,
    key: string,
    secret: boolean,
    next: CallHandler,
  ): Promise<unknown> {
    const fingerprint = digestOf({ method: request.method, url: request.url, body: request.body ?? null });
    const kept = await this.database.transaction((tx) =>
      tx.use(IdempotencyKeysRepository).claim(actor, key, fingerprint, this.clock.now()),
    );
    if (kept) return replay(kept, fingerprint, reply);
    try {
      const answer: unknown = await lastValueFrom(next.handle());
      await this.database.transaction((tx) =>
        tx.use(IdempotencyKeysRepository).keep(actor, key, {
          state: secret ? 'secret' : 'done',
          status: reply.statusCode,
          body: secret ? null : JSON.stringify(answer ?? null),
        }),
      );
      return answer;
    } catch (error) {
      // Nothing was carried out: the operation's transaction is gone, so the same key may try again.
      await this.database.transaction((tx) => tx.use(IdempotencyKeysRepository).free(actor, key));
      throw error;
    }
  }
}

function replay(kept: KeptAnswer, fingerprint: string, reply: FastifyReply): unknown {
  if (kept.fingerprint !== fingerprint)
    throw new RequestInvalid([{ parameter: 'Idempotency-Key', detail: 'was used for a different request' }]);
  if (kept.state === 'running') throw new RequestAlreadyRunning();
  if (kept.state === 'secret') throw new AnswerNotKept();
  void reply.status(kept.status ?? 200).header('idempotency-replayed', 'true');
  return JSON.parse(kept.body ?? 'null');
}
