import { z } from 'zod';

const count = z.number().int();
const counts = z.record(z.string(), count);
export const importedSchema = z
  .strictObject({
    dryRun: z.boolean(),
    counts: z.strictObject({ decided: count, skipped: count, refused: count }),
    rows: z.array(
      z.strictObject({
        line: count,
        item: z.string(),
        result: z.enum(['decided', 'skipped', 'refused']),
        verdict: z.string().nullable(),
        problem: z.strictObject({ code: z.string(), detail: z.string() }).nullable(),
      }),
    ),
  })
  .meta({ id: 'ImportedDecisions' });

export const resultsSchema = z
  .strictObject({
    campaign: z.strictObject({ id: z.uuid(), name: z.string(), status: z.string() }),
    completeness: z
      .strictObject({
        frozen: count,
        present: count,
        decided: count,
        unanswered: count,
        hash: z.string(),
        matches: z
          .boolean()
          .meta({ description: 'Every frozen subject has a row, and their root hash is the one of the launch.' }),
      })
      .meta({ description: 'Against the frozen population.' }),
    counts,
    overdue: count,
    quality: z
      .strictObject({
        decisions: count,
        changed: count,
        bulk: count,
        keeps: count,
        keepsAgainstAdvice: count,
        revokedOrRotated: count,
        hasty: count,
        secondLooks: count,
        medianSecondsOnItem: z.number().nullable(),
        timeOnItem: counts,
      })
      .meta({ description: 'Of the campaign as a whole, never by person.' }),
    signatures: z.array(
      z.strictObject({
        person: z.strictObject({ id: z.uuid(), displayName: z.string() }),
        decisions: count,
        decisionsHash: z.string(),
        signedAt: z.iso.datetime(),
        authentication: z.record(z.string(), z.unknown()),
      }),
    ),
    acceptances: z.array(z.record(z.string(), z.unknown())),
    reminders: z.array(
      z.strictObject({
        step: z.string(),
        dueAt: z.iso.datetime(),
        sentAt: z.iso.datetime().nullable(),
        told: count.nullable(),
      }),
    ),
    override: z.record(z.string(), z.unknown()).nullable(),
  })
  .meta({ id: 'CampaignResults' });

const share = z.number().min(0).max(1).nullable();
export const campaignQualitySchema = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    kind: z.enum(['campaign', 'micro']),
    status: z.string(),
    launchedAt: z.iso.datetime(),
    closedAt: z.iso.datetime().nullable(),
    decisions: count.meta({ description: 'As they stand.' }),
    reviewers: count.meta({ description: 'How many people made them.' }),
    timeOnItem: z.strictObject({
      medianSeconds: z.number().nullable(),
      known: count.meta({ description: 'Decisions that say when the item was shown.' }),
    }),
    bulkShare: share,
    changedShare: share,
    keepShare: share,
    keepsAgainstAdviceShare: share.meta({ description: 'Of the keeps.' }),
    hastyShare: share,
    secondLooks: count,
  })
  .meta({ id: 'CampaignQuality', description: 'Shares of 1; null where there is nothing to share.' });
