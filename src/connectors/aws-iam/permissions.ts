/** Everything this connector may call, by the permission it takes. A call can name nothing else. */
export const READ_PERMISSIONS = [
  'iam:GenerateCredentialReport',
  'iam:GenerateServiceLastAccessedDetails',
  'iam:GetAccessKeyLastUsed',
  'iam:GetAccountAuthorizationDetails',
  'iam:GetAccountSummary',
  'iam:GetCredentialReport',
  'iam:GetLoginProfile',
  'iam:GetOpenIDConnectProvider',
  'iam:GetServiceLastAccessedDetails',
  'iam:ListAccessKeys',
  'iam:ListAccountAliases',
  'iam:ListGroups',
  'iam:ListOpenIDConnectProviders',
  'iam:ListRoles',
  'iam:ListSAMLProviders',
  'iam:ListServerCertificates',
  'iam:ListServiceSpecificCredentials',
  'iam:ListSigningCertificates',
  'iam:ListSSHPublicKeys',
  'iam:ListUsers',
  'organizations:ListAccounts',
  'sts:AssumeRole',
  'sts:GetCallerIdentity',
] as const;

export type ReadPermission = (typeof READ_PERMISSIONS)[number];
/** The permissions of one service. */
export type Permission<S extends string> = Extract<ReadPermission, `${S}:${string}`>;
