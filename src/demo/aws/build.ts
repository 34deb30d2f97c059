import { oidcArn, policyArn, rootArn, samlArn } from './actions/arns.js';
import { awsPolicies } from './aws-policies.js';
import { hexFor, uniqueId } from './ids.js';
import type {
  AwsAccount,
  AwsGroup,
  AwsRole,
  AwsUser,
  AwsWorld,
  LastAccess,
  ManagedPolicy,
  OidcProvider,
  Partition,
  PolicyDocument,
  Root,
  SamlProvider,
  ServerCertificate,
} from './world.js';

/** The day things were made on, where nobody says when. */
export const LONG_AGO = Date.UTC(2024, 0, 15, 9, 30);

/** A world without accounts. */
export function createAwsWorld({
  partition = 'aws',
  waits = { lastAccessed: 1, credentialReport: 1 },
}: { partition?: Partition; waits?: AwsWorld['waits'] } = {}): AwsWorld {
  return {
    partition,
    accounts: new Map(),
    awsPolicies: awsPolicies(partition),
    sessions: new Map(),
    keyHolders: new Map(),
    waits,
  };
}

export function addAccount(
  world: AwsWorld,
  of: {
    id: string;
    name: string;
    email?: string;
    alias?: string;
    status?: AwsAccount['status'];
    createdAt?: number;
    root?: Partial<Root>;
  },
): AwsAccount {
  const createdAt = of.createdAt ?? LONG_AGO;
  const account: AwsAccount = {
    world,
    id: of.id,
    name: of.name,
    email: of.email ?? `${of.name}@accounts.example`,
    status: of.status ?? 'ACTIVE',
    joinedAt: createdAt,
    ...(of.alias === undefined ? {} : { alias: of.alias }),
    root: { createdAt, accessKeys: [], mfa: true, password: { lastUsedAt: null, changedAt: null }, ...of.root },
    users: new Map(),
    groups: new Map(),
    roles: new Map(),
    policies: new Map(),
    serverCertificates: new Map(),
    oidcProviders: new Map(),
    samlProviders: new Map(),
    jobs: new Map(),
    made: new Map(),
  };
  world.accounts.set(of.id, account);
  return account;
}

/** Makes the accounts one organisation, managed from one of them. */
export function organise(
  world: AwsWorld,
  managementAccount: AwsAccount,
  id = `o-${hexFor(managementAccount.id, 10)}`,
): void {
  world.organization = { id, managementAccount: managementAccount.id };
}

/** The seed of a new thing's id: a name that is used again makes another thing. */
export function seedOf(account: AwsAccount, what: string): string {
  const times = account.made.get(what) ?? 0;
  account.made.set(what, times + 1);
  return `${account.id} ${what} ${times}`;
}

/** The ARN of a policy given by ARN, by the name of one of AWS, or by the name of one of the account. */
export function policyNamed(account: AwsAccount, name: string): string {
  if (name.startsWith('arn:')) return name;
  const found = [...account.policies.values(), ...account.world.awsPolicies.values()].find(
    (policy) => policy.name === name,
  );
  if (!found) throw new Error(`No policy is named ${name}`);
  return found.arn;
}

interface Holds {
  readonly attached?: readonly string[];
  readonly inline?: Readonly<Record<string, PolicyDocument>>;
}
const held = (account: AwsAccount, { attached = [], inline = {} }: Holds) => ({
  attached: new Set(attached.map((name) => policyNamed(account, name))),
  inline: new Map(Object.entries(inline)),
});

export function addPolicy(
  account: AwsAccount,
  of: { name: string; document: PolicyDocument; path?: string; createdAt?: number; description?: string },
): ManagedPolicy {
  const path = of.path ?? '/';
  const createdAt = of.createdAt ?? LONG_AGO;
  const arn = policyArn(account, path, of.name);
  const policy: ManagedPolicy = {
    id: uniqueId('ANPA', seedOf(account, `policy ${of.name}`)),
    arn,
    name: of.name,
    path,
    createdAt,
    updatedAt: createdAt,
    ...(of.description === undefined ? {} : { description: of.description }),
    versions: [{ id: 'v1', document: of.document, createdAt }],
    defaultVersion: 'v1',
  };
  account.policies.set(arn, policy);
  return policy;
}

/** Gives a policy a new text, which counts from now on. */
export function rewritePolicy(policy: ManagedPolicy, document: PolicyDocument, at: number): void {
  const id = `v${policy.versions.length + 1}`;
  policy.versions.push({ id, document, createdAt: at });
  policy.defaultVersion = id;
  policy.updatedAt = at;
}

