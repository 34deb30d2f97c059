import { addRootAccessKey, addServiceCredential, allowing, type AwsWorld, trusting } from '../../aws/index.js';
import { ACCOUNTS, STRANGER } from '../organisation.js';
import type { Team } from '../people.js';
import type { SampleTime } from '../sample-time.js';
import { businessSystems } from './business-systems.js';
import { type Estate, openEstate, role, user } from './estate.js';
import { federated, furnish, issuer } from './furniture.js';

const GITLAB = 'gitlab.com';
const SYSTEMS: readonly (readonly [string, Team])[] = [
  ['parcel-intake', 'Parcels IT'],
  ['parcel-sorter', 'Parcels IT'],
  ['locker-network', 'Parcels IT'],
  ['courier-app', 'Parcels IT'],
  ['depot-cameras', 'Parcels operations'],
  ['van-telemetry', 'Parcels operations'],
  ['cash-on-delivery', 'Parcels operations'],
];
const UNCLAIMED = ['address-cleaner', 'depot-heating', 'fleet-wash', 'old-intranet', 'pickup-reminder', 'route-paper'];
const USERS = ['locker-firmware', 'courier-payouts', 'van-tracker', 'depot-gate', 'label-service', 'customer-texts'];

/** The account that came with the company: nobody has sorted it yet, and its credential report is withheld. */
export function acquired(world: AwsWorld, time: SampleTime): Estate {
  const estate = openEstate(world, time, ACCOUNTS.acquired);
  furnish(estate);
  issuer(estate, GITLAB);
  businessSystems(estate, SYSTEMS, ['api', 'worker', 'events', 'backup']);
  for (const [system] of SYSTEMS)
    role(estate, {
      name: `gitlab-${system}`,
      trusts: federated(estate, GITLAB, `project_path:sample-parcels/${system}:ref_type:branch:ref:main`),
      may: { images: allowing('ecr:PutImage', [`arn:aws:ecr:eu-central-1:*:repository/${system}`]) },
      owner: 50,
      team: 'Parcels IT',
    });
  // Found with the company, owned by nobody yet: there is a month to find out.
  for (const name of UNCLAIMED)
    role(estate, {
      name,
      trusts: 'lambda',
      may: {
        data: allowing('s3:GetObject', ['arn:aws:s3:::sample-parcels/*']),
        ...(name === 'address-cleaner' ? { models: allowing('bedrock:InvokeModel') } : {}),
      },
    });
  role(estate, {
    name: 'parcel-router',
    trusts: 'lambda',
    may: { data: allowing('s3:GetObject', ['arn:aws:s3:::sample-parcels/*']) },
  });
  role(estate, {
    name: 'old-holding-access',
    trusts: trusting({ AWS: `arn:aws:iam::${STRANGER}:root` }),
    attached: ['ReadOnlyAccess'],
    owner: 48,
  });
  role(estate, {
    name: 'legacy-admin',
    trusts: trusting({ AWS: `arn:aws:iam::${ACCOUNTS.acquired.id}:root` }),
    attached: ['AdministratorAccess'],
    owner: 48,
  });
  acquiredUsers(estate);
  addRootAccessKey(estate.account, { createdAt: time.daysAgo(900) });
  return estate;
}

function acquiredUsers(estate: Estate): void {
  const data = { data: allowing(['s3:GetObject', 's3:PutObject'], ['arn:aws:s3:::sample-parcels/*']) };
  for (const [at, name] of USERS.entries())
    user(estate, { name, owner: 49 + (at % 3), may: data, keys: [{ ageDays: 20 + at * 11, usedDaysAgo: 1 + at }] });
  for (const name of ['depot-printer', 'night-export'])
    user(estate, { name, may: data, keys: [{ ageDays: 60, usedDaysAgo: 2 }] });
  user(estate, { name: 'sorter-sync', owner: 51, may: data, keys: [{ ageDays: 500, usedDaysAgo: 0.4 }] });
  const shell = user(estate, {
    name: 'BedrockAPIKey-acq1',
    attached: ['AmazonBedrockLimitedAccess'],
    createdDaysAgo: 40,
    lastAccessed: { bedrock: { at: estate.time.daysAgo(1) } },
  });
  addServiceCredential(estate.account, shell, {
    createdAt: estate.time.daysAgo(40),
    expiresAt: estate.time.daysAhead(140),
  });
}
