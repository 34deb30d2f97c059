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
    super(
      'Only the person who is named as owner accepts. If you were asked because they are silent: claim it, or decline and name somebody.',
    );
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

export class NotYoursToDecline extends DomainError {
  readonly code = 'ownership.not-yours-to-decline';
  readonly kind = 'forbidden';
  constructor() {
    super('Only who is asked to answer for this identity can say that it is not theirs.');
  }
}

export class AcceptedAlready extends DomainError {
  readonly code = 'ownership.accepted-already';
  readonly kind = 'conflict';
  constructor() {
    super('It was accepted. Somebody has to take it over first: ask for another owner to be named.');
  }
}

export class OwnedAlready extends DomainError {
  readonly code = 'ownership.owned-already';
  readonly kind = 'conflict';
  constructor() {
    super('Somebody answers for this identity, or is being asked to. It cannot be claimed from them.');
  }
}

export class NotAPerson extends DomainError {
  readonly code = 'ownership.not-a-person';
  readonly kind = 'forbidden';
  constructor() {
    super('A person answers for an identity. Sign in as one; a token that is nobody cannot claim it.');
  }
}

export class NotYoursToDepute extends DomainError {
  readonly code = 'ownership.not-yours-to-depute';
  readonly kind = 'forbidden';
  constructor() {
    super('Only the owner names their deputies, or somebody who manages ownership.');
  }
}
