import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '../platform/config/index.js';
import { sha256Hex } from '../platform/crypto/index.js';

/** What has to be remembered between leaving for the issuer and coming back. */
export interface Attempt {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly returnTo: string;
  readonly stepUp: boolean;
}

const ATTEMPT_SECONDS = 600;

/** What a request that changes something sends beside the cookie: only a page of ours could have learned it. */
export const csrfOf = (secret: string): string => sha256Hex(`csrf:${secret}`);

/** The cookies of signing in: HttpOnly, same-site, and with https bound to this very host. */
@Injectable()
export class SessionCookies {
  constructor(private readonly config: Config) {}

  read(request: FastifyRequest): string | null {
    return request.cookies[this.name('session')] ?? null;
  }

  set(reply: FastifyReply, secret: string, expires: Date): void {
    void reply.setCookie(this.name('session'), secret, { ...this.options(), expires });
  }

  clear(reply: FastifyReply): void {
    void reply.clearCookie(this.name('session'), this.options());
  }

  /** One cookie for each attempt: two tabs that sign in at once do not lose each other's way back. */
  setAttempt(reply: FastifyReply, attempt: Attempt): void {
    void reply.setCookie(this.attemptName(attempt.state), Buffer.from(JSON.stringify(attempt)).toString('base64url'), {
      ...this.options(),
      maxAge: ATTEMPT_SECONDS,
    });
  }

  /** The attempt that a callback belongs to, used up with this. */
  takeAttempt(request: FastifyRequest, reply: FastifyReply, state: string): Attempt | null {
    const name = this.attemptName(state);
    const value = request.cookies[name];
    if (value === undefined) return null;
    void reply.clearCookie(name, this.options());
    try {
      const attempt = JSON.parse(Buffer.from(value, 'base64url').toString('utf8')) as Attempt;
      return attempt.state === state ? attempt : null;
    } catch (error) {
      if (error instanceof SyntaxError) return null;
      throw error;
    }
  }

  private isSecure(): boolean {
    return this.config.publicUrl().startsWith('https:');
  }

  private name(what: string): string {
    return `${this.isSecure() ? '__Host-' : ''}mandate-${what}`;
  }

  private attemptName(state: string): string {
    return this.name(`sign-in-${sha256Hex(state).slice(0, 16)}`);
  }

  private options() {
    return { path: '/', httpOnly: true, secure: this.isSecure(), sameSite: 'lax' as const };
  }
}
