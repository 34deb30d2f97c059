import { z } from 'zod';
import { pageQuery } from '../platform/http/index.js';

const text = (maximum: number) => z.string().trim().min(1).max(maximum);
const person = z.strictObject({ id: z.uuid(), displayName: z.string() });
const WORDS: Record<string, number> = { monthly: 30, quarterly: 92, 'semi-annual': 183, yearly: 365 };

/** Days, an ISO 8601 duration of days, or a word; answered as a duration. */
export const cadence = z
  .union([
    z.number().int().min(1).max(3660),
    z.string().regex(/^P(\d{1,4})D$/),
    z.enum(['monthly', 'quarterly', 'semi-annual', 'yearly']),
  ])
  .transform((value) => (typeof value === 'number' ? value : (WORDS[value] ?? Number(/^P(\d+)D$/.exec(value)![1]))))
  .pipe(z.number().int().min(1).max(3660));

const risk = z.strictObject({
  likelihood: z.number().int().min(1).max(5),
  consequence: z.number().int().min(1).max(5),
});

export const useCaseSchema = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    purpose: z.string(),
    sponsor: person.nullable(),
    approves: person.nullable(),
    monitors: person.nullable(),
    remediates: person.nullable(),
    controlObjective: z.string().nullable(),
    dataScope: z.array(z.string()),
    outputUsers: z.string().nullable(),
    permittedActions: z.array(z.string()),
    risk: z.strictObject({
      likelihood: z.number().int().nullable(),
      consequence: z.number().int().nullable(),
      level: z
        .enum(['low', 'moderate', 'high', 'critical'])
        .nullable()
        .meta({ description: 'From the sum of the squares; null = unrated.' }),
    }),
    euAiActClass: z.enum(['prohibited', 'high', 'limited', 'minimal']).nullable(),
    loggingStandard: z.string().nullable(),
    reviewCadence: z.string().nullable().meta({ description: 'ISO 8601 duration in days.' }),
    unit: z.uuid().nullable(),
    status: z.enum(['draft', 'approved', 'rejected', 'retired']),
    digest: z.string().meta({ description: 'Of what an approval is about; an approval binds it.' }),
    approvedDigest: z.string().nullable(),
    approvedAt: z.iso.datetime().nullable(),
    reviewDueAt: z.iso.datetime().nullable(),
    identities: z.number().int(),
    agents: z.number().int(),
    createdAt: z.iso.datetime(),
    version: z.number().int(),
  })
  .meta({ id: 'UseCase' });

const useCaseMembers = {
  sponsor: z.uuid().nullish(),
  approves: z.uuid().nullish(),
  monitors: z.uuid().nullish(),
  remediates: z.uuid().nullish(),
  controlObjective: text(2000).nullish(),
  dataScope: z.array(text(200)).max(100).optional(),
  outputUsers: text(1000).nullish(),
  permittedActions: z.array(text(200)).max(200).optional(),
  risk: risk.nullish(),
  euAiActClass: z.enum(['prohibited', 'high', 'limited', 'minimal']).nullish(),
  loggingStandard: text(200).nullish(),
  reviewCadence: cadence.nullish(),
  unit: z.uuid().nullish(),
};
export const newUseCase = z
  .strictObject({ name: text(200), purpose: text(4000), ...useCaseMembers })
  .meta({ id: 'NewUseCase' });
export const changedUseCase = z
  .strictObject({
    name: text(200).optional(),
    purpose: text(4000).optional(),
    ...useCaseMembers,
    status: z.literal('retired').optional(),
  })
  .meta({ id: 'ChangedUseCase' });
export const useCasesQuery = z.strictObject({
  ...pageQuery,
  q: text(200).optional(),
  name: text(200).optional(),
  status: z.enum(['draft', 'approved', 'rejected', 'retired']).optional(),
  risk: z.enum(['low', 'moderate', 'high', 'critical']).optional(),
});

export const approvalSchema = z
  .strictObject({
    id: z.uuid(),
    approver: z.string(),
    verdict: z.enum(['approved', 'rejected']),
    comment: z.string().nullable(),
    digest: z.string(),
    at: z.iso.datetime(),
  })
  .meta({ id: 'UseCaseApproval' });
export const newApproval = z
  .strictObject({ verdict: z.enum(['approved', 'rejected']).default('approved'), comment: text(2000).nullish() })
  .meta({ id: 'NewUseCaseApproval' });
export const identityLinks = z
  .strictObject({ add: z.array(z.uuid()).max(1000).optional(), remove: z.array(z.uuid()).max(1000).optional() })
  .meta({ id: 'IdentityLinks' });

const part = z.strictObject({
  name: text(200),
  version: text(200).nullish(),
  digest: text(200).nullish(),
  provider: text(200).nullish(),
});
export const agentSchema = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    description: z.string().nullable(),
    owner: person.nullable(),
    useCases: z.array(z.strictObject({ id: z.uuid(), name: z.string() })),
    identities: z.array(z.strictObject({ id: z.uuid(), displayName: z.string() })),
    model: z.record(z.string(), z.unknown()).nullable(),
    prompt: z.record(z.string(), z.unknown()).nullable(),
    tools: z.array(z.record(z.string(), z.unknown())),
    guardrails: z.array(z.record(z.string(), z.unknown())),
    digest: z.string().meta({ description: 'Of model, prompt, tools and guardrails.' }),
    status: z.enum(['active', 'retired']),
    createdAt: z.iso.datetime(),
    version: z.number().int(),
  })
  .meta({ id: 'Agent' });
const agentMembers = {
  description: text(4000).nullish(),
  owner: z.uuid().nullish(),
  useCases: z.array(z.uuid()).max(100).optional(),
  identities: z.array(z.uuid()).max(500).optional(),
  model: part.nullish(),
  prompt: part.nullish(),
  tools: z.array(part).max(200).optional(),
  guardrails: z.array(part).max(200).optional(),
};
export const newAgent = z.strictObject({ name: text(200), ...agentMembers }).meta({ id: 'NewAgent' });
export const changedAgent = z
  .strictObject({ name: text(200).optional(), ...agentMembers, status: z.enum(['active', 'retired']).optional() })
  .meta({ id: 'ChangedAgent' });
export const agentsQuery = z.strictObject({
  ...pageQuery,
  q: text(200).optional(),
  name: text(200).optional(),
  status: z.enum(['active', 'retired']).optional(),
  useCase: z.uuid().optional(),
});
