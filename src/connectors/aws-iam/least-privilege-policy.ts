import { RESOURCE_TYPES } from './resource-types.js';

/** An IAM policy document, ready to be pasted. */
export interface PolicyJson {
  readonly Version: '2012-10-17';
  readonly Statement: readonly {
    readonly Sid: string;
    readonly Effect: 'Allow';
    readonly Action: readonly string[];
    readonly Resource: string | readonly string[];
  }[];
}

/**
 * The least this connector needs: for reading one account, and, where roles are given, for reaching others through them.
 * It is made from what the calls declare, so it cannot fall behind them.
 */
export function leastPrivilegePolicy(
  reaching: { readonly roles?: readonly string[]; readonly organization?: boolean } = {},
): PolicyJson {
  const all = [...new Set(RESOURCE_TYPES.flatMap(({ permissions }) => permissions.read))].sort();
  const of = (service: string) => all.filter((permission) => permission.startsWith(`${service}:`));
  return {
    Version: '2012-10-17',
    Statement: [
      { Sid: 'MandateReadsIdentities', Effect: 'Allow', Action: of('iam'), Resource: '*' },
      ...(reaching.organization
        ? [{ Sid: 'MandateListsAccounts', Effect: 'Allow' as const, Action: of('organizations'), Resource: '*' }]
        : []),
      // Asking who one is takes no permission.
      ...(reaching.roles?.length
        ? [
            {
              Sid: 'MandateReachesAccounts',
              Effect: 'Allow' as const,
              Action: ['sts:AssumeRole'],
              Resource: reaching.roles,
            },
          ]
        : []),
    ],
  };
}
