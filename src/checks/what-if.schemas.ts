import { z } from 'zod';

const effects = {
  opens: z.number().int(),
  closes: z.number().int(),
  worsens: z.number().int(),
  eases: z.number().int(),
  changesMode: z.number().int(),
};

export const whatIfSchema = z
  .strictObject({
    id: z.uuid().nullable().meta({ description: 'Of a run in the background; GET /policies/what-ifs/:id reads it.' }),
    status: z.enum(['queued', 'running', 'complete', 'failed']),
    error: z.string().nullable(),
    at: z.iso.datetime().optional(),
    evaluated: z.number().int().optional().meta({ description: 'Subjects the engine ran over, without writing.' }),
    waiting: z
      .number()
      .int()
      .optional()
      .meta({ description: 'Changes that wait to be evaluated whatever becomes of the policies; not counted here.' }),
    opens: effects.opens.optional(),
    closes: effects.closes.optional(),
    worsens: effects.worsens.optional(),
    eases: effects.eases.optional(),
    changesMode: effects.changesMode.optional(),
    counts: z.array(z.strictObject({ check: z.string(), severity: z.string(), ...effects })).optional(),
    samples: z
      .array(
        z.strictObject({
          effect: z.enum(['opens', 'closes', 'worsens', 'eases', 'changes-mode']),
          check: z.string(),
          reason: z.string(),
          severity: z.string(),
          from: z.string().nullable(),
          subject: z.strictObject({ type: z.string(), id: z.uuid(), displayName: z.string().nullable() }),
        }),
      )
      .optional()
      .meta({ description: 'The first few of each check, severity and effect.' }),
  })
  .meta({ id: 'WhatIf' });
