export { type Issuer, type IssuerOptions, type SampleAccount, SECOND_FACTOR, startIssuer } from './issuer.js';
