import { X509Certificate } from 'node:crypto';
import type { CredentialRecord, Emitted, Iso, LastUse, Ref } from '../../sdk/index.js';
import { needed } from './details.js';
import { present, type UserEntry, userRef } from './identities.js';
import { iso, KEYS_TRACKED_SINCE, later } from './instants.js';
import { UNKNOWN_USE } from './last-use.js';

type Instant = Date | string | undefined;
type Base = Pick<CredentialRecord, 'entity' | 'identity' | 'issuedAt' | 'expiresAt' | 'rotatedAt' | 'rotatedBasis'>;

/** AWS has no verb to rotate: what is made anew counts from its making. */
const madeAt = (identity: Ref, at: Iso | null, expiresAt: Iso | null = null): Base => ({
  entity: 'credential',
  identity,
  issuedAt: at,
  expiresAt,
  rotatedAt: at,
  rotatedBasis: at === null ? 'unknown' : 'created',
});

const statusOf = (status: string | undefined): CredentialRecord['status'] =>
  status === 'Active' ? 'active' : status === 'Inactive' ? 'disabled' : status === 'Expired' ? 'expired' : 'unknown';

const lastFour = (id: string): string => id.slice(-4);

export interface AccessKeyFacts {
  readonly AccessKeyId?: string | undefined;
  readonly Status?: string | undefined;
  readonly CreateDate?: Instant;
}

/** What AWS says of a key's last use; 'unread' = it could not be asked. */
export type KeyUse =
  | { readonly LastUsedDate?: Instant; readonly ServiceName?: string | undefined; readonly Region?: string | undefined }
  | 'unread';

export function accessKey(user: UserEntry, key: AccessKeyFacts, use: KeyUse): Emitted {
  const id = needed(key.AccessKeyId, 'AccessKeyId');
  const issuedAt = iso(key.CreateDate);
  const { quarantinedBy } = user;
  const record: CredentialRecord = {
    ...madeAt(userRef(user), issuedAt),
    type: 'aws.access-key',
    id,
    name: id,
    kind: 'access-key',
    status: statusOf(key.Status),
    hint: lastFour(id),
    ...(quarantinedBy
      ? { knownLeaked: `AWS attached ${quarantinedBy} to ${user.name}: it found a key of this user in public` }
      : {}),
  };
  // Where the user's policies were not read, nobody knows whether AWS reports the key as leaked: what was known stays.
  return { record, use: keyUse(use, issuedAt), ...(quarantinedBy === undefined ? { partial: true } : {}) };
}

/** A key that was never used has no date, and that means something only from when AWS began to keep it. */
export function keyUse(use: KeyUse, issuedAt: Iso | null): LastUse {
  if (use === 'unread') return UNKNOWN_USE;
  const told = (value: string | undefined): value is string =>
    value !== undefined && !['N/A', 'no_information', ''].includes(value);
  const detail = {
    ...(told(use.ServiceName) ? { service: use.ServiceName } : {}),
    ...(told(use.Region) ? { region: use.Region } : {}),
  };
  return {
    at: iso(use.LastUsedDate),
    knownSince: later(issuedAt, KEYS_TRACKED_SINCE),
    precision: '15m',
    ...(Object.keys(detail).length > 0 ? { detail } : {}),
  };
}

export interface ServiceCredentialFacts {
  readonly ServiceSpecificCredentialId?: string | undefined;
  readonly ServiceName?: string | undefined;
  readonly Status?: string | undefined;
  readonly CreateDate?: Instant;
  readonly ExpirationDate?: Instant;
  readonly ServiceCredentialAlias?: string | undefined;
  readonly ServiceUserName?: string | undefined;
}

const BEDROCK = /^bedrock(?:[.-]|$)/;

