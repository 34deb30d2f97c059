import type { SubjectType } from '../checks/sdk/index.js';
import { strikeOutSecrets } from '../platform/crypto/index.js';
import type {
  CredentialRecord,
  EntitlementRecord,
  GrantRecord,
  IdentityRecord,
  ResourceEntry,
  ResourceType,
  SourceRecord,
} from '../connectors/sdk/index.js';

/** Kinds of row a merge writes, each its own table, in the order in which they refer to each other. */
export const MERGE_KINDS = ['identities', 'entitlements', 'resources', 'credentials', 'grants'] as const;
export type MergeKind = (typeof MERGE_KINDS)[number];

export const KIND_OF: Record<SourceRecord['entity'], MergeKind> = {
  identity: 'identities',
  entitlement: 'entitlements',
  resource: 'resources',
  credential: 'credentials',
  grant: 'grants',
};

/** Which of them are checked. */
export const SUBJECT_OF: Partial<Record<MergeKind, SubjectType>> = {
  identities: 'identity',
  credentials: 'credential',
  grants: 'grant',
};

/** A column that a record fills: its name and SQL type in the table, and its value out of the record. */
interface MergeColumn<R> {
  readonly name: string;
  readonly type: string;
  value(record: R, type: ResourceType): unknown;
}

/** A column that points at another row of the same source, found by type and external id. */
interface MergeReference<R> {
  readonly column: string;
  readonly table: MergeKind;
  readonly required: boolean;
  ref(record: R): { readonly type: string; readonly id: string } | undefined;
}

export interface KindSpec<R = never> {
  readonly columns: readonly MergeColumn<R>[];
  readonly references: readonly MergeReference<R>[];
  /** Columns a new row needs before anything is derived, as SQL. */
  readonly initially: Readonly<Record<string, string>>;
}

const json = (value: unknown): string => JSON.stringify(value ?? {});
const MAXIMUM_NAME = 500;
/** What a source says is text from outside: cut to size, and without anything that looks like a secret. */
const clean = (text: string): string => strikeOutSecrets(text).slice(0, MAXIMUM_NAME);
const cleanJson = (value: unknown): string => strikeOutSecrets(json(value));

const identities: KindSpec<IdentityRecord> = {
  columns: [
    { name: 'kind', type: 'text', value: (record) => record.kind },
    { name: 'display_name', type: 'text', value: (record) => clean(record.name) },
    { name: 'status', type: 'text', value: (record) => record.status },
    { name: 'created_at', type: 'timestamptz', value: (record) => record.createdAt },
    { name: 'tags', type: 'jsonb', value: (record) => cleanJson(record.tags) },
    { name: 'attributes', type: 'jsonb', value: (record) => cleanJson(record.attributes) },
    {
      name: 'stated',
      type: 'jsonb',
      value: ({ nature, managedBy, custody, environment, unit, aiUse, privilege, trusts, expectedUse, collection }) =>
        cleanJson({ nature, managedBy, custody, environment, unit, aiUse, privilege, trusts, expectedUse, collection }),
    },
  ],
  references: [],
  initially: {
    nature: `'undetermined'`,
    nature_because: `'not judged yet'`,
    managed_by: `'us'`,
    managed_by_because: `'not judged yet'`,
    custody: `'unknown'`,
    ai_use: `'unknown'`,
    ai_use_because: `'not judged yet'`,
    privilege: `'unknown'`,
    privilege_basis: `'{}'::jsonb`,
    outside_trust: `'unknown'`,
  },
};

const credentials: KindSpec<CredentialRecord> = {
  columns: [
    { name: 'kind', type: 'text', value: (record) => record.kind },
    { name: 'display_name', type: 'text', value: (record) => clean(record.name) },
    { name: 'status', type: 'text', value: (record) => record.status },
    { name: 'issued_at', type: 'timestamptz', value: (record) => record.issuedAt },
    { name: 'expires_at', type: 'timestamptz', value: (record) => record.expiresAt },
    { name: 'rotated_at', type: 'timestamptz', value: (record) => record.rotatedAt },
    { name: 'rotated_basis', type: 'text', value: (record) => record.rotatedBasis },
    { name: 'can_expire', type: 'boolean', value: (record, type) => record.canExpire ?? type.canExpire ?? false },
    { name: 'can_disable', type: 'boolean', value: (_record, type) => type.canDisable ?? false },
    { name: 'tells_last_use', type: 'boolean', value: (_record, type) => type.use !== undefined },
    { name: 'slots', type: 'integer', value: (_record, type) => type.slots ?? null },
    { name: 'hint', type: 'text', value: (record) => (record.hint === undefined ? null : clean(record.hint)) },
    { name: 'ai_service', type: 'boolean', value: (record) => record.aiService ?? false },
    { name: 'known_leaked', type: 'text', value: (record) => record.knownLeaked ?? null },
    { name: 'attributes', type: 'jsonb', value: (record) => cleanJson(record.attributes) },
  ],
  references: [{ column: 'identity_id', table: 'identities', required: true, ref: (record) => record.identity }],
  initially: {},
};

const entitlements: KindSpec<EntitlementRecord> = {
  columns: [
    { name: 'kind', type: 'text', value: (record) => record.kind },
    { name: 'display_name', type: 'text', value: (record) => clean(record.name) },
    { name: 'privilege', type: 'text', value: (record) => record.privilege.level },
    {
      name: 'privilege_basis',
      type: 'jsonb',
      value: (record) =>
        cleanJson({
          because: record.privilege.because,
          notConsidered: record.privilege.notConsidered,
          escalation: record.privilege.escalation ?? [],
        }),
    },
    { name: 'managed_by', type: 'text', value: (record) => record.managedBy },
    { name: 'ai_service', type: 'boolean', value: (record) => record.aiService },
    { name: 'attributes', type: 'jsonb', value: (record) => cleanJson(record.attributes) },
  ],
  references: [],
  initially: {},
};

const resources: KindSpec<ResourceEntry> = {
  columns: [
    { name: 'kind', type: 'text', value: (record) => record.kind },
    { name: 'display_name', type: 'text', value: (record) => clean(record.name) },
    { name: 'attributes', type: 'jsonb', value: (record) => cleanJson(record.attributes) },
  ],
  references: [],
  initially: {},
};

const grants: KindSpec<GrantRecord> = {
  columns: [],
  references: [
    { column: 'identity_id', table: 'identities', required: true, ref: (record) => record.identity },
    { column: 'entitlement_id', table: 'entitlements', required: true, ref: (record) => record.entitlement },
    { column: 'resource_id', table: 'resources', required: false, ref: (record) => record.resource },
    { column: 'via_identity_id', table: 'identities', required: false, ref: (record) => record.via },
  ],
  initially: {},
};

export const KIND_SPECS = { identities, credentials, entitlements, resources, grants } as unknown as Record<
  MergeKind,
  KindSpec<SourceRecord>
>;
