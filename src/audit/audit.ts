import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock/index.js';
import { findSecret, STRUCK_OUT } from '../platform/crypto/index.js';
import type { Tx } from '../platform/database/index.js';
import { type Actor, currentRequestId } from '../platform/http/index.js';
import { type Job, Jobs } from '../platform/jobs/index.js';
import { AuditEntriesRepository } from './audit-entries.repository.js';

/** One recorded change. `type` says what happened, in the past tense: `people.person-ended`. */
export interface AuditEntry {
  readonly type: `${string}.${string}`;
  readonly actor: Actor;
  readonly target: { readonly type: string; readonly id: string };
  /** What changed, by name; before and after where it matters. Never a secret. */
  readonly data: Readonly<Record<string, unknown>>;
}

interface Subscription {
  readonly job: Job<unknown, unknown>;
  payload(entry: AuditEntry): unknown;
}

/**
 * The log, and the only events there are: who needs to know of a change subscribes to its entry, and the job that
 * tells them is enqueued in the same transaction.
 */
@Injectable()
export class Audit {
  private readonly subscriptions = new Map<string, Subscription[]>();

  constructor(
    private readonly jobs: Jobs,
    private readonly clock: Clock,
  ) {}

  /** Declares that a job follows every entry of a type. Called while modules are wired, never later. */
  on<Deps, P>(type: AuditEntry['type'], job: Job<Deps, P>, payload: (entry: AuditEntry) => P): void {
    const known = this.subscriptions.get(type) ?? [];
    this.subscriptions.set(type, [...known, { job: job as unknown as Job<unknown, unknown>, payload }]);
  }

  async record(tx: Tx, entry: AuditEntry): Promise<void> {
    await tx.use(AuditEntriesRepository).append({
      at: this.clock.now(),
      actor: entry.actor.id,
      type: entry.type,
      targetType: entry.target.type,
      targetId: entry.target.id,
      data: withoutSecrets(entry.data),
      requestId: currentRequestId(),
    });
    for (const { job, payload } of this.subscriptions.get(entry.type) ?? [])
      await this.jobs.enqueue(tx, job, payload(entry));
  }
}

/** Input is checked long before; this is for what a source says of itself. */
function withoutSecrets(data: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  let clean = data;
  for (let found = findSecret(clean); found; found = findSecret(clean)) {
    clean = structuredClone(clean);
    const path = found.pointer
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
    let place = clean as Record<string, unknown>;
    for (const part of path.slice(0, -1)) place = place[part] as Record<string, unknown>;
    place[path.at(-1)!] = STRUCK_OUT;
  }
  return clean;
}
