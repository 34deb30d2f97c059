import { z } from 'zod';
import { pageQuery } from '../platform/http/index.js';

const ref = z.strictObject({ id: z.uuid(), displayName: z.string() });
const named = z.strictObject({ id: z.uuid(), name: z.string() });
const instant = z.iso.datetime();
const privilege = z.enum(['admin', 'privileged', 'write', 'read', 'none', 'unknown']);
const asOf = instant.optional().meta({ description: 'The state at that instant.' });
export const lastUse = z
  .strictObject({
    state: z.enum(['used', 'never', 'unknown']).meta({
      description: 'Unknown is not never: the source cannot say, or its data does not reach back far enough.',
    }),
    at: instant.nullable(),
    knownSince: instant.nullable(),
    knownUntil: instant.nullable(),
    precision: z.enum(['exact', '15m', 'day', 'period', 'none']),
  })
  .meta({ id: 'LastUse' });
const anything = z.record(z.string(), z.unknown());

export const identitySchema = z
  .strictObject({
    id: z.uuid(),
    source: named,
    scope: z.strictObject({ id: z.string(), name: z.string() }),
    resourceType: z.string(),
    externalId: z.string(),
    kind: z.enum(['user', 'role', 'service-account', 'application', 'workload', 'agent', 'bot', 'group', 'root']),
    displayName: z.string(),
    status: z.enum(['active', 'disabled', 'unknown', 'removed']),
    nature: z.enum(['human', 'non-human', 'mixed', 'undetermined']),
    managedBy: z.enum(['us', 'cloud-provider', 'platform', 'vendor']),
    custody: z.enum(['self-held', 'assumable', 'platform-held', 'vendor-held', 'unknown']),
    environment: z.string().nullable(),
    unit: named.nullable(),
    privilege,
    risk: z.strictObject({
      level: z.enum(['low', 'moderate', 'high', 'critical']).nullable().meta({ description: 'Null = unrated.' }),
      because: z.array(z.string()),
    }),
    aiUse: z.enum(['yes', 'no', 'unknown']),
    outsideTrust: z.enum(['none', 'vendor', 'outside', 'anyone', 'unknown']),
    because: z.strictObject({
      nature: z.string(),
      managedBy: z.string(),
      aiUse: z.string(),
      privilege: anything,
      collection: z.string().nullable(),
      expectedUse: z.string().nullable(),
    }),
    owner: ref
      .nullable()
      .meta({ description: 'The person assigned (provisional or accepted); null while only proposed.' }),
    ownership: z.enum(['proposed', 'provisional', 'accepted']).nullable(),
    ownershipRule: named
      .nullable()
      .meta({ description: 'The ownership rule that gave the owner; null where a person did.' }),
    team: named.nullable(),
    sponsor: ref.nullable(),
    useCases: z.array(z.strictObject({ id: z.uuid(), name: z.string(), status: z.string() })),
    collection: named.nullable(),
    expectedUse: anything.nullable(),
    lastUse,
    openFindings: z.number().int().nullable(),
    createdAt: instant.nullable(),
    firstSeenAt: instant,
    removedAt: instant.nullable(),
    tags: z.record(z.string(), z.string()),
    version: z.number().int(),
  })
  .meta({ id: 'Identity' });

export const identitiesQuery = z.strictObject({
  ...pageQuery,
  kind: z
    .enum(['user', 'role', 'service-account', 'application', 'workload', 'agent', 'bot', 'group', 'root'])
    .optional(),
  status: z.enum(['active', 'disabled', 'unknown', 'removed']).optional(),
  nature: z.enum(['human', 'non-human', 'mixed', 'undetermined']).optional(),
  managedBy: z.enum(['us', 'cloud-provider', 'platform', 'vendor']).optional(),
  aiUse: z.enum(['yes', 'no', 'unknown']).optional(),
  source: z.uuid().optional(),
  unit: z.uuid().optional(),
  environment: z.string().max(100).optional(),
  owner: z
    .union([z.uuid(), z.literal('none')])
    .optional()
    .meta({ description: 'A person, or "none".' }),
  ownership: z.enum(['none', 'provisional', 'accepted']).optional(),
  useCase: z.uuid().optional(),
  privilege: privilege.optional(),
  risk: z.enum(['low', 'moderate', 'high', 'critical', 'unrated']).optional(),
  collection: z.uuid().optional(),
  externalId: z.string().max(500).optional(),
  name: z.string().max(500).optional(),
  q: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'Part of the name, or a whole external id or ARN.' }),
  asOf,
});
export const asOfQuery = z.strictObject({ asOf });
export const grantsQuery = z.strictObject({ ...pageQuery, asOf });

