import { addPolicy, addServiceCredential, addSshKey, allowing, type AwsUser } from '../../aws/index.js';
import { READER_ROLE, READER_USER } from '../organisation.js';
import { type Estate, user } from './estate.js';
import { integrationUsers } from './furniture.js';

const exchange = (name: string) => ({
  exchange: allowing(['s3:GetObject', 's3:PutObject'], [`arn:aws:s3:::sample-exchange/${name}/*`]),
});

/** Users that stand for machines, and two that stand for emergencies: one approved, one forgotten. */
export function productionUsers(estate: Estate): void {
  integrationUsers(estate, [
    { name: 'edi-grocer', owner: 19 },
    { name: 'edi-pharmacy', owner: 20 },
    { name: 'edi-furniture', owner: 21 },
    { name: 'edi-publisher', owner: 23 },
    { name: 'bank-statements', owner: 12 },
    { name: 'fuel-card-feed', owner: 13 },
    { name: 'toll-feed', owner: 15 },
    { name: 'weather-feed', owner: 24 },
    { name: 'ferry-bookings', owner: 26 },
    { name: 'rail-bookings', owner: 27 },
    { name: 'customs-office', owner: 28 },
    { name: 'container-terminal', owner: 30 },
  ]);
  ageing(estate);
  rotating(estate);
  emergencies(estate);
  peopleInMachines(estate);
  bedrockKeys(estate);
  mandateItself(estate);
}

function ageing(estate: Estate): void {
  user(estate, {
    name: 'warehouse-scanner',
    owner: 19,
    may: exchange('scanner'),
    keys: [{ ageDays: 130, usedDaysAgo: 1 }],
  });
  user(estate, { name: 'erp-sync', owner: 13, may: exchange('erp'), keys: [{ ageDays: 400, usedDaysAgo: 0.5 }] });
  // Near the limit, and within it.
  user(estate, { name: 'scale-readings', owner: 19, may: exchange('scales'), keys: [{ ageDays: 80, usedDaysAgo: 1 }] });
  user(estate, { name: 'edi-bridge', owner: 21, may: exchange('bridge'), keys: [{ ageDays: 520, usedDaysAgo: 200 }] });
  user(estate, {
    name: 'auction-listing',
    owner: 43,
    may: exchange('auction'),
    keys: [{ ageDays: 120, usedDaysAgo: null }],
  });
  user(estate, {
    name: 'parking-sensors',
    owner: 23,
    may: exchange('parking'),
    keys: [{ ageDays: 15, usedDaysAgo: null }],
  });
  const mirror = user(estate, {
    name: 'git-mirror',
    owner: 6,
    may: { mirror: allowing('codecommit:GitPull', ['arn:aws:codecommit:eu-central-1:*:sample-*']) },
    lastAccessed: { codecommit: { at: estate.time.hoursAgo(5) } },
  });
  addSshKey(estate.account, mirror, { uploadedAt: estate.time.daysAgo(200) });
}

function rotating(estate: Estate): void {
  const old = { ageDays: 85, usedDaysAgo: 2 };
  user(estate, {
    name: 'stock-feed',
    owner: 21,
    may: exchange('stock'),
    keys: [old, { ageDays: 40, usedDaysAgo: 0.3 }],
  });
  user(estate, {
    name: 'price-feed',
    owner: 44,
    may: exchange('price'),
    keys: [old, { ageDays: 5, usedDaysAgo: 0.3 }],
  });
  user(estate, {
    name: 'route-feed',
    owner: 24,
    may: exchange('route'),
    keys: [
      { ageDays: 300, usedDaysAgo: 35, status: 'Inactive' },
      { ageDays: 30, usedDaysAgo: 0.3 },
    ],
  });
}

function emergencies(estate: Estate): void {
  const all = { attached: ['AdministratorAccess'] } as const;
  user(estate, { name: 'emergency-access', ...all, owner: 39, team: 'Security', signedInDaysAgo: 200 });
  user(estate, {
    name: 'old-administrator',
    ...all,
    signedInDaysAgo: 400,
    keys: [{ ageDays: 900, usedDaysAgo: 400, service: 'iam' }],
    createdDaysAgo: 1300,
  });
}

function peopleInMachines(estate: Estate): void {
  const key = { ageDays: 30, usedDaysAgo: 0.5 };
  user(estate, { name: 'svc-reporting', owner: 16, attached: ['AmazonS3ReadOnlyAccess'], signedInDaysAgo: 3 });
  user(estate, { name: 'sample.person.06', owner: 6, groups: ['developers'], signedInDaysAgo: 4, keys: [key] });
  user(estate, { name: 'sample.person.09', owner: 9, groups: ['developers'], signedInDaysAgo: 50, keys: [key] });
  // Named like the policy AWS attaches where it finds a key in public: this one is our own, for a drill.
  const drill = addPolicy(estate.account, {
    name: 'AWSCompromisedKeyQuarantineV3',
    document: { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: ['iam:*'], Resource: '*' }] },
  });
  user(estate, {
    name: 'quarantine-drill',
    owner: 42,
    team: 'Security',
    attached: [drill.arn],
    may: exchange('drill'),
    keys: [key],
  });
}

/** What the console makes around a key for Amazon Bedrock. The two differ in one thing: who answers. */
function bedrockKeys(estate: Estate): void {
  const shell = (name: string, owner?: number): AwsUser =>
    user(estate, {
      name,
      attached: ['AmazonBedrockLimitedAccess'],
      createdDaysAgo: 60,
      lastAccessed: { bedrock: { at: estate.time.daysAgo(3) } },
      ...(owner === undefined ? {} : { owner }),
    });
  for (const made of [shell('BedrockAPIKey-7f3a'), shell('BedrockAPIKey-b21c', 34)])
    addServiceCredential(estate.account, made, {
      createdAt: estate.time.daysAgo(60),
      expiresAt: estate.time.daysAhead(120),
    });
  addServiceCredential(estate.account, shell('BedrockAPIKey-e905', 35), { createdAt: estate.time.daysAgo(60) });
  addServiceCredential(estate.account, shell('BedrockAPIKey-15dd', 35), {
    createdAt: estate.time.daysAgo(100),
    expiresAt: estate.time.daysAgo(10),
    status: 'Expired',
  });
}

/** The credential Mandate itself reads AWS with is in its own inventory. */
function mandateItself(estate: Estate): void {
  user(estate, {
    name: READER_USER,
    owner: 39,
    team: 'Security',
    may: {
      'read-the-organisation': {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: ['organizations:ListAccounts'], Resource: '*' },
          { Effect: 'Allow', Action: ['sts:AssumeRole'], Resource: `arn:aws:iam::*:role/${READER_ROLE}` },
        ],
      },
    },
    keys: [{ ageDays: 20, usedDaysAgo: 0.05, service: 'sts' }],
  });
}
