import type { Call, Actions } from '../call.js';
import { page } from '../paging.js';
import type { AwsGroup } from '../world.js';
import { groupArn } from './arns.js';
import { userFacts } from './shapes.js';

const facts = (call: Call, group: AwsGroup) => ({
  Path: group.path,
  GroupName: group.name,
  GroupId: group.id,
  Arn: groupArn(call.account, group),
  CreateDate: new Date(group.createdAt),
});

export const groupActions: Actions = {
  ListGroups: (call) => page(call, 'Groups', call.account.groups.values(), (group) => facts(call, group)),

  GetGroup(call) {
    const group = call.group();
    const members = [...call.account.users.values()].filter(({ groups }) => groups.has(group.name));
    return { Group: facts(call, group), ...page(call, 'Users', members, (user) => userFacts(call.account, user)) };
  },
};