const reason = z.string().trim().min(1).max(2000);
export const changedIdentity = z
  .strictObject({
    nature: z.enum(['human', 'non-human', 'mixed', 'undetermined']).nullish(),
    managedBy: z.enum(['us', 'cloud-provider', 'platform', 'vendor']).nullish(),
    custody: z.enum(['self-held', 'assumable', 'platform-held', 'vendor-held']).nullish(),
    environment: z.string().trim().min(1).max(100).nullish(),
    unit: z.uuid().nullish(),
    aiUse: z.enum(['yes', 'no', 'unknown']).nullish(),
    collection: z
      .union([z.uuid(), z.literal('none')])
      .nullish()
      .meta({ description: 'A collection of the same source, or "none".' }),
    expectedUse: z
      .strictObject({
        pattern: z.enum(['continuous', 'scheduled', 'seasonal', 'standby', 'break-glass']),
        nextDueAt: instant.nullish().meta({ description: 'When it is due; an alert when it does not happen then.' }),
        everyDays: z
          .number()
          .int()
          .min(1)
          .max(3660)
          .nullish()
          .meta({ description: 'How often it is due again after that. Left out: that once.' }),
        approvedUntil: instant.nullish().meta({ description: 'Left out: for a year. No approval is for ever.' }),
      })
      .refine(
        ({ pattern, nextDueAt, approvedUntil }) =>
          !['scheduled', 'seasonal'].includes(pattern) || nextDueAt || approvedUntil,
        { path: ['nextDueAt'], message: 'is needed: what comes again has a next time, or an end' },
      )
      .nullish(),
    reason: reason.meta({ description: 'Why a person knows better. Null for a member takes its override back.' }),
  })
  .meta({ id: 'ChangedIdentity' });

export const credentialSchema = z
  .strictObject({
    id: z.uuid(),
    identity: ref,
    source: named,
    resourceType: z.string(),
    externalId: z.string(),
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
    displayName: z.string(),
    status: z
      .enum(['active', 'disabled', 'expired', 'unknown', 'removed'])
      .meta({ description: 'Expiry is judged by the clock.' }),
    statedStatus: z.enum(['active', 'disabled', 'expired', 'unknown']).meta({ description: 'What the source says.' }),
    issuedAt: instant.nullable(),
    expiresAt: instant.nullable(),
    rotatedAt: instant.nullable(),
    rotatedBasis: z.enum(['source', 'created', 'log', 'unknown']),
    canExpire: z.boolean(),
    canDisable: z.boolean(),
    slots: z.number().int().nullable(),
    hint: z.string().nullable(),
    aiService: z.boolean(),
    knownLeaked: z.string().nullable(),
    lastUse,
    consumers: z.array(
      z.strictObject({
        kind: z.string(),
        locator: z.string(),
        basis: z.enum(['observed', 'declared', 'scanned']),
        lastSeenAt: instant.nullable(),
      }),
    ),
    openFindings: z.number().int().nullable(),
    firstSeenAt: instant,
    removedAt: instant.nullable(),
    attributes: anything,
    version: z.number().int(),
  })
  .meta({ id: 'Credential' });
export const credentialsQuery = z.strictObject({
  ...pageQuery,
  kind: credentialSchema.shape.kind.optional(),
  status: credentialSchema.shape.status.optional(),
  source: z.uuid().optional(),
  identity: z.uuid().optional(),
  expiresBefore: instant.optional(),
  q: z.string().trim().min(1).max(200).optional(),
  asOf,
});

export const grantSchema = z
  .strictObject({
    id: z.uuid(),
    entitlement: z.strictObject({ ...ref.shape, kind: z.string(), externalId: z.string(), managedBy: z.string() }),
    resource: z.strictObject({ ...ref.shape, kind: z.string() }).nullable(),
    privilege,
    because: anything,
    aiService: z.boolean(),
    via: z.strictObject({ ...ref.shape, kind: z.string() }).nullable(),
    lastUse,
    unusedServices: z.array(z.unknown()),
    firstSeenAt: instant,
  })
  .meta({ id: 'Grant' });

export const graphSchema = z
  .strictObject({
    nodes: z.array(
      z.strictObject({
        id: z.string(),
        column: z.enum(['owner', 'use-case', 'agent', 'identity', 'credential', 'entitlement']),
        label: z.string(),
        detail: z.string().nullable(),
      }),
    ),
    edges: z.array(z.strictObject({ from: z.string(), to: z.string(), because: z.string() })),
    left: z.record(z.string(), z.number().int()).meta({ description: 'How many nodes of a column are left out.' }),
  })
  .meta({ id: 'IdentityGraph' });

