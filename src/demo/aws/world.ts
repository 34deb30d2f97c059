/** A policy as people write it: kept as an object, sent URL-encoded. */
export type PolicyDocument = Readonly<Record<string, unknown>>;

export type Partition = 'aws' | 'aws-cn' | 'aws-us-gov';

/** Everything the stand-in knows. Plain objects: whoever holds it may change anything between two calls. */
export interface AwsWorld {
  readonly partition: Partition;
  readonly accounts: Map<string, AwsAccount>;
  /** Policies that AWS keeps, by ARN; every account may attach them. */
  readonly awsPolicies: Map<string, ManagedPolicy>;
  organization?: AwsOrganization;
  /** Temporary credentials given out by AssumeRole, by access key id. */
  readonly sessions: Map<string, RoleSession>;
  /** Whose an access key id is. A key counts only while its holder still has it. */
  readonly keyHolders: Map<string, KeyHolder>;
  /** How often an answer that takes time says "not yet" before it is there. */
  readonly waits: { lastAccessed: number; credentialReport: number };
}

export interface AwsOrganization {
  id: string;
  managementAccount: string;
}

export interface KeyHolder {
  readonly account: string;
  /** Null = the root of the account. */
  readonly user: string | null;
}

export interface RoleSession {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly account: string;
  readonly arn: string;
  readonly roleId: string;
  readonly expiresAt: number;
}

export interface AwsAccount {
  readonly world: AwsWorld;
  readonly id: string;
  name: string;
  email: string;
  status: 'ACTIVE' | 'SUSPENDED' | 'PENDING_CLOSURE';
  joinedAt: number;
  alias?: string;
  readonly root: Root;
  readonly users: Map<string, AwsUser>;
  readonly groups: Map<string, AwsGroup>;
  readonly roles: Map<string, AwsRole>;
  /** Customer managed policies, by ARN. */
  readonly policies: Map<string, ManagedPolicy>;
  readonly serverCertificates: Map<string, ServerCertificate>;
  readonly oidcProviders: Map<string, OidcProvider>;
  readonly samlProviders: Map<string, SamlProvider>;
  report?: { requestedAt: number; waits: number; csv: string | null };
  readonly jobs: Map<string, LastAccessedJob>;
  /** How many of a name were ever made: a second one of the same name has an id of its own. */
  readonly made: Map<string, number>;
}

export interface Root {
  createdAt: number;
  accessKeys: AccessKey[];
  mfa: boolean;
  password: { lastUsedAt: number | null; changedAt: number | null } | null;
}

/** What users, groups and roles have in common. */
export interface PolicyHolder {
  /** Inline policies by name. */
  readonly inline: Map<string, PolicyDocument>;
  /** ARNs of attached managed policies. */
  readonly attached: Set<string>;
}

export interface AwsUser extends PolicyHolder {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly createdAt: number;
  tags: Record<string, string>;
  readonly groups: Set<string>;
  boundary?: string;
  accessKeys: AccessKey[];
  serviceCredentials: ServiceCredential[];
  sshKeys: SshKey[];
  signingCertificates: SigningCertificate[];
  password?: { createdAt: number; changedAt: number; lastUsedAt: number | null; nextRotationAt: number | null };
  mfa: { serial: string; enabledAt: number }[];
  /** Last use by service namespace. */
  lastAccessed: Record<string, LastAccess>;
}

export interface LastAccess {
  readonly at: number;
  readonly region?: string;
}

export interface AwsGroup extends PolicyHolder {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly createdAt: number;
}

export interface AwsRole extends PolicyHolder {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly createdAt: number;
  description?: string;
  maxSessionSeconds: number;
  trust: PolicyDocument;
  tags: Record<string, string>;
  boundary?: string;
  /** Null = no use in the tracking window. */
  lastUsed: { at: number; region: string } | null;
  instanceProfiles: string[];
  lastAccessed: Record<string, LastAccess>;
}

export interface ManagedPolicy {
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly path: string;
  readonly createdAt: number;
  updatedAt: number;
  description?: string;
  versions: { readonly id: string; readonly document: PolicyDocument; readonly createdAt: number }[];
  defaultVersion: string;
}

export interface AccessKey {
  readonly id: string;
  readonly secret: string;
  status: 'Active' | 'Inactive';
  readonly createdAt: number;
  lastUsed: { at: number; service: string; region: string } | null;
}

export interface ServiceCredential {
  readonly id: string;
  /** bedrock.amazonaws.com */
  readonly service: string;
  status: 'Active' | 'Inactive' | 'Expired';
  readonly createdAt: number;
  expiresAt: number | null;
  readonly alias: string;
}

export interface SshKey {
  readonly id: string;
  status: 'Active' | 'Inactive';
  readonly uploadedAt: number;
}

export interface SigningCertificate {
  readonly id: string;
  status: 'Active' | 'Inactive';
  readonly uploadedAt: number;
  /** A public certificate in PEM. */
  readonly body: string;
}

export interface ServerCertificate {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly uploadedAt: number;
  expiresAt: number;
}

export interface OidcProvider {
  readonly arn: string;
  readonly url: string;
  clientIds: string[];
  thumbprints: string[];
  readonly createdAt: number;
  tags: Record<string, string>;
}

export interface SamlProvider {
  readonly arn: string;
  readonly name: string;
  validUntil: number;
  readonly createdAt: number;
}

export interface LastAccessedJob {
  readonly id: string;
  readonly arn: string;
  /** Only who asked may read the answer. */
  readonly askedBy: string;
  readonly askedAt: number;
  waits: number;
}
