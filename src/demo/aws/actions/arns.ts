import type { AwsAccount, AwsGroup, AwsRole, AwsUser } from '../world.js';

const iam = (account: AwsAccount, rest: string): string => `arn:${account.world.partition}:iam::${account.id}:${rest}`;

export const userArn = (account: AwsAccount, user: Pick<AwsUser, 'path' | 'name'>): string =>
  iam(account, `user${user.path}${user.name}`);
export const groupArn = (account: AwsAccount, group: Pick<AwsGroup, 'path' | 'name'>): string =>
  iam(account, `group${group.path}${group.name}`);
export const roleArn = (account: AwsAccount, role: Pick<AwsRole, 'path' | 'name'>): string =>
  iam(account, `role${role.path}${role.name}`);
export const policyArn = (account: AwsAccount, path: string, name: string): string =>
  iam(account, `policy${path}${name}`);
export const rootArn = (account: AwsAccount): string => iam(account, 'root');
export const serverCertificateArn = (account: AwsAccount, path: string, name: string): string =>
  iam(account, `server-certificate${path}${name}`);
export const instanceProfileArn = (account: AwsAccount, name: string): string =>
  iam(account, `instance-profile/${name}`);
export const oidcArn = (account: AwsAccount, url: string): string => iam(account, `oidc-provider/${url}`);
export const samlArn = (account: AwsAccount, name: string): string => iam(account, `saml-provider/${name}`);
