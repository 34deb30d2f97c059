import { Body, Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Config } from '../platform/config/index.js';
import {
  type Actor,
  Allow,
  Answers,
  Caller,
  DomainError,
  NotSignedIn,
  Open,
  ROLES,
  statusOf,
  ScopedToo,
} from '../platform/http/index.js';
import { type Logger, RootLogger } from '../platform/logging/index.js';
import { SignInNotConfigured, SignInRefused } from './access-control.errors.js';
import { RoleAuthoriser } from './authenticator.js';
import { BrowserSessions } from './browser-sessions.js';
import { IdentityProvider } from './identity-provider.js';
import { EndSession } from './operations/end-session.js';
import { StartSession } from './operations/start-session.js';
import { escaped, sendPage } from './pages.js';
import { safeReturn } from './return-to.js';
import { actorOf } from './session-actor.js';
import { csrfOf, SessionCookies } from './session-cookies.js';

const signInQuery = z.object({
  returnTo: z.string().max(2000).optional(),
  stepUp: z.enum(['true', 'false']).optional(),
});
const signOutBody = z.object({ csrf: z.string().max(200).optional() });
const scope = z.strictObject({
  unit: z.uuid().optional(),
  source: z.uuid().optional(),
  environment: z.string().optional(),
  tag: z.string().optional(),
});
const callerSchema = z
  .strictObject({
    id: z.string(),
    kind: z.enum(['person', 'token', 'jwt', 'local-admin', 'system']),
    name: z.string(),
    person: z.uuid().nullable(),
    roles: z.array(z.strictObject({ role: z.enum(ROLES), scope })),
    session: z
      .strictObject({
        id: z.uuid(),
        csrf: z.string().meta({ description: 'Send it as X-CSRF-Token with every request that changes something.' }),
        authenticatedAt: z.iso.datetime(),
        acr: z.string().nullable(),
        amr: z.array(z.string()),
        isFresh: z.boolean().meta({ description: 'A second factor was proved a short while ago.' }),
        expiresAt: z.iso.datetime(),
      })
      .nullable(),
  })
  .meta({ id: 'CallerSession' });

/** Signing in and out. The way to the issuer and back changes pages, so it answers with pages. */
@ApiTags('auth')
@Controller('auth')
export class SignInController {
  private readonly logger: Logger;

  constructor(
    private readonly provider: IdentityProvider,
    private readonly cookies: SessionCookies,
    private readonly sessions: BrowserSessions,
    private readonly start: StartSession,
    private readonly end: EndSession,
    private readonly authoriser: RoleAuthoriser,
    private readonly config: Config,
    logger: RootLogger,
  ) {
    this.logger = logger.child({ part: 'sign-in' });
  }

  @Get('sign-in')
  @ApiExcludeEndpoint()
  @Open()
  async signIn(
    @Query({ schema: signInQuery }) query: z.output<typeof signInQuery>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.asPage(request, reply, async () => {
      if (!this.provider.isConfigured) throw new SignInNotConfigured();
      const home = new URL(this.config.publicUrl());
      // A cookie set under another name of this host would not come back with the callback.
      if (request.headers.host !== undefined && request.headers.host !== home.host) {
        void reply.redirect(new URL(request.url, home).href, 302);
        return;
      }
      const { url, attempt } = await this.provider.begin(safeReturn(query.returnTo, home), query.stepUp === 'true');
      this.cookies.setAttempt(reply, attempt);
      void reply.redirect(url.href, 302);
    });
  }

