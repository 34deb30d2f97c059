/** Status and title of every kind of problem, in one table. */
const KINDS = {
  invalid: [422, 'Request cannot be processed'],
  malformed: [400, 'Request cannot be read'],
  unauthenticated: [401, 'Not signed in'],
  forbidden: [403, 'Not allowed'],
  missing: [404, 'Not found'],
  conflict: [409, 'Conflicts with current state'],
  gone: [410, 'No longer exists'],
  stale: [412, 'Changed since you read it'],
  'too-large': [413, 'Too large'],
  'unsupported-media': [415, 'Media type not supported'],
  unconditional: [428, 'If-Match is required'],
  throttled: [429, 'Too many requests'],
  upstream: [502, 'A source failed'],
  unavailable: [503, 'Not ready'],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemKind = keyof typeof KINDS;

/** Errors our code throws on purpose. One class for each situation, next to the operation that throws it. */
export abstract class DomainError extends Error {
  /** Stable, unique, part of the API: becomes the RFC 9457 `type`. */
  abstract readonly code: `${string}.${string}`;
  abstract readonly kind: ProblemKind;
  /** Further members for the client. Never secrets, never ids of something the caller may not see. */
  readonly details: Readonly<Record<string, unknown>> = {};
  /** What a 401 asks for, beyond a bearer token. */
  readonly challenge?: string;
}

/** An RFC 9457 body. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  [member: string]: unknown;
}

/** One thing that is wrong with the input: `pointer` into the body (RFC 6901), or the name of a parameter. */
export interface InputError {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly detail: string;
}

export class RequestInvalid extends DomainError {
  readonly code = 'request.invalid';
  readonly kind = 'invalid';
  override readonly details: { errors: readonly InputError[] };
  constructor(
    errors: readonly InputError[],
    message = 'Some of what was sent cannot be used; see "errors" for each place.',
  ) {
    super(message);
    this.details = { errors: errors.slice(0, 100) };
  }
}

/** The body is not well-formed JSON, or not what its media type says. */
export class RequestMalformed extends DomainError {
  readonly code = 'request.malformed';
  readonly kind = 'malformed';
}

/** A body, a file, an address or a header is longer than the route takes. */
export class RequestTooLarge extends DomainError {
  readonly code = 'request.too-large';
  readonly kind = 'too-large';
}

/** The body is of a media type that the route does not take. */
export class MediaTypeUnsupported extends DomainError {
  readonly code = 'request.media-type-unsupported';
  readonly kind = 'unsupported-media';
}

/** The answer would have come too late. What was asked for may still be carried out. */
export class RequestTookTooLong extends DomainError {
  readonly code = 'request.took-too-long';
  readonly kind = 'unavailable';
}

export class SecretInRequest extends DomainError {
  readonly code = 'request.secret-refused';
  readonly kind = 'invalid';
  override readonly details: { errors: readonly InputError[] };
  constructor(place: InputError) {
    super(
      'Mandate stores no secret values, and something in this request looks like one. It was not stored. Send the id or a reference instead.',
    );
    this.details = { errors: [place] };
  }
}

/** No route has this address, or none with this method. */
export class RouteUnknown extends DomainError {
  readonly code = 'request.unknown-route';
  readonly kind = 'missing';
}

export class NotSignedIn extends DomainError {
  readonly code = 'access.not-signed-in';
  readonly kind = 'unauthenticated';
  constructor(message = 'Sign in (/api/v1/auth/sign-in), or send a bearer token: "Authorization: Bearer <token>".') {
    super(message);
  }
}

export class NotAllowed extends DomainError {
  readonly code = 'access.not-allowed';
  readonly kind = 'forbidden';
  constructor(message = 'Your roles do not include this.') {
    super(message);
  }
}

/** What does not exist, or is none of the caller's business: the two must look the same. */
export class NotFound extends DomainError {
  readonly code = 'request.not-found';
  readonly kind = 'missing';
  constructor(what: string) {
    super(`There is no such ${what}, or it is not yours to see.`);
  }
}

/** The body points at something that does not exist, or is not the caller's to see. */
export class ReferenceUnknown extends DomainError {
  readonly code = 'request.reference-unknown';
  readonly kind = 'invalid';
  override readonly details: { errors: readonly InputError[] };
  constructor(pointer: string, what: string) {
    super(`There is no such ${what}. Give the id of one that exists.`);
    this.details = { errors: [{ pointer, detail: `names no ${what}` }] };
  }
}

export class IfMatchRequired extends DomainError {
  readonly code = 'request.if-match-required';
  readonly kind = 'unconditional';
  constructor() {
    super("Send If-Match with the ETag you read, so that nobody's change is overwritten unseen.");
  }
}

export class ChangedMeanwhile extends DomainError {
  readonly code = 'request.changed-meanwhile';
  readonly kind = 'stale';
  override readonly details: { currentVersion: number };
  constructor(currentVersion: number) {
    super('Somebody changed this after you read it. Read it again and repeat your change.');
    this.details = { currentVersion };
  }
}

export const statusOf = (kind: ProblemKind): number => KINDS[kind][0];
export const titleOf = (kind: ProblemKind): string => KINDS[kind][1];

/** The public face of an error. What is not a {@link DomainError} says nothing about itself: its words go to the log. */
export function toProblem(error: unknown, requestId: string, base: string): Problem {
  const instance = `urn:request:${requestId}`;
  if (error instanceof DomainError) {
    const [status, title] = KINDS[error.kind];
    return {
      ...error.details,
      type: `${base}/problems/${error.code}`,
      title,
      status,
      detail: error.message,
      code: error.code,
      instance,
    };
  }
  return {
    type: 'about:blank',
    title: 'Internal error',
    status: 500,
    detail: 'Something failed on our side. Quote the request id.',
    code: 'internal.error',
    instance,
  };
}
