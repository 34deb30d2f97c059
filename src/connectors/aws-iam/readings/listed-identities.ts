import { type Group, ListGroupsCommand, ListRolesCommand, type Role } from '@aws-sdk/client-iam';
import type { Emitted, ReadContext } from '../../sdk/index.js';
import type { Account } from '../account.js';
import { asFailure } from '../answers.js';
import type { ReadPermission } from '../permissions.js';
import { needed } from '../mapping/details.js';
import {
  groupRecord,
  partial,
  partialWithoutUse,
  type UserEntry,
  userEntry,
  userRecord,
} from '../mapping/identities.js';
import { iso } from '../mapping/instants.js';
import { federatedTrusts, roleEntry, roleRecord, roleTrusts } from '../mapping/roles.js';
import { causeOf } from './gaps.js';

/** What was already handed on, so that nothing is listed twice. */
export interface Seen {
  readonly users: Map<string, UserEntry>;
  readonly groups: Set<string>;
  readonly roles: Set<string>;
}

/**
 * Users, groups and roles through the listing APIs: they tell that an identity exists and, of a role, whom it trusts;
 * nothing of tags, policies and boundaries. So the records are partial, and nothing that was known better is lost.
 */
export async function* listIdentities(
  account: Account,
  ctx: ReadContext,
  seen: Seen,
): AsyncGenerator<readonly Emitted[]> {
  yield* orGap(ctx, ['aws.group'], 'iam:ListGroups', groups(account, ctx.signal, seen));
  yield* orGap(ctx, ['aws.user'], 'iam:ListUsers', users(account, ctx.signal, seen));
  yield* orGap(ctx, ['aws.role', 'aws.federated-trust'], 'iam:ListRoles', roles(account, ctx.signal, seen));
}

async function* orGap(
  ctx: ReadContext,
  types: readonly string[],
  permission: ReadPermission,
  listing: AsyncIterable<readonly Emitted[]>,
): AsyncGenerator<readonly Emitted[]> {
  try {
    yield* listing;
  } catch (error) {
    const cause = causeOf(asFailure(error, permission), ctx.signal);
    for (const type of types) ctx.gap({ type, ...cause });
  }
}

async function* groups(account: Account, signal: AbortSignal, seen: Seen) {
  for await (const page of account.pages<Group, { Groups?: Group[]; IsTruncated?: boolean; Marker?: string }>(
    'iam:ListGroups',
    signal,
    (iam, input, sent) => iam.send(new ListGroupsCommand(input), sent),
    ({ Groups }) => Groups,
  )) {
    yield page
      .filter(({ GroupId: id }) => !seen.groups.has(id ?? ''))
      .map((group) =>
        partial(
          groupRecord(account.frame, {
            id: needed(group.GroupId, 'GroupId'),
            name: needed(group.GroupName, 'GroupName'),
            arn: needed(group.Arn, 'Arn'),
            path: group.Path,
            createdAt: iso(group.CreateDate),
          }),
        ),
      );
  }
}

async function* users(account: Account, signal: AbortSignal, seen: Seen) {
  const all = new Map<string, UserEntry>();
  for await (const page of account.userPages(signal)) {
    const fresh: Emitted[] = [];
    for (const user of page) {
      const known = seen.users.get(user.UserName ?? '');
      const entry = known ?? userEntry(user);
      all.set(entry.name, entry);
      if (!known) fresh.push(partialWithoutUse(userRecord(account.frame, entry, { path: user.Path })));
    }
    yield fresh;
  }
  account.learnUsers(all);
}

async function* roles(account: Account, signal: AbortSignal, seen: Seen) {
  for await (const page of account.pages<Role, { Roles?: Role[]; IsTruncated?: boolean; Marker?: string }>(
    'iam:ListRoles',
    signal,
    (iam, input, sent) => iam.send(new ListRolesCommand(input), sent),
    ({ Roles }) => Roles,
  )) {
    yield page
      .filter(({ RoleId: id }) => !seen.roles.has(id ?? ''))
      .flatMap((role) => {
        const entry = roleEntry(role);
        const trusts = roleTrusts(role);
        return [partialWithoutUse(roleRecord(account.frame, role, entry, trusts)), ...federatedTrusts(entry, trusts)];
      });
  }
}
