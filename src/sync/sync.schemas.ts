import { z } from 'zod';
import { pageQuery } from '../platform/http/index.js';

const counts = z.strictObject({
  created: z.number().int(),
  updated: z.number().int(),
  removed: z.number().int(),
  unchanged: z.number().int(),
});

export const syncRunSchema = z
  .strictObject({
    id: z.uuid(),
    source: z.strictObject({ id: z.uuid(), name: z.string() }),
    status: z.enum(['queued', 'running', 'complete', 'partial', 'failed', 'held']),
    trigger: z.enum(['manual', 'scheduled', 'import']),
    requestedBy: z.string(),
    counts: z
      .record(z.string(), counts)
      .meta({ description: 'For identities, credentials, entitlements, grants and resources.' }),
    gaps: z.array(
      z.strictObject({
        scope: z.string(),
        type: z.string(),
        parent: z.string().optional(),
        reason: z.enum(['forbidden', 'throttled', 'unavailable', 'unsupported', 'malformed', 'inconsistent']),
        permission: z.string().optional().meta({ description: 'The vendor permission that is missing.' }),
        detail: z.string(),
      }),
    ),
    rowErrors: z
      .array(z.strictObject({ line: z.number().int(), field: z.string().nullable(), detail: z.string() }))
      .meta({ description: 'Rows of a file that could not be taken, the first thousand.' }),
    rowErrorCount: z.number().int(),
    error: z.record(z.string(), z.unknown()).nullable(),
    progress: z.record(z.string(), z.unknown()),
    attempt: z.number().int(),
    queuedAt: z.iso.datetime(),
    startedAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime().nullable(),
    confirmedBy: z.string().nullable(),
    version: z.number().int(),
  })
  .meta({ id: 'SyncRun' });

export const sourceSchema = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    connector: z.string(),
    config: z.record(z.string(), z.unknown()),
    status: z.enum(['never-read', 'complete', 'partial', 'failed', 'held']),
    schedule: z.string().nullable(),
    nextReadAt: z.iso.datetime().nullable(),
    unit: z.uuid().nullable(),
    removalShare: z.number(),
    lastRun: syncRunSchema.nullable(),
    createdAt: z.iso.datetime(),
    version: z.number().int(),
  })
  .meta({ id: 'Source' });

const schedule = z.string().max(100).nullish().meta({ description: 'Five-field cron in UTC; null = only when asked.' });
const removalShare = z.number().min(0).max(1).optional().meta({
  description: 'Share of one resource type in one scope that a reading may remove without asking; default 0.2.',
});
export const newSource = z
  .strictObject({
    name: z.string().trim().min(1).max(200),
    connector: z.string().max(100),
    config: z.record(z.string(), z.unknown()).default({}),
    schedule,
    unit: z.uuid().nullish(),
    removalShare,
  })
  .meta({ id: 'NewSource' });
export const changedSource = z
  .strictObject({
    name: z.string().trim().min(1).max(200).optional(),
    config: z.record(z.string(), z.unknown()).optional(),
    schedule,
    unit: z.uuid().nullish(),
    removalShare,
  })
  .meta({ id: 'ChangedSource' });

export const sourceTestSchema = z
  .strictObject({
    reachable: z.boolean(),
    account: z.string().nullable(),
    detail: z.string().nullable(),
    permissions: z.array(z.string()),
  })
  .meta({ id: 'SourceTest' });

export const connectorSchema = z
  .strictObject({
    id: z.string(),
    title: z.string(),
    kind: z.enum(['connector', 'file']),
    configSchema: z.record(z.string(), z.unknown()).nullable(),
    resourceTypes: z.array(
      z.strictObject({ id: z.string(), title: z.string(), entity: z.string(), permissions: z.array(z.string()) }),
    ),
    hasTemplate: z.boolean(),
  })
  .meta({ id: 'Connector' });

export const sourcesQuery = z.strictObject({
  ...pageQuery,
  status: z.enum(['never-read', 'complete', 'partial', 'failed', 'held']).optional(),
  connector: z.string().max(100).optional(),
});
export const runsQuery = z.strictObject({ ...pageQuery, source: z.uuid().optional() });

export const coverageSchema = z
  .strictObject({
    data: z.array(
      z.strictObject({
        scope: z.strictObject({
          id: z.string(),
          name: z.string(),
          kind: z.string(),
          state: z.enum(['readable', 'unreadable']),
          environment: z.string().nullable(),
        }),
        types: z.array(
          z.strictObject({
            resourceType: z.string(),
            lastCompleteAt: z.iso.datetime().nullable(),
            useKnownSince: z.iso.datetime().nullable(),
            useKnownUntil: z.iso.datetime().nullable(),
            stated: z.number().int().nullable(),
            collected: z.number().int().nullable(),
            gaps: z.array(
              z.strictObject({
                parent: z.string().nullable(),
                reason: z.string(),
                permission: z.string().nullable(),
                detail: z.string(),
                since: z.iso.datetime(),
              }),
            ),
          }),
        ),
      }),
    ),
    next: z.null(),
  })
  .meta({ id: 'Coverage' });
