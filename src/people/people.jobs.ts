import { z } from 'zod';
import { defineJob } from '../platform/jobs/index.js';
import type { ApplyDatedFacts } from './operations/apply-dated-facts.js';
import type { ImportPeople } from './operations/import-people.js';
import type { ReadPeopleFolder } from './operations/read-people-folder.js';
import type { ShapeFeeds } from './operations/shape-feeds.js';

const payload = z.strictObject({ importId: z.uuid(), confirmed: z.boolean() });

export const importPeople = defineJob<{ importPeople: Pick<ImportPeople, 'run'> }, z.output<typeof payload>>({
  id: 'people.import-people',
  title: 'Check and merge an HR file',
  payload,
  timeoutMs: 30 * 60_000,
  retry: { attempts: 3, backoffMs: 5_000 },
  exclusive: ({ importId }) => importId,
  run: ({ importPeople: operation }, { payload: { importId, confirmed } }) => operation.run(importId, confirmed),
});

export const applyDatedFacts = defineJob<{ apply: Pick<ApplyDatedFacts, 'execute'> }, object>({
  id: 'people.apply-dated-facts',
  title: 'Make true what was foreseen for people: first days, last days, planned moves',
  schedule: '*/5 * * * *',
  payload: z.strictObject({}),
  timeoutMs: 15 * 60_000,
  retry: { attempts: 3, backoffMs: 30_000 },
  exclusive: () => 'all',
  run: ({ apply }, { signal }) => apply.execute(signal),
});

export const readPeopleFolder = defineJob<{ read: Pick<ReadPeopleFolder, 'execute'> }, object>({
  id: 'people.read-folder',
  title: 'Take HR files from the folders of feeds',
  schedule: '*/5 * * * *',
  payload: z.strictObject({}),
  timeoutMs: 30 * 60_000,
  retry: { attempts: 2, backoffMs: 30_000 },
  exclusive: () => 'all',
  run: ({ read }) => read.execute(),
});

const feedPayload = z.strictObject({ feedId: z.uuid() });

export const weighFeed = defineJob<{ shape: Pick<ShapeFeeds, 'weigh'> }, z.output<typeof feedPayload>>({
  id: 'people.weigh-feed',
  title: 'Weigh the people of a feed again, whose rank has changed',
  payload: feedPayload,
  timeoutMs: 60 * 60_000,
  retry: { attempts: 3, backoffMs: 30_000 },
  exclusive: ({ feedId }) => feedId,
  run: ({ shape }, { payload: { feedId }, signal }) => shape.weigh(feedId, signal),
});
