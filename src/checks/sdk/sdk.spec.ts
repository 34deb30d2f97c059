import { describe, expect, it } from '@jest/globals';
import {
  answers,
  control,
  controlsOf,
  days,
  earliest,
  excusesIdleness,
  fail,
  goneSince,
  idleness,
  iso,
  lastOneLeavesAt,
  latest,
  listed,
  mergedControls,
  namedOwner,
  notApplicable,
  notEvaluated,
  notGoverned,
  outOfUse,
  pass,
  unlessEnded,
} from './index.js';
import { anIdentity, aPerson, at, NOW } from './testing/index.js';

describe('who answers', () => {
  it.each([
    ['somebody who stays', aPerson(), true],
    ['somebody on leave', aPerson({ status: 'leave' }), true],
    ['somebody until the end of their last day', aPerson({ leavesAt: at(0, 1) }), true],
    ['not from then on', aPerson({ leavesAt: at(0) }), false],
    ['not who has left, whatever the day says', aPerson({ status: 'left', leavesAt: at(5) }), false],
  ])('%s', (_sentence, person, expected) => expect(answers(person, NOW)).toBe(expected));

  it('says since when somebody is gone, where that is recorded', () => {
    expect(goneSince(aPerson({ leavesAt: at(-3) }), NOW)).toBe(at(-3));
    expect(goneSince(aPerson({ leavesAt: at(0) }), NOW)).toBe(at(0));
    expect(goneSince(aPerson({ status: 'left' }), NOW)).toBeUndefined();
    expect(goneSince(aPerson({ status: 'left', leavesAt: at(3) }), NOW)).toBeUndefined();
    expect(goneSince(aPerson({ leavesAt: at(3) }), NOW)).toBeUndefined();
  });

  it('says when the last of those who answer leaves', () => {
    expect(lastOneLeavesAt([aPerson({ leavesAt: at(3) }), aPerson({ leavesAt: at(8) })], NOW)).toBe(at(8));
    expect(lastOneLeavesAt([aPerson({ leavesAt: at(8) }), aPerson({ leavesAt: at(3) })], NOW)).toBe(at(8));
    expect(lastOneLeavesAt([aPerson({ leavesAt: at(3) }), aPerson()], NOW)).toBeUndefined();
    expect(
      lastOneLeavesAt(
        [aPerson({ leavesAt: at(3) }), aPerson({ status: 'left' }), aPerson({ status: 'left', leavesAt: at(9) })],
        NOW,
      ),
    ).toBe(at(3));
    expect(lastOneLeavesAt([aPerson({ leavesAt: at(-3) })], NOW)).toBeUndefined();
  });

  it('is named when assigned, accepted or not, and not while proposed', () => {
    const named = (ownershipState: 'proposed' | 'provisional' | 'accepted' | null) =>
      namedOwner(anIdentity({ ownershipState }))?.name ?? null;
    expect([named('accepted'), named('provisional'), named('proposed'), named(null)]).toEqual([
      'Sample Person 01',
      'Sample Person 01',
      null,
      null,
    ]);
  });
});

describe('what is asked of anybody', () => {
  it.each([
    ['a service of ours', {}, undefined],
    ['what is not known to be a person', { nature: 'undetermined' as const }, undefined],
    ['an account of a person and machines', { nature: 'mixed' as const }, undefined],
    ["a person's own account", { nature: 'human' as const }, "a person's own account"],
    ['what somebody else manages', { managedBy: 'vendor' as const }, 'whoever provides it manages it'],
    ['a group', { identityKind: 'group' }, 'a group does nothing itself: its members are judged'],
    ['what is disabled', { identityStatus: 'disabled' as const }, 'disabled at its source'],
  ])('%s', (_sentence, over, expected) => expect(notGoverned(anIdentity(over))).toBe(expected));
});

describe('whether a credential can be used', () => {
  const live = { status: 'active' as const, identityStatus: 'active' as const, expiresAt: null };
  it.each([
    ['an active one', {}, undefined],
    ['one whose state is not told', { status: 'unknown' as const }, undefined],
    ['one that is switched off', { status: 'disabled' as const }, 'switched off at its source'],
    [
      'one whose identity is disabled',
      { identityStatus: 'disabled' as const },
      'its identity is disabled at its source',
    ],
    ['one in its last millisecond', { expiresAt: at(0, 1) }, undefined],
    ['one at its end', { expiresAt: at(0) }, 'expired'],
    ['one that its source calls expired without a day', { status: 'expired' as const }, 'expired'],
    [
      'one that its source calls expired before its day: the clock decides',
      { status: 'expired' as const, expiresAt: at(1) },
      undefined,
    ],
  ])('%s', (_sentence, over, expected) => expect(outOfUse({ ...live, ...over }, NOW)).toBe(expected));
});

