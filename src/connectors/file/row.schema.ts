import { z } from 'zod';

const text = (maximum: number) =>
  z.string().trim().min(1, 'is empty').max(maximum, `is longer than ${maximum} characters`);
const id = text(500);
/** A full instant, or a day (its start in UTC). Kept as one way of writing, so that the same instant never looks changed. */
const instant = z
  .string()
  .refine(
    (value) =>
      /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/.test(value) &&
      !Number.isNaN(Date.parse(asUtc(value))),
    'is not an instant (2026-01-31T08:00:00Z) or a day (2026-01-31)',
  )
  .transform((value) => new Date(asUtc(value)).toISOString());
const asUtc = (value: string): string =>
  (/(?:Z|[+-]\d{2}:?\d{2})$/.test(value) || value.length === 10 ? value : `${value}Z`).replace(' ', 'T');
const privilege = z.enum(['admin', 'privileged', 'write', 'read', 'none', 'unknown']);
const attributes = z
  .record(z.string().max(100), z.union([z.string().max(2000), z.number(), z.boolean(), z.null()]))
  .optional();
const use = { lastUsedAt: instant.nullish(), useKnownSince: instant.nullish(), useKnownUntil: instant.nullish() };

const identity = z.strictObject({
  entity: z.literal('identity'),
  id,
  name: text(500).optional(),
  kind: z
    .enum(['user', 'role', 'service-account', 'application', 'workload', 'agent', 'bot', 'group'])
    .default('service-account'),
  status: z.enum(['active', 'disabled', 'unknown']).default('active'),
  createdAt: instant.nullish(),
  owner: text(320).optional(),
  environment: text(100).optional(),
  unit: text(200).optional(),
  nature: z.enum(['human', 'non-human', 'mixed', 'undetermined']).optional(),
  managedBy: z.enum(['us', 'cloud-provider', 'platform', 'vendor']).optional(),
  custody: z.enum(['self-held', 'assumable', 'platform-held', 'vendor-held', 'unknown']).optional(),
  aiUse: z.enum(['yes', 'no']).optional(),
  privilege: privilege.optional(),
  collection: text(300).optional(),
  expectedUse: z
    .strictObject({
      pattern: z.enum(['continuous', 'scheduled', 'seasonal', 'standby', 'break-glass']),
      nextDueAt: instant.nullish(),
      everyDays: z.number().int().min(1).max(3660).nullish(),
      approvedBy: text(320).nullish(),
      approvedAt: instant.nullish(),
      approvedUntil: instant.nullish(),
    })
    .optional(),
  tags: z.record(z.string().max(200), z.string().max(1000)).optional(),
  attributes,
  ...use,
});

const credential = z.strictObject({
  entity: z.literal('credential'),
  id,
  identity: id,
  name: text(500).optional(),
  kind: z.enum([
    'access-key',
    'api-key',
    'client-secret',
    'certificate',
    'personal-access-token',
    'oauth-token',
    'password',
    'ssh-key',
    'signing-certificate',
    'service-credential',
    'federated-trust',
  ]),
  status: z.enum(['active', 'disabled', 'expired', 'unknown']).default('active'),
  issuedAt: instant.nullish(),
  expiresAt: instant.nullish(),
  rotatedAt: instant.nullish(),
  canExpire: z.boolean().default(true),
  hint: text(200).optional(),
  aiService: z.boolean().default(false),
  consumers: z
    .array(
      z.strictObject({
        kind: text(100),
        locator: text(500),
        basis: z.enum(['observed', 'declared', 'scanned']).default('declared'),
        lastSeenAt: instant.nullish(),
      }),
    )
    .max(100)
    .optional(),
  /** For what, and by what program, it was last used: where the file's source tells. */
  lastUsedService: text(200).optional(),
  lastUserAgent: text(500).optional(),
  attributes,
  ...use,
});

const entitlement = z.strictObject({
  entity: z.literal('entitlement'),
  id,
  name: text(500).optional(),
  kind: text(100).default('role'),
  privilege: privilege.default('unknown'),
  aiService: z.boolean().default(false),
  attributes,
});
const resource = z.strictObject({
  entity: z.literal('resource'),
  id,
  name: text(500).optional(),
  kind: text(100).default('resource'),
  attributes,
});
const grant = z.strictObject({
  entity: z.literal('grant'),
  id: id.optional(),
  identity: id,
  entitlement: id,
  resource: id.optional(),
  via: id.optional(),
  attributes,
  ...use,
});

/** One row of our own import format, as NDJSON writes it; CSV has the same members in snake_case columns. */
export const rowSchema = z.discriminatedUnion('entity', [identity, credential, entitlement, resource, grant]);
export type ImportRow = z.output<typeof rowSchema>;
