export { AcceptOwnership } from './operations/accept-ownership.js';
export { AssignOwner, type OwnershipInput } from './operations/assign-owner.js';
export { OwnershipModule } from './ownership.module.js';
export { OwnershipsRepository, type OwnershipView } from './ownerships.repository.js';