describe('whether something is idle', () => {
  const covered = { lastUsedAt: null, useKnownSince: at(-400), useKnownUntil: at(0) };
  const of = (
    use: Partial<{ [Name in keyof typeof covered]: (typeof covered)[Name] | ReturnType<typeof at> | null }>,
    existsSince: ReturnType<typeof at> | null = at(-300),
  ) => idleness({ ...covered, ...use }, existsSince, 90, 48, NOW);

  it('is used while its last use is recent', () => {
    expect(of({ lastUsedAt: at(-1) })).toEqual({ is: 'used', idleFrom: at(89), knownToEnd: at(2) });
    expect(of({ lastUsedAt: at(-90, 1) })).toMatchObject({ is: 'used', idleFrom: at(0, 1) });
    expect(of({ lastUsedAt: at(-1), useKnownUntil: null })).toEqual({
      is: 'used',
      idleFrom: at(89),
      knownToEnd: at(89),
    });
  });
  it('is unused when its data covers the time and no use is in it', () => {
    expect(of({ lastUsedAt: at(-90) })).toEqual({ is: 'unused', since: at(0), provenSince: at(0), knownToEnd: at(2) });
    expect(of({})).toEqual({ is: 'unused', since: at(-210), provenSince: at(-210), knownToEnd: at(2) });
  });
  it('is not said to be proven idle before its data began, and data that slides moves no day', () => {
    expect(of({ useKnownSince: at(-100) })).toMatchObject({ since: at(-210), provenSince: at(-10) });
    expect(of({ lastUsedAt: at(-200), useKnownSince: at(-100) })).toMatchObject({
      since: at(-110),
      provenSince: at(-10),
    });
    expect(of({ lastUsedAt: at(-350), useKnownSince: at(-400) })).toMatchObject({
      since: at(-210),
      provenSince: at(-210),
    });
  });
  it('is young before it can have been idle, whatever its data', () => {
    expect(of({}, at(-90, 1))).toMatchObject({ is: 'too-early', young: true, from: at(0, 1), knownToEnd: at(2) });
    expect(of({}, at(-90))).toMatchObject({ is: 'unused', since: at(0) });
    expect(of({ useKnownUntil: null }, at(-10))).toMatchObject({
      is: 'too-early',
      young: true,
      from: at(80),
      knownToEnd: at(80),
    });
    expect(of({ useKnownUntil: at(-90) }, at(-10))).toMatchObject({ is: 'too-early', young: true });
  });
  it('is unknown where the data does not cover the time', () => {
    expect(of({ useKnownSince: null })).toMatchObject({ is: 'unknown' });
    expect(of({ useKnownUntil: null })).toMatchObject({ is: 'unknown' });
    expect(of({ useKnownUntil: at(-2) })).toMatchObject({ is: 'unknown' });
    expect(of({ useKnownUntil: at(-2, 1) })).toMatchObject({ is: 'unused', knownToEnd: at(0, 1) });
    expect(of({}, null)).toMatchObject({ is: 'unknown', missing: 'the source does not say how old it is' });
    expect(of({ useKnownSince: at(-90, 1) })).toMatchObject({
      is: 'too-early',
      young: false,
      from: at(0, 1),
      knownToEnd: at(2),
    });
    expect(of({ useKnownSince: at(-90) })).toMatchObject({ is: 'unused' });
  });
});

