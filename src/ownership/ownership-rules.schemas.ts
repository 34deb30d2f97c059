import { z } from 'zod';
import { selectorSchema } from '../subjects/index.js';

export const REMIND_AFTER_DAYS = 2;
export const ESCALATE_AFTER_DAYS = 3;

const answerer = z
  .union([
    z.strictObject({ person: z.uuid() }),
    z.strictObject({ position: z.string().trim().min(1).max(300), unit: z.uuid().optional() }),
    z.strictObject({ headOf: z.literal('unit') }),
  ])
  .meta({
    id: 'Answerer',
    description:
      'By name, as the one holder of a position, or as head of the unit the identity lies in (or the next above that has one).',
  });

const shape = {
  name: z.string().trim().min(1).max(200),
  selector: selectorSchema.default({}),
  owner: answerer.nullable().default(null),
  team: z.uuid().nullable().default(null),
  sponsor: answerer.nullable().default(null),
  deputies: z.array(answerer).max(20).default([]),
  gives: z.enum(['proposed', 'provisional']).default('provisional').meta({
    description:
      'Provisional: assigned, though not yet accepted. Proposed: asked, and nobody is owner until they say yes.',
  }),
  replacesAssignments: z
    .boolean()
    .default(false)
    .meta({ description: 'A hand-made assignment wins over a rule, unless the rule says this.' }),
  remindAfterDays: z.number().int().min(1).max(365).default(REMIND_AFTER_DAYS),
  escalateAfterDays: z.number().int().min(1).max(365).default(ESCALATE_AFTER_DAYS),
};
const reason = z.string().trim().min(1).max(2000).nullish();

export const newRule = z
  .strictObject({
    ...shape,
    order: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .meta({ description: 'Its place, from 1; the first that matches decides. Left out: last, or where it is.' }),
    reason,
  })
  .meta({ id: 'NewOwnershipRule' });

export const ruleSet = z
  .strictObject({
    rules: z.array(z.strictObject({ ...shape, id: z.uuid().optional() })).max(1000),
    reason,
  })
  .meta({ id: 'OwnershipRuleSet' });

export const ruleSchema = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    order: z.number().int(),
    selector: selectorSchema,
    owner: answerer.nullable(),
    team: z.uuid().nullable(),
    sponsor: answerer.nullable(),
    deputies: z.array(answerer),
    gives: z.enum(['proposed', 'provisional']),
    replacesAssignments: z.boolean(),
    remindAfterDays: z.number().int(),
    escalateAfterDays: z.number().int(),
    inherits: z.enum(['account', 'collection', 'unit']).nullable(),
    names: z
      .strictObject({ person: z.uuid().nullable(), because: z.string() })
      .nullable()
      .meta({ description: 'Whom it names as owner now; null where it names none.' }),
    identities: z.number().int().meta({ description: 'How many identities have their owner from it now.' }),
    changedBy: z.string(),
    reason: z.string().nullable(),
    validFrom: z.iso.datetime(),
    version: z.number().int(),
  })
  .meta({ id: 'OwnershipRule' });
