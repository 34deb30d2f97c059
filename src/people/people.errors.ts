import { DomainError, type InputError } from '../platform/http/index.js';

export class UserNameTaken extends DomainError {
  readonly code = 'people.user-name-taken';
  readonly kind = 'conflict';
  override readonly details: { errors: readonly InputError[] } = {
    errors: [{ pointer: '/userName', detail: 'belongs to somebody else' }],
  };
  constructor() {
    super('Somebody else has this user name (upper and lower case count as the same).');
  }
}

export class ImportNotHeld extends DomainError {
  readonly code = 'people.import-not-held';
  readonly kind = 'conflict';
  constructor() {
    super('Only an import that is held can be confirmed.');
  }
}

export class NameTaken extends DomainError {
  readonly code = 'people.name-taken';
  readonly kind = 'conflict';
  override readonly details: { errors: readonly InputError[] } = {
    errors: [{ pointer: '/name', detail: 'is in use' }],
  };
  constructor(what: string) {
    super(`There is another ${what} of this name.`);
  }
}

export class ImportSuperseded extends DomainError {
  readonly code = 'people.import-superseded';
  readonly kind = 'conflict';
  constructor() {
    super('A later file of this feed was taken since. Import the file again if it still holds.');
  }
}

export class PersonIsMerged extends DomainError {
  readonly code = 'people.person-is-merged';
  readonly kind = 'conflict';
  override readonly details: { mergedInto: string };
  constructor(mergedInto: string) {
    super('This person turned out to be another one. Change that one, or take the two apart again.');
    this.details = { mergedInto };
  }
}

export class NothingToSeparate extends DomainError {
  readonly code = 'people.nothing-to-separate';
  readonly kind = 'conflict';
  constructor() {
    super('This is all that is known of the person: nobody would be left to take it from.');
  }
}

export class FactNotAhead extends DomainError {
  readonly code = 'people.fact-not-ahead';
  readonly kind = 'conflict';
  constructor() {
    super(
      'Only a planned move that still lies ahead can be taken back. What follows from a feed is changed in the feed.',
    );
  }
}
