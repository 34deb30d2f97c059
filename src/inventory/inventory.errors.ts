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