  @Get('callback')
  @ApiExcludeEndpoint()
  @Open()
  async callback(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.asPage(request, reply, async () => {
      if (!this.provider.isConfigured) throw new SignInNotConfigured();
      const search = request.url.slice((request.url + '?').indexOf('?'));
      const state = new URLSearchParams(search).get('state');
      const attempt = state === null ? null : this.cookies.takeAttempt(request, reply, state);
      if (!attempt)
        throw new SignInRefused('This sign-in was not begun in this browser, or took longer than ten minutes.');
      const who = await this.provider.complete(search, attempt);
      if (attempt.stepUp && !this.authoriser.provesSecondFactor(who.acr, who.amr))
        throw new SignInRefused('The sign-in service did not say that a second factor was used, which this needs.');
      const before = await this.sessions.standing(request);
      const { secret, session } = await this.start.execute(who, before?.session.id ?? null);
      this.cookies.set(reply, secret, session.expiresAt);
      void reply.redirect(attempt.returnTo, 303);
    });
  }

  @Get('session')
  @ScopedToo()
  @Allow(...ROLES, 'relation')
  @Answers(200, callerSchema, 'Who is calling, with which roles; for a browser session what a change must carry')
  async session(@Caller() actor: Actor, @Req() request: FastifyRequest) {
    const standing = actor.kind === 'person' ? await this.sessions.standing(request) : null;
    const { id, kind, name, person, roles } = actor;
    return {
      id,
      kind,
      name,
      person,
      roles,
      session: standing && {
        id: standing.session.id,
        csrf: csrfOf(standing.secret),
        authenticatedAt: standing.session.authenticatedAt.toISOString(),
        acr: standing.session.acr,
        amr: standing.session.amr,
        isFresh: this.authoriser.isFresh(actor),
        expiresAt: standing.session.expiresAt.toISOString(),
      },
    };
  }

  /** Ends the session here and tells where the issuer's own is ended. Only a page of ours can ask for it. */
  @Post('sign-out')
  @ApiExcludeEndpoint()
  @Open()
  async signOut(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Body({ schema: signOutBody }) body: z.output<typeof signOutBody>,
  ): Promise<void> {
    const standing = await this.sessions.standing(request);
    const asksForPage = wantsPage(request);
    if (!standing) {
      this.cookies.clear(reply);
      if (!asksForPage) throw new NotSignedIn();
      void reply.redirect('/', 303);
      return;
    }
    this.sessions.assertOurs(request, standing.secret, request.headers['x-csrf-token'] ?? body.csrf);
    await this.end.execute(actorOf(standing.session), standing.session.id, null, 'signed-out');
    this.cookies.clear(reply);
    const elsewhere = await this.issuersEnd();
    if (!asksForPage) void reply.send({ endSession: elsewhere });
    else if (elsewhere === null) void reply.redirect('/', 303);
    else
      sendPage(
        reply,
        'Signed out of Mandate',
        `<p>You are signed out here. To be signed out everywhere, <a href="${escaped(elsewhere)}">go on to the sign-in service</a>; it opens by itself.</p><p><a href="/">Stay here</a></p>`,
        200,
        // Not a redirect: a form may not lead to another host, a page may.
        `<meta http-equiv="refresh" content="0;url=${escaped(elsewhere)}">`,
      );
  }

  /** Whoever wants to leave leaves, whatever the issuer does. */
  private async issuersEnd(): Promise<string | null> {
    try {
      return await this.provider.endSessionUrl();
    } catch (error) {
      this.logger.warn({ error }, 'the sign-in service could not be asked where its session is ended');
      return null;
    }
  }

  /** A person gets a page when it fails, whatever else asks gets the problem. */
  private async asPage(request: FastifyRequest, reply: FastifyReply, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof DomainError) || !wantsPage(request)) throw error;
      this.logger.warn({ code: error.code, cause: error.cause }, error.message);
      sendPage(
        reply,
        'Not signed in',
        `<p role="alert">${escaped(error.message)}</p><p><a class="button" href="/api/v1/auth/sign-in">Try again</a></p><p><a href="/">Start page</a></p>`,
        statusOf(error.kind),
      );
    }
  }
}

const wantsPage = ({ headers }: FastifyRequest): boolean => headers.accept?.includes('text/html') === true;
