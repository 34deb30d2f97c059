import type { SampleAccount } from '../issuer/index.js';
import { ACQUIRED_UNIT } from './organisation.js';
import { emailOf, loginOf, nameOf, PEOPLE } from './people.js';

/** Who has which duty in the sample; everybody else signs in as themselves, with what is theirs. */
const DUTIES: Readonly<Record<number, readonly string[]>> = {
  1: ['mandate-administrators'],
  2: ['mandate-engineers'],
  3: ['mandate-approvers'],
  31: ['mandate-ai-governance'],
  39: ['mandate-responders'],
  40: ['mandate-policy-authors'],
  41: ['mandate-auditors'],
  42: ['mandate-auditors'],
  46: ['mandate-hr'],
  47: ['mandate-risk'],
  48: ['mandate-parcels-campaigns'],
};

/** An administrator and an auditor: whom the start of the demo proposes. */
export const WHO_SIGNS_IN = [1, 41] as const;

/** What a group gives: the configuration a real organisation would write. */
export const SAMPLE_ROLES = [
  ['mandate-administrators', 'admin'],
  ['mandate-engineers', 'iam-engineer'],
  ['mandate-approvers', 'action-approver'],
  ['mandate-ai-governance', 'ai-governance'],
  ['mandate-responders', 'incident-responder'],
  ['mandate-policy-authors', 'policy-author'],
  ['mandate-auditors', 'auditor'],
  ['mandate-hr', 'hr-status'],
  ['mandate-risk', 'risk-acceptor'],
  ['mandate-parcels-campaigns', 'campaign-manager', { unit: ACQUIRED_UNIT }],
].map(([value, role, scope]) => ({ claim: 'groups', value, role, ...(scope ? { scope } : {}) }));

const roleOf = (group: string): string => {
  const { role, scope } = SAMPLE_ROLES.find(({ value }) => value === group) as {
    role: string;
    scope?: { unit: string };
  };
  return scope ? `${role} of ${scope.unit}` : role;
};

/** Everybody of the sample, those with a duty first. */
export const sampleAccounts = (): SampleAccount[] =>
  PEOPLE.map((person) => {
    const groups = DUTIES[person] ?? [];
    return {
      sub: `sample-${person}`,
      name: nameOf(person),
      userName: loginOf(person),
      email: emailOf(person),
      groups,
      note: groups.length > 0 ? groups.map(roleOf).join(', ') : 'what is theirs',
    };
  }).sort((a, b) => b.groups.length - a.groups.length);
