import type { Actions } from '../call.js';
import { accessDenied, invalidInput, noSuchEntity } from '../errors.js';
import { page } from '../paging.js';
import { rootArn } from './arns.js';
import { attachedPolicies, boundary, encoded, instant, tagList, userFacts } from './shapes.js';

export const userActions: Actions = {
  // Tags and the boundary are not in a listing: only GetUser and the authorisation details tell them.
  ListUsers: (call) =>
    page(call, 'Users', call.account.users.values(), (user) => ({
      ...userFacts(call.account, user),
      PasswordLastUsed: instant(user.password?.lastUsedAt),
    })),

  GetUser(call) {
    const name = call.text('UserName') ?? call.caller.userName;
    if (name === null) {
      if (call.caller.arn !== rootArn(call.account))
        throw invalidInput('Must specify userName when calling with non-User credentials');
      return {
        User: {
          UserId: call.account.id,
          Arn: rootArn(call.account),
          CreateDate: new Date(call.account.root.createdAt),
        },
      };
    }
    const user = call.user();
    return {
      User: {
        ...userFacts(call.account, user),
        PasswordLastUsed: instant(user.password?.lastUsedAt),
        PermissionsBoundary: boundary(user.boundary),
        Tags: tagList(user.tags),
      },
    };
  },

  GetLoginProfile(call) {
    const user = call.user();
    if (!user.password) throw noSuchEntity(`Login Profile for User ${user.name}`);
    return {
      LoginProfile: {
        UserName: user.name,
        CreateDate: new Date(user.password.createdAt),
        PasswordResetRequired: false,
      },
    };
  },

  ListMFADevices(call) {
    const user = call.user();
    return page(call, 'MFADevices', user.mfa, (device) => ({
      UserName: user.name,
      SerialNumber: device.serial,
      EnableDate: new Date(device.enabledAt),
    }));
  },

  ListUserTags: (call) => page(call, 'Tags', Object.entries(call.user().tags), ([Key, Value]) => ({ Key, Value })),
  ListUserPolicies: (call) => page(call, 'PolicyNames', call.user().inline.keys(), (name) => name),
  ListAttachedUserPolicies: (call) =>
    page(call, 'AttachedPolicies', attachedPolicies(call.account, call.user()) as [], (policy) => policy),

  GetUserPolicy(call) {
    const user = call.user();
    const name = call.needed('PolicyName');
    const document = user.inline.get(name);
    if (!document) throw noSuchEntity(`user policy with name ${name}`);
    return { UserName: user.name, PolicyName: name, PolicyDocument: encoded(document) };
  },

  ListGroupsForUser(call) {
    const { groups } = call.user();
    return page(call, 'Groups', groups, (name) => {
      const group = call.account.groups.get(name);
      if (!group) throw accessDenied(call.action);
      return { GroupName: group.name, GroupId: group.id, Path: group.path };
    });
  },
};