/** A key for one service. Those of Amazon Bedrock open models; a service nobody has heard of is kept all the same. */
export function serviceCredential(user: UserEntry, credential: ServiceCredentialFacts): Emitted {
  const id = needed(credential.ServiceSpecificCredentialId, 'ServiceSpecificCredentialId');
  const service = credential.ServiceName ?? 'unknown';
  const isBedrock = BEDROCK.test(service);
  const record: CredentialRecord = {
    ...madeAt(userRef(user), iso(credential.CreateDate), iso(credential.ExpirationDate)),
    type: 'aws.service-credential',
    id,
    name: credential.ServiceCredentialAlias ?? credential.ServiceUserName ?? id,
    kind: isBedrock ? 'api-key' : 'service-credential',
    status: statusOf(credential.Status),
    hint: lastFour(id),
    ...(isBedrock ? { aiService: true } : {}),
    attributes: { service },
  };
  return { record };
}

export function sshKey(
  user: UserEntry,
  key: {
    readonly SSHPublicKeyId?: string | undefined;
    readonly Status?: string | undefined;
    readonly UploadDate?: Instant;
  },
): Emitted {
  const id = needed(key.SSHPublicKeyId, 'SSHPublicKeyId');
  return {
    record: {
      ...madeAt(userRef(user), iso(key.UploadDate)),
      type: 'aws.ssh-key',
      id,
      name: id,
      kind: 'ssh-key',
      status: statusOf(key.Status),
      hint: lastFour(id),
    },
  };
}

interface SigningCertificateFacts {
  readonly CertificateId?: string | undefined;
  readonly CertificateBody?: string | undefined;
  readonly Status?: string | undefined;
  readonly UploadDate?: Instant;
}

export function signingCertificate(user: UserEntry, certificate: SigningCertificateFacts): Emitted {
  const id = needed(certificate.CertificateId, 'CertificateId');
  const x509 = readCertificate(certificate.CertificateBody);
  const record: CredentialRecord = {
    ...madeAt(userRef(user), iso(certificate.UploadDate), x509 && iso(x509.validTo)),
    type: 'aws.signing-certificate',
    id,
    name: x509?.subject?.replaceAll('\n', ', ') || id,
    kind: 'signing-certificate',
    status: statusOf(certificate.Status),
    ...(x509
      ? {
          hint: x509.fingerprint256.slice(0, 23),
          attributes: { serialNumber: x509.serialNumber, validFrom: iso(x509.validFrom) },
        }
      : { attributes: { certificate: 'could not be read: its expiry is not known' } }),
  };
  return { record };
}

function readCertificate(pem: string | undefined): X509Certificate | null {
  try {
    return pem ? new X509Certificate(pem) : null;
  } catch {
    return null;
  }
}

interface ServerCertificateFacts {
  readonly ServerCertificateId?: string | undefined;
  readonly ServerCertificateName?: string | undefined;
  readonly Arn?: string | undefined;
  readonly Path?: string | undefined;
  readonly UploadDate?: Instant;
  readonly Expiration?: Instant;
}

/** A certificate kept in IAM for a load balancer or distribution, and the server that proves itself by it. */
export function serverCertificate(certificate: ServerCertificateFacts): Emitted[] {
  const id = needed(certificate.ServerCertificateId, 'ServerCertificateId');
  const name = needed(certificate.ServerCertificateName, 'ServerCertificateName');
  const uploadedAt = iso(certificate.UploadDate);
  const server: Ref = { type: 'aws.tls-server', id };
  const attributes = present({ arn: certificate.Arn, path: certificate.Path });
  return [
    {
      record: {
        entity: 'identity',
        ...server,
        name,
        kind: 'workload',
        status: 'active',
        createdAt: uploadedAt,
        tags: {},
        custody: 'platform-held',
        nature: {
          value: 'non-human',
          because: 'a server certificate in IAM is presented by a load balancer or a distribution',
        },
        attributes,
      },
    },
    {
      record: {
        ...madeAt(server, uploadedAt, iso(certificate.Expiration)),
        type: 'aws.server-certificate',
        id,
        name,
        kind: 'certificate',
        status: 'active',
        attributes,
      },
    },
  ];
}
