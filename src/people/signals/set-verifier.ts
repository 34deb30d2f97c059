import { Injectable } from '@nestjs/common';
import {
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyGetKey,
} from 'jose';
import { Clock, DAY_MS } from '../../platform/clock/index.js';
import { sha256Hex } from '../../platform/crypto/index.js';
import { SecurityEventRefused, TransmitterKeysUnavailable } from './signals-errors.js';
import type { Transmitter } from './signals.repository.js';

/** A token is sent again for days at most; one that is older is somebody's copy. */
const OLDEST_MS = 7 * DAY_MS;
const CLOCK_SKEW_MS = 5 * 60_000;
const MAXIMUM_LENGTH = 100_000;
/** Signatures of a private key only. With a symmetric algorithm our knowledge of the public key would make anybody a signer. */
export const SET_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;

/** A security event token (RFC 8417) whose origin, audience and form were checked. */
export interface VerifiedSet {
  readonly jti: string;
  readonly issuedAt: Date;
  /** When it happened, as far as the token says; else when it was issued. */
  readonly happenedAt: Date;
  readonly event: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly subject: unknown;
  readonly digest: string;
}

/** Checks security event tokens. What the library does not check, and RFC 8417 or SSF 1.0 wants, is checked here. */
@Injectable()
export class SetVerifier {
  private readonly keys = new Map<string, JWTVerifyGetKey>();

  constructor(private readonly clock: Clock) {}

  /** The issuer a token names. Not to be believed before it is verified: it only says whose keys to verify it with. */
  issuerOf(token: string): string {
    if (token.length > MAXIMUM_LENGTH || !/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/.test(token))
      throw new SecurityEventRefused('invalid_request', 'The body is not a signed security event token.');
    try {
      decodeProtectedHeader(token);
      const { iss } = decodeJwt(token);
      if (typeof iss === 'string' && iss !== '') return iss;
    } catch (error) {
      if (!(error instanceof errors.JOSEError) && !(error instanceof TypeError)) throw error;
      throw new SecurityEventRefused('invalid_request', 'The body is not a signed security event token.');
    }
    throw new SecurityEventRefused('invalid_issuer', 'The token names no issuer.');
  }

  async verify(token: string, transmitter: Transmitter): Promise<VerifiedSet> {
    const { alg } = decodeProtectedHeader(token);
    if (!transmitter.algorithms.some((allowed) => allowed === alg))
      throw new SecurityEventRefused(
        'invalid_key',
        'The token is not signed with an algorithm that is taken from this transmitter.',
      );
    let payload: JWTPayload;
    try {
      ({ payload } = await jwtVerify(token, this.keysOf(transmitter.jwksUrl), {
        issuer: transmitter.issuer,
        audience: transmitter.audience,
        typ: 'secevent+jwt',
        algorithms: [...transmitter.algorithms],
        currentDate: this.clock.now(),
        clockTolerance: CLOCK_SKEW_MS / 1000,
      }));
    } catch (error) {
      throw refusalOf(error);
    }
    return { ...this.contentOf(payload), digest: sha256Hex(token) };
  }

  private contentOf(payload: JWTPayload): Omit<VerifiedSet, 'digest'> {
    const refuse = (message: string): never => {
      throw new SecurityEventRefused('invalid_request', message);
    };
    // SSF 1.0: both would let an ordinary token pass for an event, or an event for a token.
    if ('sub' in payload) refuse('A security event token carries no "sub"; its subject is in "sub_id".');
    if ('exp' in payload) refuse('A security event token carries no "exp".');
    const { jti, iat, events, toe } = payload as JWTPayload & { events?: unknown; toe?: unknown };
    if (typeof jti !== 'string' || jti === '' || jti.length > 255 || jti.includes('\0'))
      return refuse('The token has no "jti".');
    if (typeof iat !== 'number') return refuse('The token has no "iat".');
    const issuedAt = new Date(iat * 1000);
    const age = this.clock.now().getTime() - issuedAt.getTime();
    if (Number.isNaN(age) || age < -CLOCK_SKEW_MS) return refuse('The token was issued in the future.');
    if (age > OLDEST_MS) return refuse('The token was issued too long ago.');
    if (!isObject(events)) return refuse('The token has no "events".');
    const [first, ...more] = Object.entries(events);
    if (!first || more.length > 0) return refuse('The token holds none or several events; it takes exactly one.');
    const [event, content] = first;
    if (!isObject(content)) return refuse('The event is not an object.');
    const happened = content.event_timestamp ?? toe;
    return {
      jti,
      issuedAt,
      happenedAt: typeof happened === 'number' && Number.isFinite(happened) ? instantOf(happened, issuedAt) : issuedAt,
      event: event.slice(0, 500),
      payload: content,
      // The first drafts kept the subject within the event.
      subject: payload.sub_id ?? content.subject,
    };
  }

  private keysOf(url: string): JWTVerifyGetKey {
    let keys = this.keys.get(url);
    if (!keys) {
      const remote = createRemoteJWKSet(new URL(url), { cooldownDuration: 10_000, timeoutDuration: 5_000 });
      // A key set that cannot be fetched, or is not one, says nothing against the token.
      keys = async (header, token) => {
        try {
          return await remote(header, token);
        } catch (error) {
          if (KEY_FAULTS.some((fault) => error instanceof fault)) throw error;
          throw new TransmitterKeysUnavailable();
        }
      };
      this.keys.set(url, keys);
    }
    return keys;
  }
}

const KEY_FAULTS = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported] as const;

/** Seconds since 1970; the first drafts wrote milliseconds. */
function instantOf(number: number, otherwise: Date): Date {
  const at = new Date(number > 100_000_000_000 ? number : number * 1000);
  return Number.isNaN(at.getTime()) ? otherwise : at;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function refusalOf(error: unknown): unknown {
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud')
      return new SecurityEventRefused('invalid_audience', 'The token is meant for somebody else.');
    if (error.claim === 'iss') return new SecurityEventRefused('invalid_issuer', 'The token is not from this issuer.');
    return new SecurityEventRefused('invalid_request', `The token has no sound "${error.claim}".`);
  }
  if (error instanceof errors.JWTExpired)
    return new SecurityEventRefused('invalid_request', 'A security event token carries no "exp".');
  if (
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JOSEAlgNotAllowed ||
    KEY_FAULTS.some((fault) => error instanceof fault)
  )
    return new SecurityEventRefused('invalid_key', 'The token is not signed with a key of its issuer.');
  if (error instanceof errors.JOSEError)
    return new SecurityEventRefused('invalid_request', 'The body is not a signed security event token.');
  return error;
}
