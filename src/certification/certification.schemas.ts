import { z } from 'zod';
import { pageQuery } from '../platform/http/index.js';

const text = (maximum: number) => z.string().trim().min(1).max(maximum);
const person = z.strictObject({ id: z.uuid(), displayName: z.string() });
const RISKS = ['low', 'moderate', 'high', 'critical', 'unrated'] as const;
const PRIVILEGES = ['admin', 'privileged', 'write', 'read', 'none', 'unknown'] as const;
/** One value or several: a filter is written either way. */
const some = <T extends z.ZodType>(item: T, maximum = 200) =>
  z.union([item.transform((one) => [one]), z.array(item).min(1).max(maximum)]) as z.ZodType<z.output<T>[]>;

export const scopeSchema = z
  .strictObject({
    subject: z.enum(['identity', 'credential', 'grant']).default('identity'),
    ids: z.array(z.uuid()).min(1).max(10_000).optional(),
    risk: some(z.enum(RISKS)).optional(),
    privilege: some(z.enum(PRIVILEGES)).optional(),
    environment: some(text(100)).optional(),
    useCase: some(z.union([z.uuid(), z.enum(['none', 'any'])])).optional(),
    unit: some(z.uuid()).optional().meta({ description: 'With everything below.' }),
    unitAlone: some(z.uuid()).optional().meta({ description: 'Without what is below.' }),
    source: some(z.uuid()).optional(),
    owner: some(z.union([z.uuid(), z.literal('none')])).optional(),
    kind: some(z.enum(['user', 'role', 'service-account', 'application', 'workload', 'agent', 'bot', 'group', 'root']))
      .optional()
      .meta({ description: 'Kind of the identity.' }),
    credentialKind: some(text(50)).optional(),
    nature: some(z.enum(['human', 'non-human', 'mixed', 'undetermined'])).optional(),
    aiUse: some(z.enum(['yes', 'no', 'unknown'])).optional(),
    collection: some(z.uuid()).optional(),
    tags: z.record(z.string().min(1).max(200), z.string().max(300).nullable()).optional(),
    findings: z
      .strictObject({
        severity: z.enum(['low', 'medium', 'high', 'critical']).optional(),
        checks: some(text(100), 50).optional(),
      })
      .optional()
      .meta({ description: 'Has an open finding: at least this severe, of one of these checks.' }),
  })
  .meta({ id: 'CampaignScope' });

const RELATIONS = ['owner', 'sponsor', 'use-case-sponsor', 'resource-owner', 'manager', 'unit-head'] as const;
const rule = z.union([
  z.enum(RELATIONS).transform((by) => ({ by })),
  z.strictObject({ by: z.enum(RELATIONS) }),
  z.strictObject({ by: z.literal('person').default('person'), person: z.uuid() }),
  z.strictObject({ by: z.literal('team').default('team'), team: z.uuid() }),
]);
const rules = z.array(rule).min(1).max(10);
const staged = z.strictObject({
  rules: rules.optional(),
  stages: z.array(z.strictObject({ rules })).min(1).max(4).optional(),
  outcome: z.enum(['all-must-keep', 'one-may-revoke']).default('all-must-keep'),
  fallback: rule.nullish(),
});
/** A rule, a list of rules in their order, or stages of such lists with a fallback. */
export const reviewersSchema = z
  .union([rule.transform((one) => ({ rules: [one] })), rules.transform((all) => ({ rules: all })), staged])
  .transform((given) => ({
    stages: ('stages' in given && given.stages) || [{ rules: given.rules ?? [{ by: 'owner' as const }] }],
    outcome: ('outcome' in given && given.outcome) || ('all-must-keep' as const),
    fallback: ('fallback' in given && given.fallback) || null,
  }))
  .meta({ id: 'CampaignReviewers' });

