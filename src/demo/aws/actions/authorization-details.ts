import type { Actions, Call } from '../call.js';
import { invalidInput } from '../errors.js';
import { markerAt, window } from '../paging.js';
import type { AwsGroup, AwsRole, AwsUser, ManagedPolicy } from '../world.js';
import type { Wire } from '../xml.js';
import { groupArn, instanceProfileArn, roleArn } from './arns.js';
import { attachmentCounts, awsPoliciesInUse, policyFacts } from './policies.js';
import { roleLastUsed } from './roles.js';
import { attachedPolicies, boundary, encoded, inlinePolicies, tagList, userFacts } from './shapes.js';

const userDetail = (call: Call, user: AwsUser): Wire => ({
  ...userFacts(call.account, user),
  UserPolicyList: inlinePolicies(user),
  GroupList: [...user.groups],
  AttachedManagedPolicies: attachedPolicies(call.account, user),
  PermissionsBoundary: boundary(user.boundary),
  Tags: tagList(user.tags),
});

const groupDetail = (call: Call, group: AwsGroup): Wire => ({
  Path: group.path,
  GroupName: group.name,
  GroupId: group.id,
  Arn: groupArn(call.account, group),
  CreateDate: new Date(group.createdAt),
  GroupPolicyList: inlinePolicies(group),
  AttachedManagedPolicies: attachedPolicies(call.account, group),
});

const roleDetail = (call: Call, role: AwsRole): Wire => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.id,
  Arn: roleArn(call.account, role),
  CreateDate: new Date(role.createdAt),
  AssumeRolePolicyDocument: encoded(role.trust),
  InstanceProfileList: role.instanceProfiles.map((name) => ({
    InstanceProfileName: name,
    Arn: instanceProfileArn(call.account, name),
    Path: '/',
  })),
  RolePolicyList: inlinePolicies(role),
  AttachedManagedPolicies: attachedPolicies(call.account, role),
  PermissionsBoundary: boundary(role.boundary),
  Tags: tagList(role.tags),
  RoleLastUsed: roleLastUsed(role),
});

const policyDetail = (policy: ManagedPolicy, counts: ReturnType<typeof attachmentCounts>): Wire => ({
  ...policyFacts(policy, counts),
  PolicyVersionList: policy.versions.map(({ id, document, createdAt }) => ({
    VersionId: id,
    IsDefaultVersion: id === policy.defaultVersion,
    CreateDate: new Date(createdAt),
    Document: encoded(document),
  })),
});

const KINDS = ['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy'];

export const authorizationDetailsActions: Actions = {
  GetAccountAuthorizationDetails(call) {
    const asked = call.list('Filter');
    if (asked.some((kind) => !KINDS.includes(kind))) throw invalidInput('Filter holds an unknown entity type');
    const wanted = (kind: string): boolean => asked.length === 0 || asked.includes(kind);
    const { account } = call;
    const policies = [
      ...(wanted('LocalManagedPolicy') ? account.policies.values() : []),
      ...(wanted('AWSManagedPolicy') ? awsPoliciesInUse(account) : []),
    ];
    // All kinds share one row of items, and a page may hold several kinds.
    const lists: [list: string, items: number, show: (index: number) => Wire][] = [];
    const add = <T>(list: string, items: readonly T[], show: (item: T) => Wire) =>
      lists.push([list, items.length, (index) => show(items[index]!)]);
    add('UserDetailList', wanted('User') ? [...account.users.values()] : [], (user) => userDetail(call, user));
    add('GroupDetailList', wanted('Group') ? [...account.groups.values()] : [], (group) => groupDetail(call, group));
    add('RoleDetailList', wanted('Role') ? [...account.roles.values()] : [], (role) => roleDetail(call, role));
    const counts = policies.length > 0 ? attachmentCounts(account) : null;
    add('Policies', policies, (policy) => policyDetail(policy, counts!));

    const { from, size } = window(call);
    const answer: Record<string, Wire> = {};
    let before = 0;
    for (const [list, items, show] of lists) {
      const first = Math.max(from - before, 0);
      const last = Math.min(from + size - before, items);
      answer[list] = Array.from({ length: Math.max(last - first, 0) }, (_, index) => show(first + index));
      before += items;
    }
    const more = from + size < before;
    return { ...answer, IsTruncated: more, ...(more ? { Marker: markerAt(from + size) } : {}) };
  },
};
