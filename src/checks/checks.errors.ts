import { DomainError, type InputError } from '../platform/http/index.js';

export class PolicyNameTaken extends DomainError {
  readonly code = 'checks.policy-name-taken';
  readonly kind = 'conflict';
  override readonly details: { errors: readonly InputError[] } = {
    errors: [{ pointer: '/name', detail: 'is in use' }],
  };
  constructor() {
    super('There is another policy of this name.');
  }
}

export class CheckUnknown extends DomainError {
  readonly code = 'checks.check-unknown';
  readonly kind = 'invalid';
  override readonly details: { errors: readonly InputError[] };
  constructor(pointer: string) {
    super('There is no such check. GET /checks lists them.');
    this.details = { errors: [{ pointer, detail: 'names no check' }] };
  }
}

export class DefaultPolicyIsLast extends DomainError {
  readonly code = 'checks.default-policy-is-last';
  readonly kind = 'invalid';
  override readonly details: { errors: readonly InputError[] };
  constructor(pointer: string) {
    super(
      'The default policy stands last, is about everything, and cannot be removed. Put a policy of your own before it.',
    );
    this.details = { errors: [{ pointer, detail: 'cannot be changed on the default policy' }] };
  }
}
