import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { IdentitiesRepository } from '../../inventory/index.js';
import { Clock } from '../../platform/clock/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import { type Actor, ChangedMeanwhile, NotFound, ReferenceUnknown } from '../../platform/http/index.js';
import { PeopleRepository } from '../../people/index.js';
import { Facts, Marks } from '../../subjects/index.js';
import { OwnerCannotAnswer, RuleDecides } from '../ownership.errors.js';
import { ESCALATE_AFTER_DAYS, REMIND_AFTER_DAYS } from '../ownership-rules.schemas.js';
import { OwnershipWaitsRepository } from '../ownership-waits.repository.js';
import { OwnershipsRepository, type OwnershipState } from '../ownerships.repository.js';
import { ruleThatReplaces } from '../queries/rule-differences.js';
import { whatIsAccepted } from '../queries/what-is-accepted.js';
import { ApplyRules } from './apply-rules.js';

/** Who is to answer for an identity; null leaves a place empty. */
export interface OwnershipInput {
  readonly owner: string | null;
  readonly team?: string | null | undefined;
  readonly sponsor?: string | null | undefined;
  readonly deputies?: readonly string[] | undefined;
  readonly reason?: string | null | undefined;
  /** Proposed = asked; nobody is owner until they say yes. Assigned otherwise. */
  readonly state?: 'proposed' | 'provisional' | undefined;
}

/**
 * Names who answers for an identity. Named is provisional until the person accepts; naming oneself is accepting.
 * The ownership before ends: who owned what at any instant stays in the history.
 */
@Injectable()
export class AssignOwner {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly marks: Marks,
    private readonly clock: Clock,
    private readonly facts: Facts,
    private readonly applyRules: ApplyRules,
  ) {}

  execute(actor: Actor, identityId: string, seen: number, input: OwnershipInput): Promise<void> {
    return this.database.transaction((tx) => this.executeIn(tx, actor, identityId, seen, input, 'assignment'));
  }

  /** `seen` null = whatever is there now; for operations that decided on it under their own lock. */
  async executeIn(
    tx: Tx,
    actor: Actor,
    identityId: string,
    seen: number | null,
    input: OwnershipInput,
    basis: string,
  ): Promise<void> {
    const ownerships = tx.use(OwnershipsRepository);
    const identity = await tx.use(IdentitiesRepository).forChange(identityId);
    if (!identity || identity.removedAt) throw new NotFound('identity');
    const before = await ownerships.live(identityId);
    const version = before?.version ?? (await ownerships.lastVersion(identityId));
    if (seen !== null && version !== seen) throw new ChangedMeanwhile(version);
    await this.assertAble(tx, input);
    await this.assertRulesAllow(tx, identityId, input);
    const at = this.clock.now();
    if (before) await ownerships.end(before.id, at);
    if (before) await tx.use(OwnershipWaitsRepository).settle(before.id);
    const empty = input.owner === null && !input.team && !input.sponsor && (input.deputies ?? []).length === 0;
    const state: OwnershipState =
      input.owner !== null && input.owner === actor.person ? 'accepted' : (input.state ?? 'provisional');
    if (!empty) {
      const id = newId(this.clock);
      await ownerships.insert({
        id,
        identityId,
        ownerId: input.owner,
        teamId: input.team ?? null,
        sponsorId: input.sponsor ?? null,
        deputies: [...new Set(input.deputies ?? [])],
        state,
        basis,
        reason: input.reason ?? null,
        assignedBy: actor.id,
        acceptedWhat: state === 'accepted' ? { ...(await whatIsAccepted(tx, identityId)), purpose: null } : null,
        version: version + 2,
        at,
      });
      if (input.owner !== null) await ownerships.forgetDoubts(identityId, input.owner);
      if (input.owner !== null && state !== 'accepted')
        await tx.use(OwnershipWaitsRepository).ask(
          {
            ownershipId: id,
            identityId,
            person: input.owner,
            remindAfterDays: REMIND_AFTER_DAYS,
            escalateAfterDays: ESCALATE_AFTER_DAYS,
          },
          at,
        );
    }
    await this.marks.mark(tx, 'identity', identityId);
    await this.audit.record(tx, {
      type: 'ownership.owner-assigned',
      actor,
      target: { type: 'identity', id: identityId },
      data: {
        before: before
          ? {
              owner: before.ownerId,
              team: before.teamId,
              sponsor: before.sponsorId,
              deputies: before.deputies,
              state: before.state,
            }
          : null,
        after: empty ? null : { ...input, state },
        basis,
      },
    });
  }

  /** A rule that replaces assignments would take it back at once: better said now. */
  private async assertRulesAllow(tx: Tx, identityId: string, input: OwnershipInput): Promise<void> {
    const { rules, heads } = await this.applyRules.deciding(tx);
    if (!rules.some(({ rule }) => rule.replacesAssignments)) return;
    const rule = await ruleThatReplaces(tx, this.facts, rules, heads, identityId, this.clock.now());
    if (rule && rule.owner !== input.owner) throw new RuleDecides(rule.name);
  }

  private async assertAble(tx: Tx, input: OwnershipInput): Promise<void> {
    const named = [
      ...(input.owner ? [['/owner', input.owner] as const] : []),
      ...(input.sponsor ? [['/sponsor', input.sponsor] as const] : []),
      ...(input.deputies ?? []).map((id, at) => [`/deputies/${at}`, id] as const),
    ];
    const able = await tx.use(OwnershipsRepository).able(
      named.map(([, id]) => id),
      this.clock.now(),
    );
    for (const [pointer, id] of named) {
      if (able.has(id)) continue;
      throw (await tx.use(PeopleRepository).exists(id))
        ? new OwnerCannotAnswer(pointer)
        : new ReferenceUnknown(pointer, 'person');
    }
    if (input.team && !(await tx.use(OwnershipsRepository).teamExists(input.team)))
      throw new ReferenceUnknown('/team', 'team');
  }
}