const ACTIONS = ['escalate', 'disable-unused'] as const;
export const noResponseSchema = z
  .union([
    z.enum(ACTIONS).transform((action) => ({ action })),
    z.strictObject({
      action: z.enum(ACTIONS).default('escalate'),
      unusedDays: z.number().int().min(90).max(3660).optional(),
      maximumUsageLagHours: z.number().int().min(0).max(8784).optional(),
      protect: z
        .strictObject({
          environments: z.array(text(100)).max(50).optional(),
          risks: z.array(z.enum(RISKS)).optional(),
          kinds: z.array(text(50)).max(20).optional(),
        })
        .optional(),
    }),
  ])
  .meta({ id: 'CampaignNoResponse' });

const share = z.number().min(0).max(1);
const dayCount = z.number().int().min(0).max(366);
export const settingsSchema = z
  .strictObject({
    load: z.number().int().min(1).max(10_000).optional(),
    collections: z
      .strictObject({
        askOnce: z.boolean().optional(),
        minimumMembers: z.number().int().min(2).max(100_000).optional(),
        sampleShare: share.optional(),
        minimumSample: z.number().int().min(1).max(1000).optional(),
      })
      .optional(),
    delta: z
      .strictObject({
        enabled: z.boolean().optional(),
        sampleShare: share.optional(),
        maximumCarries: z.number().int().min(1).max(12).optional(),
      })
      .optional(),
    preflight: z
      .strictObject({
        maximumAgeHours: z.number().min(1).max(8784).optional(),
        maximumImportAgeDays: z.number().min(1).max(3660).optional(),
        shrinkShare: share.optional(),
        shrinkWindowDays: z.number().int().min(1).max(366).optional(),
      })
      .optional(),
    haste: z
      .strictObject({
        keeps: z.number().int().min(2).max(10_000).optional(),
        seconds: z.number().int().min(1).max(86_400).optional(),
        consequence: z.enum(['flag', 'require-reasons', 'second-reviewer']).optional(),
      })
      .optional(),
    bulk: z
      .strictObject({
        allowed: z.boolean().optional(),
        risks: z.array(z.enum(['low', 'moderate'])).optional(),
        maximum: z.number().int().min(1).max(200).optional(),
      })
      .optional(),
    disableOnSigning: z.boolean().optional(),
    closeAfterDays: dayCount.optional(),
    escalation: z
      .strictObject({ managerAfterDays: dayCount.optional(), campaignManagerAfterDays: dayCount.optional() })
      .optional(),
  })
  .meta({ id: 'CampaignSettings' });

const recurrence = z
  .union([
    z.number().int().min(1).max(3660),
    z.string().regex(/^P(\d{1,4})D$/),
    z.enum(['monthly', 'quarterly', 'semi-annual', 'yearly']),
  ])
  .transform((value) =>
    typeof value === 'number'
      ? value
      : ({ monthly: 30, quarterly: 92, 'semi-annual': 183, yearly: 365 }[value as 'monthly'] ??
        Number(value.slice(1, -1))),
  )
  .pipe(z.number().int().min(1).max(3660));

const members = {
  scope: scopeSchema.optional(),
  reviewers: reviewersSchema.optional(),
  noResponse: noResponseSchema.optional(),
  settings: settingsSchema.optional(),
  dueAt: z.iso.datetime().nullish(),
  dueInDays: z.number().int().min(1).max(366).optional(),
  startsAt: z.iso.datetime().nullish(),
  manager: z.uuid().nullish(),
  recurrence: recurrence.nullish(),
};
export const newCampaign = z
  .strictObject({ name: text(200), template: text(100).optional(), ...members })
  .meta({ id: 'NewCampaign' });
export const changedCampaign = z
  .strictObject({ name: text(200).optional(), ...members })
  .meta({ id: 'ChangedCampaign' });
export const clonedCampaign = z.strictObject({ name: text(200).optional(), ...members }).meta({ id: 'ClonedCampaign' });
export type NewCampaign = z.output<typeof newCampaign>;
export type ChangedCampaign = z.output<typeof changedCampaign>;

export const launchRequest = z
  .strictObject({ override: z.strictObject({ reason: text(2000) }).optional() })
  .meta({ id: 'CampaignLaunch' });
export const closeRequest = z.strictObject({ reason: text(2000).optional() }).meta({ id: 'CampaignClose' });
export const cancelRequest = z.strictObject({ reason: text(2000) }).meta({ id: 'CampaignCancel' });

