import type { Actions } from '../call.js';
import { awsPoliciesInUse } from './policies.js';

export const accountActions: Actions = {
  GetAccountSummary({ account }) {
    const users = [...account.users.values()];
    return {
      SummaryMap: new Map([
        ['Users', account.users.size],
        ['UsersQuota', 5000],
        ['Groups', account.groups.size],
        ['Roles', account.roles.size],
        ['Policies', account.policies.size],
        ['ServerCertificates', account.serverCertificates.size],
        [
          'InstanceProfiles',
          new Set([...account.roles.values()].flatMap(({ instanceProfiles }) => instanceProfiles)).size,
        ],
        ['Providers', account.oidcProviders.size + account.samlProviders.size],
        ['MFADevices', users.reduce((sum, { mfa }) => sum + mfa.length, account.root.mfa ? 1 : 0)],
        ['MFADevicesInUse', users.filter(({ mfa }) => mfa.length > 0).length + (account.root.mfa ? 1 : 0)],
        ['AccountMFAEnabled', account.root.mfa ? 1 : 0],
        ['AccountAccessKeysPresent', account.root.accessKeys.length],
        ['AccountPasswordPresent', account.root.password ? 1 : 0],
        ['AccountSigningCertificatesPresent', 0],
        ['AttachedPoliciesPerUserQuota', 10],
        ['AccessKeysPerUserQuota', 2],
        ['PolicyVersionsInUse', account.policies.size + awsPoliciesInUse(account).length],
      ]),
    };
  },

  ListAccountAliases: ({ account }) => ({
    AccountAliases: account.alias === undefined ? [] : [account.alias],
    IsTruncated: false,
  }),
};
