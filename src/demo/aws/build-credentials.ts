import { LONG_AGO, seedOf } from './build.js';
import { A_CERTIFICATE } from './certificate.js';
import { accessKeyId, hexFor, secretFor, uniqueId } from './ids.js';
import type { AccessKey, AwsAccount, AwsUser, ServiceCredential, SigningCertificate, SshKey } from './world.js';

interface NewKey {
  readonly createdAt?: number;
  readonly status?: AccessKey['status'];
  readonly lastUsed?: AccessKey['lastUsed'];
}

function makeKey(account: AwsAccount, user: string | null, of: NewKey): AccessKey {
  const id = accessKeyId(seedOf(account, `access key of ${user ?? 'root'}`));
  account.world.keyHolders.set(id, { account: account.id, user });
  return {
    id,
    secret: secretFor(id),
    status: of.status ?? 'Active',
    createdAt: of.createdAt ?? LONG_AGO,
    lastUsed: of.lastUsed ?? null,
  };
}

/** A key the stand-in accepts from then on. */
export function addAccessKey(account: AwsAccount, user: AwsUser, of: NewKey = {}): AccessKey {
  const key = makeKey(account, user.name, of);
  user.accessKeys.push(key);
  return key;
}

export function addRootAccessKey(account: AwsAccount, of: NewKey = {}): AccessKey {
  const key = makeKey(account, null, of);
  account.root.accessKeys.push(key);
  return key;
}

/** A key for a service of its own: Amazon Bedrock unless told. */
export function addServiceCredential(
  account: AwsAccount,
  user: AwsUser,
  of: { service?: string; createdAt?: number; expiresAt?: number | null; status?: ServiceCredential['status'] } = {},
): ServiceCredential {
  const seed = seedOf(account, `service credential of ${user.name}`);
  const credential: ServiceCredential = {
    id: uniqueId('ACCA', seed),
    service: of.service ?? 'bedrock.amazonaws.com',
    status: of.status ?? 'Active',
    createdAt: of.createdAt ?? LONG_AGO,
    expiresAt: of.expiresAt ?? null,
    alias: `${user.name}-at-${hexFor(seed, 8)}`,
  };
  user.serviceCredentials.push(credential);
  return credential;
}

export function addSshKey(
  account: AwsAccount,
  user: AwsUser,
  of: { uploadedAt?: number; status?: SshKey['status'] } = {},
): SshKey {
  const key: SshKey = {
    id: uniqueId('APKA', seedOf(account, `ssh key of ${user.name}`)),
    status: of.status ?? 'Active',
    uploadedAt: of.uploadedAt ?? LONG_AGO,
  };
  user.sshKeys.push(key);
  return key;
}

export function addSigningCertificate(
  account: AwsAccount,
  user: AwsUser,
  of: { uploadedAt?: number; status?: SigningCertificate['status']; body?: string } = {},
): SigningCertificate {
  const certificate: SigningCertificate = {
    id: uniqueId('ASCA', seedOf(account, `signing certificate of ${user.name}`), 32).slice(4),
    status: of.status ?? 'Active',
    uploadedAt: of.uploadedAt ?? LONG_AGO,
    body: of.body ?? A_CERTIFICATE,
  };
  user.signingCertificates.push(certificate);
  return certificate;
}
