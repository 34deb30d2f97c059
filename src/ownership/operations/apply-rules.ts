import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { digestOf, sha256Hex } from '../../platform/crypto/index.js';
import { Database, FreshStatistics, sql, type Tx } from '../../platform/database/index.js';
import { systemActor } from '../../platform/http/index.js';
import { Facts, Marks, movesWithTime } from '../../subjects/index.js';
import { OwnershipRulesRepository } from '../ownership-rules.repository.js';
import {
  type Applied,
  applyDifferences,
  differing,
  identitiesAfter,
  lockIdentities,
  takeTouched,
} from '../queries/apply-differences.js';
import { askAgain } from '../queries/what-is-accepted.js';
import { ruleDifferences } from '../queries/rule-differences.js';
import { type ResolvedRule, resolveRule } from '../rules.js';

const CHUNK = 10_000;

/** The rules with their people found, and what they come to as one digest. */
interface Deciding {
  readonly rules: readonly ResolvedRule[];
  readonly heads: ReadonlyMap<string, string>;
  readonly digest: string;
}

/**
 * Gives identities the owners that the rules say: those that changed since, or all when the rules, or the people they
 * name, are others than last time. Chunk by chunk, each its own transaction and one audit entry with the run's id; a
 * killed run finds what is left, because only what differs is written.
 */
@Injectable()
export class ApplyRules {
  private readonly own = new WeakSet<Tx>();

  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly facts: Facts,
    private readonly marks: Marks,
    private readonly clock: Clock,
  ) {}

  async execute(
    runId: string,
    signal?: AbortSignal,
    evidence?: { usedParameters(parameters: unknown): void },
  ): Promise<{ whole: number; looked: number; changed: number }> {
    const { digest, applied, any } = await this.database.read(async (tx) => {
      const rules = tx.use(OwnershipRulesRepository);
      return {
        digest: (await this.deciding(tx)).digest,
        applied: await rules.appliedDigest(),
        any: await rules.any(),
      };
    });
    evidence?.usedParameters(digest);
    const whole = digest !== applied && (any || applied !== null);
    const [all, touched] = [whole ? await this.walk(runId, signal) : NOTHING, await this.drain(runId, signal)];
    // Rules that changed while we walked come to another digest: the next run walks again.
    if (whole)
      await this.database.transaction((tx) => tx.use(OwnershipRulesRepository).noteApplied(digest, this.clock.now()));
    return { whole: whole ? 1 : 0, looked: all.looked + touched.looked, changed: all.changed + touched.changed };
  }

  /** Whether this transaction's marks come from applying the rules themselves. */
  isOwn(tx: Tx): boolean {
    return this.own.has(tx);
  }

  async deciding(tx: Tx): Promise<Deciding> {
    const repository = tx.use(OwnershipRulesRepository);
    const rules = await repository.deciding();
    const now = this.clock.now();
    const standing = await repository.standing(rules, now);
    const resolved = rules.map((rule) => resolveRule(rule, standing));
    return {
      rules: resolved,
      heads: standing.heads,
      digest: digestOf({
        rules: rules.map(({ id, version }, at) => ({ ...resolved[at], rule: { id, version } })),
        // A rule by age is looked at anew every day: time alone moves identities under it.
        day: rules.some(({ selector }) => movesWithTime(selector)) ? now.toISOString().slice(0, 10) : null,
        heads: [...standing.heads].sort(([a], [b]) => (a < b ? -1 : 1)),
      }),
    };
  }

  private async walk(runId: string, signal?: AbortSignal): Promise<Progress> {
    let [after, looked, changed]: [string | null, number, number] = [null, 0, 0];
    const statistics = new FreshStatistics(this.database, 'ownerships', 'ownership_waits');
    for (;;) {
      signal?.throwIfAborted();
      const done: { ids: string[]; changed: number } = await this.database.transaction(async (tx) => {
        const ids = await identitiesAfter(tx, after, CHUNK);
        return { ids, changed: await this.apply(tx, ids, runId) };
      });
      looked += done.ids.length;
      changed += done.changed;
      await statistics.wrote(done.changed);
      if (done.ids.length < CHUNK) return { looked, changed };
      after = done.ids.at(-1)!;
    }
  }

  private async drain(runId: string, signal?: AbortSignal): Promise<Progress> {
    let [looked, changed] = [0, 0];
    for (;;) {
      signal?.throwIfAborted();
      const done = await this.database.transaction(async (tx) => {
        const ids = await takeTouched(tx, CHUNK);
        return { looked: ids.length, changed: await this.apply(tx, ids, runId) };
      });
      looked += done.looked;
      changed += done.changed;
      if (done.looked < CHUNK) return { looked, changed };
    }
  }

  private async apply(tx: Tx, ids: readonly string[], runId: string): Promise<number> {
    if (ids.length === 0) return 0;
    return (await this.give(tx, ids, runId)) + (await this.askAgain(tx, ids, runId));
  }

  /** A yes belongs to what was accepted: where more is reached, or something else served, it is asked for again. */
  private async askAgain(tx: Tx, ids: readonly string[], runId: string): Promise<number> {
    const outdated = await askAgain(tx, ids, this.clock.now());
    if (outdated.length === 0) return 0;
    this.own.add(tx);
    await this.marks.mark(tx, 'identity', ...outdated);
    await this.audit.record(tx, {
      type: 'ownership.acceptances-outdated',
      actor: systemActor('ownership'),
      target: { type: 'ownership-rules-run', id: runId },
      data: { identities: outdated.length, digest: `sha256:${sha256Hex([...outdated].sort().join('\n'))}` },
    });
    return outdated.length;
  }

  private async give(tx: Tx, ids: readonly string[], runId: string): Promise<number> {
    const { rules, heads } = await this.deciding(tx);
    const found = await differing(
      tx,
      ruleDifferences(this.facts, rules, heads, sql`SELECT unnest(${ids}::uuid[])`, this.clock.now()),
    );
    if (found.length === 0) return 0;
    await lockIdentities(
      tx,
      found.map(({ identity_id }) => identity_id),
    );
    // Of what somebody assigned by hand meanwhile nothing is taken: it was marked, and is looked at again.
    const applied = await applyDifferences(tx, found, runId, this.clock.now());
    if (applied.length === 0) return 0;
    this.own.add(tx);
    await this.marks.mark(tx, 'identity', ...applied.map(({ identityId }) => identityId));
    await this.audit.record(tx, {
      type: 'ownership.rules-applied',
      actor: systemActor('ownership'),
      target: { type: 'ownership-rules-run', id: runId },
      data: summary(applied),
    });
    return applied.length;
  }
}

interface Progress {
  readonly looked: number;
  readonly changed: number;
}
const NOTHING: Progress = { looked: 0, changed: 0 };

/** The set as one entry: how many of what, by which rule, and a digest that the history rows reproduce. */
function summary(applied: readonly Applied[]): Record<string, unknown> {
  const count = (key: (one: Applied) => string): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const one of applied) counts[key(one)] = (counts[key(one)] ?? 0) + 1;
    return counts;
  };
  return {
    identities: applied.length,
    ...count(({ what }) => ({ give: 'given', move: 'moved', amend: 'amended', end: 'ended' })[what]),
    rules: count(({ ruleId }) => ruleId ?? 'none'),
    digest: `sha256:${sha256Hex(applied.map(({ identityId, what, ownerId }) => `${identityId} ${what} ${ownerId ?? '-'}`).join('\n'))}`,
  };
}
