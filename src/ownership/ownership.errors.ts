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

export class RuleNameTaken extends DomainError {
  readonly code = 'ownership.rule-name-taken';
  readonly kind = 'conflict';
  override readonly details: { errors: readonly InputError[] } = {
    errors: [{ pointer: '/name', detail: 'is in use' }],
  };
  constructor() {
    super('There is another ownership rule of this name.');
  }
}

export class RuleDecides extends DomainError {
  readonly code = 'ownership.rule-decides';
  readonly kind = 'conflict';
  constructor(rule: string) {
    super(
      `The ownership rule "${rule}" replaces assignments made by hand. Change the rule, or name the owner it gives.`,
    );
  }
}
