import { z } from 'zod';
import { SEVERITIES } from './sdk/index.js';
import { selectorSchema } from '../subjects/index.js';
import type { PolicyContent, PolicyRow, PolicyVersionRow } from './policies.repository.js';
import { type PolicySettings, settingsShape } from './policy-settings.js';
import type { PolicyInput } from './engine/arrange.js';

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
        excepted: z.number().int().meta({ description: 'Of those that fail, how many an exception allows.' }),
      })
      .meta({ description: 'How many subjects have which outcome. No data is never a pass.' }),
  })
  .meta({ id: 'Check' });

export const mode = z.enum(['observe', 'notify', 'enforce']);

export const policyCheck = z.strictObject({
  id: z.string().max(100),
  enabled: z.boolean().default(true),
  severity: severity.optional(),
  parameters: z.record(z.string(), z.unknown()).optional(),
  action: z
    .enum(['disable', 'rotate', 'revoke-grant', 'delete'])
    .optional()
    .meta({ description: 'What is asked of remediation where the check fails; only a policy that enforces asks it.' }),
  blocks: z
    .array(z.enum(['approval']))
    .min(1)
    .max(1)
    .optional()
    .meta({
      description:
        'What may not happen while the check does not hold, in a policy that enforces: a use case is not approved.',
    }),
});

const { due, exceptions, waves, queue } = settingsShape;
/** The settings as the API shows them: null where the defaults hold. */
const shownSettings = {
  due: due.unwrap().nullable(),
  exceptions: exceptions.unwrap().nullable(),
  waves: waves.unwrap().nullable(),
  queue: queue.unwrap().nullable(),
};
/** The settings as they are sent: null says the same as leaving them out. */
export const sentSettings = {
  due: due.nullable(),
  exceptions: exceptions.nullable(),
  waves: waves.nullable(),
  queue: queue.nullable(),
};

const content = {
  name: z.string(),
  order: z.number().int(),
  selector: selectorSchema,
  mode,
  checks: z
    .array(policyCheck)
    .meta({ description: 'Empty = it speaks of every check, by its defaults; else of these alone.' }),
  ...shownSettings,
};

export const policySchema = z
  .strictObject({
    id: z.uuid(),
    ...content,
    isDefault: z.boolean(),
    changedBy: z.string(),
    reason: z.string().nullable(),
    validFrom: z.iso.datetime(),
    version: z.number().int(),
  })
  .meta({ id: 'Policy' });

export const policyVersionSchema = z
  .strictObject({
    version: z.number().int(),
    ...content,
    removed: z.boolean(),
    changedBy: z.string(),
    reason: z.string().nullable(),
    at: z.iso.datetime(),
  })
  .meta({ id: 'PolicyVersion' });

export const reason = z.string().trim().min(1).max(2000);

export const newPolicy = z
  .strictObject({
    name: z.string().trim().min(1).max(200),
    order: z.number().int().min(1).max(1_000_000).optional(),
    selector: selectorSchema.default({}),
    mode: mode.default('observe'),
    checks: z.array(policyCheck).max(200).default([]),
    ...sentSettings,
    reason: reason.nullish(),
  })
  .meta({ id: 'NewPolicy' });

export const effectiveParameterSchema = z
  .strictObject({
    check: z.string().nullable().meta({ description: 'Null = a setting of the policy itself.' }),
    parameter: z.string(),
    value: z.unknown(),
    default: z.unknown(),
    unit: z.string(),
    source: z.string().meta({ description: 'Where the default comes from.' }),
    organisationDecides: z.boolean(),
    isSet: z.boolean().meta({ description: 'Set by this policy; else the default holds.' }),
  })
  .meta({ id: 'EffectiveParameter' });

/** What is set of the settings, out of a body. */
export function settingsOf(sent: {
  [Name in keyof PolicySettings]?: PolicySettings[Name] | null | undefined;
}): PolicySettings {
  return {
    ...(sent.due ? { due: sent.due } : {}),
    ...(sent.exceptions ? { exceptions: sent.exceptions } : {}),
    ...(sent.waves ? { waves: sent.waves } : {}),
    ...(sent.queue ? { queue: sent.queue } : {}),
  };
}

export const inputOf = (body: z.output<typeof newPolicy>): PolicyInput => ({
  name: body.name,
  order: body.order,
  selector: body.selector,
  mode: body.mode,
  checks: body.checks,
  settings: settingsOf(body),
  reason: body.reason,
});

const shown = ({ settings, ...row }: PolicyContent) => ({
  ...row,
  due: settings.due ?? null,
  exceptions: settings.exceptions ?? null,
  waves: settings.waves ?? null,
  queue: settings.queue ?? null,
});
export const presentPolicy = (row: PolicyRow) => shown(row) as z.output<typeof policySchema>;
export const presentVersion = (row: PolicyVersionRow) => shown(row) as z.output<typeof policyVersionSchema>;
