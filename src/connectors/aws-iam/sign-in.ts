import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import type { ConnectorHost } from '../sdk/index.js';
import type { AwsIamConfig } from './config.schema.js';

/** What signs a call. Never part of a record, a gap or an error. */
export interface Signing {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

export type SigningProvider = () => Promise<Signing>;

/** The credential the source was given; else what the surroundings hold; else AWS's own chain of places to look. */
export function homeSigning(config: AwsIamConfig, host: ConnectorHost): SigningProvider {
  const { credentials } = config;
  if (credentials) {
    const signing: Signing = {
      accessKeyId: credentials.accessKeyId,
      secretAccessKey: host.secret(credentials.secretAccessKey),
      ...(credentials.sessionToken ? { sessionToken: host.secret(credentials.sessionToken) } : {}),
    };
    return async () => signing;
  }
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_PROFILE: profile,
  } = host.environment;
  if (accessKeyId && secretAccessKey) {
    const signing: Signing = { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
    return async () => signing;
  }
  const chain = fromNodeProviderChain(profile ? { profile } : {});
  return () => chain();
}

/** Temporary credentials are renewed this long before they end. */
const RENEW_BEFORE_MS = 300_000;

/** Keeps what `take` gives until shortly before it expires; several calls at once make one request. */
export function kept(
  take: (signal: AbortSignal) => Promise<Signing>,
  now: () => number,
): (signal: AbortSignal) => Promise<Signing> {
  let current: Promise<Signing> | null = null;
  let until = 0;
  return async (signal) => {
    if (current && now() < until) return current;
    const fresh = take(signal);
    current = fresh;
    until = Number.POSITIVE_INFINITY;
    try {
      const { expiration } = await fresh;
      until = expiration ? expiration.getTime() - RENEW_BEFORE_MS : Number.POSITIVE_INFINITY;
      return await fresh;
    } catch (error) {
      current = null;
      throw error;
    }
  };
}
