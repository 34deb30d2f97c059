import {
  addAccessKey,
  addAccount,
  addRole,
  addSampleAccount,
  addServiceCredential,
  addSshKey,
  addUser,
  createAwsWorld,
  type FaultKind,
  organise,
  SAMPLE_EXTERNAL_ID,
  SAMPLE_ROLE,
  startAwsServer,
  trusting,
} from '../../demo/aws/index.js';
import { type ContractFault, type ContractSubject, describeConnector, testHost } from '../sdk/testing/index.js';
import type { AwsIamConfig } from './config.schema.js';
import { awsIamWithin } from './connector.js';
import { NOW, TEST_LIMITS } from './testing/against-world.js';

const KINDS: Record<ContractFault, { kind: FaultKind; times?: number }> = {
  forbidden: { kind: 'forbidden' },
  throttled: { kind: 'throttled' },
  html: { kind: 'html' },
  malformed: { kind: 'malformed' },
  empty: { kind: 'empty' },
  endless: { kind: 'endless' },
  stuck: { kind: 'stuck' },
  cut: { kind: 'cut' },
  unsupported: { kind: 'unknown-action' },
  hang: { kind: 'hang' },
  'throttled-once': { kind: 'throttled', times: 1 },
  'forbidden-once': { kind: 'forbidden', times: 1 },
};

/** Answers that come in one piece: there is no page of them that could go wrong. */
const WITHOUT_PAGES = new Set([
  ...[
    'AssumeRole',
    'GetCallerIdentity',
    'GetAccountSummary',
    'ListAccountAliases',
    'GetAccessKeyLastUsed',
    'GenerateCredentialReport',
    'GetCredentialReport',
  ],
  ...[
    'GenerateServiceLastAccessedDetails',
    'ListOpenIDConnectProviders',
    'GetOpenIDConnectProvider',
    'ListSAMLProviders',
    'GetLoginProfile',
  ],
]);

async function make(): Promise<ContractSubject<AwsIamConfig>> {
  const world = createAwsWorld({ waits: { lastAccessed: 0, credentialReport: 1 } });
  const { account: home, key } = addSampleAccount(world, '111111111111', 'home');
  // One of everything is enough, in as few hands as can be: the suite reads the account some hundred times.
  for (const name of ['sample.person.07', 'BedrockAPIKey-4f2a']) home.users.delete(name);
  for (const name of ['analysts', 'support-agent', 'AWSServiceRoleForSupport', SAMPLE_ROLE]) home.roles.delete(name);
  const holder = home.users.get('invoice-batch')!;
  holder.groups.add('auditors');
  holder.password = { createdAt: NOW, changedAt: NOW, lastUsedAt: null, nextRotationAt: null };
  addSshKey(home, holder);
  addServiceCredential(home, holder);
  // Of the other account the test wants that it is reached through a role, and little else.
  const other = addAccount(world, { id: '222222222222', name: 'other' });
  addAccessKey(other, addUser(other, { name: 'writer', attached: ['AmazonS3FullAccess'] }));
  addRole(other, {
    name: SAMPLE_ROLE,
    trust: trusting({ AWS: home.id }, { StringEquals: { 'sts:ExternalId': SAMPLE_EXTERNAL_ID } }),
    attached: ['SecurityAudit'],
  });
  organise(world, home);
  const server = await startAwsServer({ world, now: () => NOW });
  const limits = { ...TEST_LIMITS, pageItems: 4, maxPages: 6, attempts: 2 };
  return {
    connector: awsIamWithin(limits),
    config: { organization: { roleName: SAMPLE_ROLE, externalId: SAMPLE_EXTERNAL_ID } },
    badConfigs: [
      { unknownMember: true },
      { credentials: { accessKeyId: 'AKIAEXAMPLEEXAMPLE00', secretAccessKey: 'a value instead of a reference' } },
      { accounts: [{ id: '12', roleArn: 'arn:aws:iam::111111111111:role/x' }] },
      { accounts: [{ id: '111111111111', roleArn: 'arn:aws:iam::222222222222:role/x' }] },
      { region: 'somewhere' },
    ],
    host: testHost({
      now: () => NOW,
      environment: { AWS_ENDPOINT_URL: server.url, AWS_ACCESS_KEY_ID: key.id, AWS_SECRET_ACCESS_KEY: key.secret },
    }),
    secrets: [key.secret],
    vendor: {
      calls: () => server.traffic.actions(),
      count: (call) => server.traffic.count(call),
      reset: () => server.traffic.reset(),
      spoil: (call, fault) =>
        (fault === 'endless' || fault === 'stuck') && WITHOUT_PAGES.has(call)
          ? null
          : server.faults.add({ action: call, ...KINDS[fault] }),
    },
    close: () => server.close(),
  };
}

describeConnector('aws-iam', make);