export function addGroup(
  account: AwsAccount,
  of: { name: string; path?: string; createdAt?: number } & Holds,
): AwsGroup {
  const group: AwsGroup = {
    id: uniqueId('AGPA', seedOf(account, `group ${of.name}`)),
    name: of.name,
    path: of.path ?? '/',
    createdAt: of.createdAt ?? LONG_AGO,
    ...held(account, of),
  };
  account.groups.set(of.name, group);
  return group;
}

export interface NewUser extends Holds {
  readonly name: string;
  readonly path?: string;
  readonly createdAt?: number;
  readonly tags?: Record<string, string>;
  readonly groups?: readonly string[];
  readonly boundary?: string;
  readonly password?: AwsUser['password'] | true;
  readonly mfa?: boolean;
  readonly lastAccessed?: Record<string, LastAccess>;
}

export function addUser(account: AwsAccount, of: NewUser): AwsUser {
  const createdAt = of.createdAt ?? LONG_AGO;
  const user: AwsUser = {
    id: uniqueId('AIDA', seedOf(account, `user ${of.name}`)),
    name: of.name,
    path: of.path ?? '/',
    createdAt,
    tags: { ...of.tags },
    groups: new Set(of.groups),
    ...held(account, of),
    ...(of.boundary === undefined ? {} : { boundary: policyNamed(account, of.boundary) }),
    accessKeys: [],
    serviceCredentials: [],
    sshKeys: [],
    signingCertificates: [],
    ...(of.password === undefined
      ? {}
      : {
          password:
            of.password === true
              ? { createdAt, changedAt: createdAt, lastUsedAt: null, nextRotationAt: null }
              : of.password,
        }),
    mfa: of.mfa ? [{ serial: `${rootArn(account).replace(/root$/, 'mfa')}/${of.name}`, enabledAt: createdAt }] : [],
    lastAccessed: { ...of.lastAccessed },
  };
  account.users.set(of.name, user);
  return user;
}

export interface NewRole extends Holds {
  readonly name: string;
  readonly trust: PolicyDocument;
  readonly path?: string;
  readonly createdAt?: number;
  readonly description?: string;
  readonly maxSessionSeconds?: number;
  readonly tags?: Record<string, string>;
  readonly boundary?: string;
  readonly lastUsed?: AwsRole['lastUsed'];
  readonly instanceProfiles?: readonly string[];
  readonly lastAccessed?: Record<string, LastAccess>;
}

export function addRole(account: AwsAccount, of: NewRole): AwsRole {
  const role: AwsRole = {
    id: uniqueId('AROA', seedOf(account, `role ${of.name}`)),
    name: of.name,
    path: of.path ?? '/',
    createdAt: of.createdAt ?? LONG_AGO,
    ...(of.description === undefined ? {} : { description: of.description }),
    maxSessionSeconds: of.maxSessionSeconds ?? 3600,
    trust: of.trust,
    tags: { ...of.tags },
    ...(of.boundary === undefined ? {} : { boundary: policyNamed(account, of.boundary) }),
    lastUsed: of.lastUsed ?? null,
    instanceProfiles: [...(of.instanceProfiles ?? [])],
    lastAccessed: { ...of.lastAccessed },
    ...held(account, of),
  };
  account.roles.set(of.name, role);
  return role;
}

export function addOidcProvider(
  account: AwsAccount,
  of: { url: string; clientIds?: string[]; createdAt?: number; tags?: Record<string, string> },
): OidcProvider {
  const arn = oidcArn(account, of.url);
  const provider: OidcProvider = {
    arn,
    url: of.url,
    clientIds: of.clientIds ?? ['sts.amazonaws.com'],
    thumbprints: [hexFor(of.url, 40)],
    createdAt: of.createdAt ?? LONG_AGO,
    tags: { ...of.tags },
  };
  account.oidcProviders.set(arn, provider);
  return provider;
}

export function addSamlProvider(
  account: AwsAccount,
  of: { name: string; validUntil: number; createdAt?: number },
): SamlProvider {
  const provider: SamlProvider = {
    arn: samlArn(account, of.name),
    name: of.name,
    validUntil: of.validUntil,
    createdAt: of.createdAt ?? LONG_AGO,
  };
  account.samlProviders.set(provider.arn, provider);
  return provider;
}

export function addServerCertificate(
  account: AwsAccount,
  of: { name: string; path?: string; uploadedAt?: number; expiresAt: number },
): ServerCertificate {
  const certificate: ServerCertificate = {
    id: uniqueId('ASCA', seedOf(account, `server certificate ${of.name}`)),
    name: of.name,
    path: of.path ?? '/',
    uploadedAt: of.uploadedAt ?? LONG_AGO,
    expiresAt: of.expiresAt,
  };
  account.serverCertificates.set(of.name, certificate);
  return certificate;
}
