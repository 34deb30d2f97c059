import type { PersonChange, PersonState } from './person-settlement.repository.js';

export type FactKind = 'notice' | 'joined' | 'changed' | 'left';

/** A dated fact to be written; one that lies ahead is applied when its time comes. */
export interface NewFact {
  readonly personId: string;
  readonly kind: FactKind;
  readonly at: Date;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What a change of a person means: facts to write, facts ahead that no longer hold, and who must be told. */
export interface Meaning {
  readonly facts: readonly NewFact[];
  /** Kinds of which what lies ahead is withdrawn, because this change says otherwise. */
  readonly withdrawn: readonly ('joined' | 'left')[];
  readonly events: readonly PeopleEvent[];
}
export type PeopleEvent = 'joined' | 'noticed' | 'changed' | 'ended';

const MOVES = ['manager', 'department', 'position', 'unit'] as const;

/** Pure: the same change means the same, whoever reported it. */
export function meaningOf({ id, isNew, before, after }: PersonChange, now: Date): Meaning {
  const facts: NewFact[] = [];
  const withdrawn: ('joined' | 'left')[] = [];
  const events: PeopleEvent[] = [];
  const add = (kind: FactKind, at: Date, data: NewFact['data'] = {}) =>
    void facts.push({ personId: id, kind, at, data });
  const ended = after.status === 'left' && (isNew || before.status !== 'left');
  const returned = !isNew && before.status === 'left' && after.status !== 'left';

  if (isNew || returned || (after.joinedAt !== before.joinedAt && isAhead(before.joinedAt ?? after.joinedAt, now))) {
    const at = returned && !isAhead(after.joinedAt, now) ? now : instant(after.joinedAt, now);
    if (!isNew) withdrawn.push('joined');
    add('joined', at);
    if (at <= now && !ended) events.push('joined');
  }
  if (ended) {
    if (!isNew) withdrawn.push('left');
    // Who is in the past already when we first hear of them gives nobody anything to hand over.
    const at = instant(after.leavesAt, now);
    add('left', at < now ? at : now);
    if (!isNew) events.push('ended');
  } else if (after.status !== 'left' && (isNew || returned || after.leavesAt !== before.leavesAt)) {
    if (!isNew) withdrawn.push('left');
    if (isAhead(after.leavesAt, now)) {
      add('notice', now, { leavesAt: after.leavesAt });
      add('left', new Date(after.leavesAt!));
      events.push('noticed');
    }
  }
  const moved = MOVES.filter((field) => before[field] !== after[field]);
  if (!isNew && moved.length > 0) {
    add('changed', now, Object.fromEntries(moved.map((field) => [field, pair(before, after, field)])));
    if (after.status !== 'left') events.push('changed');
  }
  return { facts, withdrawn, events };
}

const instant = (text: string | null, otherwise: Date): Date => (text === null ? otherwise : new Date(text));
const isAhead = (text: string | null, now: Date): boolean => text !== null && new Date(text) > now;
const pair = (before: PersonState, after: PersonState, field: (typeof MOVES)[number]) => [before[field], after[field]];