export const historySchema = z
  .strictObject({
    at: instant,
    what: z.enum(['identity', 'ownership', 'use-case']),
    changes: z.record(z.string(), z.strictObject({ before: z.unknown(), after: z.unknown() })),
  })
  .meta({ id: 'HistoryEntry' });

export const explanationSchema = z
  .strictObject({
    check: z.string(),
    title: z.string(),
    result: z.enum(['pass', 'fail', 'not-applicable', 'not-evaluated', 'off']),
    because: z.string().nullable(),
    severity: z.string().nullable(),
    since: instant.nullable(),
    until: instant.nullable().meta({ description: 'The instant at which time alone could turn it.' }),
    evidence: anything.nullable(),
    policy: z.uuid().nullable(),
    mode: z.string().nullable(),
    supersededBy: z.string().nullable(),
    excepted: z.boolean().meta({ description: 'An exception allows it.' }),
  })
  .meta({ id: 'OutcomeExplained' });

const control = z.strictObject({
  framework: z.string(),
  id: z.string(),
  title: z.string(),
  strength: z.string(),
  uncertain: z.boolean(),
});
export const findingSchema = z
  .strictObject({
    id: z.uuid(),
    check: z.string(),
    title: z.string(),
    subject: z.strictObject({ type: z.string(), id: z.uuid(), displayName: z.string().nullable() }),
    identity: ref.nullable(),
    source: z.uuid().nullable(),
    scope: z.string().nullable(),
    severity: z.enum(['low', 'medium', 'high', 'critical']),
    status: z.enum(['open', 'acknowledged', 'excepted', 'resolved']),
    resolution: z.enum(['fixed', 'superseded', 'subject-gone', 'not-applicable']).nullable(),
    supersededBy: z.uuid().nullable(),
    mode: z.enum(['observe', 'notify', 'enforce']),
    reason: z.string(),
    remediation: z.string(),
    frozen: z.boolean().meta({ description: 'Its source could not be read: it stands still until it can.' }),
    owner: ref.nullable(),
    since: instant,
    openedAt: instant,
    dueAt: instant.nullable().meta({ description: 'Null while its policy only observes.' }),
    dueBecause: z.string().nullable().meta({ description: 'Why a calendar moved it; null where none did.' }),
    wave: z.number().int().nullable().meta({ description: "Its week in the plan of its policy's first run." }),
    rank: z.number().int().meta({ description: 'What comes first: severity, and what stands together.' }),
    combination: z
      .array(z.enum(['admin', 'ownerless', 'outside-trust', 'unused']))
      .meta({ description: 'What stands together on its identity; all four come before everything else.' }),
    assignee: z
      .strictObject({
        type: z.enum(['person', 'team', 'queue']),
        id: z.uuid().nullable(),
        name: z.string(),
        because: z.enum(['assigned', 'owner', 'team', 'policy', 'default']),
      })
      .meta({ description: 'Where it goes, and why there.' }),
    policy: named.nullable(),
    exception: z
      .strictObject({
        id: z.uuid(),
        status: z.enum(['requested', 'approved']),
        expiresAt: instant,
        reason: z.string(),
        compensatingControl: z.string(),
        requestedBy: z.string(),
        approvedBy: z.string().nullable(),
      })
      .nullable()
      .meta({ description: 'The exception that allows it, or waits to be decided.' }),
    resolvedAt: instant.nullable(),
    timesOpened: z.number().int(),
    evidence: anything,
    controls: z.array(control),
    version: z.number().int(),
  })
  .meta({ id: 'Finding' });
