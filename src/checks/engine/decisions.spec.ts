import { describe, expect, it } from '@jest/globals';
import type { PolicyRow } from '../policies.repository.js';
import { arranged, type PolicyInput } from './arrange.js';
import { type DecidingPolicy, Decisions } from './decisions.js';
import type { AnyCheck } from './load-checks.js';

const DAY = 86_400_000;
const NOW = 1_000 * DAY;
const check = {
  id: 'a-check',
  subject: 'credential',
  severity: 'medium',
  parameters: { limit: 90, other: 1 },
} as unknown as AnyCheck;

const facts = {
  environment: 'production',
  risk: null,
  unitId: 'u1',
  identityKind: 'role',
  kind: 'access-key',
  sourceId: 's1',
  collectionId: null,
  tags: { team: 'payments', empty: '' },
  issuedAt: NOW - 100 * DAY,
  firstSeenAt: NOW - 10 * DAY,
};
const policy = (id: string, more: Partial<DecidingPolicy> = {}): DecidingPolicy => ({
  id,
  selector: {},
  mode: 'observe',
  checks: [],
  ...more,
});
const decide = (policies: DecidingPolicy[], about: object = facts, now = NOW) =>
  new Decisions('credential', [check], policies).of('a-check', about as never, now);

describe('the policy that decides', () => {
  const fallback = policy('default');
  it.each([
    ['is the first whose selector matches', [policy('a'), policy('b'), fallback], 'a'],
    [
      'is not one whose selector does not match',
      [policy('a', { selector: { environments: ['test'] } }), fallback],
      'default',
    ],
    [
      'is not one that does not speak of the check',
      [policy('a', { checks: [{ id: 'another', enabled: true }] }), fallback],
      'default',
    ],
    [
      'is one that speaks of it and switches it off',
      [policy('a', { checks: [{ id: 'a-check', enabled: false }] }), fallback],
      'a',
    ],
    ['is one that speaks of every check', [policy('a', { checks: [] }), fallback], 'a'],
    [
      'needs every member of its selector to match',
      [policy('a', { selector: { environments: ['production'], units: ['u2'] } }), fallback],
      'default',
    ],
    [
      'is chosen by the kind of credential',
      [policy('a', { selector: { credentialKinds: ['access-key'] } }), fallback],
      'a',
    ],
    ['is chosen by the kind of subject', [policy('a', { selector: { subjects: ['identity'] } }), fallback], 'default'],
    ['is chosen by a tag with its value', [policy('a', { selector: { tags: { team: 'payments' } } }), fallback], 'a'],
    ['is chosen by a tag of any value', [policy('a', { selector: { tags: { empty: null } } }), fallback], 'a'],
    [
      'is not chosen by a tag of another value',
      [policy('a', { selector: { tags: { team: 'other' } } }), fallback],
      'default',
    ],
    ['is chosen by "unrated", which is a value', [policy('a', { selector: { risks: ['unrated'] } }), fallback], 'a'],
    ['is not chosen by a risk nobody rated', [policy('a', { selector: { risks: ['low'] } }), fallback], 'default'],
    [
      'is not chosen by a collection it is not in',
      [policy('a', { selector: { collections: ['c1'] } }), fallback],
      'default',
    ],
    ['is chosen by age', [policy('a', { selector: { age: { olderThanDays: 100 } } }), fallback], 'a'],
    [
      'is not chosen by more age than there is',
      [policy('a', { selector: { age: { olderThanDays: 101 } } }), fallback],
      'default',
    ],
    [
      'is not chosen by youth that is over',
      [policy('a', { selector: { age: { youngerThanDays: 100 } } }), fallback],
      'default',
    ],
  ] as [string, DecidingPolicy[], string][])('%s', (_title, policies, wanted) => {
    expect(decide(policies)?.policyId).toBe(wanted);
  });

  it('is nobody where none speaks of the check', () => {
    expect(decide([policy('a', { checks: [{ id: 'another', enabled: true }] })])).toBeNull();
  });

  it('decides everything: what it leaves out follows the check, not the next policy', () => {
    const strict = policy('a', {
      mode: 'notify',
      checks: [{ id: 'a-check', enabled: true, parameters: { limit: 30 } }],
    });
    const next = policy('b', {
      checks: [{ id: 'a-check', enabled: true, severity: 'critical', parameters: { other: 9 } }],
    });
    expect(decide([strict, next])).toEqual({
      policyId: 'a',
      enabled: true,
      severity: 'medium',
      severityFixed: false,
      parameters: { limit: 30, other: 1 },
      mode: 'notify',
    });
  });

  it('is not chosen by an age nobody tells, except that it is at least as old as we know it', () => {
    const unknown = { ...facts, issuedAt: null };
    const by = (age: object) => decide([policy('a', { selector: { age } }), policy('default')], unknown)?.policyId;
    expect(by({ olderThanDays: 10 })).toBe('a');
    expect(by({ olderThanDays: 11 })).toBe('default');
    expect(by({ youngerThanDays: 36_000 })).toBe('default');
  });

  it('changes with time alone exactly when it says so', () => {
    const policies = [
      policy('young', { selector: { age: { youngerThanDays: 120 } } }),
      policy('old', { selector: { age: { olderThanDays: 150 } } }),
      policy('default'),
    ];
    const decisions = new Decisions('credential', [check], policies);
    const at = (now: number) => decisions.of('a-check', facts as never, now)!.policyId;
    const seen: [string, number][] = [];
    for (
      let now: number | undefined = NOW;
      now !== undefined;
      now = decisions.turnsAt('a-check', facts as never, now)
    ) {
      seen.push([at(now), (now - NOW) / DAY]);
      if (now !== NOW) expect(at(now - 1)).not.toBe(at(now));
    }
    expect(seen).toEqual([
      ['young', 0],
      ['default', 20],
      ['old', 50],
    ]);
  });

  it('is asked about again for no time at all where no selector asks for an age', () => {
    expect(new Decisions('credential', [check], [policy('a')]).turnsAt('a-check', facts as never, NOW)).toBeUndefined();
  });
});

