export * from './connector.js';
export { drain, drainAll, inParallel, type VendorPage } from './drain.js';
export type { FileFormat, ImportedFile, ImportLookup } from './file-format.js';
export type { OwnCredential, OwnCredentials } from './own-credentials.js';
export * from './records.js';
