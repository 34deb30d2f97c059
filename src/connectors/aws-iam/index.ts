import type { Connector, FileFormat } from '../sdk/index.js';
import { awsIam } from './connector.js';
import { awsAuthorizationDetails, awsCredentialReport } from './imports/formats.js';

export { awsIam, awsIamWithin } from './connector.js';
export type { AwsIamConfig } from './config.schema.js';
export {
  type DetailsSurvey,
  type ImportBatch,
  type OpenFile,
  readAuthorizationDetails,
  surveyAuthorizationDetails,
} from './imports/authorization-details.js';
export { readCredentialReport, type ReportSurvey, surveyCredentialReport } from './imports/credential-report.js';
export { awsAuthorizationDetails, awsCredentialReport } from './imports/formats.js';
export { leastPrivilegePolicy, type PolicyJson } from './least-privilege-policy.js';
export type { Limits } from './limits.js';

/** What the registry finds here. */
export const connectors: readonly Connector[] = [awsIam];
export const formats: readonly FileFormat[] = [awsAuthorizationDetails, awsCredentialReport];
