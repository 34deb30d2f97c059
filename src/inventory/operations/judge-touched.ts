import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { sha256Hex } from '../../platform/crypto/index.js';
import { Database, sql, type Tx } from '../../platform/database/index.js';
import { type Actor, systemActor } from '../../platform/http/index.js';
import { Marks } from '../../subjects/index.js';
import { IdentitiesRepository } from '../identities.repository.js';
import { judgeIdentities } from '../queries/judge-identities.js';

const CHUNK = 10_000;
const SYNC = systemActor('sync');

/** Judges every identity that a run touched, marks it for the checks, and forgets that it was touched: chunk by chunk, so that a killed run goes on where it was. */
@Injectable()
export class JudgeTouched {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly marks: Marks,
    private readonly clock: Clock,
  ) {}

  async execute(sourceId: string, runId: string, signal?: AbortSignal): Promise<number> {
    for (let judged = 0; ;) {
      signal?.throwIfAborted();
      const done = await this.database.transaction(async (tx) => {
        const ids = await tx.use(IdentitiesRepository).takeTouched(sourceId, CHUNK);
        if (ids.length > 0) await this.judge(tx, ids, runId, SYNC);
        return ids.length;
      });
      judged += done;
      if (done < CHUNK) return judged;
    }
  }

  /** Judges some identities at once, in the caller's transaction: after a person set something on them. */
  async judge(tx: Tx, ids: readonly string[], runId: string, actor: Actor): Promise<void> {
    const set = sql`SELECT unnest(${ids}::uuid[])`;
    const changed = await judgeIdentities(tx, set, runId, this.clock.now());
    await this.marks.mark(tx, 'identity', ...ids);
    if (changed.length === 0 || actor.kind !== 'system') return;
    await this.audit.record(tx, {
      type: 'inventory.identities-judged',
      actor,
      target: { type: actor.id === SYNC.id ? 'sync-run' : 'expected-use-run', id: runId },
      data: { changed: changed.length, digest: `sha256:${sha256Hex([...changed].sort().join('\n'))}` },
    });
  }
}