describe('the order of policies', () => {
  const at = new Date(NOW);
  const row = (id: string, order: number, isDefault = false): PolicyRow => ({
    id,
    name: id,
    order,
    isDefault,
    selector: {},
    mode: 'observe',
    checks: [],
    settings: {},
    changedBy: '',
    reason: null,
    validFrom: '',
    version: 1,
  });
  const all = [row('a', 1), row('b', 2), row('c', 5), row('default', 2_147_483_647, true)];
  const input = (order?: number): PolicyInput => ({
    name: 'x',
    order,
    selector: {},
    mode: 'observe',
    checks: [],
    settings: {},
  });
  const ids = (rows: readonly PolicyRow[]) =>
    rows.map(({ id, order, isDefault }) => (isDefault ? id : `${id}${order}`));

  it.each([
    [
      'a new one without a place comes before the default one',
      { id: 'x', input: input() },
      ['a1', 'b2', 'c5', 'x6', 'default'],
    ],
    ['a new one at a free place takes it', { id: 'x', input: input(3) }, ['a1', 'b2', 'x3', 'c5', 'default']],
    [
      'a new one at a taken place moves what stands there on',
      { id: 'x', input: input(2) },
      ['a1', 'x2', 'b3', 'c6', 'default'],
    ],
    [
      'one that moves forward goes before what stood there',
      { id: 'c', input: input(1) },
      ['c1', 'a2', 'b3', 'default'],
    ],
    ['one that keeps its place keeps it', { id: 'b', input: input() }, ['a1', 'b2', 'c5', 'default']],
    ['one that is removed leaves the others where they are', { id: 'b', input: null }, ['a1', 'c5', 'default']],
  ])('%s', (_title, change, wanted) => {
    expect(ids(arranged(all, change, at))).toEqual(wanted);
  });

  it('takes the baseline of waves once', () => {
    const waves = { weeks: 4, newSubjects: 'at-once' as const };
    const first = arranged(all, { id: 'a', input: { ...input(), settings: { waves } } }, at);
    const later = arranged(first, { id: 'a', input: { ...input(), settings: { waves } } }, new Date(NOW + DAY));
    expect(later[0]!.settings.waves).toEqual({ ...waves, baselineAt: at.toISOString() });
  });
});
