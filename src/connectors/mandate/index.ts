export { CollectedCredentials } from './collected-credentials.js';
export { mandateConnector } from './connector.js';
