import type { Caller } from '../call.js';
import { AwsError } from '../errors.js';
import type { AwsOrganization, AwsWorld } from '../world.js';

/** One request to Organizations, which speaks JSON 1.1. */
export interface OrganizationsCall {
  readonly world: AwsWorld;
  readonly caller: Caller;
  readonly input: Readonly<Record<string, unknown>>;
}

const DEFAULT_RESULTS = 20;

function organizationOf({ world, caller }: OrganizationsCall): AwsOrganization {
  if (!world.organization)
    throw new AwsError('AWSOrganizationsNotInUseException', 400, 'Your account is not a member of an organization.');
  if (caller.account.id !== world.organization.managementAccount)
    throw new AwsError('AccessDeniedException', 400, 'You do not have permissions to access this resource.');
  return world.organization;
}

const arnOf = (call: OrganizationsCall, of: AwsOrganization, rest: string): string =>
  `arn:${call.world.partition}:organizations::${of.managementAccount}:${rest}`;

export const organizationsActions: Readonly<Record<string, (call: OrganizationsCall) => unknown>> = {
  ListAccounts(call) {
    const organization = organizationOf(call);
    const size = Number(call.input.MaxResults ?? DEFAULT_RESULTS);
    const { NextToken: asked = 'from-0' } = call.input;
    const token = typeof asked === 'string' ? /^from-(\d+)$/.exec(asked)?.[1] : undefined;
    if (token === undefined) throw new AwsError('InvalidInputException', 400, 'You provided an invalid NextToken.');
    const from = Number(token);
    const accounts = [...call.world.accounts.values()];
    return {
      Accounts: accounts.slice(from, from + size).map((account) => ({
        Id: account.id,
        Arn: arnOf(call, organization, `account/${organization.id}/${account.id}`),
        Email: account.email,
        Name: account.name,
        Status: account.status,
        State: account.status === 'PENDING_CLOSURE' ? 'PENDING_CLOSURE' : account.status,
        JoinedMethod: 'CREATED',
        JoinedTimestamp: account.joinedAt / 1000,
      })),
      ...(from + size < accounts.length ? { NextToken: `from-${from + size}` } : {}),
    };
  },

  DescribeOrganization(call) {
    const organization = organizationOf(call);
    const management = call.world.accounts.get(organization.managementAccount);
    return {
      Organization: {
        Id: organization.id,
        Arn: arnOf(call, organization, `organization/${organization.id}`),
        FeatureSet: 'ALL',
        MasterAccountArn: arnOf(call, organization, `account/${organization.id}/${organization.managementAccount}`),
        MasterAccountId: organization.managementAccount,
        MasterAccountEmail: management?.email,
        AvailablePolicyTypes: [],
      },
    };
  },
};
