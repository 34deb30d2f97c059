import type { AwsAccount, AwsUser, PolicyDocument, PolicyHolder } from '../world.js';
import type { Answer, Wire } from '../xml.js';
import { userArn } from './arns.js';

/** Documents travel URL-encoded. */
export const encoded = (document: PolicyDocument): string => encodeURIComponent(JSON.stringify(document));

export const instant = (at: number | null | undefined): Date | undefined =>
  at === null || at === undefined ? undefined : new Date(at);

export const tagList = (tags: Record<string, string>): Wire =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

export const boundary = (arn: string | undefined): Wire =>
  arn === undefined ? undefined : { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: arn };

export const inlinePolicies = (holder: PolicyHolder): Wire =>
  [...holder.inline].map(([PolicyName, document]) => ({ PolicyName, PolicyDocument: encoded(document) }));

export const attachedPolicies = (account: AwsAccount, holder: PolicyHolder): Wire =>
  [...holder.attached].map((arn) => ({
    PolicyArn: arn,
    PolicyName:
      (account.policies.get(arn) ?? account.world.awsPolicies.get(arn))?.name ?? arn.slice(arn.lastIndexOf('/') + 1),
  }));

export const userFacts = (account: AwsAccount, user: AwsUser): Answer => ({
  Path: user.path,
  UserName: user.name,
  UserId: user.id,
  Arn: userArn(account, user),
  CreateDate: new Date(user.createdAt),
});
