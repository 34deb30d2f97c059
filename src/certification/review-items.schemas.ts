import { z } from 'zod';
import { pageQuery } from '../platform/http/index.js';

const text = (maximum: number) => z.string().trim().min(1).max(maximum);
const person = z.strictObject({ id: z.uuid(), displayName: z.string() });
const VERDICTS = ['keep', 'reduce', 'rotate', 'revoke', 'not-mine'] as const;
const MODES = ['asked', 'collection', 'outlier', 'sample', 'covered', 'carried', 'second-look'] as const;
const STATES = ['open', 'decided', 'disabled', 'escalated', 'gone', 'lapsed', 'covered', 'carried'] as const;

export const reviewItemSchema = z
  .strictObject({
    id: z.uuid(),
    version: z.number().int(),
    campaign: z.strictObject({
      id: z.uuid(),
      name: z.string(),
      status: z.string(),
      dueAt: z.iso.datetime().nullable(),
      closesAt: z.iso.datetime().nullable(),
    }),
    subject: z.strictObject({
      type: z.enum(['identity', 'credential', 'grant', 'collection']),
      id: z.uuid(),
      displayName: z.string().nullable(),
    }),
    mode: z.enum(MODES).meta({ description: 'Why it is asked, or which decision stands for it: see `cites`.' }),
    stage: z.number().int(),
    state: z.enum([...STATES, 'withdrawn']),
    cites: z.uuid().nullable().meta({ description: 'The item whose decision covers this one.' }),
    parent: z.uuid().nullable(),
    reviewer: z
      .strictObject({ id: z.uuid(), kind: z.enum(['person', 'team']), displayName: z.string().nullable() })
      .nullable(),
    route: z.string().nullable(),
    delegatedFrom: person.nullable(),
    risk: z.enum(['low', 'moderate', 'high', 'critical']).nullable(),
    recommendation: z
      .strictObject({
        verdict: z.enum(['keep', 'reduce', 'rotate', 'revoke']).nullable(),
        because: z.string(),
        rule: z.string(),
        use: z.enum(['seen', 'not-seen', 'cannot-tell']),
      })
      .nullable(),
    routine: z.boolean(),
    evidence: z
      .record(z.string(), z.unknown())
      .nullable()
      .meta({ description: 'As it was frozen; `changes` says what moved since.' }),
    evidenceHash: z.string().nullable(),
    frozenAt: z.iso.datetime().nullable(),
    decision: z
      .strictObject({
        verdict: z.enum(VERDICTS),
        reason: z.string().nullable(),
        grants: z.array(z.uuid()),
        decidedBy: z.strictObject({ id: z.uuid(), displayName: z.string().nullable() }),
        decidedAt: z.iso.datetime(),
        channel: z.string(),
        bulk: z.boolean(),
        againstAdvice: z.boolean(),
        haste: z.string().nullable(),
        evidenceHash: z.string().nullable(),
      })
      .nullable(),
    changes: z.array(z.string()),
  })
  .meta({ id: 'ReviewItem' });

const filters = {
  state: z.enum(STATES).optional(),
  verdict: z.enum(VERDICTS).optional(),
  risk: z.enum(['low', 'moderate', 'high', 'critical', 'unrated']).optional(),
  mode: z.enum(MODES).optional(),
  subject: z.uuid().optional(),
};
export const reviewItemsQuery = z.strictObject({
  ...pageQuery,
  reviewer: z.literal('me').default('me').meta({ description: 'What is yours to decide, in campaigns that run.' }),
  campaign: z.uuid().optional(),
  ...filters,
});
export const campaignItemsQuery = z.strictObject({
  ...pageQuery,
  reviewer: z.union([z.uuid(), z.literal('none')]).optional(),
  ...filters,
});

export const newDecision = z
  .strictObject({
    verdict: z.enum(VERDICTS),
    reason: text(2000).nullish(),
    grants: z.array(z.uuid()).max(500).optional().meta({ description: 'Which grants to take away, for "reduce".' }),
    proposed: z.uuid().nullish().meta({ description: 'The person who should be asked, for "not-mine".' }),
    shownAt: z.iso.datetime().nullish().meta({ description: 'When the item came on the screen.' }),
    channel: z.enum(['api', 'console', 'cli']).optional(),
  })
  .meta({ id: 'NewDecision' });
export const bulkKeep = z
  .strictObject({
    items: z
      .array(z.strictObject({ id: z.uuid(), version: z.number().int() }))
      .min(1)
      .max(200),
    shownAt: z.iso.datetime().nullish(),
  })
  .meta({ id: 'BulkKeep' });
export const bulkKept = z.strictObject({ kept: z.number().int() }).meta({ id: 'BulkKept' });
export const itemEventSchema = z
  .strictObject({ at: z.iso.datetime(), what: z.string(), data: z.record(z.string(), z.unknown()) })
  .meta({ id: 'ReviewItemEvent' });
export const signatureSchema = z
  .strictObject({
    id: z.uuid(),
    campaign: z.uuid(),
    statement: z.string(),
    decisions: z.number().int(),
    decisionsHash: z.string(),
    counts: z.record(z.string(), z.number().int()),
    signedAt: z.iso.datetime(),
  })
  .meta({ id: 'ReviewSignature' });
