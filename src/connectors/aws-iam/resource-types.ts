import type { ResourceType } from '../sdk/index.js';
import type { ReadPermission } from './permissions.js';

type Type = ResourceType & { readonly permissions: { readonly read: readonly ReadPermission[] } };

const DETAILS: readonly ReadPermission[] = ['iam:GetAccountAuthorizationDetails'];
/**
 * AWS keeps the use of roles and services for 400 days and shows it up to four hours late. How far back it reaches each
 * record says itself: where the use of one could not be read, nobody may take that for 400 days without use.
 */
const tracked = { horizonDays: null, lagHours: 4 };

/** Everything this connector knows of, with what reading each takes. */
export const RESOURCE_TYPES: readonly Type[] = [
  {
    id: 'aws.account',
    title: 'AWS account',
    entity: 'resource',
    permissions: {
      read: ['sts:GetCallerIdentity', 'sts:AssumeRole', 'organizations:ListAccounts', 'iam:ListAccountAliases'],
    },
  },
  { id: 'aws.root', title: 'Root of an account', entity: 'identity', permissions: { read: ['iam:GetAccountSummary'] } },
  {
    id: 'aws.user',
    title: 'IAM user',
    entity: 'identity',
    permissions: { read: [...DETAILS, 'iam:ListUsers'] },
    use: tracked,
  },
  { id: 'aws.group', title: 'IAM group', entity: 'identity', permissions: { read: [...DETAILS, 'iam:ListGroups'] } },
  {
    id: 'aws.role',
    title: 'IAM role',
    entity: 'identity',
    permissions: { read: [...DETAILS, 'iam:ListRoles'] },
    use: tracked,
  },
  {
    id: 'aws.tls-server',
    title: 'Server with a certificate kept in IAM',
    entity: 'identity',
    permissions: { read: ['iam:ListServerCertificates'] },
  },
  {
    id: 'aws.access-key',
    title: 'Access key',
    entity: 'credential',
    permissions: { read: ['iam:ListAccessKeys', 'iam:ListUsers'] },
    canExpire: false,
    canDisable: true,
    use: { horizonDays: null, lagHours: 4 },
  },
  {
    id: 'aws.access-key-last-used',
    title: 'Last use of access keys',
    entity: 'credential',
    permissions: { read: ['iam:GetAccessKeyLastUsed'] },
  },
  {
    id: 'aws.root-access-key',
    title: 'Access key of the root',
    entity: 'credential',
    permissions: { read: ['iam:GenerateCredentialReport', 'iam:GetCredentialReport', 'iam:GetAccountSummary'] },
    canExpire: false,
    canDisable: true,
    use: { horizonDays: null, lagHours: 4 },
  },
  {
    id: 'aws.password',
    title: 'Console password',
    entity: 'credential',
    permissions: { read: ['iam:GenerateCredentialReport', 'iam:GetCredentialReport', 'iam:GetLoginProfile'] },
    canExpire: true,
    canDisable: false,
    use: { horizonDays: null, lagHours: 4 },
  },
  {
    id: 'aws.service-credential',
    title: 'API key or credential for one service (Amazon Bedrock and others)',
    entity: 'credential',
    permissions: { read: ['iam:ListServiceSpecificCredentials'] },
    canExpire: true,
    canDisable: true,
  },
  {
    id: 'aws.ssh-key',
    title: 'SSH public key',
    entity: 'credential',
    permissions: { read: ['iam:ListSSHPublicKeys'] },
    canExpire: false,
    canDisable: true,
  },
  {
    id: 'aws.signing-certificate',
    title: 'Signing certificate',
    entity: 'credential',
    permissions: { read: ['iam:ListSigningCertificates'] },
    canExpire: true,
    canDisable: true,
  },
  {
    id: 'aws.server-certificate',
    title: 'Server certificate',
    entity: 'credential',
    permissions: { read: ['iam:ListServerCertificates'] },
    canExpire: true,
    canDisable: false,
  },
  {
    id: 'aws.federated-trust',
    title: 'Trust of a role in an identity provider',
    entity: 'credential',
    permissions: { read: [...DETAILS, 'iam:ListRoles'] },
    canExpire: false,
    canDisable: false,
  },
  {
    id: 'aws.oidc-provider',
    title: 'OpenID Connect provider',
    entity: 'resource',
    permissions: { read: ['iam:ListOpenIDConnectProviders', 'iam:GetOpenIDConnectProvider'] },
  },
  {
    id: 'aws.saml-provider',
    title: 'SAML provider',
    entity: 'resource',
    permissions: { read: ['iam:ListSAMLProviders'] },
  },
  {
    id: 'aws.managed-policy',
    title: 'Managed policy of the account',
    entity: 'entitlement',
    permissions: { read: DETAILS },
  },
  {
    id: 'aws.aws-managed-policy',
    title: 'Managed policy of AWS',
    entity: 'entitlement',
    permissions: { read: DETAILS },
  },
  { id: 'aws.inline-policy', title: 'Inline policy', entity: 'entitlement', permissions: { read: DETAILS } },
  { id: 'aws.group-membership', title: 'Membership of a group', entity: 'entitlement', permissions: { read: DETAILS } },
  { id: 'aws.grant', title: 'Grant', entity: 'grant', permissions: { read: DETAILS }, use: tracked },
  {
    id: 'aws.service-last-accessed',
    title: 'Services an identity asked last',
    entity: 'grant',
    permissions: { read: ['iam:GenerateServiceLastAccessedDetails', 'iam:GetServiceLastAccessedDetails'] },
  },
];
