/** What the shell is told. Never a count: 256 findings would wrap to "ok". */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  findings: 3,
  signInNeeded: 4,
  notFound: 5,
  conflict: 6,
  partial: 7,
  evidenceFailed: 8,
} as const;

/** Ends the command with a code and, on stderr, a sentence. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  constructor(
    message: string,
    readonly code: number,
    /** The problem details behind it, for `--output json`. */
    readonly problem?: unknown,
  ) {
    super(message);
  }
}
