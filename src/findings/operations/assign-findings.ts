import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database, type Sql } from '../../platform/database/index.js';
import { type Actor, NotFound, ReferenceUnknown } from '../../platform/http/index.js';
import { FindingsRepository } from '../findings.repository.js';

/** Where a finding is sent; null = back to whoever answers for its subject. */
export type Assignee =
  | { readonly type: 'person'; readonly id: string }
  | { readonly type: 'team'; readonly id: string }
  | { readonly type: 'queue'; readonly name: string };

export interface AssignmentReport {
  readonly assigned: number;
  /** Those that were resolved, or went there already. */
  readonly unchanged: number;
}

/** Sends findings to a person, a team or a queue, many at once. */
@Injectable()
export class AssignFindings {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /** `visible` is what the actor may see of findings, over the alias `f`: one that is not visible is not found. */
  async execute(
    actor: Actor,
    ids: readonly string[],
    visible: Sql,
    to: Assignee | null,
    comment: string | null,
  ): Promise<AssignmentReport> {
    return this.database.transaction(async (tx) => {
      const findings = tx.use(FindingsRepository);
      if (to?.type === 'person' && !(await findings.personIsThere(to.id)))
        throw new ReferenceUnknown('/to/id', 'person');
      if (to?.type === 'team' && !(await findings.teamExists(to.id))) throw new ReferenceUnknown('/to/id', 'team');
      const wanted = [...new Set(ids)];
      const rows = await findings.visibleForChange(wanted, visible);
      if (rows.length < wanted.length) throw new NotFound('finding');
      const at = this.clock.now();
      const changed = await findings.assign(wanted, to, actor.id, at);
      await findings.addEvents(
        changed.map((findingId) => ({
          findingId,
          type: 'assigned' as const,
          actor: actor.id,
          data: { to, ...(comment ? { comment } : {}) },
        })),
        at,
      );
      if (changed.length > 0)
        await this.audit.record(tx, {
          type: 'findings.findings-assigned',
          actor,
          target:
            changed.length === 1
              ? { type: 'finding', id: changed[0]! }
              : { type: 'finding-set', id: newId(this.clock) },
          data: { findings: changed, to, comment },
        });
      return { assigned: changed.length, unchanged: wanted.length - changed.length };
    });
  }
}
