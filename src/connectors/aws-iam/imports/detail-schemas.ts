import { z } from 'zod';

const text = z.string();
/** Files write lists that are empty in several ways. */
const listOf = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((list) => list ?? undefined);
const optional = text.nullish().transform((value) => value ?? undefined);
const instant = optional.refine((value) => value === undefined || !Number.isNaN(Date.parse(value)), {
  error: 'is no time',
});
const id = text.min(1, 'is missing');
const arn = text.regex(/^arn:aws[a-z-]*:iam::(?:\d{12}|aws)?:.+$/, 'is no ARN');

const document = z.union([text, z.record(text, z.unknown())]).nullish();
const inline = z.object({ PolicyName: id, PolicyDocument: document });
const attached = z.object({ PolicyName: optional, PolicyArn: arn });
const tag = z.object({ Key: text, Value: text });
const boundary = z
  .object({ PermissionsBoundaryArn: optional })
  .nullish()
  .transform((value) => value ?? undefined);
const common = { Path: optional, Arn: arn, CreateDate: instant, AttachedManagedPolicies: listOf(attached) };
const bounded = { PermissionsBoundary: boundary, Tags: listOf(tag) };

/** The lists of a file with authorisation details, and what an element of each must be. */
export const DETAIL_SCHEMAS = {
  UserDetailList: z.object({
    ...common,
    ...bounded,
    UserName: id,
    UserId: id,
    UserPolicyList: listOf(inline),
    GroupList: listOf(text),
  }),
  GroupDetailList: z.object({ ...common, GroupName: id, GroupId: id, GroupPolicyList: listOf(inline) }),
  RoleDetailList: z.object({
    ...common,
    ...bounded,
    RoleName: id,
    RoleId: id,
    AssumeRolePolicyDocument: document,
    InstanceProfileList: listOf(z.object({ InstanceProfileName: optional })),
    RolePolicyList: listOf(inline),
    RoleLastUsed: z
      .object({ LastUsedDate: instant, Region: optional })
      .nullish()
      .transform((value) => value ?? undefined),
  }),
  Policies: z.object({
    PolicyName: optional,
    PolicyId: id,
    Arn: arn,
    Path: optional,
    DefaultVersionId: optional,
    CreateDate: instant,
    UpdateDate: instant,
    PolicyVersionList: listOf(
      z.object({ VersionId: optional, IsDefaultVersion: z.boolean().optional(), Document: document }),
    ),
  }),
} as const;

export type ListName = keyof typeof DETAIL_SCHEMAS;
export const LIST_NAMES: ReadonlySet<string> = new Set(Object.keys(DETAIL_SCHEMAS));
