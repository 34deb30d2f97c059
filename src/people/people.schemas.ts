import { z } from 'zod';
import { pageQuery } from '../platform/http/index.js';
import { FILE_FIELDS } from './people-file.js';

const text = (maximum: number) => z.string().trim().min(1).max(maximum);

export const personSchema = z
  .strictObject({
    id: z.uuid(),
    userName: z.string(),
    displayName: z.string(),
    email: z.string().nullable(),
    active: z.boolean().meta({ description: 'Can answer for something today.' }),
    status: z.enum(['active', 'leave', 'left']),
    manager: z.strictObject({ id: z.uuid(), displayName: z.string() }).nullable(),
    department: z.string().nullable(),
    position: z.string().nullable(),
    workerType: z.string().nullable(),
    unit: z.strictObject({ id: z.uuid(), name: z.string() }).nullable(),
    joinedAt: z.iso.datetime().nullable(),
    leavesAt: z.iso
      .datetime()
      .nullable()
      .meta({ description: 'The instant the last working day ends; it may lie ahead.' }),
    away: z
      .strictObject({
        until: z.iso.datetime(),
        deputy: z.strictObject({ id: z.uuid(), displayName: z.string() }).nullable(),
      })
      .nullable()
      .meta({ description: 'Away at this moment, until when, and who stands in.' }),
    mergedInto: z
      .uuid()
      .nullable()
      .meta({ description: 'The person this one turned out to be; null for everybody who stands for themselves.' }),
    version: z.number().int(),
  })
  .meta({ id: 'Person' });

const members = {
  displayName: text(300),
  email: z.email().max(320).nullish(),
  status: z.enum(['active', 'leave', 'left']).optional(),
  manager: z.uuid().nullish(),
  department: text(300).nullish(),
  position: text(300).nullish(),
  workerType: text(100).nullish(),
  unit: z.uuid().nullish(),
  joinedAt: z.iso.datetime().nullish(),
  leavesAt: z.iso.datetime().nullish(),
};
export const newPerson = z.strictObject({ userName: text(320), ...members }).meta({ id: 'NewPerson' });
export const changedPerson = z
  .strictObject({ userName: text(320), ...members })
  .partial()
  .meta({ id: 'ChangedPerson' });
export const peopleQuery = z.strictObject({
  ...pageQuery,
  q: z.string().trim().min(1).max(200).optional(),
  active: z.stringbool().optional(),
  unit: z.uuid().optional(),
});

export const peopleImportSchema = z
  .strictObject({
    id: z.uuid(),
    status: z.enum(['queued', 'running', 'complete', 'partial', 'failed', 'held']),
    feed: z.string(),
    origin: z.enum(['upload', 'folder']),
    fileName: z.string().nullable(),
    dryRun: z.boolean(),
    counts: z.record(z.string(), z.number()),
    errors: z.array(z.strictObject({ line: z.number().int(), field: z.string().nullable(), detail: z.string() })),
    error: z.string().nullable(),
    createdAt: z.iso.datetime(),
    startedAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'PeopleImport' });

export const fileMapping = z.partialRecord(z.enum(FILE_FIELDS), text(200)).meta({
  id: 'PeopleFileMapping',
  description: 'Our field to the header the file uses, where it is none of the usual ones.',
});
export const importChangeSchema = z
  .strictObject({
    kind: z.enum(['created', 'updated', 'ended']),
    key: z.string(),
    displayName: z.string().nullable(),
    fields: z
      .record(z.string(), z.tuple([z.unknown(), z.unknown()]))
      .meta({ description: 'Field to what it was and what it becomes.' }),
  })
  .meta({ id: 'PeopleImportChange' });

export const unitSchema = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    parent: z.uuid().nullable(),
    head: z.uuid().nullable(),
    version: z.number().int(),
  })
  .meta({ id: 'Unit' });
export const newUnit = z
  .strictObject({ name: text(200), parent: z.uuid().nullish(), head: z.uuid().nullish() })
  .meta({ id: 'NewUnit' });
export const teamSchema = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    unit: z.uuid().nullable(),
    members: z.array(z.strictObject({ id: z.uuid(), displayName: z.string() })),
    group: z
      .strictObject({ id: z.uuid(), displayName: z.string() })
      .nullable()
      .meta({ description: 'The group of the directory its members come from; null = staffed by hand.' }),
    version: z.number().int(),
  })
  .meta({ id: 'Team' });
export const newTeam = z
  .strictObject({
    name: text(200),
    unit: z.uuid().nullish(),
    members: z.array(z.uuid()).max(500).default([]),
    group: z
      .uuid()
      .nullish()
      .meta({ description: 'A group of the directory: its members are the members of the team, now and later.' }),
  })
  .refine(({ group, members }) => !group || members.length === 0, {
    path: ['members'],
    error: 'come from the group',
  })
  .meta({ id: 'NewTeam' });
export const groupSchema = z
  .strictObject({
    id: z.uuid(),
    displayName: z.string(),
    feed: z.strictObject({ id: z.uuid(), name: z.string() }),
    members: z.number().int().meta({ description: 'How many people are in it.' }),
    teams: z.array(z.strictObject({ id: z.uuid(), name: z.string() })).meta({ description: 'Teams filled from it.' }),
  })
  .meta({ id: 'DirectoryGroup' });
