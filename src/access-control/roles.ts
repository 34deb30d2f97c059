import { type Actor, type Role, ROLES, type RoleAssignment } from '../platform/http/index.js';

/** What an administrator on the machine itself may do: everything but decide, approve, or make somebody who may. */
export const LOCAL_ADMIN_ROLES: readonly Role[] = ['admin', 'iam-engineer', 'policy-author'];

/** Roles that decide, approve, contain or accept, or that can give such roles out. The local administrator never hands them on. */
const DECIDING: ReadonlySet<Role> = new Set([
  'admin',
  'campaign-manager',
  'action-approver',
  'risk-acceptor',
  'ai-governance',
  'incident-responder',
]);

/** Duties that exclude each other: no one credential holds both. */
export const EXCLUDING: readonly (readonly [Role, Role])[] = [
  ['policy-author', 'risk-acceptor'],
  ['iam-engineer', 'action-approver'],
];

/** Roles out of a claim or a body; what we do not know is dropped from a claim and refused in a body. */
export const isRole = (name: unknown): name is Role =>
  typeof name === 'string' && (ROLES as readonly string[]).includes(name);

export function excludingPair(roles: readonly RoleAssignment[]): readonly [Role, Role] | null {
  const held = new Set(roles.map(({ role }) => role));
  return EXCLUDING.find(([a, b]) => held.has(a) && held.has(b)) ?? null;
}

/** Roles the actor may not give out. */
export function beyond(actor: Actor, roles: readonly RoleAssignment[]): Role[] {
  if (actor.kind !== 'local-admin') return [];
  return roles.map(({ role }) => role).filter((role) => DECIDING.has(role));
}
