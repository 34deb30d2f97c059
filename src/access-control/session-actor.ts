import type { Actor } from '../platform/http/index.js';
import type { Session } from './session.entity.js';

/** The person behind a session, as everything else sees them. */
export const actorOf = (session: Session): Actor => ({
  id: session.personId === null ? `subject:${session.subject}` : `person:${session.personId}`,
  kind: 'person',
  name: session.name,
  person: session.personId,
  roles: session.roles,
  authentication: { acr: session.acr, amr: session.amr, at: session.authenticatedAt },
});
