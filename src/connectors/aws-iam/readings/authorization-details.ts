import {
  GetAccountAuthorizationDetailsCommand,
  type EntityType,
  type GetAccountAuthorizationDetailsResponse,
  type GroupDetail,
  type RoleDetail,
  type UserDetail,
} from '@aws-sdk/client-iam';
import { type Emitted, inParallel, type ReadContext, type Reading } from '../../sdk/index.js';
import type { Account } from '../account.js';
import { asFailure } from '../answers.js';
import { AccountBook, type Mapped } from '../mapping/account-book.js';
import type { UserEntry } from '../mapping/identities.js';
import { managedBy } from '../mapping/roles.js';
import { type AccountOf, causeOf } from './gaps.js';
import { listIdentities, type Seen } from './listed-identities.js';
import { SERVICE_LAST_ACCESSED, ServiceLastAccessed } from './service-last-accessed.js';

const DETAILS = 'iam:GetAccountAuthorizationDetails';

/** What only the authorisation details tell: without them it is not known at all. */
const ONLY_THERE = [
  'aws.managed-policy',
  'aws.aws-managed-policy',
  'aws.inline-policy',
  'aws.group-membership',
  'aws.grant',
];

/** Users, groups, roles, and what they may do. */
export function authorizationReading(accountOf: AccountOf, withServiceUse: boolean): Reading {
  return {
    id: 'authorization',
    types: [
      'aws.user',
      'aws.group',
      'aws.role',
      'aws.federated-trust',
      ...ONLY_THERE,
      ...(withServiceUse ? [SERVICE_LAST_ACCESSED] : []),
    ],
    async *read(ctx, scope) {
      const account = accountOf(scope);
      const seen: Seen = { users: new Map(), groups: new Set(), roles: new Set() };
      try {
        yield* readDetails(account, ctx, seen);
        account.learnUsers(seen.users);
      } catch (error) {
        const cause = causeOf(asFailure(error, DETAILS), ctx.signal);
        for (const type of [...ONLY_THERE, ...(withServiceUse ? [SERVICE_LAST_ACCESSED] : [])])
          ctx.gap({ type, ...cause });
        // That they exist can be read another way, so that nobody thinks they were gone.
        yield* listIdentities(account, ctx, seen);
      }
    },
  };
}

async function* readDetails(account: Account, ctx: ReadContext, seen: Seen): AsyncGenerator<readonly Emitted[]> {
  const book = new AccountBook(account.frame);
  const groups: GroupDetail[] = [];
  for await (const page of detailPages(account, ctx.signal, ['LocalManagedPolicy', 'AWSManagedPolicy', 'Group'])) {
    groups.push(...(page.GroupDetailList ?? []));
    yield await Promise.all((page.Policies ?? []).map((policy) => book.addPolicy(policy)));
  }
  for (const group of groups) {
    yield noteUnseen(await book.addGroup(group), group.GroupId!, ctx);
    seen.groups.add(group.GroupId!);
  }
  const use = new ServiceLastAccessed(account, ctx);
  for await (const page of detailPages(account, ctx.signal, ['User', 'Role'])) {
    yield* users(page.UserDetailList ?? [], account, book, use, ctx, seen.users);
    yield* roles(page.RoleDetailList ?? [], account, book, use, ctx, seen.roles);
    ctx.progress(seen.users.size + seen.roles.size, 'identities');
  }
}

async function* users(
  details: readonly UserDetail[],
  { limits }: Account,
  book: AccountBook,
  use: ServiceLastAccessed,
  ctx: ReadContext,
  seen: Map<string, UserEntry>,
) {
  const mapped = inParallel(details, limits.inFlight, async (detail) =>
    book.user(detail, await use.of({ id: detail.UserId, arn: detail.Arn })),
  );
  for await (const { entry, ...found } of mapped) {
    yield noteUnseen(found, entry.id, ctx);
    seen.set(entry.name, entry);
  }
}

async function* roles(
  details: readonly RoleDetail[],
  { limits }: Account,
  book: AccountBook,
  use: ServiceLastAccessed,
  ctx: ReadContext,
  seen: Set<string>,
) {
  const mapped = inParallel(details, limits.inFlight, async (detail) => {
    // What AWS runs itself is listed; how it uses its own services is nobody's to judge here.
    const found = managedBy(detail.Path) ? null : await use.of({ id: detail.RoleId, arn: detail.Arn });
    return { id: detail.RoleId!, ...(await book.role(detail, found)) };
  });
  for await (const { id, ...found } of mapped) {
    yield noteUnseen(found, id, ctx);
    seen.add(id);
  }
}

/** A policy that changed hands while we read is described nowhere: the grants of its holder are not all there. */
function noteUnseen({ emitted, unseen }: Mapped, holder: string, ctx: ReadContext): readonly Emitted[] {
  if (unseen.length > 0) {
    ctx.gap({
      type: 'aws.grant',
      parent: holder,
      reason: 'inconsistent',
      detail: `It holds ${unseen.length} policies or groups that the same answer does not describe.`,
    });
  }
  return emitted;
}

async function* detailPages(
  account: Account,
  signal: AbortSignal,
  filter: EntityType[],
): AsyncGenerator<GetAccountAuthorizationDetailsResponse> {
  const pages = account.pages(
    DETAILS,
    signal,
    (iam, input, sent) => iam.send(new GetAccountAuthorizationDetailsCommand({ ...input, Filter: filter }), sent),
    (answer) =>
      (answer.UserDetailList ?? answer.RoleDetailList ?? answer.GroupDetailList ?? answer.Policies)
        ? [answer]
        : undefined,
  );
  for await (const page of pages) yield* page;
}
