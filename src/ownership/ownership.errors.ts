import { DomainError, type InputError } from '../platform/http/index.js';

export class OwnerCannotAnswer extends DomainError {
  readonly code = 'ownership.owner-cannot-answer';
  readonly kind = 'invalid';
  override readonly details: { errors: readonly InputError[] };
  constructor(pointer: string) {
    super('This person has left, or will not be there to answer. Name somebody who is.');
    this.details = { errors: [{ pointer, detail: 'can no longer answer' }] };
  }
}

export class NotYoursToAccept extends DomainError {
  readonly code = 'ownership.not-yours-to-accept';
  readonly kind = 'forbidden';
  constructor() {
    super('Only the person who is named as owner accepts.');
  }
}

export class NothingToAccept extends DomainError {
  readonly code = 'ownership.nothing-to-accept';
  readonly kind = 'conflict';
  constructor() {
    super('Nobody is named as owner of this identity.');
  }
}
