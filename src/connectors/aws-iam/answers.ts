import { VendorFailure } from '../sdk/index.js';
import { UnusableDetail } from './mapping/details.js';
import type { ReadPermission } from './permissions.js';

/** An answer that is none: it came, and what should be in it is not. */
export const malformed = (permission: ReadPermission, what: string): VendorFailure =>
  new VendorFailure(`The answer to ${permission} ${what}.`, 'malformed');

/** A mapping's complaint about an answer, as the failure it is. */
export function asFailure(error: unknown, permission: ReadPermission): unknown {
  if (error instanceof UnusableDetail || error instanceof RangeError)
    return new VendorFailure(`The answer to ${permission} cannot be used: ${error.message}.`, 'malformed');
  return error;
}

/** Maps an answer; one that cannot be used makes the answer malformed. */
export function usedAs<T>(permission: ReadPermission, map: () => T): T {
  try {
    return map();
  } catch (error) {
    throw asFailure(error, permission);
  }
}
