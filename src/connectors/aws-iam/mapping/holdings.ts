import type { Emitted, GrantRecord, LastUse, PrivilegeStatement, Ref } from '../../sdk/index.js';
import { judge, type Judgement } from '../policy/judgement.js';
import type { AttachedPolicy, InlinePolicy } from './details.js';
import { inlinePolicy, type PolicyEntry, privilegeOf } from './entitlements.js';

/** What an identity or a group holds. */
export interface Holdings {
  readonly policies: readonly PolicyEntry[];
  /** ARNs of attached policies nobody described. */
  readonly unseen: readonly string[];
  /** Records of the inline policies among them. */
  readonly inline: readonly Emitted[];
}

/** Finds the policies a detail names. `see` is asked about an attached policy that was not described; null = it stays unseen. */
export async function holdingsOf(
  owner: { readonly id: string; readonly name: string },
  attached: readonly AttachedPolicy[] | undefined,
  inline: readonly InlinePolicy[] | undefined,
  see: (arn: string) => Promise<PolicyEntry | null>,
): Promise<Holdings> {
  const own = await Promise.all((inline ?? []).map((policy) => inlinePolicy(owner, policy)));
  const policies: PolicyEntry[] = own.map(({ entry }) => entry);
  const unseen: string[] = [];
  for (const { PolicyArn: arn = '' } of attached ?? []) {
    const entry = await see(arn);
    if (entry) policies.push(entry);
    else unseen.push(arn);
  }
  return { policies, unseen, inline: own.map(({ emitted }) => emitted) };
}

/** Never looked at when an identity is judged: it lies outside what IAM tells of it. */
export const NEVER_CONSIDERED = [
  'organisation policies (service and resource control policies)',
  'policies of resources',
  'policies of sessions',
];

export interface Reached {
  readonly privilege: PrivilegeStatement;
  readonly judgement: Judgement;
  /** True where something it holds could not be read: it may reach further than it seems to. */
  readonly isPartlyUnknown: boolean;
}

/** How far policies reach together. What could not be read leaves the level unknown, unless the rest is all there is already. */
export async function reached(
  policies: readonly PolicyEntry[],
  unseen: readonly string[],
  boundary: PolicyEntry | 'unread' | null,
): Promise<Reached> {
  const applied = policies.flatMap(({ name, document }) => (document ? [{ name, document }] : []));
  const bound =
    boundary && boundary !== 'unread' && boundary.document
      ? { name: boundary.name, document: boundary.document }
      : null;
  const judgement = await judge({ policies: applied, boundary: bound });
  const missing = [
    ...policies.filter(({ document }) => !document).map(({ name }) => name),
    ...unseen.map((arn) => arn.slice(arn.lastIndexOf('/') + 1)),
  ];
  const statement = privilegeOf(
    judgement,
    boundary && !bound ? [...NEVER_CONSIDERED, 'its permissions boundary, which could not be read'] : NEVER_CONSIDERED,
  );
  if (missing.length === 0) return { privilege: statement, judgement, isPartlyUnknown: false };
  const words = missing.map((name) => `policy ${name}, which could not be read`);
  const privilege: PrivilegeStatement =
    judgement.level === 'admin'
      ? { ...statement, notConsidered: [...statement.notConsidered, ...words] }
      : {
          ...statement,
          level: 'unknown',
          because: [`it holds ${words.join(' and ')}`, ...statement.because],
          notConsidered: [...statement.notConsidered, ...words],
        };
  return { privilege, judgement, isPartlyUnknown: true };
}

/** That an identity has an entitlement, directly or through a group. */
export function grant(identity: Ref, entitlement: Ref, via: Ref | null, use: LastUse | undefined): Emitted {
  const record: GrantRecord = {
    entity: 'grant',
    type: 'aws.grant',
    id: [identity.id, ...(via ? [via.id] : []), entitlement.id].join(' > '),
    identity,
    entitlement,
    ...(via ? { via } : {}),
  };
  return { record, ...(use ? { use } : {}) };
}
