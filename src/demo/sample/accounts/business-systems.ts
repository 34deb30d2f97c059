import { allowing } from '../../aws/index.js';
import { memberFor, type Team } from '../people.js';
import { pick } from '../sample-time.js';
import { type Estate, role } from './estate.js';

/** The systems the company runs on, by the team that runs them. */
export const SYSTEMS: readonly (readonly [system: string, team: Team])[] = [
  ['stock-ledger', 'Warehouse systems'],
  ['pallet-locator', 'Warehouse systems'],
  ['pick-planner', 'Warehouse systems'],
  ['dock-calendar', 'Warehouse systems'],
  ['yard-gate', 'Warehouse systems'],
  ['cold-chain', 'Warehouse systems'],
  ['invoice-posting', 'Finance systems'],
  ['freight-audit', 'Finance systems'],
  ['credit-notes', 'Finance systems'],
  ['tax-filing', 'Finance systems'],
  ['cost-centres', 'Finance systems'],
  ['shipment-tracking', 'Customer service systems'],
  ['claims-desk', 'Customer service systems'],
  ['customer-portal', 'Customer service systems'],
  ['returns-label', 'Customer service systems'],
  ['complaint-intake', 'Customer service systems'],
  ['event-bus', 'Platform'],
  ['log-archive', 'Platform'],
  ['image-build', 'Platform'],
  ['dns-zones', 'Platform'],
  ['backup-vault', 'Platform'],
  ['metrics-relay', 'Platform'],
  ['certificate-renewal', 'Platform'],
  ['quote-engine', 'Sales systems'],
  ['price-list', 'Sales systems'],
  ['shift-roster', 'HR systems'],
];

const bucket = (system: string): string[] => [`arn:aws:s3:::sample-${system}`, `arn:aws:s3:::sample-${system}/*`];
const named = (service: string, system: string): string[] => [`arn:aws:${service}:eu-central-1:*:${system}*`];

/** What each part of a system runs as. */
const PARTS = {
  api: (system: string) => ({
    trusts: 'ecs-tasks',
    may: {
      data: allowing(['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem'], named('dynamodb', `table/${system}`)),
      queue: allowing('sqs:SendMessage', named('sqs', system)),
    },
  }),
  worker: (system: string) => ({
    trusts: 'ecs-tasks',
    may: {
      queue: allowing(['sqs:ReceiveMessage', 'sqs:DeleteMessage'], named('sqs', system)),
      files: allowing(['s3:GetObject', 's3:PutObject'], bucket(system)),
    },
  }),
  events: (system: string) => ({
    trusts: 'lambda',
    attached: ['AWSLambdaBasicExecutionRole'],
    may: { topic: allowing('sns:Publish', named('sns', system)) },
  }),
  backup: (system: string) => ({
    trusts: 'backup',
    may: { copies: allowing(['s3:GetObject', 's3:ListBucket'], bucket(system)) },
  }),
} as const;
export type Part = keyof typeof PARTS;

/** The roles of every system, one for each part. `environments` = what their tags may say; none = the account says it. */
export function businessSystems(
  estate: Estate,
  systems: readonly (readonly [system: string, team: Team])[],
  parts: readonly Part[],
  environments: readonly string[] = [],
): void {
  for (const [system, team] of systems) {
    const owner = memberFor(team, system);
    const environment: Record<string, string> =
      environments.length === 0 ? {} : { environment: pick(`${system} environment`, environments) };
    for (const part of parts)
      role(estate, {
        name: `${system}-${part}`,
        ...PARTS[part](system),
        owner,
        team,
        tags: { ...environment, 'aws:cloudformation:stack-name': system },
      });
  }
}
