import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** The roles of design section 9. Relations (owner, sponsor, reviewer ...) are never granted and are not in this list. */
export const ROLES = [
  'admin',
  'iam-engineer',
  'campaign-manager',
  'policy-author',
  'action-approver',
  'risk-acceptor',
  'ai-governance',
  'incident-responder',
  'auditor',
  'viewer',
  'hr-status',
  'ingest',
] as const;
export type Role = (typeof ROLES)[number];

/** Where a role holds. Every member that is set narrows it; without any it is the whole organisation. */
export interface RoleScope {
  readonly unit?: string;
  readonly source?: string;
  readonly environment?: string;
  readonly tag?: string;
}

export interface RoleAssignment {
  readonly role: Role;
  readonly scope: RoleScope;
}

/** Who is calling. Established before the body is read. */
export interface Actor {
  /**
   * Goes into the audit entry: `person:<id>`, `subject:<subject>` (signed in, but in no people source), `token:<id>`,
   * `jwt:<subject>`, `local-admin`, `system:<part>`.
   */
  readonly id: string;
  readonly kind: 'person' | 'token' | 'jwt' | 'local-admin' | 'system';
  readonly name: string;
  /** The person, where it is one: what they own, sponsor and review follows from this. */
  readonly person: string | null;
  readonly roles: readonly RoleAssignment[];
  /**
   * While they change something: every role they hold, those that only read among them. `roles` are then the ones that
   * let them make the change. Says what they may know of, never what they may do.
   */
  readonly readsBy?: readonly RoleAssignment[];
  /** How they signed in, recorded with what they decide. */
  readonly authentication?: { readonly acr: string | null; readonly amr: readonly string[]; readonly at: Date };
}

/** What Mandate does by itself, named after the part that does it. */
export const systemActor = (part: string): Actor => ({
  id: `system:${part}`,
  kind: 'system',
  name: `Mandate (${part})`,
  person: null,
  roles: [],
});

export const hasRole = (actor: Actor, ...roles: readonly Role[]): boolean =>
  actor.roles.some(({ role }) => roles.includes(role));

/** Roles that read the inventory and what hangs on it. `hr-status` and `ingest` are deliberately not among them. */
export const READERS: readonly Role[] = [
  'admin',
  'iam-engineer',
  'campaign-manager',
  'policy-author',
  'action-approver',
  'risk-acceptor',
  'ai-governance',
  'incident-responder',
  'auditor',
  'viewer',
];
/** Roles whose holders take part in the work: whoever only audits or looks changes nothing. */
export const WORKERS: readonly Role[] = READERS.filter((role) => role !== 'auditor' && role !== 'viewer');
/** Readers who see credentials too. */
export const CREDENTIAL_READERS: readonly Role[] = READERS.filter((role) => role !== 'viewer');

/** What a route asks of its caller: one of these roles, or, with `relation`, to be somebody the thing belongs to. */
export interface Allowance {
  readonly roles: readonly Role[];
  /** The operation itself decides by relation (owner, sponsor, reviewer ...): any signed-in person may ask. */
  readonly relation: boolean;
}

export const ALLOW = Symbol('allow');
/** Every route carries this or {@link Open}; the application refuses to start when one carries neither. */
export const Allow = (...roles: readonly (Role | 'relation')[]) =>
  SetMetadata(ALLOW, {
    roles: roles.filter((role): role is Role => role !== 'relation'),
    relation: roles.includes('relation'),
  } satisfies Allowance);

export const SCOPED_TOO = Symbol('scoped-too');
/**
 * A role that holds only within a scope is enough here, because the route narrows what it shows and changes to what the
 * caller may see, or tells of nothing that lies anywhere. Without this only a role over the whole organisation counts.
 */
export const ScopedToo = () => SetMetadata(SCOPED_TOO, true);

export const FRESH = Symbol('fresh');
/** For what must not happen on a forgotten browser: a person's session needs a second factor proved a short while ago. */
export const FreshSignIn = () => SetMetadata(FRESH, true);

export const OPEN = Symbol('open');
/** Reachable without signing in. Health, the API description and sign-in only. */
export const Open = () => SetMetadata(OPEN, true);

declare module 'fastify' {
  interface FastifyRequest {
    actor?: Actor;
  }
}

/** The caller, in a controller's parameters. */
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext): Actor => {
  const { actor } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!actor) throw new Error('This route is open, so it has no caller');
  return actor;
});

/** Establishes who is calling. Implemented by access-control. */
export abstract class Authenticator {
  /** Null without credentials; throws NotSignedIn for bad ones. */
  abstract authenticate(request: FastifyRequest): Promise<Actor | null>;
}

/** Decides whether a caller may use a route. Implemented by access-control. */
export abstract class Authoriser {
  abstract allows(actor: Actor, allowance: Allowance, scopedToo: boolean): boolean;
  /** Throws when a person's sign-in is older, or weaker, than {@link FreshSignIn} asks for. */
  abstract assertFresh(actor: Actor): void;
}
