import {
  addAccount,
  addGroup,
  addOidcProvider,
  addPolicy,
  addRole,
  addSamlProvider,
  addServerCertificate,
  addUser,
} from './build.js';
import { addAccessKey, addServiceCredential, addSigningCertificate, addSshKey } from './build-credentials.js';
import { allowing, trusting, trustingService } from './documents.js';
import type { AccessKey, AwsAccount, AwsWorld } from './world.js';

/** The role in every sample account that lets the management account in, when it gives this external id. */
export const SAMPLE_ROLE = 'mandate-reader';
export const SAMPLE_EXTERNAL_ID = 'sample-external-id';

/** An account that has at least one of everything a reader can meet. Its `reader` holds a key that signs in. */
export function addSampleAccount(
  world: AwsWorld,
  id: string,
  name: string,
  trusts: string = id,
): { account: AwsAccount; key: AccessKey } {
  const account = addAccount(world, { id, name, alias: `sample-${name}` });
  const april = Date.UTC(2025, 3, 1);
  addPolicy(account, {
    name: 'invoice-reader',
    document: allowing(
      ['s3:GetObject', 's3:ListBucket'],
      ['arn:aws:s3:::sample-invoices', 'arn:aws:s3:::sample-invoices/*'],
    ),
  });
  addPolicy(account, { name: 'boundary', document: allowing(['s3:*', 'bedrock:InvokeModel']) });
  addGroup(account, {
    name: 'auditors',
    attached: ['SecurityAudit'],
    inline: { 'read-logs': allowing(['logs:GetLogEvents', 'logs:FilterLogEvents']) },
  });

  const reader = addUser(account, { name: 'reader', attached: ['SecurityAudit'] });
  const key = addAccessKey(account, reader, {
    createdAt: april,
    lastUsed: { at: Date.UTC(2026, 1, 27, 8, 15), service: 'iam', region: 'us-east-1' },
  });

  const person = addUser(account, {
    name: 'sample.person.07',
    groups: ['auditors'],
    password: { createdAt: april, changedAt: april, lastUsedAt: Date.UTC(2026, 1, 20, 9, 0), nextRotationAt: null },
    mfa: true,
    tags: { email: 'sample.person.07@example.org' },
  });
  addSshKey(account, person);

  const batch = addUser(account, {
    name: 'invoice-batch',
    path: '/services/',
    attached: ['invoice-reader'],
    inline: { models: allowing('bedrock:InvokeModel') },
    boundary: 'boundary',
    tags: { environment: 'prod', team: 'invoices', 'aws:cloudformation:stack-name': 'invoices' },
    lastAccessed: { s3: { at: Date.UTC(2026, 1, 26, 3, 0) } },
  });
  addAccessKey(account, batch, { createdAt: Date.UTC(2024, 4, 2) });
  addAccessKey(account, batch, {
    status: 'Inactive',
    createdAt: Date.UTC(2023, 4, 2),
    lastUsed: { at: Date.UTC(2024, 4, 3), service: 's3', region: 'eu-central-1' },
  });
  addSigningCertificate(account, batch);

  const shell = addUser(account, {
    name: 'BedrockAPIKey-4f2a',
    attached: ['AmazonBedrockLimitedAccess'],
    createdAt: april,
  });
  addServiceCredential(account, shell, { createdAt: april, expiresAt: Date.UTC(2026, 3, 1) });
  addServiceCredential(account, shell, { service: 'codecommit.amazonaws.com', status: 'Inactive' });

  const oidc = addOidcProvider(account, { url: 'token.actions.githubusercontent.com' });
  const saml = addSamlProvider(account, { name: 'workforce', validUntil: Date.UTC(2027, 0, 1) });
  addRole(account, {
    name: 'deploy',
    trust: trusting(
      { Federated: oidc.arn },
      { StringEquals: { 'token.actions.githubusercontent.com:sub': 'repo:sample-org/invoices:ref:refs/heads/main' } },
      'sts:AssumeRoleWithWebIdentity',
    ),
    attached: ['PowerUserAccess'],
    lastUsed: { at: Date.UTC(2026, 1, 28, 17, 0), region: 'eu-central-1' },
  });
  addRole(account, {
    name: 'support-agent',
    trust: trustingService('bedrock-agentcore.amazonaws.com'),
    attached: ['AmazonBedrockFullAccess'],
    lastAccessed: { bedrock: { at: Date.UTC(2026, 1, 25) } },
  });
  addRole(account, {
    name: 'analysts',
    trust: trusting({ Federated: saml.arn }, undefined, 'sts:AssumeRoleWithSAML'),
    attached: ['ReadOnlyAccess'],
  });
  addRole(account, {
    name: 'AWSServiceRoleForSupport',
    path: '/aws-service-role/support.amazonaws.com/',
    trust: trustingService('support.amazonaws.com'),
    attached: ['AWSSupportServiceRolePolicy'],
  });
  addRole(account, {
    name: SAMPLE_ROLE,
    trust: trusting(
      { AWS: `arn:${world.partition}:iam::${trusts}:root` },
      { StringEquals: { 'sts:ExternalId': SAMPLE_EXTERNAL_ID } },
    ),
    attached: ['SecurityAudit'],
  });
  addServerCertificate(account, { name: 'www', expiresAt: Date.UTC(2026, 5, 1) });
  return { account, key };
}
