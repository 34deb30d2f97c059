export { AccessControlModule } from './access-control.module.js';
export { ApiToken } from './api-token.entity.js';
export { CreateToken } from './operations/create-token.js';
export { FirstAdministrator } from './operations/first-administrator.js';
export { LocalAdminFolder, RenewLocalAdminToken } from './operations/renew-local-admin-token.js';
export { Session } from './session.entity.js';
export { escaped, sendPage } from './pages.js';
export { type Placement, type RecordKind, type Relation, Visibility } from './visibility.js';
export { TokenCredentials } from './token-credentials.js';
