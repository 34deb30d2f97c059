import { DomainError, type InputError } from '../platform/http/index.js';

export class FindingResolved extends DomainError {
  readonly code = 'findings.finding-resolved';
  readonly kind = 'conflict';
  constructor() {
    super('This finding is resolved. If what it tells comes back, it opens again by itself.');
  }
}

export class FindingExcepted extends DomainError {
  readonly code = 'findings.finding-excepted';
  readonly kind = 'conflict';
  constructor() {
    super('An exception allows this finding to stand. Close the exception first.');
  }
}

export class ExceptionWaits extends DomainError {
  readonly code = 'findings.exception-waits';
  readonly kind = 'conflict';
  constructor() {
    super('An exception was requested for this finding already and waits for a decision.');
  }
}

export class ExceptionDecided extends DomainError {
  readonly code = 'findings.exception-decided';
  readonly kind = 'conflict';
  constructor(status: string) {
    super(`This exception is ${status}: there is nothing left to decide. Request another one.`);
  }
}

export class ExceptionTooLong extends DomainError {
  readonly code = 'findings.exception-too-long';
  readonly kind = 'invalid';
  override readonly details: { errors: readonly InputError[]; maximumDays: number };
  constructor(severity: string, policy: string, maximumDays: number) {
    super(
      maximumDays === 0
        ? `The policy "${policy}" allows no exception from ${severity} findings.`
        : `The policy "${policy}" allows an exception from ${severity} findings for ${maximumDays} days at the most.`,
    );
    this.details = {
      errors: [{ pointer: '/expiresAt', detail: 'is later than the policy allows' }],
      maximumDays,
    };
  }
}

export class OwnException extends DomainError {
  readonly code = 'findings.own-exception';
  readonly kind = 'forbidden';
  constructor() {
    super(
      'Whoever requested an exception, or answers for what it is about, does not decide on it. Ask somebody else who accepts risks.',
    );
  }
}

export class ExceptionBeyondRight extends DomainError {
  readonly code = 'findings.exception-beyond-right';
  readonly kind = 'forbidden';
  constructor() {
    super('Your right to accept risks does not reach what this exception is about.');
  }
}

export class CalendarNameTaken extends DomainError {
  readonly code = 'findings.calendar-name-taken';
  readonly kind = 'conflict';
  override readonly details: { errors: readonly InputError[] } = {
    errors: [{ pointer: '/name', detail: 'is in use' }],
  };
  constructor() {
    super('There is another calendar of this name.');
  }
}
