import { ListServiceSpecificCredentialsCommand, type ServiceSpecificCredentialMetadata } from '@aws-sdk/client-iam';
import type { Emitted, ReadContext, Reading } from '../../sdk/index.js';
import type { Account } from '../account.js';
import { malformed, usedAs } from '../answers.js';
import { RejectedInput } from '../apis.js';
import { serviceCredential } from '../mapping/credentials.js';
import type { UserEntry } from '../mapping/identities.js';
import { type AccountOf, EachParent } from './gaps.js';

const LIST = 'iam:ListServiceSpecificCredentials';
const TYPE = 'aws.service-credential';

/** API keys of Amazon Bedrock and credentials of other single services, whatever services there are. */
export const serviceCredentialReading = (accountOf: AccountOf): Reading => ({
  id: 'service-credentials',
  types: [TYPE],
  async *read(ctx, scope) {
    const account = accountOf(scope);
    const users = await account.usersByName(ctx.signal);
    try {
      for await (const page of pages(account, ctx, undefined))
        yield usedAs(LIST, () => page.flatMap((credential) => mapped(users, credential, ctx)));
    } catch (error) {
      // An endpoint that does not know AllUsers is asked user by user.
      if (!(error instanceof RejectedInput)) throw error;
      const each = new EachParent(TYPE, LIST, ctx, account.limits);
      yield* each.over(
        [...users.values()],
        ({ id }) => id,
        (user) => ofUser(account, ctx, user),
      );
    }
  },
});

async function ofUser(account: Account, ctx: ReadContext, user: UserEntry): Promise<Emitted[]> {
  const all: Emitted[] = [];
  for await (const page of pages(account, ctx, user.name))
    all.push(...page.map((credential) => serviceCredential(user, credential)));
  return all;
}

function mapped(
  users: ReadonlyMap<string, UserEntry>,
  credential: ServiceSpecificCredentialMetadata,
  ctx: ReadContext,
): Emitted[] {
  if (!credential.UserName) throw malformed(LIST, 'holds a credential of nobody');
  const user = users.get(credential.UserName);
  if (user) return [serviceCredential(user, credential)];
  ctx.gap({
    type: TYPE,
    reason: 'inconsistent',
    detail: 'A credential belongs to a user who was not there when the users were read.',
  });
  return [];
}

/** The SDK has no paginator for this call; and a filter by service would hide services we have not heard of. */
const pages = (account: Account, ctx: ReadContext, userName: string | undefined) =>
  account.pages<
    ServiceSpecificCredentialMetadata,
    { ServiceSpecificCredentials?: ServiceSpecificCredentialMetadata[]; IsTruncated?: boolean; Marker?: string }
  >(
    LIST,
    ctx.signal,
    (iam, input, sent) =>
      iam.send(
        new ListServiceSpecificCredentialsCommand({
          ...input,
          ...(userName === undefined ? { AllUsers: true } : { UserName: userName }),
        }),
        sent,
      ),
    (answer) => answer.ServiceSpecificCredentials,
  );
