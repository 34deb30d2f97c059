export { isPublicAddress } from './addresses.js';
export {
  AddressClosed,
  closedBecause,
  type OutboundAnswer,
  OutboundFailed,
  type OutboundPost,
  postOutside,
} from './outbound.js';
