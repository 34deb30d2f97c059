import {
  ListSigningCertificatesCommand,
  ListSSHPublicKeysCommand,
  type SigningCertificate,
  type SSHPublicKeyMetadata,
} from '@aws-sdk/client-iam';
import type { Emitted, ReadContext, Reading } from '../../sdk/index.js';
import type { Account } from '../account.js';
import { signingCertificate, sshKey } from '../mapping/credentials.js';
import type { UserEntry } from '../mapping/identities.js';
import type { ReadPermission } from '../permissions.js';
import { type AccountOf, EachParent } from './gaps.js';

type PerUser = (account: Account, ctx: ReadContext, user: UserEntry) => Promise<Emitted[]>;

/** A reading of one type of credential that is listed user by user. */
const perUser = (
  accountOf: AccountOf,
  id: string,
  type: string,
  permission: ReadPermission,
  read: PerUser,
): Reading => ({
  id,
  types: [type],
  async *read(ctx, scope) {
    const account = accountOf(scope);
    const users = [...(await account.usersByName(ctx.signal)).values()];
    const each = new EachParent(type, permission, ctx, account.limits);
    yield* each.over(
      users,
      ({ id }) => id,
      (user) => read(account, ctx, user),
    );
  },
});

export const sshKeyReading = (accountOf: AccountOf): Reading =>
  perUser(accountOf, 'ssh-keys', 'aws.ssh-key', 'iam:ListSSHPublicKeys', async (account, ctx, user) => {
    const keys: Emitted[] = [];
    const pages = account.pages<
      SSHPublicKeyMetadata,
      { SSHPublicKeys?: SSHPublicKeyMetadata[]; IsTruncated?: boolean; Marker?: string }
    >(
      'iam:ListSSHPublicKeys',
      ctx.signal,
      (iam, input, sent) => iam.send(new ListSSHPublicKeysCommand({ ...input, UserName: user.name }), sent),
      (answer) => answer.SSHPublicKeys,
    );
    for await (const page of pages) keys.push(...page.map((key) => sshKey(user, key)));
    return keys;
  });

export const signingCertificateReading = (accountOf: AccountOf): Reading =>
  perUser(
    accountOf,
    'signing-certificates',
    'aws.signing-certificate',
    'iam:ListSigningCertificates',
    async (account, ctx, user) => {
      const certificates: Emitted[] = [];
      const pages = account.pages<
        SigningCertificate,
        { Certificates?: SigningCertificate[] | undefined; IsTruncated?: boolean; Marker?: string }
      >(
        'iam:ListSigningCertificates',
        ctx.signal,
        (iam, input, sent) => iam.send(new ListSigningCertificatesCommand({ ...input, UserName: user.name }), sent),
        (answer) => answer.Certificates,
      );
      for await (const page of pages)
        certificates.push(...page.map((certificate) => signingCertificate(user, certificate)));
      return certificates;
    },
  );