const countsSchema = z.record(z.string(), z.number().int());
const problemSchema = z
  .strictObject({
    kind: z.string(),
    blocks: z.boolean(),
    detail: z.string(),
    count: z.number().int(),
    source: z.strictObject({ id: z.uuid(), name: z.string() }).nullable(),
  })
  .meta({ id: 'PreflightProblem' });
export const campaignSchema = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    kind: z.enum(['campaign', 'micro']),
    template: z.string().nullable(),
    scope: z.record(z.string(), z.unknown()),
    reviewers: z.record(z.string(), z.unknown()),
    noResponse: z.record(z.string(), z.unknown()),
    settings: z.record(z.string(), z.unknown()),
    status: z.enum(['draft', 'launching', 'running', 'closing', 'closed', 'cancelled']),
    manager: person.nullable(),
    startsAt: z.iso.datetime().nullable(),
    dueAt: z.iso.datetime().nullable(),
    dueInDays: z.number().int(),
    closesAt: z.iso.datetime().nullable(),
    recurrence: z.string().nullable(),
    clonedFrom: z.uuid().nullable(),
    launchedAt: z.iso.datetime().nullable(),
    launchedBy: z.string().nullable(),
    closedAt: z.iso.datetime().nullable().meta({ description: 'When it was closed, or called off.' }),
    closedBy: z.string().nullable(),
    closeReason: z.string().nullable(),
    population: z.strictObject({ count: z.number().int(), hash: z.string(), seed: z.string() }).nullable().meta({
      description:
        'Frozen at the launch: how many subjects, the root hash over them, and the seed of what was drawn by lot.',
    }),
    preflight: z.array(problemSchema),
    override: z.record(z.string(), z.unknown()).nullable(),
    counts: countsSchema.meta({ description: 'Items by what became of them; all zero before the launch.' }),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
    version: z.number().int(),
  })
  .meta({ id: 'Campaign' });
export const campaignsQuery = z.strictObject({
  ...pageQuery,
  status: z.enum(['draft', 'launching', 'running', 'closing', 'closed', 'cancelled']).optional(),
  kind: z.enum(['campaign', 'micro']).optional(),
});
export const qualityQuery = z.strictObject({
  ...pageQuery,
  status: z.enum(['launching', 'running', 'closing', 'closed', 'cancelled']).optional(),
  kind: z.enum(['campaign', 'micro']).optional(),
});

const silenceOf = z.strictObject({ total: z.number().int(), byRisk: countsSchema });
export const previewSchema = z
  .strictObject({
    population: z.number().int(),
    items: z.number().int(),
    byMode: countsSchema,
    byRisk: countsSchema,
    byRoute: countsSchema,
    reviewers: z.strictObject({
      count: z.number().int(),
      median: z.number(),
      most: z.number().int(),
      overloaded: z.number().int(),
      load: z.array(
        z.strictObject({
          id: z.uuid(),
          displayName: z.string(),
          kind: z.enum(['person', 'team']),
          items: z.number().int(),
          leavesAt: z.iso.datetime().nullable(),
        }),
      ),
    }),
    silence: z
      .strictObject({ disable: silenceOf, escalate: silenceOf })
      .meta({ description: 'What would happen if nobody answered.' }),
    preflight: z.array(problemSchema),
    blocked: z.boolean(),
  })
  .meta({ id: 'CampaignPreview' });
export const templateSchema = z
  .strictObject({
    id: z.string(),
    title: z.string(),
    description: z.string(),
    campaign: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'CampaignTemplate' });

export const reminderRequest = z.strictObject({ reviewer: z.uuid().nullish() }).meta({ id: 'CampaignReminder' });
export const countedPeople = z.strictObject({ people: z.number().int() }).meta({ id: 'CountedPeople' });
export const reassignment = z
  .strictObject({
    to: z.uuid(),
    from: z.uuid().optional(),
    items: z.array(z.uuid()).min(1).max(10_000).optional(),
    reason: text(2000),
  })
  .meta({ id: 'CampaignReassignment' });
export const countedItems = z.strictObject({ items: z.number().int() }).meta({ id: 'CountedItems' });
