import { z } from 'zod';
import { SEVERITIES } from './sdk/index.js';
import { selectorSchema } from '../subjects/index.js';

const severity = z.enum(SEVERITIES);

export const checkSchema = z
  .strictObject({
    id: z.string(),
    code: z.string().nullable().meta({ description: 'Its code in the control catalogue.' }),
    version: z.number().int(),
    title: z.string(),
    risk: z.string(),
    remediation: z.string(),
    severity,
    subject: z.string(),
    reads: z.array(z.string()),
    supersedes: z.array(z.string()),
    parameters: z.record(
      z.string(),
      z.strictObject({ default: z.unknown(), unit: z.string(), source: z.string(), organisationDecides: z.boolean() }),
    ),
    controls: z.array(
      z.strictObject({
        framework: z.string(),
        id: z.string(),
        title: z.string(),
        strength: z.enum(['direct', 'partial', 'supporting']),
        uncertain: z.boolean(),
      }),
    ),
    outcomes: z
      .strictObject({
        pass: z.number().int(),
        fail: z.number().int(),
        'not-applicable': z.number().int(),
        'not-evaluated': z.number().int(),
      })
      .meta({ description: 'How many subjects have which outcome. No data is never a pass.' }),
  })
  .meta({ id: 'Check' });

const policyCheck = z.strictObject({
  id: z.string().max(100),
  enabled: z.boolean().default(true),
  severity: severity.optional(),
  parameters: z.record(z.string(), z.unknown()).optional(),
});

export const policySchema = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    order: z.number().int(),
    isDefault: z.boolean(),
    selector: selectorSchema,
    mode: z.enum(['observe', 'notify', 'enforce']),
    checks: z
      .array(policyCheck)
      .meta({ description: 'Empty = it speaks of every check, by its defaults; else of these alone.' }),
    changedBy: z.string(),
    reason: z.string().nullable(),
    validFrom: z.iso.datetime(),
    version: z.number().int(),
  })
  .meta({ id: 'Policy' });

export const newPolicy = z
  .strictObject({
    name: z.string().trim().min(1).max(200),
    order: z.number().int().min(1).max(1_000_000).optional(),
    selector: selectorSchema.default({}),
    mode: z.enum(['observe', 'notify', 'enforce']).default('observe'),
    checks: z.array(policyCheck).max(200).default([]),
    reason: z.string().trim().min(1).max(2000).nullish(),
  })
  .meta({ id: 'NewPolicy' });
