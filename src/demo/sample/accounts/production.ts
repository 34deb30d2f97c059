import { addServerCertificate, allowing, type AwsWorld, trusting } from '../../aws/index.js';
import { ACCOUNTS, BACKUP_VENDOR, MONITORING_VENDOR, PRINT_SHOP, STRANGER } from '../organisation.js';
import { memberFor } from '../people.js';
import type { SampleTime } from '../sample-time.js';
import { businessSystems, SYSTEMS } from './business-systems.js';
import { type Estate, openEstate, role } from './estate.js';
import { furnish, peopleWithPasswords } from './furniture.js';
import { productionUsers } from './production-users.js';

const reads = (bucket: string) => allowing(['s3:GetObject', 's3:ListBucket'], [`arn:aws:s3:::sample-${bucket}*`]);
const writes = (bucket: string) => allowing(['s3:GetObject', 's3:PutObject'], [`arn:aws:s3:::sample-${bucket}/*`]);
const withExternalId = { StringEquals: { 'sts:ExternalId': 'agreed-with-sample-vendor' } };
const anAccount = (id: string, condition?: Record<string, unknown>) =>
  trusting({ AWS: `arn:aws:iam::${id}:root` }, condition);

/** The account that earns the money, and from which the organisation is managed. */
export function production(world: AwsWorld, time: SampleTime): Estate {
  const estate = openEstate(world, time, ACCOUNTS.production);
  furnish(estate);
  businessSystems(estate, SYSTEMS, ['api', 'worker', 'events', 'backup']);
  deployments(estate);
  nobodyAnswers(estate);
  whoAnswersLeft(estate);
  idle(estate);
  trusted(estate);
  role(estate, {
    name: 'deploy-everything',
    trusts: 'codebuild',
    attached: ['AdministratorAccess'],
    owner: 4,
    team: 'Platform',
  });
  for (const [name, days] of Object.entries({ www: 5, portal: 200, tracking: 240, 'edi-gateway': 300 }))
    addServerCertificate(estate.account, {
      name,
      uploadedAt: time.daysAgo(days === 5 ? 360 : 60),
      expiresAt: time.daysAhead(days),
    });
  productionUsers(estate);
  peopleWithPasswords(estate, {
    'sample.person.01': 2,
    'sample.person.04': 6,
    'sample.person.14': 130,
    'sample.person.39': 1,
    'sample.person.40': 11,
  });
  return estate;
}

/** Pipelines of the non-production account put new versions into service here. */
function deployments(estate: Estate): void {
  for (const [system, team] of SYSTEMS)
    role(estate, {
      name: `deploy-${system}`,
      trusts: trusting({ AWS: `arn:aws:iam::${ACCOUNTS.nonProduction.id}:role/github-deploy-${system}` }),
      may: {
        deploy: allowing(
          ['ecs:UpdateService', 'ecr:PutImage'],
          [`arn:aws:ecs:eu-central-1:*:service/sample/${system}*`, `arn:aws:ecr:eu-central-1:*:repository/${system}`],
        ),
      },
      owner: memberFor(team, system),
      team,
    });
}

function nobodyAnswers(estate: Estate): void {
  role(estate, { name: 'report-mailer', trusts: 'lambda', may: { mail: allowing('ses:SendEmail') } });
  role(estate, {
    name: 'vpc-flow-writer',
    trusts: 'vpc-flow-logs',
    may: { logs: allowing(['logs:CreateLogStream', 'logs:PutLogEvents']) },
    // A word, not a person: nobody can be asked.
    tags: { owner: 'network team' },
  });
  // A team runs it, and nobody of the team was ever named.
  role(estate, { name: 'label-printer', trusts: 'lambda', may: { labels: reads('labels') } });
}

/** Ownership of these is told apart in governance/ownership.ts. */
function whoAnswersLeft(estate: Estate): void {
  for (const name of ['customs-export', 'tariff-import', 'dock-scheduler', 'pallet-tracker'])
    role(estate, { name, trusts: 'lambda', may: { files: writes(name) } });
}

function idle(estate: Estate): void {
  const archive = { restore: reads('archive') };
  role(estate, { name: 'tape-restore', trusts: 'backup', may: archive, owner: 7, usedDaysAgo: 300 });
  role(estate, { name: 'disaster-recovery', trusts: 'backup', may: archive, owner: 7, usedDaysAgo: 300 });
  role(estate, { name: 'tariff-comparison', trusts: 'lambda', may: archive, owner: 12, usedDaysAgo: 120 });
  role(estate, { name: 'year-end-close', trusts: 'states', may: archive, owner: 12, usedDaysAgo: 250 });
  role(estate, { name: 'summer-peak-scaling', trusts: 'lambda', may: archive, owner: 20, usedDaysAgo: 280 });
  // Both hold something that nothing has used for long; one of them is there for the day somebody needs it.
  role(estate, {
    name: 'carrier-rates',
    trusts: 'lambda',
    may: { rates: writes('rates'), contracts: allowing('dynamodb:PutItem', ['arn:aws:dynamodb:*:*:table/contracts']) },
    neverUses: ['contracts'],
    owner: 44,
    team: 'Sales systems',
  });
  role(estate, {
    name: 'failover-dns',
    trusts: 'lambda',
    may: { zones: allowing('route53:ChangeResourceRecordSets', ['arn:aws:route53:::hostedzone/*']) },
    owner: 7,
    usedDaysAgo: 300,
  });
  role(estate, { name: 'pilot-drone-desk', trusts: 'lambda', may: archive, owner: 43, usedDaysAgo: null });
  role(estate, {
    name: 'customs-broker-link',
    trusts: 'lambda',
    may: archive,
    owner: 44,
    usedDaysAgo: null,
    createdDaysAgo: 20,
  });
}

function trusted(estate: Estate): void {
  const look = { attached: ['SecurityAudit'] } as const;
  role(estate, {
    name: 'monitoring-vendor',
    trusts: anAccount(MONITORING_VENDOR.id, withExternalId),
    ...look,
    owner: 39,
    team: 'Security',
  });
  role(estate, {
    name: 'backup-vendor',
    trusts: anAccount(BACKUP_VENDOR.id),
    may: { backups: reads('backup-vault') },
    owner: 8,
    team: 'Platform',
  });
  role(estate, {
    name: 'analytics-share',
    trusts: anAccount(STRANGER),
    may: { share: reads('analytics') },
    owner: 43,
    team: 'Sales systems',
  });
  // Anything in the test account may become it: the pipelines above name the one role that does.
  role(estate, {
    name: 'test-data-refresh',
    trusts: anAccount(ACCOUNTS.nonProduction.id),
    may: { copies: reads('customer-portal') },
    owner: 7,
    team: 'Platform',
  });
  role(estate, {
    name: 'print-shop-labels',
    trusts: anAccount(PRINT_SHOP.id),
    may: { labels: reads('labels') },
    owner: 20,
    team: 'Warehouse systems',
  });
}
