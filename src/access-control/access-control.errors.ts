import { DomainError, type InputError } from '../platform/http/index.js';

export class RolesExcludeEachOther extends DomainError {
  readonly code = 'access.roles-exclude-each-other';
  readonly kind = 'invalid';
  override readonly details: { errors: readonly InputError[] };
  constructor(a: string, b: string) {
    super(`${a} and ${b} are duties that one credential must not hold together. Make two, for two people.`);
    this.details = { errors: [{ pointer: '/roles', detail: `holds both ${a} and ${b}` }] };
  }
}

export class RoleBeyondReach extends DomainError {
  readonly code = 'access.role-beyond-reach';
  readonly kind = 'forbidden';
  constructor(roles: readonly string[]) {
    super(
      `The local administrator cannot hand out ${roles.join(', ')}: those decide, approve, or make somebody who may. Use the first administrator's link ("mandate token first-admin").`,
    );
  }
}

export class LinkNotUsable extends DomainError {
  readonly code = 'access.link-not-usable';
  readonly kind = 'gone';
  constructor() {
    super(
      'This link is unknown, was used before, or has run out. Make a new one with "mandate token first-admin" on the machine Mandate runs on.',
    );
  }
}

export class AdministratorExists extends DomainError {
  readonly code = 'access.administrator-exists';
  readonly kind = 'conflict';
  constructor() {
    super('There is an administrator already; ask them for a token.');
  }
}
