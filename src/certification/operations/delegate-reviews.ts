import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { PeopleRepository } from '../../people/index.js';
import { Clock } from '../../platform/clock/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import {
  type Actor,
  assertUnchanged,
  hasRole,
  NotAllowed,
  NotFound,
  ReferenceUnknown,
  RequestInvalid,
  systemActor,
} from '../../platform/http/index.js';
import { DelegateUnfit, DelegationOverlaps } from '../certification.errors.js';
import { type Delegation, DelegationsRepository } from '../delegations.repository.js';
import { handedOnBy, type Move, openOf } from '../queries/items-to-move.js';
import { lookAgain } from '../queries/look-again.js';
import { MoveItems } from './move-items.js';

export interface DelegationInput {
  readonly person?: string | null | undefined;
  readonly delegate: string;
  readonly kind: 'delegation' | 'out-of-office';
  readonly startsAt?: string | null | undefined;
  readonly endsAt: string;
  readonly reason?: string | null | undefined;
}

type Away = Awaited<ReturnType<DelegationsRepository['absent']>>[number];

const AT_MOST = 200;

/** Somebody decides for somebody else until a date: open items go over when it begins and come back when it ends. */
@Injectable()
export class DelegateReviews {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: Clock,
    private readonly move: MoveItems,
  ) {}

  execute(actor: Actor, input: DelegationInput): Promise<string> {
    return this.database.transaction(async (tx) => {
      const person = input.person ?? actor.person;
      if (!person) throw new RequestInvalid([{ pointer: '/person', detail: 'is missing' }]);
      if (person !== actor.person && !hasRole(actor, 'campaign-manager'))
        throw new NotAllowed('You hand on what is yours; a campaign manager does it for others.');
      const now = this.clock.now();
      const startsAt = input.startsAt ? new Date(input.startsAt) : now;
      const endsAt = new Date(input.endsAt);
      if (endsAt <= now || endsAt <= startsAt)
        throw new RequestInvalid([{ pointer: '/endsAt', detail: 'must lie in the future, and after the start' }]);
      const delegations = tx.use(DelegationsRepository);
      if (!(await tx.use(PeopleRepository).exists(person))) throw new ReferenceUnknown('/person', 'person');
      if (!(await tx.use(PeopleRepository).exists(input.delegate))) throw new ReferenceUnknown('/delegate', 'person');
      if (input.delegate === person) throw new DelegateUnfit('is the person who hands on');
      if (!(await delegations.able(input.delegate, now))) throw new DelegateUnfit('can no longer answer');
      if (await delegations.overlaps(person, startsAt, endsAt)) throw new DelegationOverlaps();
      const begins = startsAt <= now;
      const delegation = {
        id: newId(this.clock),
        personId: person,
        delegateId: input.delegate,
        kind: input.kind,
        reason: input.reason ?? null,
        startsAt,
        endsAt,
        startedAt: begins ? now : null,
      };
      await delegations.insert({ ...delegation, createdBy: actor.id, at: now });
      await this.recordMade(tx, actor, delegation);
      if (begins) await this.handOn(tx, actor, delegation);
      return delegation.id;
    });
  }

  private async recordMade(
    tx: Tx,
    actor: Actor,
    { id, personId, delegateId, kind, startsAt, endsAt, reason }: Omit<Delegation, 'startedAt' | 'endedAt' | 'version'>,
  ): Promise<void> {
    await this.audit.record(tx, {
      type: 'certification.delegation-made',
      actor,
      target: { type: 'person', id: personId },
      data: {
        delegation: id,
        delegate: delegateId,
        kind,
        startsAt: startsAt.toISOString(),
        endsAt: endsAt.toISOString(),
        reason,
      },
    });
  }

  async end(actor: Actor, id: string, seen: number): Promise<void> {
    await this.database.transaction(async (tx) => {
      const delegation = await tx.use(DelegationsRepository).forChange(id);
      const concerns =
        delegation &&
        (delegation.personId === actor.person ||
          delegation.delegateId === actor.person ||
          hasRole(actor, 'campaign-manager'));
      if (!delegation || !concerns) throw new NotFound('delegation');
      assertUnchanged(delegation, seen);
      if (delegation.endedAt === null) await this.handBack(tx, actor, delegation);
    });
  }

  /** What begins and ends by the clock, and by who is away. */
  async turn(signal: AbortSignal): Promise<{ began: number; ended: number }> {
    const done = await this.turnOver(signal);
    // After the ends: whoever stood in and cannot any more makes room for the next.
    for (const away of await this.database.read((tx) =>
      tx.use(DelegationsRepository).absent(this.clock.now(), AT_MOST),
    )) {
      signal.throwIfAborted();
      if (await this.standIn(away)) done.began++;
    }
    return done;
  }

  /** Somebody is away, as the people records say: their deputy is asked in their place until they are back. */
  private standIn({ absenceId, personId, delegateId, endsAt }: Away): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const now = this.clock.now();
      const actor = systemActor('certification');
      const delegation = {
        id: newId(this.clock),
        personId,
        delegateId,
        kind: 'out-of-office' as const,
        reason: 'away, as the people records say',
        startsAt: now,
        endsAt,
        startedAt: now,
      };
      const isNew = await tx
        .use(DelegationsRepository)
        .insertFor(absenceId, { ...delegation, createdBy: actor.id, at: now });
      if (!isNew) return false;
      await this.recordMade(tx, actor, delegation);
      await this.handOn(tx, actor, delegation);
      return true;
    });
  }

  private async turnOver(signal: AbortSignal): Promise<{ began: number; ended: number }> {
    const turning = await this.database.read((tx) => tx.use(DelegationsRepository).turning(this.clock.now(), AT_MOST));
    const done = { began: 0, ended: 0 };
    for (const { id, ends } of turning) {
      signal.throwIfAborted();
      await this.database.transaction(async (tx) => {
        const delegation = await tx.use(DelegationsRepository).forChange(id);
        if (!delegation || delegation.endedAt !== null) return;
        if (ends) {
          await this.handBack(tx, systemActor('certification'), delegation);
          done.ended++;
        } else if (delegation.startedAt === null) {
          await tx.use(DelegationsRepository).started(id, this.clock.now());
          await this.handOn(tx, systemActor('certification'), delegation);
          done.began++;
        }
      });
    }
    return done;
  }

  /** Everything open goes over, but for what is the delegate's own access. */
  private async handOn(
    tx: Tx,
    actor: Actor,
    { personId, delegateId }: Pick<Delegation, 'personId' | 'delegateId'>,
  ): Promise<void> {
    const items = await openOf(tx, personId);
    const own = new Set<string>();
    for (const type of ['identity', 'credential', 'grant'] as const) {
      const ids = items.filter(({ subjectType }) => subjectType === type).map(({ subjectId }) => subjectId);
      if (ids.length > 0)
        for (const { subjectId, ownPersonId } of await lookAgain(tx, type, ids, this.clock.now()))
          if (ownPersonId === delegateId) own.add(subjectId);
    }
    const moves = items
      .filter(({ subjectId }) => !own.has(subjectId))
      .map((item): Move => ({
        item,
        to: delegateId,
        route: item.route,
        delegatedFrom: personId,
        because: 'delegated',
      }));
    await this.move.executeIn(tx, actor, moves);
  }

  private async handBack(tx: Tx, actor: Actor, { id, personId, delegateId, startedAt }: Delegation): Promise<void> {
    await tx.use(DelegationsRepository).ended(id, this.clock.now());
    if (startedAt !== null) {
      const items = await handedOnBy(tx, personId, delegateId);
      await this.move.executeIn(
        tx,
        actor,
        items.map((item): Move => ({
          item,
          to: personId,
          route: item.route,
          delegatedFrom: null,
          because: 'delegation-ended',
        })),
      );
    }
    await this.audit.record(tx, {
      type: 'certification.delegation-ended',
      actor,
      target: { type: 'person', id: personId },
      data: { delegation: id, delegate: delegateId },
    });
  }
}
