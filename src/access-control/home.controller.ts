import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Open, type RoleAssignment } from '../platform/http/index.js';
import { BrowserSessions, SIGN_OUT_PATH, type Standing } from './browser-sessions.js';
import { IdentityProvider } from './identity-provider.js';
import { escaped, sendPage } from './pages.js';
import { csrfOf } from './session-cookies.js';

/** Where a sign-in ends: who you are here, and where to go on. */
@ApiExcludeController()
@Controller()
export class HomeController {
  constructor(
    private readonly sessions: BrowserSessions,
    private readonly provider: IdentityProvider,
  ) {}

  @Get()
  @Open()
  async home(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const standing = await this.sessions.standing(request);
    if (standing) sendPage(reply, `Signed in as ${standing.session.name}`, signedIn(standing));
    else sendPage(reply, 'Mandate', signedOut(this.provider.isConfigured));
  }
}

const LINKS = `<nav aria-label="Documentation"><ul><li><a href="/docs">API documentation</a></li><li><a href="/openapi.json">OpenAPI description</a></li></ul></nav>`;

const signedOut = (canSignIn: boolean): string =>
  `<p>Mandate governs the non-human identities behind AI: who answers for each, what it may do, and when it ends.</p>
${
  canSignIn
    ? '<p><a class="button" href="/api/v1/auth/sign-in">Sign in</a></p>'
    : '<p>No sign-in service is configured here. Use the API or the command line with a token.</p>'
}
${LINKS}`;

const signedIn = ({ session, secret }: Standing): string =>
  `<dl>
<dt>Roles</dt><dd>${session.roles.length === 0 ? 'none; you see what is yours' : escaped(session.roles.map(inWords).join(', '))}</dd>
<dt>Signed in</dt><dd><time datetime="${session.authenticatedAt.toISOString()}">${session.authenticatedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC</time>${session.amr.length > 0 ? escaped(` (${session.amr.join(', ')})`) : ''}</dd>
<dt>Until</dt><dd><time datetime="${session.expiresAt.toISOString()}">${session.expiresAt.toISOString().slice(0, 16).replace('T', ' ')} UTC</time></dd>
</dl>
${LINKS}
<form method="post" action="${SIGN_OUT_PATH}"><input type="hidden" name="csrf" value="${csrfOf(secret)}"><button type="submit">Sign out</button></form>`;

const inWords = ({ role, scope }: RoleAssignment): string => {
  const within = Object.entries(scope).map(([member, value]) => `${member} ${String(value)}`);
  return within.length === 0 ? role : `${role} (${within.join(', ')})`;
};
