export { type Breakable, type ContractFault, type ContractSubject, describeConnector } from './describe-connector.js';
export { type Collected, readAll, type ReadResult, testHost, theRecord } from './read-all.js';
