import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Emitted, RawRow } from './records.js';

/** What a connector is. It reads one kind of source; it never touches our database. */
export interface Connector<Config = unknown> {
  /** 'aws-iam' */
  readonly id: string;
  readonly title: string;
  /** Secrets are references ({ env } or { file }), never values. */
  readonly config: StandardSchemaV1<unknown, Config>;
  /** Part of every record's hash: raise it when the mapping changes, and everything is read anew. */
  readonly mappingVersion: number;
  readonly resourceTypes: readonly ResourceType[];
  /** Opens a session. Makes no call that could fail for reasons of the source: `validate` does. */
  connect(config: Config, host: ConnectorHost): Session | Promise<Session>;
}

/** What a connector may use of its surroundings. */
export interface ConnectorHost {
  /** Variables a vendor's library looks up by itself; also AWS_ENDPOINT_URL and the like. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Resolves a reference in a configuration. Throws {@link SecretUnavailable}. */
  secret(reference: SecretReference): string;
  /** Milliseconds since 1970. The only clock a connector has. */
  now(): number;
  /** Waits, unless the run is aborted. Tests make it instant. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
}

export type SecretReference = { readonly env: string } | { readonly file: string };

export class SecretUnavailable extends Error {
  override readonly name = 'SecretUnavailable';
}

/** A session with one source: an account, or several that are read through one. */
export interface Session {
  /** Proves that the credential works and says what it reached. Throws a {@link VendorFailure} that tells what is wrong. */
  validate(signal: AbortSignal): Promise<{ readonly account: string; readonly detail?: string }>;
  /** Every scope there is, those that cannot be read included: an account nobody may read is shown, not dropped. */
  scopes(ctx: ScopeContext): Promise<readonly Scope[]>;
  /** How a scope is read: in this order, each for the resource types it names. */
  readonly readings: readonly Reading[];
  close?(): Promise<void> | void;
}

export interface Scope {
  /** The vendor's id of it (an account number). */
  readonly id: string;
  readonly name: string;
  /** 'aws-account' */
  readonly kind: string;
  readonly environment?: string;
  readonly unit?: string;
  /** Why nothing in it can be read; absent = readable. */
  readonly unreadable?: GapCause;
}

/**
 * One way to read some resource types of a scope. A type counts as read completely only if every reading that names it
 * ended without throwing and without reporting a gap for it. Whatever is thrown becomes a gap for all its types: an
 * error cannot be mistaken for an empty list.
 */
export interface Reading {
  readonly id: string;
  readonly types: readonly string[];
  read(ctx: ReadContext, scope: Scope): AsyncIterable<readonly (Emitted | RawRow)[]>;
}

export interface ScopeContext {
  readonly signal: AbortSignal;
  /** Accounts known to belong to the organisation, or to a vendor of it: trust is judged against them. */
  knows(account: KnownAccount): void;
  /** The list of scopes itself could not be read whole. */
  gap(gap: Gap): void;
}

export interface KnownAccount {
  readonly provider: string;
  readonly id: string;
  readonly name: string;
  readonly relation: 'own' | 'vendor';
  readonly basis: string;
}

export interface ReadContext {
  readonly signal: AbortSignal;
  /** Says out loud what could not be read. A scope with a gap is never swept and never passes a check. */
  gap(gap: Gap): void;
  /** What the source itself says there is of a type: compared with what was collected. */
  stated(type: string, count: number): void;
  /** A type whose usage data is better or worse in this reading than its declaration says. */
  coverage(type: string, span: { knownSince: string | null; knownUntil: string | null }): void;
  /** Told to whoever waits. */
  progress(done: number, what: string): void;
}

export type GapReason = 'forbidden' | 'throttled' | 'unavailable' | 'unsupported' | 'malformed' | 'inconsistent';

export interface GapCause {
  readonly reason: GapReason;
  /** The vendor permission that is missing, where that is the reason. */
  readonly permission?: string;
  /** One sentence for a person. Never a value that was sent. */
  readonly detail: string;
}

export interface Gap extends GapCause {
  readonly type: string;
  /** Only what hangs on this one parent (its external id) could not be read; absent = the whole type in the scope. */
  readonly parent?: string;
}

export interface ResourceType {
  /** 'aws.access-key' */
  readonly id: string;
  readonly title: string;
  readonly entity: 'identity' | 'credential' | 'entitlement' | 'resource' | 'grant';
  /** Vendor permissions reading needs, shown before the connector is switched on. */
  readonly permissions: { readonly read: readonly string[]; readonly write?: readonly string[] };
  /** What the platform can do at all: what it cannot is never held against a credential. */
  readonly canExpire?: boolean;
  readonly canDisable?: boolean;
  /** Absent = this source knows nothing of use. */
  readonly use?: {
    /** How far back it reaches; null = each record says so itself. */
    readonly horizonDays: number | null;
    /** How late a use may show, in hours. */
    readonly lagHours: number;
  };
  /** A permanent set of this many (two keys that are always there). */
  readonly slots?: number;
}

/** Anything that goes wrong at a source, in terms that lead to the right gap. Its message is for people and holds no secret. */
export class VendorFailure extends Error {
  override readonly name = 'VendorFailure';
  constructor(
    message: string,
    readonly reason: GapReason | 'unauthenticated',
    readonly permission?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** The gap it makes. A refused sign-in is no gap: the whole run fails. */
  toCause(): GapCause {
    return {
      reason: this.reason === 'unauthenticated' ? 'forbidden' : this.reason,
      detail: this.message,
      ...(this.permission ? { permission: this.permission } : {}),
    };
  }
}

/** The connector itself does something it must not: a page cursor that stands still, a record without id. */
export class ConnectorBug extends Error {
  override readonly name = 'ConnectorBug';
}