describe('what excuses being idle', () => {
  const isoAt = (n: number, ms = 0) => iso(at(n, ms));
  const approved = { approvedBy: 'Sample Person 02' };
  it.each([
    ['nothing expected', null, { excused: false }],
    ['what should be used all the time', { pattern: 'continuous' as const, ...approved }, { excused: false }],
    ['what nobody approved', { pattern: 'standby' as const, approvedBy: null }, { excused: false }],
    ['what says nothing of an approval', { pattern: 'standby' as const }, { excused: false }],
    ['an approved standby', { pattern: 'standby' as const, ...approved }, { excused: true }],
    [
      'an approval until a day',
      { pattern: 'standby' as const, ...approved, approvedUntil: isoAt(3) },
      { excused: true, until: at(3) },
    ],
    [
      'an approval that ends now',
      { pattern: 'standby' as const, ...approved, approvedUntil: isoAt(0) },
      { excused: false },
    ],
    [
      'an approved season until it is due, and a little longer',
      { pattern: 'seasonal' as const, ...approved, nextDueAt: isoAt(3) },
      { excused: true, until: at(10) },
    ],
    [
      'a schedule that is overdue by the grace',
      { pattern: 'scheduled' as const, ...approved, nextDueAt: isoAt(-7) },
      { excused: false },
    ],
    [
      'a schedule that is overdue by a moment less',
      { pattern: 'scheduled' as const, ...approved, nextDueAt: isoAt(-7, 1) },
      { excused: true, until: at(0, 1) },
    ],
    [
      'the end of the approval gets no grace',
      { pattern: 'scheduled' as const, ...approved, nextDueAt: isoAt(3), approvedUntil: isoAt(4) },
      { excused: true, until: at(4) },
    ],
    [
      'a due day means nothing to what waits for an emergency',
      { pattern: 'break-glass' as const, ...approved, nextDueAt: isoAt(-30) },
      { excused: true },
    ],
    [
      'a due day means nothing to a standby',
      { pattern: 'standby' as const, ...approved, nextDueAt: isoAt(-30) },
      { excused: true },
    ],
    [
      'a day that nobody can read',
      { pattern: 'standby' as const, ...approved, approvedUntil: 'soon' },
      { excused: false },
    ],
  ])('%s', (_sentence, expected, answer) => expect(excusesIdleness(expected, NOW, 7)).toEqual(answer));

  it('gives no grace unless asked to', () =>
    expect(excusesIdleness({ pattern: 'seasonal', ...approved, nextDueAt: isoAt(3) }, NOW)).toEqual({
      excused: true,
      until: at(3),
    }));
});

describe('the small parts of an outcome', () => {
  it('takes the earliest and the latest of what is there', () => {
    expect([earliest(at(3), null, at(1), undefined, at(2)), earliest(null, undefined)]).toEqual([at(1), undefined]);
    expect([latest(at(1), null, at(3), undefined, at(2)), latest()]).toEqual([at(3), undefined]);
  });
  it('keeps an instant that comes before the end', () => {
    expect([
      unlessEnded(at(3), at(4)),
      unlessEnded(at(3), at(3)),
      unlessEnded(at(3), null),
      unlessEnded(undefined, at(4)),
    ]).toEqual([at(3), undefined, at(3), undefined]);
  });
  it('leaves out what is not said', () => {
    expect(
      [
        pass(),
        notApplicable('why'),
        notEvaluated('what'),
        fail('reason', NOW, {}),
        fail('reason', NOW, {}, { until: undefined }),
      ].map((outcome) => Object.keys(outcome)),
    ).toEqual([
      ['result'],
      ['result', 'why'],
      ['result', 'missing'],
      ['result', 'reason', 'since', 'evidence'],
      ['result', 'reason', 'since', 'evidence'],
    ]);
  });
  it('names so many, in one order, and counts the rest', () => {
    expect(listed('names', [])).toEqual({});
    expect(listed('names', ['b', 'a'], 2)).toEqual({ names: ['a', 'b'] });
    expect(listed('names', ['c', 'b', 'a'], 2)).toEqual({ names: ['a', 'b'], namesCount: 3 });
  });
  it('writes instants, and nothing for none', () =>
    expect([iso(NOW), iso(null), iso(undefined), days(1)]).toEqual([
      '2026-03-01T00:00:00.000Z',
      null,
      null,
      86_400_000,
    ]));
});

describe('the controls of a check', () => {
  it('are claimed no stronger than the check allows', () => {
    const strengths = (atMost?: 'partial' | 'supporting') =>
      [...new Set(controlsOf('NHI-CRED-06', atMost).map(({ strength }) => strength))].sort();
    expect([strengths(), strengths('partial'), strengths('supporting')]).toEqual([
      ['direct', 'partial', 'supporting'],
      ['partial', 'supporting'],
      ['supporting'],
    ]);
  });
  it('are named once, by the strongest claim, when lists are put together', () => {
    const root = (strength: 'direct' | 'partial' | 'supporting') => control('cis-aws-foundations-7.0', '2.4', strength);
    expect(
      mergedControls([root('supporting')], [root('direct')], [root('partial')]).map(({ strength }) => strength),
    ).toEqual(['direct']);
    expect(mergedControls([root('partial')], [control('nist-800-53-r5', 'AC-3', 'partial')])).toHaveLength(2);
  });
});
