import { z } from 'zod';
import { mode, policyCheck, reason, sentSettings } from './checks.schemas.js';
import { selectorSchema } from '../subjects/index.js';

const names = z
  .array(z.string().trim().min(1).max(300))
  .min(1)
  .max(200)
  .optional()
  .meta({ description: 'Names, so that the file means the same on another installation; ids are taken too.' });

/** A selector that says units, sources and collections by name. */
export const portableSelector = selectorSchema
  .extend({ units: names, sources: names, collections: names })
  .meta({ id: 'PortablePolicySelector' });
export type PortableSelector = z.output<typeof portableSelector>;

export const portablePolicy = z
  .strictObject({
    name: z.string().trim().min(1).max(200),
    isDefault: z.boolean().default(false).meta({ description: 'The policy of last resort; it stands last.' }),
    selector: portableSelector.default({}),
    mode: mode.default('observe'),
    checks: z.array(policyCheck).max(200).default([]),
    ...sentSettings,
  })
  .meta({ id: 'PortablePolicy' });

const origin = z
  .strictObject({
    installation: z.string().max(300),
    version: z.number().int(),
    exportedAt: z.iso.datetime(),
    digest: z.string().max(100),
  })
  .meta({ id: 'PolicySetOrigin', description: 'Where the set was tried: kept with the policies it becomes.' });

/** Policies as code: in the order in which they decide. */
export const policySet = z
  .strictObject({
    policies: z.array(portablePolicy).max(500),
    origin: origin.nullish(),
    prune: z
      .boolean()
      .default(false)
      .meta({ description: 'Whether policies the set does not name are removed; else they come after it.' }),
    reason: reason.nullish(),
  })
  .meta({ id: 'PolicySet' });
export type PolicySet = z.output<typeof policySet>;

export const exportedPolicySet = z
  .strictObject({ policies: z.array(portablePolicy), origin, digest: z.string() })
  .meta({ id: 'ExportedPolicySet' });

export const policySetVerdict = z
  .strictObject({
    valid: z.boolean(),
    errors: z.array(z.strictObject({ pointer: z.string(), detail: z.string() })),
    policies: z.number().int().meta({ description: 'How many policies the set holds.' }),
    digest: z.string().nullable(),
  })
  .meta({ id: 'PolicySetVerdict' });

export const policySetDiff = z
  .strictObject({
    version: z.number().int().meta({ description: 'Of all policies together, as If-Match of applying asks for it.' }),
    changes: z.array(
      z.strictObject({
        change: z.enum(['added', 'changed', 'moved', 'removed']),
        name: z.string(),
        id: z.uuid().nullable(),
        fields: z.array(z.strictObject({ field: z.string(), before: z.unknown(), after: z.unknown() })),
      }),
    ),
    unchanged: z.number().int(),
  })
  .meta({ id: 'PolicySetDiff' });

/** Any JSON object: what is wrong with it is the answer, not a refusal. */
export const anySet = z.record(z.string(), z.unknown());
