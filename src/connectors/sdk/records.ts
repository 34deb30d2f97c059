/** An instant as ISO 8601 in UTC with milliseconds, or null where the source says that there is none. */
export type Iso = string;

/** Points at something of the same source by its resource type and the vendor's immutable id. */
export interface Ref {
  readonly type: string;
  readonly id: string;
}

/** A value together with the reason we hold it to be true: every inference is shown with its reason. */
export interface Stated<T> {
  readonly value: T;
  readonly because: string;
}

export type Privilege = 'admin' | 'privileged' | 'write' | 'read' | 'none' | 'unknown';
export type IdentityKind =
  'user' | 'role' | 'service-account' | 'application' | 'workload' | 'agent' | 'bot' | 'group' | 'root';
export type CredentialKind =
  | 'access-key'
  | 'api-key'
  | 'client-secret'
  | 'certificate'
  | 'personal-access-token'
  | 'oauth-token'
  | 'password'
  | 'ssh-key'
  | 'signing-certificate'
  | 'service-credential'
  | 'federated-trust';
export type Nature = 'human' | 'non-human' | 'mixed' | 'undetermined';
export type ManagedBy = 'us' | 'cloud-provider' | 'platform' | 'vendor';
export type Custody = 'self-held' | 'assumable' | 'platform-held' | 'vendor-held' | 'unknown';

/** How far a level reaches, why, and what was not looked at when it was judged. */
export interface PrivilegeStatement {
  readonly level: Privilege;
  readonly because: readonly string[];
  readonly notConsidered: readonly string[];
  /** Ways to a higher level that the combination opens, in words. */
  readonly escalation?: readonly string[];
}

/** One principal that may become this identity. */
export interface TrustRecord {
  /** As the source writes it. */
  readonly principal: string;
  readonly kind: 'account' | 'identity' | 'service' | 'federation' | 'anyone' | 'unresolvable';
  /** The account the principal belongs to, where it has one. */
  readonly account: string | null;
  readonly provider: string;
  /** What must hold beside being the principal, in the source's own terms. */
  readonly conditions: Readonly<Record<string, unknown>>;
  /** Whether the conditions pin the trust to one party (an external id, a subject claim). */
  readonly narrowed: boolean;
}

export interface ExpectedUse {
  readonly pattern: 'continuous' | 'scheduled' | 'seasonal' | 'standby' | 'break-glass';
  readonly nextDueAt?: Iso | null;
  /** How often it is due again after that. */
  readonly everyDays?: number | null;
  readonly approvedBy?: string | null;
  readonly approvedAt?: Iso | null;
  readonly approvedUntil?: Iso | null;
  readonly reason?: string | null;
}

interface Common {
  /** The resource type, as the connector declares it: `aws.access-key`. */
  readonly type: string;
  /** The vendor's immutable id: never a name, an address or a position. */
  readonly id: string;
  readonly name: string;
  /** What the source says of it beyond our own terms; small, and never a secret. */
  readonly attributes?: Readonly<Record<string, unknown>>;
}

export interface IdentityRecord extends Common {
  readonly entity: 'identity';
  readonly kind: IdentityKind;
  readonly status: 'active' | 'disabled' | 'unknown';
  readonly createdAt: Iso | null;
  readonly tags: Readonly<Record<string, string>>;
  /** Left out where only the whole inventory can tell (a user with and without a password). */
  readonly nature?: Stated<Nature>;
  readonly managedBy?: Stated<ManagedBy>;
  readonly custody?: Custody;
  readonly environment?: string;
  readonly unit?: string;
  readonly aiUse?: Stated<'yes' | 'no'>;
  /** The effective level, where the connector can judge it from everything the identity has; else it follows from the grants. */
  readonly privilege?: PrivilegeStatement;
  readonly collection?: {
    readonly id: string;
    readonly name: string;
    readonly template: string;
    readonly because: string;
  };
  readonly trusts?: readonly TrustRecord[];
  readonly expectedUse?: ExpectedUse;
}

export interface CredentialRecord extends Common {
  readonly entity: 'credential';
  readonly identity: Ref;
  readonly kind: CredentialKind;
  readonly status: 'active' | 'disabled' | 'expired' | 'unknown';
  readonly issuedAt: Iso | null;
  readonly expiresAt: Iso | null;
  readonly rotatedAt: Iso | null;
  readonly rotatedBasis: 'source' | 'created' | 'log' | 'unknown';
  /** By what a person recognises it: last characters of its id, a fingerprint. Never part of the value. */
  readonly hint?: string;
  /** It opens an AI service. */
  readonly aiService?: boolean;
  /** The source itself reports it as leaked: what it says. */
  readonly knownLeaked?: string;
  /** Overrides of what its type can do, where the source can tell for the single credential. */
  readonly canExpire?: boolean;
  readonly consumers?: readonly {
    readonly kind: string;
    readonly locator: string;
    readonly basis: 'observed' | 'declared' | 'scanned';
    readonly lastSeenAt?: Iso | null;
  }[];
}

export interface EntitlementRecord extends Common {
  readonly entity: 'entitlement';
  readonly kind: string;
  readonly privilege: PrivilegeStatement;
  readonly managedBy: ManagedBy;
  /** It names an AI service (a wildcard over everything does not count). */
  readonly aiService: boolean;
}

export interface ResourceEntry extends Common {
  readonly entity: 'resource';
  readonly kind: string;
}

export interface GrantRecord extends Omit<Common, 'name'> {
  readonly entity: 'grant';
  readonly identity: Ref;
  readonly entitlement: Ref;
  readonly resource?: Ref;
  /** The group or other holder it is inherited from. */
  readonly via?: Ref;
}

export type SourceRecord = IdentityRecord | CredentialRecord | EntitlementRecord | ResourceEntry | GrantRecord;

/** Last use travels apart from the record: it changes all the time, and must not make the record look changed. */
export interface LastUse {
  /** Null = no use in the span that is known. */
  readonly at: Iso | null;
  /** From when on a use would be known; left out = the resource type's stated horizon. Null = unknown. */
  readonly knownSince?: Iso | null;
  /** Until when; left out = this reading less the type's stated lag. */
  readonly knownUntil?: Iso | null;
  readonly precision: 'exact' | '15m' | 'day' | 'period' | 'none';
  /** Service, region, user agent: what the source tells about the use. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** What a reading yields. */
export interface Emitted {
  readonly record: SourceRecord;
  readonly use?: LastUse;
  /**
   * True when only part of what the record normally says could be read (a tag API was refused, say). A partial record
   * adds what is new and keeps what is there in place; it never overwrites what a fuller reading knew.
   */
  readonly partial?: boolean;
}

/** A row of a file, not yet parsed: its text is hashed first, and only a row that changed is parsed at all. */
export interface RawRow {
  /** What was sent, as text or as the bytes of that text. */
  readonly raw: string | Uint8Array;
  /** The line, or the number of the record, for messages. */
  readonly line: number;
  /** What the row says, or what is wrong with it. */
  parse(): readonly Emitted[] | RowProblem[];
}

export interface RowProblem {
  readonly line: number;
  readonly field: string | null;
  readonly problem: string;
}
