import { addGroup, addOidcProvider, addSamlProvider, allowing, oidcArn, samlArn, trusting } from '../../aws/index.js';
import { ACCOUNTS, READER_EXTERNAL_ID, READER_ROLE } from '../organisation.js';
import { memberFor } from '../people.js';
import { type Estate, role, user } from './estate.js';

const SERVICES_OF_AWS = [
  'Support',
  'TrustedAdvisor',
  'Organizations',
  'CloudTrail',
  'ElasticLoadBalancing',
  'RDS',
  'AutoScaling',
  'BackupRestore',
];

/** What stands in every account: roles AWS runs for itself, sign-in for people, groups, and our way in. */
export function furnish(estate: Estate): void {
  const { account, time } = estate;
  for (const service of SERVICES_OF_AWS)
    role(estate, {
      name: `AWSServiceRoleFor${service}`,
      path: `/aws-service-role/${service.toLowerCase()}.amazonaws.com/`,
      trusts: service.toLowerCase(),
      attached: ['AWSSupportServiceRolePolicy'],
    });
  addSamlProvider(account, { name: 'sample-workforce', validUntil: time.daysAhead(700), createdAt: time.daysAgo(900) });
  const workforce = trusting({ Federated: samlArn(account, 'sample-workforce') }, undefined, 'sts:AssumeRoleWithSAML');
  for (const set of ['AdministratorAccess', 'PowerUserAccess', 'ReadOnlyAccess'])
    role(estate, {
      name: `AWSReservedSSO_${set}_${account.id.slice(0, 8)}`,
      path: '/aws-reserved/sso.amazonaws.com/',
      trusts: workforce,
      attached: [set],
    });
  addGroup(account, { name: 'auditors', attached: ['SecurityAudit'] });
  addGroup(account, { name: 'developers', attached: ['ReadOnlyAccess'] });
  role(estate, {
    name: READER_ROLE,
    trusts: trusting(
      { AWS: `arn:aws:iam::${ACCOUNTS.production.id}:root` },
      { StringEquals: { 'sts:ExternalId': READER_EXTERNAL_ID } },
    ),
    attached: ['SecurityAudit'],
    owner: memberFor('Security', READER_ROLE),
    team: 'Security',
    usedDaysAgo: 0.1,
    createdDaysAgo: 60,
  });
}

/** The role AWS Organizations leaves in every account it makes: an administrator's, for the management account. */
export const organizationsRole = (estate: Estate, owner?: number): void =>
  void role(estate, {
    name: 'OrganizationAccountAccessRole',
    trusts: trusting({ AWS: `arn:aws:iam::${ACCOUNTS.production.id}:root` }),
    attached: ['AdministratorAccess'],
    usedDaysAgo: null,
    ...(owner === undefined ? {} : { owner }),
  });

/** People who still sign in as IAM users, with a password and a second factor. */
export function peopleWithPasswords(estate: Estate, people: Readonly<Record<string, number>>): void {
  for (const [name, signedInDaysAgo] of Object.entries(people))
    user(estate, { name, path: '/people/', groups: ['developers'], signedInDaysAgo });
}

/** Service users of partners' systems, each with one young key in use. */
export function integrationUsers(estate: Estate, users: readonly { name: string; owner: number }[]): void {
  for (const [at, { name, owner }] of users.entries())
    user(estate, {
      name,
      owner,
      path: '/integrations/',
      may: {
        exchange: allowing(['s3:GetObject', 's3:PutObject'], [`arn:aws:s3:::sample-exchange/${name}/*`]),
      },
      keys: [{ ageDays: 12 + ((at * 7) % 66), usedDaysAgo: 0.2 + (at % 5) }],
    });
}

/** Trust in the workloads of an issuer, pinned to a subject unless none is given. */
export const federated = (estate: Estate, issuer: string, subject?: string) =>
  trusting(
    { Federated: oidcArn(estate.account, issuer) },
    {
      StringEquals: {
        [`${issuer}:aud`]: 'sts.amazonaws.com',
        ...(subject === undefined ? {} : { [`${issuer}:sub`]: subject }),
      },
    },
    'sts:AssumeRoleWithWebIdentity',
  );

export const issuer = (estate: Estate, url: string): void =>
  void addOidcProvider(estate.account, { url, createdAt: estate.time.daysAgo(500) });
