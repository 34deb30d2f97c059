import { addRootAccessKey, allowing, type AwsWorld } from '../../aws/index.js';
import { ACCOUNTS } from '../organisation.js';
import { memberFor } from '../people.js';
import type { SampleTime } from '../sample-time.js';
import { agentRoles } from './agent-roles.js';
import { type Estate, openEstate, role, user } from './estate.js';
import { federated, furnish, issuer, organizationsRole, peopleWithPasswords } from './furniture.js';

const CLUSTER = 'oidc.eks.eu-central-1.amazonaws.com/id/5A3B1C0DE5A3B1C0DE5A3B1C0DE5A3B1';
const LAKE = [
  'orders',
  'shipments',
  'scans',
  'invoices',
  'claims',
  'fleet',
  'weather',
  'prices',
  'staffing',
  'returns',
];
const ON_CLUSTER = [
  'model-gateway',
  'prompt-router',
  'vector-index',
  'embedding-cache',
  'trace-collector',
  'label-board',
];

/** The account of data and AI: the lake, the models, and the agents. */
export function machineLearning(world: AwsWorld, time: SampleTime): Estate {
  const estate = openEstate(world, time, ACCOUNTS.machineLearning);
  furnish(estate);
  organizationsRole(estate, 39);
  issuer(estate, CLUSTER);
  lake(estate);
  agentRoles(estate);
  role(estate, {
    name: 'feature-store-sync',
    trusts: 'glue',
    may: { features: allowing(['s3:GetObject', 's3:PutObject'], ['arn:aws:s3:::sample-features/*']) },
  });
  role(estate, {
    name: 'notebook-cleanup',
    trusts: 'lambda',
    may: { clean: allowing('s3:DeleteObject', ['arn:aws:s3:::sample-scratch/*']) },
  });
  const label = { labels: allowing(['s3:GetObject', 's3:PutObject'], ['arn:aws:s3:::sample-labels/*']) };
  user(estate, { name: 'labeling-export', owner: 38, may: label, keys: [{ ageDays: 50, usedDaysAgo: 1 }] });
  // Switched off since somebody found it: the key is still there, and can do nothing.
  addRootAccessKey(estate.account, { createdAt: time.daysAgo(800), status: 'Inactive' });
  peopleWithPasswords(estate, { 'sample.person.31': 1, 'sample.person.35': 4 });
  return estate;
}

/** Jobs that fill the lake, and services on the cluster, each pinned to its own service account. */
function lake(estate: Estate): void {
  for (const table of LAKE)
    for (const [step, service] of [
      ['ingest', 'glue'],
      ['clean', 'glue'],
      ['publish', 'lambda'],
      ['quality', 'lambda'],
    ] as const)
      role(estate, {
        name: `lake-${table}-${step}`,
        trusts: service,
        may: {
          lake: allowing(step === 'quality' ? 's3:GetObject' : ['s3:GetObject', 's3:PutObject'], [
            `arn:aws:s3:::sample-lake/${table}/*`,
          ]),
        },
        owner: memberFor('Data and AI', table),
        team: 'Data and AI',
        tags: { 'terraform:module': 'lake-table' },
      });
  for (const name of ON_CLUSTER)
    role(estate, {
      name: `cluster-${name}`,
      trusts: federated(estate, CLUSTER, `system:serviceaccount:ml:${name}`),
      may: { config: allowing('s3:GetObject', ['arn:aws:s3:::sample-ml-config/*']) },
      owner: memberFor('Data and AI', name),
      team: 'Data and AI',
    });
}
