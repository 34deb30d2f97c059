import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { Clock } from '../platform/clock/index.js';
import { Config } from '../platform/config/index.js';
import { Database } from '../platform/database/index.js';
import {
  type Actor,
  Authenticator,
  type Authoriser,
  NotSignedIn,
  type Allowance,
  type RoleAssignment,
} from '../platform/http/index.js';
import { FreshSignInNeeded } from './access-control.errors.js';
import { ApiTokensRepository } from './api-tokens.repository.js';
import { BrowserSessions } from './browser-sessions.js';
import { hashOfToken, TOKEN_PREFIX } from './operations/create-token.js';
import { excludingPair, isRole } from './roles.js';
import { SessionsRepository } from './sessions.repository.js';

const TOUCH_AFTER_MS = 10 * 60_000;

/** Bearer tokens (Mandate's own, and JWTs of the one trusted issuer), and the sessions of browsers. */
@Injectable()
export class BearerAuthenticator extends Authenticator {
  private readonly keys: JWTVerifyGetKey | null;

  constructor(
    private readonly database: Database,
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly sessions: BrowserSessions,
  ) {
    super();
    const url = config.get('MANDATE_JWT_JWKS_URL');
    this.keys = url ? createRemoteJWKSet(new URL(url), { cooldownDuration: 10_000 }) : null;
  }

  async authenticate(request: FastifyRequest): Promise<Actor | null> {
    const header = request.headers.authorization;
    // A page of somebody else's can make a browser send its cookie, never this header: it goes first.
    if (header === undefined) return this.sessions.authenticate(request);
    const [scheme, token, more] = header.split(' ');
    if (scheme?.toLowerCase() !== 'bearer' || !token || more !== undefined) throw new NotSignedIn();
    return token.startsWith(TOKEN_PREFIX) ? this.ownToken(token, request) : this.jwt(token);
  }

  private async ownToken(token: string, request: FastifyRequest): Promise<Actor> {
    const now = this.clock.now();
    const found = await this.database.read(async (tx) => {
      const row = await tx.use(ApiTokensRepository).findByHash(hashOfToken(token));
      const owner = row?.ownerId ? await tx.use(SessionsRepository).person(row.ownerId, now) : null;
      return row && { row, left: owner?.left === true };
    });
    if (!found || found.row.revokedAt || found.row.expiresAt <= now)
      throw new NotSignedIn('This token is unknown, was revoked, or has run out.');
    const { row, left } = found;
    // It acts as its owner: with them it loses whatever was theirs.
    if (left) throw new NotSignedIn('The person this token belongs to has left. Make one under somebody who is there.');
    if (row.kind === 'local-admin' && !isLoopback(request))
      throw new NotSignedIn('The local administrator signs in from the machine itself only.');
    if (!row.lastUsedAt || now.getTime() - row.lastUsedAt.getTime() > TOUCH_AFTER_MS)
      await this.database.transaction((tx) => tx.use(ApiTokensRepository).touch(row.id, now));
    return row.kind === 'local-admin'
      ? { id: 'local-admin', kind: 'local-admin', name: 'local administrator', person: null, roles: row.roles }
      : { id: `token:${row.id}`, kind: 'token', name: row.name, person: row.ownerId, roles: row.roles };
  }

  private async jwt(token: string): Promise<Actor> {
    if (!this.keys) throw new NotSignedIn("This token is not one of Mandate's, and no issuer of others is configured.");
    let payload: JWTPayload;
    try {
      ({ payload } = await jwtVerify(token, this.keys, {
        issuer: this.config.get('MANDATE_JWT_ISSUER')!,
        audience: this.config.get('MANDATE_JWT_AUDIENCE')!,
        algorithms: [...this.config.get('MANDATE_JWT_ALGORITHMS')],
        clockTolerance: this.config.get('MANDATE_JWT_CLOCK_SKEW_SECONDS'),
        currentDate: this.clock.now(),
        requiredClaims: ['sub', 'exp', 'iat'],
      }));
    } catch (error) {
      // Only a token that is wrong is the caller's fault; an issuer that does not answer is an error of its own.
      if (
        error instanceof errors.JOSEError &&
        !(error instanceof errors.JWKSTimeout) &&
        error.code !== 'ERR_JOSE_GENERIC'
      )
        throw new NotSignedIn('This token is not valid here.');
      throw error;
    }
    const claimed = payload[this.config.get('MANDATE_JWT_ROLES_CLAIM')];
    const roles: RoleAssignment[] = (Array.isArray(claimed) ? claimed : [])
      .filter(isRole)
      .map((role) => ({ role, scope: {} }));
    if (excludingPair(roles)) throw new NotSignedIn('This token claims duties that exclude each other.');
    return { id: `jwt:${payload.sub!}`, kind: 'jwt', name: payload.sub!, person: null, roles };
  }
}

/** The connection itself comes from this machine, and no proxy speaks for somebody else. */
function isLoopback(request: FastifyRequest): boolean {
  const address = request.socket.remoteAddress ?? '';
  return (
    (address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.')) &&
    request.headers['x-forwarded-for'] === undefined &&
    request.headers.forwarded === undefined
  );
}

/** Roles decide which routes; what of a thing somebody sees is decided by visibility, in SQL. */
@Injectable()
export class RoleAuthoriser implements Authoriser {
  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  allows(actor: Actor, allowance: Allowance, scopedToo: boolean): boolean {
    const holds = ({ role, scope }: RoleAssignment): boolean =>
      allowance.roles.includes(role) && (scopedToo || Object.keys(scope).length === 0);
    if (actor.roles.some(holds)) return true;
    return allowance.relation && actor.person !== null;
  }

  /** Asks people for it. A machine has no second factor: what its token may do was decided when the token was made. */
  assertFresh(actor: Actor): void {
    if (actor.kind === 'person' && !this.isFresh(actor))
      throw new FreshSignInNeeded(this.freshMs() / 1000, this.config.get('MANDATE_OIDC_MFA_ACR'));
  }

  isFresh({ authentication }: Actor): boolean {
    return (
      authentication !== undefined &&
      this.clock.now().getTime() - authentication.at.getTime() <= this.freshMs() &&
      this.provesSecondFactor(authentication.acr, authentication.amr)
    );
  }

  provesSecondFactor(acr: string | null, amr: readonly string[]): boolean {
    return (
      (acr !== null && this.config.get('MANDATE_OIDC_MFA_ACR').includes(acr)) ||
      amr.some((way) => this.config.get('MANDATE_OIDC_MFA_AMR').includes(way))
    );
  }

  private freshMs(): number {
    return this.config.get('MANDATE_STEP_UP_MINUTES') * 60_000;
  }
}
