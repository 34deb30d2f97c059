import { describe, expect, it } from '@jest/globals';
import { meaningOf } from './facts-of-change.js';
import type { PersonChange, PersonState } from './person-settlement.repository.js';

const now = new Date('2026-03-01T08:00:00.000Z');
const PAST = '2026-02-01T00:00:00.000Z';
const AHEAD = '2026-04-01T00:00:00.000Z';
const state = (more: Partial<PersonState> = {}): PersonState => ({
  status: 'active',
  joinedAt: PAST,
  leavesAt: null,
  manager: null,
  department: 'A',
  position: null,
  unit: null,
  ...more,
});
const change = (before: Partial<PersonState>, after: Partial<PersonState>, isNew = false): PersonChange => ({
  id: 'p',
  isNew,
  before: state(before),
  after: state(after),
});
const brief = (meaning: ReturnType<typeof meaningOf>) => ({
  facts: meaning.facts.map(({ kind, at }) => `${kind} ${at.toISOString().slice(0, 10)}`),
  withdrawn: meaning.withdrawn,
  events: meaning.events,
});

const rows: [string, PersonChange, { facts: string[]; withdrawn: string[]; events: string[] }][] = [
  [
    'a new person joined on their first day',
    change({}, {}, true),
    { facts: ['joined 2026-02-01'], withdrawn: [], events: ['joined'] },
  ],
  [
    'a new person whose first day lies ahead has not joined yet',
    change({}, { joinedAt: AHEAD }, true),
    { facts: ['joined 2026-04-01'], withdrawn: [], events: [] },
  ],
  [
    'a first day that moves is foreseen anew',
    change({ joinedAt: AHEAD }, { joinedAt: '2026-05-01T00:00:00.000Z' }),
    { facts: ['joined 2026-05-01'], withdrawn: ['joined'], events: [] },
  ],
  [
    'a first day long past that is corrected means nothing',
    change({ joinedAt: PAST }, { joinedAt: '2026-01-01T00:00:00.000Z' }),
    { facts: [], withdrawn: [], events: [] },
  ],
  [
    'a last day ahead is notice, and foresees the leaving',
    change({}, { leavesAt: AHEAD }),
    { facts: ['notice 2026-03-01', 'left 2026-04-01'], withdrawn: ['left'], events: ['noticed'] },
  ],
  [
    'a last day that is taken back withdraws what was foreseen',
    change({ leavesAt: AHEAD }, {}),
    { facts: [], withdrawn: ['left'], events: [] },
  ],
  [
    'who is switched off has left now',
    change({}, { status: 'left', leavesAt: now.toISOString() }),
    { facts: ['left 2026-03-01'], withdrawn: ['left'], events: ['ended'] },
  ],
  [
    'who had left when we first heard of them is told to nobody',
    change({}, { status: 'left', leavesAt: PAST }, true),
    { facts: ['joined 2026-02-01', 'left 2026-02-01'], withdrawn: [], events: [] },
  ],
  [
    'who is switched on again joins again, now',
    change({ status: 'left', leavesAt: PAST }, {}),
    { facts: ['joined 2026-03-01'], withdrawn: ['joined', 'left'], events: ['joined'] },
  ],
  [
    'another manager or department is a move',
    change({}, { manager: 'm', department: 'B' }),
    { facts: ['changed 2026-03-01'], withdrawn: [], events: ['changed'] },
  ],
  [
    'a leaver whose department changes moves nothing',
    change({ status: 'left' }, { status: 'left', department: 'B' }),
    { facts: ['changed 2026-03-01'], withdrawn: [], events: [] },
  ],
];

describe('what a change of a person means', () => {
  it.each(rows)('%s', (_title, given, expected) => {
    expect(brief(meaningOf(given, now))).toEqual(expected);
  });

  it('says what moved, from what to what', () => {
    expect(meaningOf(change({}, { department: 'B' }), now).facts[0]!.data).toEqual({ department: ['A', 'B'] });
  });
});
