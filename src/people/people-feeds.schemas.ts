import { z } from 'zod';
import { isTimeZone } from './people-file.js';
import { fileMapping } from './people.schemas.js';
import { MATCHING_RULES } from './person-records.repository.js';
import { FIELDS_OF_PEOPLE } from './person-settlement.repository.js';

const rank = z.number().int().min(0).max(1000);
const ranks = z.partialRecord(z.enum(FIELDS_OF_PEOPLE as unknown as [string, ...string[]]), rank);

export const fileOptions = z
  .strictObject({
    mapping: fileMapping.optional(),
    timeZone: z.string().refine(isTimeZone, 'is not a time zone (Europe/Zurich)').optional(),
    snapshot: z.boolean().optional().meta({ description: 'Who is not in a file of the folder has left.' }),
    folder: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'is not the name of a folder')
      .nullish()
      .meta({ description: 'Folder within MANDATE_PEOPLE_DIR that is read every five minutes.' }),
    brakeShare: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .meta({ description: 'Share of the active people a file may end before it is held; 0.2 without one.' }),
    brakeMinimum: z
      .number()
      .int()
      .min(1)
      .max(100_000)
      .optional()
      .meta({ description: 'Below so many nothing is held; 5 without one.' }),
  })
  .meta({ id: 'PeopleFileOptions' });

export const feedSchema = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    kind: z.enum(['manual', 'hr-file', 'scim', 'signals']),
    rank: z
      .number()
      .int()
      .meta({ description: 'Whose word counts first: the lowest. Of equals the latest statement counts.' }),
    fieldRanks: z
      .record(z.string(), z.number().int())
      .meta({ description: 'Ranks of single fields, where they differ.' }),
    options: fileOptions,
    caller: z.string().nullable().meta({ description: 'The token whose own feed it is.' }),
    people: z.number().int(),
    createdAt: z.iso.datetime(),
    version: z.number().int(),
  })
  .meta({ id: 'PeopleFeed' });

const members = {
  name: z.string().trim().min(1).max(200),
  rank: rank.default(20),
  fieldRanks: ranks.default({ status: 0 }),
  options: fileOptions.default({}),
};
export const newFeed = z.strictObject({ kind: z.enum(['hr-file', 'scim']), ...members }).meta({ id: 'NewPeopleFeed' });
export const changedFeed = z.strictObject({ ...members, rank }).meta({ id: 'ChangedPeopleFeed' });

export const matchingSchema = z
  .strictObject({ rules: z.array(z.enum(MATCHING_RULES)), version: z.number().int() })
  .meta({ id: 'PeopleMatching' });
export const newMatching = z
  .strictObject({
    rules: z
      .array(z.enum(MATCHING_RULES))
      .max(MATCHING_RULES.length)
      .refine((rules) => new Set(rules).size === rules.length, 'names a rule twice'),
  })
  .meta({ id: 'NewPeopleMatching' });
