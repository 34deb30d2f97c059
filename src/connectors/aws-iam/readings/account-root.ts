import { GetAccountSummaryCommand, ListAccountAliasesCommand } from '@aws-sdk/client-iam';
import type { Emitted, IdentityRecord, ReadContext, Reading } from '../../sdk/index.js';
import type { Account } from '../account.js';
import { malformed } from '../answers.js';
import { rootArn } from '../mapping/frame.js';
import { circumstances, present } from '../mapping/identities.js';
import { type AccountOf, causeOf } from './gaps.js';

/** What the account itself counts, by the type whose records it counts. */
const COUNTED: Readonly<Record<string, string>> = {
  Users: 'aws.user',
  Groups: 'aws.group',
  Roles: 'aws.role',
  Policies: 'aws.managed-policy',
  ServerCertificates: 'aws.server-certificate',
};

/** The account and its root. Both are there whether or not AWS tells anything of them. */
export const accountReading = (accountOf: AccountOf): Reading => ({
  id: 'account',
  types: ['aws.account', 'aws.root'],
  async *read(ctx, scope) {
    const account = accountOf(scope);
    const alias = await orGap(ctx, 'aws.account', aliasOf(account, ctx));
    const summary = await orGap(ctx, 'aws.root', summaryOf(account, ctx));
    account.rootAccessKeys = summary?.AccountAccessKeysPresent ?? null;
    if (summary)
      for (const [name, type] of Object.entries(COUNTED))
        if (summary[name] !== undefined) ctx.stated(type, summary[name]);
    yield [accountRecord(account, alias), rootRecord(account, summary)];
  },
});

/** Null = it could not be read, and a gap says so. */
async function orGap<T>(ctx: ReadContext, type: string, read: Promise<T>): Promise<T | null> {
  try {
    return await read;
  } catch (error) {
    ctx.gap({ type, ...causeOf(error, ctx.signal) });
    return null;
  }
}

async function aliasOf({ apis }: Account, { signal }: ReadContext): Promise<string> {
  const permission = 'iam:ListAccountAliases';
  const { AccountAliases: aliases } = await apis.iam(permission, signal, (iam, sent) =>
    iam.send(new ListAccountAliasesCommand({}), sent),
  );
  if (!aliases) throw malformed(permission, 'holds no list');
  return aliases[0] ?? '';
}

async function summaryOf(
  { apis }: Account,
  { signal }: ReadContext,
): Promise<Readonly<Record<string, number | undefined>>> {
  const permission = 'iam:GetAccountSummary';
  const { SummaryMap: summary } = await apis.iam(permission, signal, (iam, sent) =>
    iam.send(new GetAccountSummaryCommand({}), sent),
  );
  if (!summary || Object.keys(summary).length === 0) throw malformed(permission, 'counts nothing');
  return summary;
}

function accountRecord({ frame }: Account, alias: string | null): Emitted {
  const attributes = present({ partition: frame.partition, environment: frame.environment, alias: alias || undefined });
  return {
    record: {
      entity: 'resource',
      type: 'aws.account',
      id: frame.account,
      name: frame.name,
      kind: 'aws-account',
      attributes,
    },
    ...(alias === null ? { partial: true } : {}),
  };
}

function rootRecord({ frame }: Account, summary: Readonly<Record<string, number | undefined>> | null): Emitted {
  const isTrue = (name: string) => (summary?.[name] === undefined ? undefined : summary[name] > 0);
  const record: IdentityRecord = {
    entity: 'identity',
    type: 'aws.root',
    // AWS's own id of a root is the number of its account.
    id: frame.account,
    // By number: a name that only Organizations knows would change whenever it cannot be asked.
    name: `root of ${frame.account}`,
    kind: 'root',
    status: 'active',
    createdAt: null,
    custody: 'self-held',
    ...circumstances(frame, {}),
    privilege: {
      level: 'admin',
      because: ['the root of an account may do everything in it'],
      notConsidered: ['organisation policies (service and resource control policies)'],
    },
    attributes: present({
      arn: rootArn(frame),
      mfa: isTrue('AccountMFAEnabled'),
      accessKeys: summary?.AccountAccessKeysPresent,
      password: isTrue('AccountPasswordPresent'),
    }),
  };
  return { record, ...(summary ? {} : { partial: true }) };
}
