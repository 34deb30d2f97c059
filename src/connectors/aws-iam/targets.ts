import { type Account as ListedAccount, ListAccountsCommand } from '@aws-sdk/client-organizations';
import { drain, type GapCause, type ScopeContext } from '../sdk/index.js';
import { malformed } from './answers.js';
import type { AwsApis } from './apis.js';
import type { Caller } from './caller.js';
import type { AwsIamConfig } from './config.schema.js';
import type { Limits } from './limits.js';
import { causeOf } from './readings/gaps.js';

/** An account to be read, and the way into it. */
export interface Target {
  readonly id: string;
  readonly name: string;
  /** The role to become there; null = our own credential is of this account. */
  readonly role: { readonly arn: string; readonly externalId?: string | undefined } | null;
  readonly environment?: string | undefined;
  readonly unit?: string | undefined;
  readonly unreadable?: GapCause;
}

/** Every account the source speaks of, those that cannot be read included; tells which accounts are ours and our vendors'. */
export async function targetsOf(
  config: AwsIamConfig,
  apis: AwsApis,
  caller: Caller,
  limits: Limits,
  ctx: ScopeContext,
): Promise<readonly Target[]> {
  const targets = new Map<string, Target>();
  const own = (id: string, name: string, basis: string) =>
    ctx.knows({ provider: 'aws', id, name, relation: 'own', basis });

  own(caller.account, caller.account, "the account of Mandate's own credential");
  for (const id of config.trustedAccounts ?? []) own(id, id, 'named as trusted in the settings of the source');
  for (const { account, name } of config.vendors ?? [])
    ctx.knows({
      provider: 'aws',
      id: account,
      name,
      relation: 'vendor',
      basis: 'named as a vendor in the settings of the source',
    });
  if (config.organization)
    for (const target of await organisation(config.organization, apis, caller, limits, ctx, own))
      targets.set(target.id, target);
  for (const { id, name, roleArn, externalId, environment, unit } of config.accounts ?? []) {
    own(id, name ?? targets.get(id)?.name ?? id, 'set up as an account of the source');
    targets.set(id, {
      id,
      name: name ?? targets.get(id)?.name ?? id,
      role: { arn: roleArn, externalId },
      environment,
      unit,
    });
  }
  if (targets.size === 0) targets.set(caller.account, { id: caller.account, name: caller.account, role: null });
  return [...targets.values()];
}

const CLOSED = ['SUSPENDED', 'CLOSED'];

async function organisation(
  { roleName, externalId, exclude }: NonNullable<AwsIamConfig['organization']>,
  apis: AwsApis,
  caller: Caller,
  limits: Limits,
  ctx: ScopeContext,
  own: (id: string, name: string, basis: string) => void,
): Promise<Target[]> {
  const targets: Target[] = [];
  try {
    for await (const page of accountPages(apis, limits, ctx.signal)) {
      for (const { Id: id, Name: name = id, Status: status, State: state } of page) {
        if (!id || !name) throw malformed('organizations:ListAccounts', 'holds an account without a number');
        own(id, name, 'listed by AWS Organizations');
        if (exclude?.includes(id)) continue;
        const role =
          id === caller.account ? null : { arn: `arn:${caller.partition}:iam::${id}:role/${roleName}`, externalId };
        const closed = CLOSED.find((word) => word === status || word === state);
        targets.push({
          id,
          name,
          role,
          ...(closed
            ? {
                unreadable: {
                  reason: 'unavailable',
                  detail: `AWS Organizations shows the account as ${closed.toLowerCase()}: nothing in it can be read.`,
                },
              }
            : {}),
        });
      }
    }
    return targets;
  } catch (error) {
    ctx.gap({ type: 'aws.account', ...causeOf(error, ctx.signal) });
    // What was listed before it broke off is there; so is the account we are signed in to.
    if (!targets.some(({ id }) => id === caller.account))
      targets.push({ id: caller.account, name: caller.account, role: null });
    return targets;
  }
}

function accountPages(
  apis: AwsApis,
  { maxPages }: Limits,
  signal: AbortSignal,
): AsyncGenerator<readonly ListedAccount[]> {
  const permission = 'organizations:ListAccounts';
  return drain(
    permission,
    async (cursor) => {
      const answer = await apis.organizations(permission, signal, (client, sent) =>
        client.send(new ListAccountsCommand(cursor === undefined ? {} : { NextToken: cursor }), sent),
      );
      if (!answer.Accounts) throw malformed(permission, 'holds no list');
      return { items: answer.Accounts, next: answer.NextToken };
    },
    maxPages,
  );
}