export const findingsQuery = z.strictObject({
  ...pageQuery,
  check: z.string().max(100).optional(),
  severity: z.enum(['low', 'medium', 'high', 'critical']).optional(),
  status: z.enum(['open', 'acknowledged', 'excepted', 'resolved', 'unresolved']).optional(),
  subject: z.uuid().optional(),
  subjectType: z.enum(['identity', 'credential', 'grant', 'use-case', 'agent', 'person', 'source']).optional(),
  identity: z.uuid().optional(),
  source: z.uuid().optional(),
  owner: z.union([z.uuid(), z.literal('none')]).optional(),
  mode: z.enum(['observe', 'notify', 'enforce']).optional(),
  dueBefore: instant.optional(),
  openedSince: instant.optional(),
  policy: z.uuid().optional(),
  combination: z
    .string()
    .max(100)
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(['admin', 'ownerless', 'outside-trust', 'unused'])))
    .optional()
    .meta({ description: 'What must stand together: one or several of them, joined by commas.' }),
  assignee: z.uuid().optional().meta({ description: 'A person it goes to.' }),
  team: z.uuid().optional().meta({ description: 'A team it goes to.' }),
  queue: z.string().max(100).optional().meta({ description: 'A queue it goes to.' }),
  q: z.string().trim().min(1).max(200).optional(),
});
export const changedFinding = z
  .strictObject({ status: z.enum(['open', 'acknowledged']), comment: reason.nullish() })
  .meta({ id: 'ChangedFinding' });
export const findingSummary = z
  .strictObject({
    data: z.array(
      z.strictObject({
        check: z.string(),
        severity: z.string(),
        open: z.number().int(),
        overdue: z.number().int(),
        excepted: z.number().int(),
      }),
    ),
    next: z.null(),
  })
  .meta({ id: 'FindingSummary' });
export const findingEventSchema = z
  .strictObject({ at: instant, type: z.string(), actor: z.string(), data: anything })
  .meta({ id: 'FindingEvent' });

export const newComment = z.strictObject({ comment: reason }).meta({ id: 'NewComment' });
export const commentSchema = z
  .strictObject({ id: z.number().int(), at: instant, actor: z.string(), comment: z.string() })
  .meta({ id: 'Comment' });
export const assignment = z
  .strictObject({
    findings: z.array(z.uuid()).min(1).max(1000),
    to: z
      .discriminatedUnion('type', [
        z.strictObject({ type: z.literal('person'), id: z.uuid() }),
        z.strictObject({ type: z.literal('team'), id: z.uuid() }),
        z.strictObject({
          type: z.literal('queue'),
          name: z
            .string()
            .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'is not lower-case words joined by hyphens')
            .max(100),
        }),
      ])
      .nullable()
      .meta({ description: 'Null = back to whoever answers for its subject.' }),
    comment: reason.nullish(),
  })
  .meta({ id: 'Assignment' });
export const assignmentReport = z
  .strictObject({ assigned: z.number().int(), unchanged: z.number().int() })
  .meta({ id: 'AssignmentReport' });

const exceptionStatus = z.enum(['requested', 'approved', 'rejected', 'expired']);
export const exceptionSchema = z
  .strictObject({
    id: z.uuid(),
    finding: z.uuid(),
    check: z.string(),
    subject: z.strictObject({ type: z.string(), id: z.uuid(), displayName: z.string().nullable() }),
    identity: ref.nullable(),
    findingReason: z.string(),
    severity: z.enum(['low', 'medium', 'high', 'critical']).meta({ description: 'What it was asked for at.' }),
    status: exceptionStatus,
    reason: z.string(),
    compensatingControl: z.string(),
    expiresAt: instant,
    policy: named,
    requestedBy: z.string(),
    requestedAt: instant,
    approvedBy: z.string().nullable(),
    decidedBy: z.string().nullable(),
    decidedAt: instant.nullable(),
    comment: z.string().nullable(),
    endedAt: instant.nullable(),
    endedBecause: z
      .enum(['time', 'worsened', 'resolved', 'closed', 'withdrawn', 'replaced'])
      .nullable()
      .meta({ description: 'Why it holds no longer, where it is expired.' }),
    version: z.number().int(),
  })
  .meta({ id: 'Exception' });
export const exceptionsQuery = z.strictObject({
  ...pageQuery,
  status: exceptionStatus.optional(),
  finding: z.uuid().optional(),
  check: z.string().max(100).optional(),
  severity: z.enum(['low', 'medium', 'high', 'critical']).optional(),
  identity: z.uuid().optional(),
  expiresBefore: instant.optional(),
});
export const newException = z
  .strictObject({
    reason,
    compensatingControl: reason.meta({ description: 'What is done instead, so that the risk is borne.' }),
    expiresAt: instant,
  })
  .meta({ id: 'NewException' });
export const exceptionDecision = z.strictObject({ comment: reason.nullish() }).meta({ id: 'ExceptionDecision' });

export const collectionSchema = z
  .strictObject({
    id: z.uuid(),
    source: named,
    externalId: z.string(),
    name: z.string(),
    template: z.string(),
    because: z.string(),
    identities: z.number().int(),
  })
  .meta({ id: 'Collection' });
