import { AI_JOBS } from '../accounts/agent-roles.js';
import { ACCOUNTS, SOURCES } from '../organisation.js';
import type { Named } from './ownership.js';

export interface SampleUseCase {
  readonly name: string;
  readonly purpose: string;
  readonly sponsor: number;
  readonly monitors: number;
  readonly dataScope?: readonly string[];
  readonly outputUsers?: string;
  readonly permittedActions?: readonly string[];
  readonly risk?: { readonly likelihood: number; readonly consequence: number };
  readonly euAiActClass?: 'prohibited' | 'high' | 'limited' | 'minimal';
  readonly controlObjective?: string;
  readonly loggingStandard?: string;
  readonly reviewCadence?: 'quarterly' | 'semi-annual' | 'yearly';
  /**
   * What becomes of it: nothing yet; approved; by two people; rejected; approved, and then changed so much that the
   * approval is void.
   */
  readonly verdict: 'draft' | 'approved' | 'approved-by-two' | 'rejected' | 'changed-after-approval';
  /** Beside those its agents authenticate as. */
  readonly identities: readonly Named[];
}

const jobs = (of: keyof typeof AI_JOBS): Named[] =>
  AI_JOBS[of].map((name) => ({ name, in: ACCOUNTS.machineLearning.name }));

const usual = {
  loggingStandard: 'Prompts, answers and tool calls, kept for 180 days',
  reviewCadence: 'semi-annual',
  verdict: 'approved',
} as const;

export const USE_CASES: readonly SampleUseCase[] = [
  {
    ...usual,
    name: 'Draft replies to customer letters',
    purpose: 'Drafts an answer to a letter or mail; a person of customer service reads it and sends it.',
    sponsor: 25,
    monitors: 26,
    dataScope: ['customer correspondence', 'shipment data'],
    outputUsers: 'Customer service',
    permittedActions: ['read letters', 'write drafts'],
    risk: { likelihood: 3, consequence: 3 },
    euAiActClass: 'limited',
    controlObjective: 'No letter leaves without a person having read it.',
    identities: [
      ...jobs('letters'),
      { name: 'letter-translator', in: ACCOUNTS.machineLearning.name },
      { name: 'letters-gateway', in: SOURCES.saas },
    ],
  },
  {
    ...usual,
    name: 'Read incoming invoices',
    purpose: 'Reads supplier invoices and fills in the fields a clerk checks.',
    // On leave, and back in a while.
    sponsor: 14,
    monitors: 12,
    dataScope: ['supplier invoices'],
    outputUsers: 'Finance',
    permittedActions: ['read invoices'],
    risk: { likelihood: 2, consequence: 2 },
    euAiActClass: 'minimal',
    controlObjective: 'What is paid was checked by a person.',
    identities: [...jobs('invoices'), { name: 'invoice-reader', in: ACCOUNTS.machineLearning.name }],
  },
  {
    ...usual,
    name: 'Plan delivery routes',
    purpose: 'Plans the tours of the day and changes them while they run.',
    sponsor: 17,
    monitors: 24,
    dataScope: ['addresses', 'vehicle positions'],
    outputUsers: 'Dispatchers, drivers',
    permittedActions: ['read orders', 'write tours', 'share maps with carriers'],
    risk: { likelihood: 3, consequence: 4 },
    euAiActClass: 'limited',
    controlObjective: 'Driving times stay within the law whatever the plan says.',
    reviewCadence: 'quarterly',
    verdict: 'approved-by-two',
    identities: jobs('routes'),
  },
  {
    // Nobody said when it is looked at again.
    loggingStandard: usual.loggingStandard,
    verdict: usual.verdict,
    name: 'Help developers write code',
    purpose: 'Reviews changes, writes tests and looks things up in our documents.',
    sponsor: 1,
    monitors: 3,
    dataScope: ['source code', 'internal documents'],
    outputUsers: 'Developers',
    permittedActions: ['read repositories', 'comment on changes'],
    risk: { likelihood: 3, consequence: 3 },
    euAiActClass: 'minimal',
    controlObjective: 'No code is merged that no person has reviewed.',
    identities: [
      ...['BedrockAPIKey-b21c', 'BedrockAPIKey-e905', 'BedrockAPIKey-15dd'].map((name) => ({
        name,
        in: ACCOUNTS.production.name,
      })),
      { name: 'svc-local-model', in: SOURCES.onPremises },
    ],
  },
  {
    ...usual,
    name: 'Sort out fraudulent claims',
    purpose: 'Marks claims for lost parcels that a person should look into.',
    sponsor: 25,
    monitors: 42,
    dataScope: ['claims', 'customer data', 'payment data'],
    outputUsers: 'Claims desk, security',
    permittedActions: ['read claims', 'mark claims'],
    risk: { likelihood: 4, consequence: 5 },
    euAiActClass: 'high',
    controlObjective: 'No claim is refused by a machine.',
    reviewCadence: 'quarterly',
    identities: [...jobs('fraud'), { name: 'fraud-gateway', in: SOURCES.saas }],
  },
  {
    ...usual,
    name: 'Tell the mood of callers',
    purpose: 'Tells from the voice how callers and call takers feel.',
    sponsor: 25,
    monitors: 26,
    dataScope: ['call recordings'],
    outputUsers: 'Team leads of the call centre',
    permittedActions: ['read recordings'],
    risk: { likelihood: 5, consequence: 5 },
    euAiActClass: 'prohibited',
    controlObjective: 'None was found that would do.',
    verdict: 'rejected',
    identities: [],
  },
  {
    ...usual,
    name: 'Sort job applications',
    purpose: 'Puts applications for driving jobs into an order to read them in.',
    // Both have left since.
    sponsor: 18,
    monitors: 36,
    dataScope: ['job applications'],
    outputUsers: 'Recruiters',
    permittedActions: ['read applications'],
    risk: { likelihood: 4, consequence: 4 },
    euAiActClass: 'high',
    controlObjective: 'Every application is read by a person.',
    verdict: 'changed-after-approval',
    identities: [],
  },
  // An idea, and only that: nobody wrote down more than its name, and nothing works for it.
  {
    name: 'Rank employees by their messages',
    purpose: 'Would tell from messages how content employees are.',
    sponsor: 46,
    monitors: 47,
    euAiActClass: 'prohibited',
    verdict: 'draft',
    identities: [],
  },
];

/**
 * What was changed in 'Sort job applications' after it had been approved: somebody began it anew for every kind of job,
 * and what has to be settled again is empty.
 */
export const CHANGED_AFTER_APPROVAL = {
  purpose: 'Puts applications for any job into an order to read them in.',
  dataScope: [],
  outputUsers: null,
  permittedActions: [],
  risk: null,
  euAiActClass: null,
  controlObjective: null,
  loggingStandard: null,
  reviewCadence: null,
};
