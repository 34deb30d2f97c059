import { DomainError, type InputError } from '../platform/http/index.js';

export class SourceNameTaken extends DomainError {
  readonly code = 'inventory.source-name-taken';
  readonly kind = 'conflict';
  override readonly details: { errors: readonly InputError[] } = {
    errors: [{ pointer: '/name', detail: 'is in use' }],
  };
  constructor() {
    super('There is another source of this name.');
  }
}

export class NotForEmergencies extends DomainError {
  readonly code = 'inventory.not-for-emergencies';
  readonly kind = 'conflict';
  constructor() {
    super('Only the use of emergency access (expected use break-glass) is reviewed one by one.');
  }
}

export class NothingWasUsed extends DomainError {
  readonly code = 'inventory.nothing-was-used';
  readonly kind = 'conflict';
  constructor() {
    super('No use of it is known, so there is nothing to review.');
  }
}

export class OwnUse extends DomainError {
  readonly code = 'inventory.own-use';
  readonly kind = 'forbidden';
  constructor() {
    super('Nobody reviews their own use. Ask somebody else to look at it.');
  }
}
