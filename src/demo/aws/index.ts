export { groupArn, oidcArn, policyArn, roleArn, rootArn, samlArn, userArn } from './actions/arns.js';
export { credentialReport } from './actions/credential-report.js';
export {
  addAccount,
  addGroup,
  addOidcProvider,
  addPolicy,
  addRole,
  addSamlProvider,
  addServerCertificate,
  addUser,
  createAwsWorld,
  LONG_AGO,
  type NewRole,
  type NewUser,
  organise,
  policyNamed,
  rewritePolicy,
} from './build.js';
export {
  addAccessKey,
  addRootAccessKey,
  addServiceCredential,
  addSigningCertificate,
  addSshKey,
} from './build-credentials.js';
export { allowing, trusting, trustingService } from './documents.js';
export type { Fault, FaultKind, Faults } from './faults.js';
export { addSampleAccount, SAMPLE_EXTERNAL_ID, SAMPLE_ROLE } from './sample-account.js';
export { type AwsServer, startAwsServer } from './server.js';
export type { Traffic } from './traffic.js';
export type * from './world.js';
