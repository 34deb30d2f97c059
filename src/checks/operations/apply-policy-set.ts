import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { Database } from '../../platform/database/index.js';
import { type Actor, assertUnchanged } from '../../platform/http/index.js';
import { Jobs } from '../../platform/jobs/index.js';
import { fullPass } from '../checks.jobs.js';
import { PolicySets, type SetChange } from '../engine/policy-sets.js';
import { type Change, PoliciesRepository } from '../policies.repository.js';
import type { PolicySet } from '../policy-set.schemas.js';
import { plain } from './put-policy.js';

const TYPE = {
  added: 'checks.policy-created',
  changed: 'checks.policy-changed',
  moved: 'checks.policy-changed',
  removed: 'checks.policy-removed',
} as const;

/** Makes the policies what a set says, in one transaction: all of it, or nothing. */
@Injectable()
export class ApplyPolicySet {
  constructor(
    private readonly database: Database,
    private readonly sets: PolicySets,
    private readonly jobs: Jobs,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  execute(actor: Actor, seen: number, set: PolicySet): Promise<readonly SetChange[]> {
    return this.database.transaction(async (tx) => {
      const policies = tx.use(PoliciesRepository);
      await policies.lock();
      assertUnchanged({ version: await policies.setVersion() }, seen);
      const { changes } = await this.sets.arrange(tx, set);
      if (changes.length === 0) return changes;
      const change: Change = { by: actor.id, reason: set.reason ?? null, at: this.clock.now() };
      for (const { change: kind, id } of changes) if (kind === 'removed') await policies.remove(id, change);
      await policies.liftOut(
        changes.flatMap(({ before, after }) => (before && after && before.order !== after.order ? [before.id] : [])),
      );
      for (const { change: kind, after } of changes) {
        if (after === null) continue;
        if (kind === 'added') await policies.insert(after, change);
        else await policies.save(after, change);
      }
      for (const { change: kind, id, before, after } of changes)
        await this.audit.record(tx, {
          type: TYPE[kind],
          actor,
          target: { type: 'policy', id },
          data: {
            before: before ? plain(before) : null,
            after: after ? plain(after) : null,
            reason: change.reason,
            promotedFrom: set.origin ?? null,
          },
        });
      await this.audit.record(tx, {
        type: 'checks.policy-set-applied',
        actor,
        target: { type: 'policy-set', id: String(seen) },
        data: {
          changes: changes.map(({ change: kind, name }) => ({ change: kind, name })),
          reason: change.reason,
          promotedFrom: set.origin ?? null,
        },
      });
      await this.jobs.enqueue(tx, fullPass, { kind: 'full' as const });
      return changes;
    });
  }
}
