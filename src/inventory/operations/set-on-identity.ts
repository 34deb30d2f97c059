import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import { type Actor, assertUnchanged, NotFound, ReferenceUnknown } from '../../platform/http/index.js';
import { type IdentityForChange, IdentitiesRepository } from '../identities.repository.js';
import { JudgeTouched } from './judge-touched.js';

/** What a person may set against what was found, each with a reason. Null takes the override back. */
export interface IdentityOverrides {
  readonly nature?: 'human' | 'non-human' | 'mixed' | 'undetermined' | null | undefined;
  readonly managedBy?: 'us' | 'cloud-provider' | 'platform' | 'vendor' | null | undefined;
  readonly custody?: 'self-held' | 'assumable' | 'platform-held' | 'vendor-held' | null | undefined;
  readonly environment?: string | null | undefined;
  readonly unit?: string | null | undefined;
  readonly aiUse?: 'yes' | 'no' | 'unknown' | null | undefined;
  readonly expectedUse?:
    | {
        readonly pattern: string;
        readonly nextDueAt?: string | null | undefined;
        readonly everyDays?: number | null | undefined;
        readonly approvedUntil?: string | null | undefined;
      }
    | null
    | undefined;
  /** A collection of the same source; 'none' = it was not made with any. */
  readonly collection?: string | null | undefined;
}

/** For how long what is expected is approved where nobody says: no approval is for ever. */
const APPROVED_FOR_DAYS = 365;

/** An expected use as it is approved: by whom, when, and until when. */
const approved = (expected: object, actor: Actor, reason: string, at: Date): Record<string, unknown> => ({
  ...expected,
  approvedBy: actor.name,
  approvedAt: at.toISOString(),
  approvedUntil:
    (expected as { approvedUntil?: string | null }).approvedUntil ??
    new Date(at.getTime() + APPROVED_FOR_DAYS * 86_400_000).toISOString(),
  reason,
});

/** Sets, or takes back, what a person knows better than the source. */
@Injectable()
export class SetOnIdentity {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly judge: JudgeTouched,
    private readonly clock: Clock,
  ) {}

  async execute(actor: Actor, id: string, seen: number, overrides: IdentityOverrides, reason: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const identities = tx.use(IdentitiesRepository);
      const identity = await identities.forChange(id);
      if (!identity) throw new NotFound('identity');
      assertUnchanged(identity, seen);
      if (overrides.unit && !(await identities.unitExists(overrides.unit))) throw new ReferenceUnknown('/unit', 'unit');
      if (overrides.collection && overrides.collection !== 'none')
        if (!(await identities.collectionBeside(id, overrides.collection)))
          throw new ReferenceUnknown('/collection', 'collection of the same source');
      const at = this.clock.now();
      const set = Object.fromEntries(
        Object.entries(overrides)
          .filter(([, value]) => value !== undefined && value !== null)
          .map(([name, value]) => [
            name,
            {
              value: name === 'expectedUse' ? approved(value as object, actor, reason, at) : (value as unknown),
              reason,
              by: actor.id,
              at: at.toISOString(),
            },
          ]),
      );
      const cleared = Object.entries(overrides).flatMap(([name, value]) => (value === null ? [name] : []));
      const before = Object.fromEntries(Object.keys(overrides).map((name) => [name, identity.overrides[name] ?? null]));
      await identities.override(id, set, cleared, at);
      await this.judge.judge(tx, [id], identity.runId, actor);
      await this.audit.record(tx, {
        type: 'inventory.identity-overridden',
        actor,
        target: { type: 'identity', id },
        data: { before, set, cleared, reason },
      });
    });
  }

  /** Agents say that they authenticate as these identities (by name; null = none does any more); a claim counts as AI use. Called by use-cases in its own transaction. */
  async claim(tx: Tx, actor: Actor, claims: ReadonlyMap<string, string | null>): Promise<void> {
    const identities = tx.use(IdentitiesRepository);
    const changed: IdentityForChange[] = [];
    for (const [id, agent] of claims) {
      const identity = await identities.forChange(id);
      if (!identity || (identity.overrides.claimedByAgent ?? null) === agent) continue;
      await identities.override(
        id,
        agent === null ? {} : { claimedByAgent: agent },
        agent === null ? ['claimedByAgent'] : [],
        this.clock.now(),
      );
      changed.push(identity);
    }
    if (changed.length > 0)
      await this.judge.judge(
        tx,
        changed.map(({ id }) => id),
        changed[0]!.runId,
        actor,
      );
  }
}
