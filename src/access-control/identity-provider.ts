import { Injectable } from '@nestjs/common';
import * as oidc from 'openid-client';
import { Clock } from '../platform/clock/index.js';
import { Config } from '../platform/config/index.js';
import { SignInRefused, SignInServiceFailed } from './access-control.errors.js';
import type { Claims } from './role-rules.js';
import type { Attempt } from './session-cookies.js';

/** Who the issuer says this is, and how they proved it. */
export interface Authenticated {
  readonly issuer: string;
  readonly subject: string;
  readonly claims: Claims;
  readonly acr: string | null;
  readonly amr: readonly string[];
  readonly at: Date;
}

const METADATA_KEPT_MS = 10 * 60_000;
const TIMEOUT_SECONDS = 10;

/** The issuer people sign in with: OpenID Connect, authorization code with PKCE. */
@Injectable()
export class IdentityProvider {
  private known: { metadata: oidc.ServerMetadata; at: number } | null = null;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  get isConfigured(): boolean {
    return this.config.get('MANDATE_OIDC_ISSUER') !== undefined;
  }

  /** Where to send the browser, and what to remember until it comes back. */
  async begin(returnTo: string, stepUp: boolean): Promise<{ url: URL; attempt: Attempt }> {
    const server = await this.server();
    const attempt: Attempt = {
      state: oidc.randomState(),
      nonce: oidc.randomNonce(),
      verifier: oidc.randomPKCECodeVerifier(),
      returnTo,
      stepUp,
    };
    const acr = this.config.get('MANDATE_OIDC_MFA_ACR');
    const url = oidc.buildAuthorizationUrl(server, {
      redirect_uri: this.redirectUri(),
      response_type: 'code',
      scope: this.config.get('MANDATE_OIDC_SCOPES').join(' '),
      state: attempt.state,
      nonce: attempt.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(attempt.verifier),
      code_challenge_method: 'S256',
      ...(stepUp ? { prompt: 'login', max_age: '0', ...(acr.length > 0 ? { acr_values: acr.join(' ') } : {}) } : {}),
    });
    return { url, attempt };
  }

  /** Redeems the code that came back. Throws {@link SignInRefused} when anything about it is wrong. */
  async complete(search: string, attempt: Attempt): Promise<Authenticated> {
    const server = await this.server();
    const back = new URL(this.redirectUri());
    back.search = search;
    try {
      const tokens = await oidc.authorizationCodeGrant(server, back, {
        expectedState: attempt.state,
        expectedNonce: attempt.nonce,
        pkceCodeVerifier: attempt.verifier,
        idTokenExpected: true,
        ...(attempt.stepUp ? { maxAge: 0 } : {}),
      });
      const idToken = tokens.claims()!;
      const more =
        server.serverMetadata().userinfo_endpoint === undefined
          ? {}
          : await oidc.fetchUserInfo(server, tokens.access_token, idToken.sub);
      return {
        issuer: idToken.iss,
        subject: idToken.sub,
        // What is signed wins over what was only fetched.
        claims: { ...more, ...idToken },
        acr: typeof idToken.acr === 'string' ? idToken.acr : null,
        amr: Array.isArray(idToken.amr) ? idToken.amr.filter((way): way is string => typeof way === 'string') : [],
        at: new Date((idToken.auth_time ?? idToken.iat) * 1000),
      };
    } catch (error) {
      throw failureOf(error);
    }
  }

  /** Where the issuer's own session is ended; null when it has no such place. */
  async endSessionUrl(): Promise<string | null> {
    if (!this.isConfigured) return null;
    const server = await this.server();
    if (server.serverMetadata().end_session_endpoint === undefined) return null;
    return oidc.buildEndSessionUrl(server, { post_logout_redirect_uri: new URL('/', this.config.publicUrl()).href })
      .href;
  }

  redirectUri(): string {
    return new URL('/api/v1/auth/callback', this.config.publicUrl()).href;
  }

  /**
   * The issuer's description is kept for a while, its keys are not: with a fresh object for each sign-in they are
   * fetched when they are needed, so that a key rotated a second ago refuses nobody.
   */
  private async server(): Promise<oidc.Configuration> {
    const issuer = this.config.get('MANDATE_OIDC_ISSUER')!;
    const secret = this.config.get('MANDATE_OIDC_CLIENT_SECRET');
    const clientId = this.config.get('MANDATE_OIDC_CLIENT_ID')!;
    const isPlain = issuer.startsWith('http:');
    const now = this.clock.now().getTime();
    if (this.known === null || now - this.known.at > METADATA_KEPT_MS) {
      try {
        const found = await oidc.discovery(new URL(issuer), clientId, undefined, oidc.None(), {
          timeout: TIMEOUT_SECONDS,
          // The configuration lets http through for addresses of this machine alone.
          ...(isPlain ? { execute: [oidc.allowInsecureRequests] } : {}),
        });
        this.known = { metadata: { ...found.serverMetadata() }, at: now };
      } catch (error) {
        throw new SignInServiceFailed({ cause: error });
      }
    }
    const { metadata } = this.known;
    const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const server = new oidc.Configuration(
      metadata,
      clientId,
      { [oidc.clockTolerance]: this.config.get('MANDATE_JWT_CLOCK_SKEW_SECONDS') },
      secret === undefined
        ? oidc.None()
        : methods.includes('client_secret_basic')
          ? oidc.ClientSecretBasic(secret)
          : oidc.ClientSecretPost(secret),
    );
    server.timeout = TIMEOUT_SECONDS;
    if (isPlain) oidc.allowInsecureRequests(server);
    // The connection vouches for the token already; its signature is checked all the same.
    oidc.enableNonRepudiationChecks(server);
    return server;
  }
}

/** What the issuer refused is the person's to know; what did not answer, or made no sense, is not their doing. */
function failureOf(error: unknown): Error {
  if (error instanceof oidc.AuthorizationResponseError)
    return new SignInRefused(
      error.error === 'access_denied' ? 'The sign-in was cancelled.' : 'The sign-in service refused the sign-in.',
      { cause: error },
    );
  if (error instanceof oidc.ResponseBodyError || (error instanceof oidc.ClientError && error.code !== 'OAUTH_TIMEOUT'))
    return new SignInRefused('What the sign-in service sent back does not fit this sign-in. Begin again.', {
      cause: error,
    });
  return new SignInServiceFailed({ cause: error });
}
