import type { Call, Actions } from '../call.js';
import { page } from '../paging.js';
import type { AwsRole } from '../world.js';
import { roleArn } from './arns.js';
import { boundary, encoded, tagList } from './shapes.js';

const facts = (call: Call, role: AwsRole) => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.id,
  Arn: roleArn(call.account, role),
  CreateDate: new Date(role.createdAt),
  AssumeRolePolicyDocument: encoded(role.trust),
  Description: role.description,
  MaxSessionDuration: role.maxSessionSeconds,
});

/** `{}` when there was no use in the tracking window: that is not "never". */
export const roleLastUsed = (role: AwsRole) =>
  role.lastUsed ? { LastUsedDate: new Date(role.lastUsed.at), Region: role.lastUsed.region } : {};

export const roleActions: Actions = {
  // As at AWS, a listing leaves out tags, the boundary and the last use.
  ListRoles: (call) => page(call, 'Roles', call.account.roles.values(), (role) => facts(call, role)),

  GetRole(call) {
    const role = call.role();
    return {
      Role: {
        ...facts(call, role),
        PermissionsBoundary: boundary(role.boundary),
        Tags: tagList(role.tags),
        RoleLastUsed: roleLastUsed(role),
      },
    };
  },

  ListRoleTags: (call) => page(call, 'Tags', Object.entries(call.role().tags), ([Key, Value]) => ({ Key, Value })),
  ListRolePolicies: (call) => page(call, 'PolicyNames', call.role().inline.keys(), (name) => name),
};
