import { Global, Module } from '@nestjs/common';
import { Authenticator, Authoriser } from '../platform/http/index.js';
import { JobRegistry } from '../platform/jobs/index.js';
import { renewLocalAdminToken } from './access-control.jobs.js';
import { AuthController } from './auth.controller.js';
import { BearerAuthenticator, RoleAuthoriser } from './authenticator.js';
import { CreateToken } from './operations/create-token.js';
import { FirstAdministrator } from './operations/first-administrator.js';
import { RenewLocalAdminToken } from './operations/renew-local-admin-token.js';
import { RevokeToken } from './operations/revoke-token.js';
import { TokensController } from './tokens.controller.js';
import { Visibility } from './visibility.js';

@Global()
@Module({
  controllers: [TokensController, AuthController],
  providers: [
    Visibility,
    CreateToken,
    RevokeToken,
    FirstAdministrator,
    RenewLocalAdminToken,
    { provide: Authenticator, useClass: BearerAuthenticator },
    { provide: Authoriser, useClass: RoleAuthoriser },
  ],
  exports: [Visibility, Authenticator, Authoriser, FirstAdministrator, RenewLocalAdminToken],
})
export class AccessControlModule {
  constructor(registry: JobRegistry, renew: RenewLocalAdminToken) {
    registry.bind(renewLocalAdminToken, { renew });
  }
}
