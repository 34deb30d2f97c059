import { DomainError, type InputError } from '../platform/http/index.js';
import type { Objection } from './approval-gate.js';

export class UseCaseNameTaken extends DomainError {
  readonly code = 'use-cases.name-taken';
  readonly kind = 'conflict';
  override readonly details: { errors: readonly InputError[] } = {
    errors: [{ pointer: '/name', detail: 'is in use' }],
  };
  constructor(what: 'use case' | 'agent') {
    super(`There is another ${what} of this name.`);
  }
}

export class OwnApproval extends DomainError {
  readonly code = 'use-cases.own-approval';
  readonly kind = 'forbidden';
  constructor() {
    super(
      'Whoever wrote or last changed a use case, or sponsors it, does not approve it. Ask somebody else of AI governance.',
    );
  }
}

export class NotApprovable extends DomainError {
  readonly code = 'use-cases.not-approvable';
  readonly kind = 'conflict';
  override readonly details: { errors: readonly InputError[] };
  constructor(missing: readonly string[]) {
    super(`Before it can be approved it needs: ${missing.join(', ')}.`);
    this.details = { errors: missing.map((field) => ({ pointer: `/${field}`, detail: 'is not set' })) };
  }
}

export class UseCaseRetired extends DomainError {
  readonly code = 'use-cases.retired';
  readonly kind = 'conflict';
  constructor() {
    super('This use case is retired. Make a new one.');
  }
}

export class ApprovalBlocked extends DomainError {
  readonly code = 'use-cases.approval-blocked';
  readonly kind = 'conflict';
  override readonly details: { blockedBy: readonly Objection[] };
  constructor(blockedBy: readonly Objection[]) {
    super(
      'A policy that is enforced holds this approval back until what it names is mended, or an exception allows it to stand.',
    );
    this.details = { blockedBy };
  }
}
