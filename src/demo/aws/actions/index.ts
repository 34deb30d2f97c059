import type { Actions } from '../call.js';
import { accessKeyActions } from './access-keys.js';
import { accountActions } from './account.js';
import { authorizationDetailsActions } from './authorization-details.js';
import { certificateActions } from './certificates.js';
import { credentialReportActions } from './credential-report.js';
import { federationActions } from './federation.js';
import { groupActions } from './groups.js';
import { lastAccessedActions } from './last-accessed.js';
import { policyActions } from './policies.js';
import { roleActions } from './roles.js';
import { serviceCredentialActions } from './service-credentials.js';
import { sshKeyActions } from './ssh-keys.js';
import { stsActions } from './sts.js';
import { userActions } from './users.js';

export { organizationsActions } from './organizations.js';

/** What each service of the query protocol can be asked. */
export const queryActions: Readonly<Record<string, Actions>> = {
  iam: {
    ...accessKeyActions,
    ...accountActions,
    ...authorizationDetailsActions,
    ...certificateActions,
    ...credentialReportActions,
    ...federationActions,
    ...groupActions,
    ...lastAccessedActions,
    ...policyActions,
    ...roleActions,
    ...serviceCredentialActions,
    ...sshKeyActions,
    ...userActions,
  },
  sts: stsActions,
};
