import { ACCOUNTS, SOURCES } from '../organisation.js';
import type { Named } from './ownership.js';

export interface SampleAgent {
  readonly name: string;
  readonly description: string;
  readonly owner: number | null;
  readonly useCases: readonly string[];
  readonly identities: readonly Named[];
  readonly model: { readonly name: string; readonly version: string; readonly provider: string };
  readonly prompt: { readonly name: string; readonly version?: string; readonly digest?: string };
  readonly tools: readonly { readonly name: string; readonly version?: string }[];
  readonly guardrails: readonly { readonly name: string; readonly version?: string }[];
  /** It was taken out of service after it had been registered. */
  readonly retired?: true;
}

const large = { name: 'sample-large-model', version: '2026-05', provider: 'Sample AI Vendor' };
const small = { name: 'sample-small-model', version: '2026-08', provider: 'Sample AI Vendor' };
const own = { name: 'delivery-slips', version: '14', provider: 'Sample Logistics' };
const ofCloud = (name: string): Named[] => [{ name, in: ACCOUNTS.machineLearning.name }];
const SHARED: Named[] = [{ name: 'code-assistants', in: SOURCES.saas }];
const tools = (...names: readonly string[]) => names.map((name) => ({ name, version: '1' }));

/**
 * Twelve agents. Three of them share one key, two have no identity of their own, two serve nothing anybody wrote down,
 * and one is retired.
 */
export const AGENTS: readonly SampleAgent[] = [
  {
    name: 'letter-drafter',
    description: 'Drafts answers to customer letters.',
    // On leave, and back in a while.
    owner: 29,
    useCases: ['Draft replies to customer letters'],
    identities: ofCloud('letter-drafter'),
    model: large,
    prompt: { name: 'letters/draft', version: '31' },
    tools: tools('shipment-lookup', 'draft-store'),
    guardrails: tools('no-promises', 'personal-data-filter'),
  },
  {
    name: 'route-planner',
    description: 'Plans and replans tours.',
    owner: 24,
    useCases: ['Plan delivery routes'],
    identities: ofCloud('route-planner'),
    model: large,
    prompt: { name: 'routes/plan', version: '22' },
    tools: tools('map', 'tour-store', 'carrier-share'),
    guardrails: tools('driving-times'),
  },
  {
    name: 'code-reviewer',
    description: 'Comments on changes to code.',
    owner: 3,
    useCases: ['Help developers write code'],
    identities: SHARED,
    model: large,
    prompt: { name: 'code/review', version: '18' },
    tools: tools('repository-reader', 'comment'),
    guardrails: tools('no-merge'),
  },
  {
    name: 'test-writer',
    description: 'Proposes tests.',
    owner: 6,
    useCases: ['Help developers write code'],
    identities: SHARED,
    model: small,
    prompt: { name: 'code/tests', version: '9' },
    tools: tools('repository-reader'),
    guardrails: tools('no-merge'),
  },
  {
    name: 'docs-helper',
    description: 'Answers questions about internal documents.',
    owner: 9,
    useCases: ['Help developers write code'],
    identities: SHARED,
    model: small,
    prompt: { name: 'docs/answer', version: '4' },
    tools: tools('document-search'),
    guardrails: tools('sources-only'),
  },
  {
    name: 'fraud-triage',
    description: 'Marks claims a person should look into.',
    owner: 42,
    useCases: ['Sort out fraudulent claims'],
    identities: ofCloud('fraud-triage'),
    model: large,
    prompt: { name: 'fraud/triage', version: '27' },
    tools: tools('claim-store', 'payment-history'),
    guardrails: tools('no-refusal', 'personal-data-filter'),
  },
  {
    name: 'cv-screener',
    description: 'Orders job applications.',
    owner: 47,
    useCases: ['Sort job applications'],
    identities: ofCloud('cv-screener'),
    model: large,
    prompt: { name: 'hiring/order', version: '5' },
    tools: tools('application-store'),
    guardrails: tools('no-rejection'),
  },
  {
    name: 'mood-reader',
    description: 'Tells moods from voices. Was a trial, and still runs.',
    owner: 27,
    useCases: ['Tell the mood of callers'],
    identities: ofCloud('mood-reader'),
    model: small,
    prompt: { name: 'calls/mood', version: '2' },
    tools: tools('call-store'),
    guardrails: [],
  },
  {
    name: 'customs-chat',
    description: 'Answers questions about declarations. Nobody wrote down what for.',
    owner: 28,
    useCases: [],
    identities: ofCloud('customs-chat'),
    model: large,
    prompt: { name: 'customs/chat', version: '1' },
    tools: tools('declaration-search'),
    guardrails: tools('sources-only'),
  },
  // Runs at its vendor, in the name of whoever asks it. Its prompt has a digest in place of a version.
  {
    name: 'desk-assistant',
    description: 'Answers questions of developers in their editor.',
    owner: 3,
    useCases: ['Help developers write code'],
    identities: [],
    model: large,
    prompt: { name: 'desk/answer', digest: 'sha256:0f4c9b' },
    tools: tools('document-search'),
    guardrails: tools('sources-only'),
  },
  // Made in an afternoon by somebody who did not sign it.
  {
    name: 'tariff-helper',
    description: 'Explains tariffs.',
    owner: null,
    useCases: [],
    identities: [],
    model: small,
    prompt: { name: 'tariffs' },
    tools: [],
    guardrails: [],
  },
  // Retired; of the two it worked as, one works for the letters, too, and the other for nothing else.
  {
    name: 'slip-reader',
    description: 'Read notes of drivers on delivery slips.',
    owner: 26,
    useCases: ['Draft replies to customer letters'],
    identities: [...ofCloud('notes-ocr'), ...ofCloud('letters-redaction')],
    model: own,
    prompt: { name: 'slips/read', version: '3' },
    tools: tools('slip-store'),
    guardrails: tools('personal-data-filter'),
    retired: true,
  },
];
