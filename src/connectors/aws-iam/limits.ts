/** Numbers that bound what one reading may cost AWS and us. Tests set them low. */
export interface Limits {
  /** How often one call is sent, the first time included. */
  readonly attempts: number;
  /** Retries one API may use up in a session before its failures count at once. */
  readonly retriesPerApi: number;
  /** Items asked for in one page; undefined = what AWS gives by itself. */
  readonly pageItems: number | undefined;
  /** More pages than any listing has. */
  readonly maxPages: number;
  /** Calls in flight in one account. */
  readonly inFlight: number;
  /** A call that is not answered by then has failed. */
  readonly callTimeoutMs: number;
  /** Between two looks at something AWS works on, and how many looks. */
  readonly pollMs: number;
  readonly polls: number;
  /** After so many failures in a row an API is not asked for the rest of a listing. */
  readonly failuresInARow: number;
}

export const LIMITS: Limits = {
  attempts: 5,
  retriesPerApi: 40,
  pageItems: 500,
  maxPages: 10_000,
  inFlight: 5,
  callTimeoutMs: 30_000,
  pollMs: 2_000,
  polls: 30,
  failuresInARow: 5,
};
