import { Global, Module } from '@nestjs/common';
import { Clock } from '../platform/clock/index.js';
import { Audit } from '../audit/index.js';
import { Authenticator, Authoriser } from '../platform/http/index.js';
import { JobRegistry } from '../platform/jobs/index.js';
import { endSessions, endRevokedSessions, endSessionsOfLeavers, renewLocalAdminToken } from './access-control.jobs.js';
import { AuthController } from './auth.controller.js';
import { BearerAuthenticator, RoleAuthoriser } from './authenticator.js';
import { BrowserSessions } from './browser-sessions.js';
import { HomeController } from './home.controller.js';
import { IdentityProvider } from './identity-provider.js';
import { CreateToken } from './operations/create-token.js';
import { EndSession } from './operations/end-session.js';
import { EndSessions } from './operations/end-sessions.js';
import { FirstAdministrator } from './operations/first-administrator.js';
import { RenewLocalAdminToken } from './operations/renew-local-admin-token.js';
import { RevokeToken } from './operations/revoke-token.js';
import { StartSession } from './operations/start-session.js';
import { RoleRules } from './role-rules.js';
import { SessionCookies } from './session-cookies.js';
import { SessionsController } from './sessions.controller.js';
import { SignInController } from './sign-in.controller.js';
import { TokenCredentials } from './token-credentials.js';
import { TokensController } from './tokens.controller.js';
import { Visibility } from './visibility.js';

@Global()
@Module({
  controllers: [HomeController, TokensController, AuthController, SignInController, SessionsController],
  providers: [
    Visibility,
    CreateToken,
    RevokeToken,
    FirstAdministrator,
    RenewLocalAdminToken,
    RoleRules,
    SessionCookies,
    IdentityProvider,
    BrowserSessions,
    StartSession,
    EndSession,
    EndSessions,
    RoleAuthoriser,
    TokenCredentials,
    { provide: Authenticator, useClass: BearerAuthenticator },
    { provide: Authoriser, useExisting: RoleAuthoriser },
  ],
  exports: [TokenCredentials, Visibility, Authenticator, Authoriser, FirstAdministrator, RenewLocalAdminToken],
})
export class AccessControlModule {
  constructor(registry: JobRegistry, audit: Audit, renew: RenewLocalAdminToken, end: EndSessions, clock: Clock) {
    registry.bind(renewLocalAdminToken, { renew });
    registry.bind(endSessions, { end });
    registry.bind(endSessionsOfLeavers, { end });
    audit.on('people.persons-ended', endSessionsOfLeavers, ({ data }) => ({
      persons: Array.isArray(data.persons) ? (data.persons as string[]) : null,
    }));
    registry.bind(endRevokedSessions, { end });
    audit.on('people.sessions-revoked', endRevokedSessions, ({ data }) => ({
      persons: data.persons as string[],
      before: clock.now().toISOString(),
    }));
  }
}
