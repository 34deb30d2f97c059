import { type AccessKeyMetadata, GetAccessKeyLastUsedCommand, ListAccessKeysCommand } from '@aws-sdk/client-iam';
import type { Emitted, ReadContext, Reading } from '../../sdk/index.js';
import type { Account } from '../account.js';
import { asFailure, malformed } from '../answers.js';
import { Absent } from '../apis.js';
import { accessKey, type KeyUse } from '../mapping/credentials.js';
import type { UserEntry } from '../mapping/identities.js';
import { type AccountOf, causeOf, EachParent } from './gaps.js';

/** The use of access keys: a type of its own, so that its refusal does not make the keys themselves doubtful. */
export const ACCESS_KEY_LAST_USED = 'aws.access-key-last-used';

/** Access keys of users, and their last use. */
export const accessKeyReading = (accountOf: AccountOf): Reading => ({
  id: 'access-keys',
  types: ['aws.access-key', ACCESS_KEY_LAST_USED],
  async *read(ctx, scope) {
    const account = accountOf(scope);
    try {
      yield* keysOfAll(account, ctx);
    } catch (error) {
      // Of the last use nothing is lost that there could have been.
      ctx.gap({ type: 'aws.access-key', ...causeOf(error, ctx.signal) });
    }
  },
});

async function* keysOfAll(account: Account, ctx: ReadContext): AsyncGenerator<readonly Emitted[]> {
  const users = [...(await account.usersByName(ctx.signal)).values()];
  const each = new EachParent('aws.access-key', 'iam:ListAccessKeys', ctx, account.limits);
  const lastUse = new LastUse(account, ctx);
  yield* each.over(
    users,
    ({ id }) => id,
    (user) => keysOf(account, ctx, user, lastUse),
  );
}

async function keysOf(account: Account, ctx: ReadContext, user: UserEntry, lastUse: LastUse): Promise<Emitted[]> {
  const keys: Emitted[] = [];
  const pages = account.pages<
    AccessKeyMetadata,
    { AccessKeyMetadata?: AccessKeyMetadata[]; IsTruncated?: boolean; Marker?: string }
  >(
    'iam:ListAccessKeys',
    ctx.signal,
    // Without a name AWS would answer for the caller.
    (iam, input, sent) => iam.send(new ListAccessKeysCommand({ ...input, UserName: user.name }), sent),
    (answer) => answer.AccessKeyMetadata,
  );
  for await (const page of pages) for (const key of page) keys.push(accessKey(user, key, await lastUse.of(user, key)));
  return keys;
}

/** Asks for the last use of one key after the other, until asking makes no sense any more. */
class LastUse {
  private isStopped = false;
  private failures = 0;

  constructor(
    private readonly account: Account,
    private readonly ctx: ReadContext,
  ) {}

  async of(user: UserEntry, { AccessKeyId: id }: AccessKeyMetadata): Promise<KeyUse> {
    if (this.isStopped || !id) return 'unread';
    const permission = 'iam:GetAccessKeyLastUsed';
    try {
      const answer = await this.account.apis.iam(permission, this.ctx.signal, (iam, sent) =>
        iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: id }), sent),
      );
      // Even a key that was never used has the service "N/A": nothing at all is no answer.
      if (!answer.AccessKeyLastUsed?.ServiceName && !answer.AccessKeyLastUsed?.LastUsedDate)
        throw malformed(permission, 'says nothing of the key');
      this.failures = 0;
      return answer.AccessKeyLastUsed;
    } catch (error) {
      if (error instanceof Absent) return 'unread';
      const cause = causeOf(asFailure(error, permission), this.ctx.signal);
      if (this.isStopped) return 'unread';
      this.isStopped = cause.reason === 'unsupported' || ++this.failures >= this.account.limits.failuresInARow;
      this.ctx.gap({ type: ACCESS_KEY_LAST_USED, ...(this.isStopped ? {} : { parent: user.id }), ...cause });
      return 'unread';
    }
  }
}
