import { z } from 'zod';
import {
  type Connector,
  type CredentialRecord,
  type Emitted,
  type IdentityRecord,
  type OwnCredential,
  type OwnCredentials,
  type ResourceType,
  type Session,
  VendorFailure,
} from '../sdk/index.js';

const IDENTITY = 'mandate.identity';
const CREDENTIAL = 'mandate.credential';
const SCOPE = { id: 'mandate', name: 'Mandate itself', kind: 'mandate' };

const RESOURCE_TYPES: readonly ResourceType[] = [
  {
    id: IDENTITY,
    title: 'Who or what uses Mandate without being a person',
    entity: 'identity',
    permissions: { read: ['none: it reads itself'] },
  },
  {
    id: CREDENTIAL,
    title: 'Credential of Mandate itself',
    entity: 'credential',
    permissions: { read: ['none: it reads itself'] },
    canExpire: true,
    canDisable: true,
    use: { horizonDays: null, lagHours: 0 },
  },
];

/** The built-in connector that reads Mandate's own credentials: what governs is governed like all else. */
export const mandateConnector = (own: OwnCredentials): Connector<object> => ({
  id: 'mandate',
  title: 'Mandate itself',
  config: z.strictObject({}),
  mappingVersion: 1,
  resourceTypes: RESOURCE_TYPES,
  connect: () => sessionOf(own),
});

function sessionOf(own: OwnCredentials): Session {
  const read = async (signal: AbortSignal): Promise<readonly OwnCredential[]> => {
    try {
      return await unlessStopped(() => own.ownCredentials(), signal);
    } catch (error) {
      signal.throwIfAborted();
      throw new VendorFailure("Mandate's own credentials could not be read.", 'unavailable', undefined, {
        cause: error,
      });
    }
  };
  return {
    validate: async (signal) => ({ account: SCOPE.id, detail: `${(await read(signal)).length} credentials` }),
    scopes: async () => [SCOPE],
    readings: [
      {
        id: 'own-credentials',
        types: [IDENTITY, CREDENTIAL],
        async *read({ signal }) {
          const credentials = await read(signal);
          yield [...identitiesOf(credentials).map((record) => ({ record })), ...credentials.map(credentialOf)];
        },
      },
    ],
  };
}

/** The answer, unless whoever waits for it is told to stop first. */
async function unlessStopped<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let stop: (() => void) | undefined;
  const stopped = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([ask(), stopped]);
  } finally {
    if (stop) signal.removeEventListener('abort', stop);
  }
}

function identitiesOf(credentials: readonly OwnCredential[]): IdentityRecord[] {
  const byHolder = new Map<string, OwnCredential>();
  for (const credential of credentials) {
    const known = byHolder.get(credential.holder.id);
    // What it can do is what the strongest of its credentials can.
    if (!known || rank(credential) > rank(known)) byHolder.set(credential.holder.id, credential);
  }
  return [...byHolder.values()].map(({ holder, status, privilege, ownerUserName, renewedByItself }) => ({
    entity: 'identity',
    type: IDENTITY,
    id: holder.id,
    name: holder.name,
    kind: holder.kind,
    // The strongest comes first among those that work: where that one does not, none does.
    status: status === 'active' ? 'active' : 'disabled',
    createdAt: null,
    tags: Object.fromEntries(ownerUserName === undefined ? [] : [['owner', ownerUserName]]),
    nature: { value: 'non-human', because: 'people sign in; a token is what a machine has' },
    managedBy: renewedByItself
      ? { value: 'platform', because: 'this installation makes it and renews it by itself' }
      : { value: 'us', because: 'somebody here made it' },
    custody: renewedByItself ? 'platform-held' : 'self-held',
    aiUse: { value: 'no', because: 'it opens Mandate, and no AI service' },
    ...(privilege ? { privilege } : {}),
  }));
}

const LEVELS = ['unknown', 'none', 'read', 'write', 'privileged', 'admin'];
const rank = ({ status, privilege }: OwnCredential): number =>
  (status === 'active' ? LEVELS.length : 0) + LEVELS.indexOf(privilege?.level ?? 'unknown');

function credentialOf({ id, kind, name, status, issuedAt, expiresAt, holder, use }: OwnCredential): Emitted {
  const record: CredentialRecord = {
    entity: 'credential',
    type: CREDENTIAL,
    id,
    name,
    identity: { type: IDENTITY, id: holder.id },
    kind,
    status,
    issuedAt,
    expiresAt,
    rotatedAt: issuedAt,
    rotatedBasis: 'created',
  };
  return { record, ...(use ? { use } : {}) };
}
