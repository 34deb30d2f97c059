export * from './connector.js';
export { drain, drainAll, inParallel, type VendorPage } from './drain.js';
export type { OwnCredential, OwnCredentials } from './own-credentials.js';
export * from './records.js';
