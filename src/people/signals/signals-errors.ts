import { DomainError, type ErrorForm, type Problem } from '../../platform/http/index.js';

/** The words RFC 8935 (2.4) has for what is wrong with a security event token. */
export type SetError =
  'invalid_request' | 'invalid_key' | 'invalid_issuer' | 'invalid_audience' | 'authentication_failed' | 'access_denied';

/** A security event token that is not taken. */
export class SecurityEventRefused extends DomainError {
  readonly code = 'people.security-event-refused';
  readonly kind = 'malformed';
  override readonly details: { err: SetError };
  constructor(err: SetError, message: string) {
    super(message);
    this.details = { err };
  }
}

/** The keys of a transmitter could not be fetched: nothing is wrong with the token, and it should be sent again. */
export class TransmitterKeysUnavailable extends DomainError {
  readonly code = 'people.transmitter-keys-unavailable';
  readonly kind = 'unavailable';
  constructor() {
    super('The keys of the transmitter could not be fetched. Send the event again later.');
  }
}

/** The receiver answers in the form of RFC 8935: whatever is wrong with a token is 400 and one of its words. */
export const signalErrors: ErrorForm = {
  prefix: '/signals',
  mediaType: 'application/json',
  write(problem: Problem) {
    const status = problem.status === 413 || problem.status === 415 || problem.status === 422 ? 400 : problem.status;
    return { status, body: { err: wordFor(problem, status), description: problem.detail } };
  },
};

function wordFor({ err }: Problem, status: number): string {
  if (typeof err === 'string') return err;
  if (status === 401) return 'authentication_failed';
  if (status === 403) return 'access_denied';
  return status >= 500 ? 'unavailable' : 'invalid_request';
}
