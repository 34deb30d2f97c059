import type { TagList } from './tags.js';

/** Parts of an account's authorisation details, as the API gives them (dates) and as a file holds them (texts). */
type Instant = Date | string | undefined;

export interface InlinePolicy {
  readonly PolicyName?: string | undefined;
  /** URL-encoded, or an object in a file. */
  readonly PolicyDocument?: unknown;
}

export interface AttachedPolicy {
  readonly PolicyName?: string | undefined;
  readonly PolicyArn?: string | undefined;
}

interface Entity {
  readonly Path?: string | undefined;
  readonly Arn?: string | undefined;
  readonly CreateDate?: Instant;
  readonly AttachedManagedPolicies?: readonly AttachedPolicy[] | undefined;
}

interface Bounded {
  readonly PermissionsBoundary?: { readonly PermissionsBoundaryArn?: string | undefined } | undefined;
  readonly Tags?: TagList | undefined;
}

export interface UserDetail extends Entity, Bounded {
  readonly UserName?: string | undefined;
  readonly UserId?: string | undefined;
  readonly UserPolicyList?: readonly InlinePolicy[] | undefined;
  readonly GroupList?: readonly string[] | undefined;
}

export interface GroupDetail extends Entity {
  readonly GroupName?: string | undefined;
  readonly GroupId?: string | undefined;
  readonly GroupPolicyList?: readonly InlinePolicy[] | undefined;
}

export interface RoleDetail extends Entity, Bounded {
  readonly RoleName?: string | undefined;
  readonly RoleId?: string | undefined;
  readonly AssumeRolePolicyDocument?: unknown;
  readonly InstanceProfileList?: readonly { readonly InstanceProfileName?: string | undefined }[] | undefined;
  readonly RolePolicyList?: readonly InlinePolicy[] | undefined;
  readonly RoleLastUsed?: { readonly LastUsedDate?: Instant; readonly Region?: string | undefined } | undefined;
}

export interface ManagedPolicyDetail {
  readonly PolicyName?: string | undefined;
  readonly PolicyId?: string | undefined;
  readonly Arn?: string | undefined;
  readonly Path?: string | undefined;
  readonly DefaultVersionId?: string | undefined;
  readonly AttachmentCount?: number | undefined;
  readonly PermissionsBoundaryUsageCount?: number | undefined;
  readonly CreateDate?: Instant;
  readonly UpdateDate?: Instant;
  readonly PolicyVersionList?:
    | readonly {
        readonly VersionId?: string | undefined;
        readonly IsDefaultVersion?: boolean | undefined;
        readonly Document?: unknown;
      }[]
    | undefined;
}

/** A detail that cannot be taken: a member that makes it what it is is missing or makes no sense. */
export class UnusableDetail extends Error {
  override readonly name = 'UnusableDetail';
  constructor(
    readonly field: string,
    readonly problem: string,
  ) {
    super(`${field} ${problem}`);
  }
}

/** A member every detail must have. */
export function needed(value: string | undefined, field: string): string {
  if (typeof value !== 'string' || value === '') throw new UnusableDetail(field, 'is missing');
  return value;
}
