import { Controller, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { PoliciesRepository } from '../checks/index.js';
import { Database } from '../platform/database/index.js';
import { Allow, Answers, NotFound, READERS } from '../platform/http/index.js';
import { WavePlansRepository } from './wave-plans.repository.js';

const id = z.uuid();

export const wavesSchema = z
  .strictObject({
    policy: z.uuid(),
    baselineAt: z.iso.datetime().nullable(),
    weeks: z.number().int().nullable(),
    settledAt: z.iso
      .datetime()
      .nullable()
      .meta({ description: 'When every finding of the first run had its week; null while the plan is being made.' }),
    data: z.array(
      z.strictObject({
        wave: z.number().int().nullable().meta({ description: 'Null = has no week yet.' }),
        findings: z.number().int(),
        open: z.number().int(),
        dueAt: z.iso.datetime().nullable(),
      }),
    ),
    next: z.null(),
  })
  .meta({ id: 'PolicyWaves' });

/** The plan that the first run of a policy became. */
@ApiTags('policies')
@Controller('policies')
export class WavesController {
  constructor(private readonly database: Database) {}

  @Get(':id/waves')
  @Allow(...READERS)
  @Answers(200, wavesSchema, 'The weeks over which the first run of a policy is worked off, and how far that is')
  async read(@Param('id', { schema: id }) policyId: string) {
    return this.database.snapshot(async (tx) => {
      if (!(await tx.use(PoliciesRepository).one(policyId))) throw new NotFound('policy');
      const plans = tx.use(WavePlansRepository);
      const plan = await plans.one(policyId);
      return {
        policy: policyId,
        baselineAt: plan?.baselineAt.toISOString() ?? null,
        weeks: plan?.weeks ?? null,
        settledAt: plan?.settledAt?.toISOString() ?? null,
        data: plan ? await plans.weeks(policyId) : [],
        next: null,
      };
    });
  }
}
