import { DomainError } from '../platform/http/index.js';

export class FindingResolved extends DomainError {
  readonly code = 'findings.finding-resolved';
  readonly kind = 'conflict';
  constructor() {
    super('This finding is resolved. If what it tells comes back, it opens again by itself.');
  }
}
