import {
  addAccessKey,
  addAccount,
  addRole,
  addUser,
  type AwsAccount,
  type AwsRole,
  type AwsUser,
  type AwsWorld,
  type LastAccess,
  type PolicyDocument,
  trustingService,
} from '../../aws/index.js';
import type { SampleAccount } from '../organisation.js';
import { emailOf, type Team } from '../people.js';
import { type SampleTime, spread } from '../sample-time.js';

/** An account of the sample while it is filled. */
export interface Estate {
  readonly account: AwsAccount;
  readonly time: SampleTime;
}

export const openEstate = (
  world: AwsWorld,
  time: SampleTime,
  { id, name }: Pick<SampleAccount, 'id' | 'name'>,
): Estate => ({
  time,
  account: addAccount(world, {
    id,
    name,
    alias: name,
    createdAt: time.daysAgo(1400),
    root: { password: { lastUsedAt: time.daysAgo(700), changedAt: time.daysAgo(1400) } },
  }),
});

export interface Tagged {
  /** Number of the person whose e-mail address the tag `owner` holds. Left out = no such tag. */
  readonly owner?: number;
  readonly team?: Team;
  readonly tags?: Readonly<Record<string, string>>;
}

const tagsOf = ({ owner, team, tags }: Tagged): Record<string, string> => ({
  ...(owner === undefined ? {} : { owner: emailOf(owner) }),
  ...(team === undefined ? {} : { team }),
  ...tags,
});

export interface RoleOf extends Tagged {
  readonly name: string;
  /** The AWS service that acts as it: 'lambda'; or a trust policy. */
  readonly trusts: string | PolicyDocument;
  readonly attached?: readonly string[];
  readonly may?: Readonly<Record<string, PolicyDocument>>;
  readonly path?: string;
  /** Policies among `may` that it holds and never makes use of. */
  readonly neverUses?: readonly string[];
  /** Null = no use in AWS's records. Left out = in the last days. */
  readonly usedDaysAgo?: number | null;
  readonly createdDaysAgo?: number;
}

/** A role as people make them: it works, it is used, and its tags say whose it is. */
export function role({ account, time }: Estate, of: RoleOf): AwsRole {
  const seed = `${account.id} ${of.name}`;
  const used = of.usedDaysAgo === undefined ? spread(`${seed} used`, 1, 400) / 24 : of.usedDaysAgo;
  return addRole(account, {
    name: of.name,
    trust: typeof of.trusts === 'string' ? trustingService(`${of.trusts}.amazonaws.com`) : of.trusts,
    createdAt: time.daysAgo(of.createdDaysAgo ?? spread(`${seed} created`, 400, 1200)),
    tags: tagsOf(of),
    lastUsed: used === null ? null : { at: time.daysAgo(used), region: 'eu-central-1' },
    lastAccessed: used === null ? {} : accessed(of, time.daysAgo(used)),
    ...(of.path === undefined ? {} : { path: of.path }),
    ...(of.attached === undefined ? {} : { attached: of.attached }),
    ...(of.may === undefined ? {} : { inline: of.may }),
  });
}

/** What somebody who holds a policy of AWS makes use of in it. */
const USED_OF_ATTACHED: Readonly<Record<string, readonly string[]>> = {
  AdministratorAccess: ['cloudformation', 'iam', 's3'],
  AWSLambdaBasicExecutionRole: ['logs'],
  AmazonBedrockLimitedAccess: ['bedrock'],
};

/** What uses an identity uses the services its policies name. */
function accessed(
  { may, attached, neverUses }: Pick<RoleOf, 'may' | 'attached' | 'neverUses'>,
  at: number,
): Record<string, LastAccess> {
  const policies = Object.entries(may ?? {}).filter(([name]) => !neverUses?.includes(name));
  const actions = policies.flatMap(([, { Statement: statements }]) =>
    (statements as { Action: string | readonly string[] }[]).flatMap(({ Action: action }) => action),
  );
  const services = new Set([
    ...actions.map((action) => action.split(':')[0]!),
    ...(attached ?? []).flatMap((policy) => USED_OF_ATTACHED[policy] ?? []),
  ]);
  return Object.fromEntries([...services].map((service) => [service, { at, region: 'eu-central-1' }]));
}

export interface KeyOf {
  readonly ageDays: number;
  /** Null = never used. */
  readonly usedDaysAgo: number | null;
  readonly status?: 'Active' | 'Inactive';
  readonly service?: string;
}

export interface UserOf extends Tagged {
  readonly name: string;
  readonly path?: string;
  readonly attached?: readonly string[];
  readonly may?: Readonly<Record<string, PolicyDocument>>;
  readonly groups?: readonly string[];
  readonly keys?: readonly KeyOf[];
  /** How many days ago somebody signed in with its password; null = never. Left out = it has no password. */
  readonly signedInDaysAgo?: number | null;
  readonly createdDaysAgo?: number;
  readonly lastAccessed?: Readonly<Record<string, LastAccess>>;
}

export function user({ account, time }: Estate, of: UserOf): AwsUser {
  const createdAt = time.daysAgo(of.createdDaysAgo ?? spread(`${account.id} ${of.name} created`, 600, 1200));
  const uses = (of.keys ?? []).flatMap((key) => (key.usedDaysAgo === null ? [] : [key.usedDaysAgo]));
  const usedDaysAgo = uses.length === 0 ? undefined : Math.min(...uses);
  const made = addUser(account, {
    name: of.name,
    createdAt,
    tags: tagsOf(of),
    mfa: of.signedInDaysAgo !== undefined,
    lastAccessed: { ...(usedDaysAgo === undefined ? {} : accessed(of, time.daysAgo(usedDaysAgo))), ...of.lastAccessed },
    ...(of.path === undefined ? {} : { path: of.path }),
    ...(of.attached === undefined ? {} : { attached: of.attached }),
    ...(of.may === undefined ? {} : { inline: of.may }),
    ...(of.groups === undefined ? {} : { groups: of.groups }),
    ...(of.signedInDaysAgo === undefined
      ? {}
      : {
          password: {
            createdAt,
            changedAt: createdAt,
            lastUsedAt: of.signedInDaysAgo === null ? null : time.daysAgo(of.signedInDaysAgo),
            nextRotationAt: null,
          },
        }),
  });
  for (const { ageDays, usedDaysAgo, status, service } of of.keys ?? [])
    addAccessKey(account, made, {
      createdAt: time.daysAgo(ageDays),
      lastUsed:
        usedDaysAgo === null
          ? null
          : { at: time.daysAgo(usedDaysAgo), service: service ?? 's3', region: 'eu-central-1' },
      ...(status === undefined ? {} : { status }),
    });
  return made;
}
