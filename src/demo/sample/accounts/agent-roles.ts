import { allowing, type PolicyDocument } from '../../aws/index.js';
import { memberFor } from '../people.js';
import { type Estate, role } from './estate.js';

const invokes = allowing('bedrock:InvokeModel', ['arn:aws:bedrock:eu-central-1::foundation-model/*']);
const analyses = allowing(['textract:AnalyzeDocument', 'textract:DetectDocumentText']);
const readsFrom = (bucket: string) => allowing('s3:GetObject', [`arn:aws:s3:::sample-${bucket}/*`]);
const writesTo = (bucket: string) => allowing(['s3:GetObject', 's3:PutObject'], [`arn:aws:s3:::sample-${bucket}/*`]);

/** What agents authenticate as, and what works for their use cases beside them. Which takes which is told in governance. */
const AGENTS: Readonly<Record<string, readonly [service: string, policies: Record<string, PolicyDocument>]>> = {
  'letter-drafter': ['bedrock-agentcore', { models: invokes, letters: writesTo('letters') }],
  'letter-translator': ['bedrock-agentcore', { models: invokes, letters: writesTo('letters') }],
  // It may also change the invoices it is only meant to read.
  'invoice-reader': ['lambda', { documents: analyses, invoices: writesTo('invoices') }],
  // As much as that, and rated for it: its use case is a high risk that was approved as one.
  'route-planner': [
    'bedrock-agentcore',
    { models: invokes, routes: allowing('s3:PutBucketPolicy', ['arn:aws:s3:::sample-routes']) },
  ],
  'fraud-triage': ['bedrock-agentcore', { models: invokes, claims: writesTo('claims') }],
  'cv-screener': ['bedrock-agentcore', { models: invokes, applications: readsFrom('applications') }],
  'mood-reader': ['lambda', { models: invokes, calls: readsFrom('calls') }],
  'notes-ocr': ['lambda', { documents: analyses, notes: readsFrom('notes') }],
  'customs-chat': ['bedrock-agentcore', { models: invokes, declarations: readsFrom('declarations') }],
};

/** Jobs around the models, by the use case they serve (governance/use-cases.ts links them). */
export const AI_JOBS = {
  letters: ['letters-embedding', 'letters-evaluation', 'letters-redaction', 'letters-feedback'],
  invoices: ['invoices-ocr-day', 'invoices-ocr-night'],
  routes: ['routes-simulation', 'routes-evaluation', 'routes-replay'],
  fraud: ['fraud-scoring', 'fraud-explanations', 'fraud-evaluation', 'fraud-archive'],
} as const;

/** Everything of this account that works with models. */
export function agentRoles(estate: Estate): void {
  for (const [name, [service, may]] of Object.entries(AGENTS))
    role(estate, { name, trusts: service, may, owner: memberFor('Data and AI', name), team: 'Data and AI' });
  for (const [purpose, names] of Object.entries(AI_JOBS))
    for (const name of names)
      role(estate, {
        name,
        trusts: purpose === 'invoices' ? 'lambda' : purpose === 'letters' ? 'bedrock' : 'sagemaker',
        may:
          purpose === 'invoices'
            ? { documents: analyses, invoices: readsFrom('invoices') }
            : { models: invokes, data: writesTo(purpose) },
        owner: memberFor('Data and AI', name),
        team: 'Data and AI',
      });
  const experiments = { environment: 'development' };
  // It has an owner, and nobody ever said what it is for.
  role(estate, { name: 'summary-lab', trusts: 'lambda', may: { models: invokes }, owner: 37, tags: experiments });
  role(estate, {
    name: 'agent-sandbox-runner',
    trusts: 'bedrock-agentcore',
    attached: ['AdministratorAccess'],
    owner: 38,
    tags: experiments,
  });
}
