import { describe, expect, it } from '@jest/globals';
import type { SubjectEvidence } from '../catalogue/index.js';
import { recommend, recommendForCollection } from './recommendation.js';

const NOW = Date.parse('2026-03-01T08:00:00Z');
const ago = (days: number): string => new Date(NOW - days * 86_400_000).toISOString();
const WINDOW = { unusedDays: 90, maximumUsageLagHours: 48 };
const lastUse = (at: string | null, knownSince: string | null = ago(200), knownUntil: string | null = ago(0)) => ({
  state: at ? ('used' as const) : ('unknown' as const),
  at,
  knownSince,
  knownUntil,
  precision: 'exact',
});
const evidence = (more: Partial<SubjectEvidence>): SubjectEvidence => ({
  subject: { type: 'credential', id: '0', displayName: 'key' },
  identity: {
    id: '1',
    displayName: 'svc',
    kind: 'service-account',
    status: 'active',
    nature: 'non-human',
    source: 's',
    scope: 's',
    environment: null,
    collection: null,
  },
  purpose: [],
  agents: [],
  owner: { id: '2', displayName: 'Sample Person 07', active: true, accepted: true },
  privilege: 'read',
  risk: { level: 'low', because: [] },
  reach: { grants: [], more: 0 },
  lastUse: lastUse(ago(3)),
  expectedUse: null,
  bornAt: ago(300),
  rotatedAt: null,
  expiresAt: null,
  canDisable: true,
  knownLeaked: null,
  consumers: [],
  findings: [],
  unreadable: false,
  ...more,
});
const finding = (check: string, severity: string) => ({ id: '3', check, severity, reason: 'because', since: ago(10) });
const grant = (can: string, unused: boolean | null) => ({ id: can, can, privilege: 'read', unused });

const rows: [string, Partial<SubjectEvidence>, object][] = [
  [
    'what is in use is kept, and is routine',
    {},
    { verdict: 'keep', rule: 'in-use', use: 'seen', routine: true, stale: false },
  ],
  [
    'what is known to be unused is revoked',
    { lastUse: lastUse(null) },
    { verdict: 'revoke', rule: 'unused', use: 'not-seen', stale: true, routine: false },
  ],
  ['a use 91 days ago is no use', { lastUse: lastUse(ago(91)) }, { verdict: 'revoke', use: 'not-seen' }],
  ['a use 89 days ago is one', { lastUse: lastUse(ago(89)) }, { verdict: 'keep', use: 'seen' }],
  [
    'data that begins within the window tells nothing',
    { lastUse: lastUse(null, ago(60)) },
    { verdict: null, rule: 'cannot-tell', use: 'cannot-tell' },
  ],
  [
    'data that ended three days ago tells nothing',
    { lastUse: lastUse(null, ago(200), ago(3)) },
    { verdict: null, use: 'cannot-tell' },
  ],
  [
    'what is younger than the window cannot be called unused',
    { lastUse: lastUse(null), bornAt: ago(30) },
    { verdict: null, use: 'cannot-tell' },
  ],
  [
    'what has no known birth cannot be called unused',
    { lastUse: lastUse(null), bornAt: null },
    { verdict: null, use: 'cannot-tell' },
  ],
  [
    'no data at all is not "unused"',
    { lastUse: lastUse(null, null, null) },
    { verdict: null, because: expect.stringMatching(/tells nothing of use/) },
  ],
  [
    'what is needed though idle is asked, not advised',
    { lastUse: lastUse(null), expectedUse: { pattern: 'break-glass' } },
    { verdict: null, rule: 'needed-though-idle' },
  ],
  [
    'what runs all the time and does not is unused',
    { lastUse: lastUse(null), expectedUse: { pattern: 'continuous' } },
    { verdict: 'revoke' },
  ],
  [
    'what leaked and is used is rotated',
    { knownLeaked: 'in a public repository' },
    { verdict: 'rotate', rule: 'leaked' },
  ],
  [
    'what leaked and is unused is revoked',
    { knownLeaked: 'x', lastUse: lastUse(null) },
    { verdict: 'revoke', rule: 'leaked' },
  ],
  [
    'the secret of somebody who left is rotated',
    { owner: { id: '2', displayName: 'Sample Person 07', active: false, accepted: true } },
    { verdict: 'rotate', rule: 'owner-gone' },
  ],
  [
    'a grant of somebody who left is judged by its use',
    {
      subject: { type: 'grant', id: '0', displayName: 'g' },
      owner: { id: '2', displayName: 'Sample Person 07', active: false, accepted: true },
    },
    { verdict: 'keep' },
  ],
  [
    'what is unused is revoked, not rotated',
    { lastUse: lastUse(null), findings: [finding('credential-age-within-limit', 'high')] },
    { verdict: 'revoke' },
  ],
  [
    'what is too old is rotated',
    { findings: [finding('credential-age-within-limit', 'high')] },
    { verdict: 'rotate', rule: 'too-old' },
  ],
  [
    'grants that are not used are taken away',
    { reach: { grants: [grant('a', true), grant('b', false)], more: 2 } },
    { verdict: 'reduce', because: expect.stringMatching(/^1 of 4 grants/) },
  ],
  ['grants nobody can tell of are left alone', { reach: { grants: [grant('a', null)], more: 0 } }, { verdict: 'keep' }],
  [
    'what may do more than its risk allows is reduced',
    { findings: [finding('privilege-fits-risk', 'medium')] },
    { verdict: 'reduce', rule: 'privilege-above-risk' },
  ],
  [
    'something grave is told, and nothing advised',
    { findings: [finding('trust-stays-inside', 'critical')] },
    { verdict: null, rule: 'open-finding', routine: false },
  ],
  [
    'something small does not keep it from being kept',
    { findings: [finding('source-is-fresh', 'low')] },
    { verdict: 'keep', routine: true },
  ],
];

describe('a recommendation', () => {
  it.each(rows)('%s', (_sentence, more, expected) => {
    expect(recommend(evidence(more), NOW, WINDOW)).toMatchObject(expected);
  });

  it.each([
    [
      'asked for the first time is not advised',
      { members: 10, seen: 10, notSeen: 0, approvedBefore: null },
      { verdict: null, rule: 'asked-first-time', use: 'seen' },
    ],
    [
      'as it was approved, and in use, is kept',
      { members: 10, seen: 4, notSeen: 1, approvedBefore: { at: ago(90), sameEntitlements: true } },
      { verdict: 'keep', routine: false },
    ],
    [
      'with other entitlements than approved is not',
      { members: 10, seen: 4, notSeen: 1, approvedBefore: { at: ago(90), sameEntitlements: false } },
      { verdict: null, rule: 'entitlements-changed' },
    ],
    [
      'of which no member is used is revoked',
      { members: 10, seen: 0, notSeen: 10, approvedBefore: null },
      { verdict: 'revoke', use: 'not-seen' },
    ],
    [
      'of which one member cannot be told is not',
      { members: 10, seen: 0, notSeen: 9, approvedBefore: null },
      { verdict: null, use: 'cannot-tell' },
    ],
  ])('of a collection %s', (_sentence, facts, expected) => {
    expect(recommendForCollection(facts)).toMatchObject(expected);
  });
});
