import { ACCOUNTS, SOURCES } from '../organisation.js';
import type { Team } from '../people.js';

/** An identity by its name and where it lies: the name of an account, or of a source. */
export interface Named {
  readonly name: string;
  readonly in: string;
}

/**
 * Who answers for what no tag tells: everything else belongs to the person its tag `owner` names, and what has no such
 * tag belongs to nobody.
 */
export interface Assignment {
  readonly identity: Named;
  readonly owner?: number;
  readonly deputies?: readonly number[];
  readonly team?: Team;
  readonly reason: string;
}

const at = (account: keyof typeof ACCOUNTS, name: string): Named => ({ name, in: ACCOUNTS[account].name });
const servers = (account: keyof typeof ACCOUNTS, owner: number, ...names: readonly string[]): Assignment[] =>
  names.map((name) => ({ identity: at(account, name), owner, reason: 'runs the load balancers' }));

export const ASSIGNMENTS: readonly Assignment[] = [
  ...servers('production', 4, 'www', 'portal', 'tracking', 'edi-gateway'),
  ...servers('nonProduction', 5, 'test-portal'),
  // A team runs it; nobody of the team is named.
  { identity: at('production', 'label-printer'), team: 'Warehouse systems', reason: 'the team looks after printing' },
  // Persons 18, 36, 41 and 54 leave later in the story; some of them have a deputy who stays.
  { identity: at('production', 'customs-export'), owner: 18, reason: 'wrote it' },
  { identity: at('production', 'tariff-import'), owner: 18, deputies: [19], reason: 'wrote it' },
  { identity: at('machineLearning', 'feature-store-sync'), owner: 36, deputies: [37], reason: 'set it up' },
  {
    identity: { name: 'svc-batch-ledger', in: SOURCES.onPremises },
    owner: 36,
    deputies: [41],
    reason: 'both took it over in the last reorganisation',
  },
  { identity: at('acquired', 'parcel-router'), owner: 54, reason: 'named in the handover of the company' },
  // What opens everything has somebody who stands in for its owner.
  ...(
    [
      ['production', 'emergency-access'],
      ['nonProduction', 'emergency-nonprod'],
      ['nonProduction', 'OrganizationAccountAccessRole'],
      ['machineLearning', 'OrganizationAccountAccessRole'],
    ] as const
  ).map(([account, name]) => ({
    identity: at(account, name),
    owner: 39,
    deputies: [40],
    reason: 'security keeps the keys to everything, and one of them is always there',
  })),
  // On leave and leaving soon: both still answer today.
  { identity: at('production', 'dock-scheduler'), owner: 14, deputies: [15], reason: 'wrote it' },
  { identity: at('production', 'pallet-tracker'), owner: 22, reason: 'wrote it' },
];

/** Owners who have already said yes to what is theirs. */
export const ACCEPTING = [3, 12, 19, 34, 39, 40];
