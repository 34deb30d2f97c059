import { addRootAccessKey, addServerCertificate, allowing, type AwsWorld, trusting } from '../../aws/index.js';
import { ACCOUNTS } from '../organisation.js';
import { memberFor } from '../people.js';
import type { SampleTime } from '../sample-time.js';
import { businessSystems, SYSTEMS } from './business-systems.js';
import { type Estate, openEstate, role, user } from './estate.js';
import { federated, furnish, issuer, organizationsRole, peopleWithPasswords } from './furniture.js';

export const GITHUB = 'token.actions.githubusercontent.com';

/** Where everything is built and tried: development, staging and a sandbox in one account. */
export function nonProduction(world: AwsWorld, time: SampleTime): Estate {
  const estate = openEstate(world, time, ACCOUNTS.nonProduction);
  furnish(estate);
  organizationsRole(estate, 39);
  issuer(estate, GITHUB);
  businessSystems(estate, SYSTEMS, ['api', 'worker', 'events'], ['development', 'staging']);
  pipelines(estate);
  staticKeys(estate);
  openDoors(estate);
  role(estate, { name: 'load-test-runner', trusts: 'ecs-tasks', may: { load: allowing('sqs:SendMessage') } });
  role(estate, {
    name: 'sandbox-playground',
    trusts: 'lambda',
    attached: ['AdministratorAccess'],
    owner: 5,
    team: 'Platform',
    tags: { environment: 'sandbox' },
  });
  addServerCertificate(estate.account, {
    name: 'test-portal',
    uploadedAt: time.daysAgo(40),
    expiresAt: time.daysAhead(250),
  });
  addRootAccessKey(estate.account, {
    createdAt: time.daysAgo(720),
    lastUsed: { at: time.daysAgo(30), service: 's3', region: 'us-east-1' },
  });
  peopleWithPasswords(estate, {
    'sample.person.03': 1,
    'sample.person.05': 3,
    'sample.person.10': 8,
    'sample.person.16': 20,
    'sample.person.21': 2,
    'sample.person.27': 14,
    'sample.person.32': 5,
    'sample.person.44': 40,
  });
  return estate;
}

/** Pipelines that prove who they are: each repository becomes its own role, and nothing is stored anywhere. */
function pipelines(estate: Estate): void {
  for (const [system, team] of SYSTEMS)
    role(estate, {
      name: `github-deploy-${system}`,
      trusts: federated(estate, GITHUB, `repo:sample-logistics/${system}:ref:refs/heads/main`),
      may: {
        images: allowing('ecr:PutImage', [`arn:aws:ecr:eu-central-1:*:repository/${system}`]),
        deploy: allowing('sts:AssumeRole', [`arn:aws:iam::${ACCOUNTS.production.id}:role/deploy-${system}`]),
      },
      owner: memberFor(team, system),
      team,
    });
}

/** Stored keys beside them, where there is no need for any. */
function staticKeys(estate: Estate): void {
  const artifacts = { artifacts: allowing('s3:PutObject', ['arn:aws:s3:::sample-artifacts/*']) };
  user(estate, { name: 'artifact-publisher', owner: 6, may: artifacts, keys: [{ ageDays: 45, usedDaysAgo: 0.2 }] });
  user(estate, { name: 'sonar-upload', owner: 10, may: artifacts, keys: [{ ageDays: 70, usedDaysAgo: 2 }] });
  user(estate, {
    name: 'emergency-nonprod',
    owner: 39,
    team: 'Security',
    attached: ['AdministratorAccess'],
    keys: [{ ageDays: 25, usedDaysAgo: null }],
  });
  // AWS found a key of it in a public repository and said so its own way.
  user(estate, {
    name: 'ci-legacy',
    owner: 8,
    may: artifacts,
    attached: ['AWSCompromisedKeyQuarantineV3'],
    keys: [
      { ageDays: 410, usedDaysAgo: 12, status: 'Inactive' },
      { ageDays: 200, usedDaysAgo: 1 },
    ],
  });
}

function openDoors(estate: Estate): void {
  const upload = { upload: allowing('s3:PutObject', ['arn:aws:s3:::sample-partner-drop/*']) };
  role(estate, { name: 'partner-upload', trusts: trusting({ AWS: '*' }), may: upload, owner: 28 });
  role(estate, {
    name: 'partner-drop-box',
    trusts: trusting({ AWS: '*' }, { StringEquals: { 'aws:PrincipalAccount': ACCOUNTS.acquired.id } }),
    may: upload,
    owner: 28,
  });
  role(estate, { name: 'github-anyone', trusts: federated(estate, GITHUB), may: upload, owner: 10 });
}
