import { Injectable } from '@nestjs/common';
import { Config, ConfigurationInvalid, type RoleRule } from '../platform/config/index.js';
import { digestOf } from '../platform/crypto/index.js';
import type { RoleAssignment, RoleScope } from '../platform/http/index.js';
import { isRole } from './roles.js';

export type Claims = Readonly<Record<string, unknown>>;

/** What the configuration gives to whom: claims and groups of the sign-in service, to roles and scopes. */
@Injectable()
export class RoleRules {
  private readonly rules: readonly RoleRule[];
  /** Changes when the rules do: what was given under other rules no longer counts. */
  readonly digest: string;

  constructor(config: Config) {
    this.rules = config.get('MANDATE_OIDC_ROLES');
    this.digest = digestOf({ rules: this.rules, issuer: config.get('MANDATE_OIDC_ISSUER') ?? null });
    const unknown = [...new Set(this.rules.map(({ role }) => role).filter((role) => !isRole(role)))];
    if (unknown.length > 0)
      throw new ConfigurationInvalid([`MANDATE_OIDC_ROLES names roles that do not exist: ${unknown.join(', ')}`]);
  }

  /** Units the rules name, by name or id; they are looked up when somebody signs in. */
  unitsNamed(): string[] {
    return [...new Set(this.rules.flatMap(({ scope }) => scope.unit ?? []))];
  }

  /** The roles that claims give. A rule about a unit that does not exist gives nothing, and is told. */
  rolesOf(claims: Claims, units: ReadonlyMap<string, string>): { roles: RoleAssignment[]; unknownUnits: string[] } {
    const roles = new Map<string, RoleAssignment>();
    const unknownUnits = new Set<string>();
    for (const rule of this.rules) {
      if (!valuesOf(claims, rule.claim).includes(rule.value) || !isRole(rule.role)) continue;
      const { unit, ...rest } = rule.scope;
      const unitId = unit === undefined ? undefined : units.get(unit);
      if (unit !== undefined && unitId === undefined) {
        unknownUnits.add(unit);
        continue;
      }
      const scope: RoleScope = { ...definedOf(rest), ...(unitId === undefined ? {} : { unit: unitId }) };
      roles.set(digestOf({ role: rule.role, scope }), { role: rule.role, scope });
    }
    return { roles: [...roles.values()], unknownUnits: [...unknownUnits] };
  }
}

const definedOf = (scope: object): RoleScope =>
  Object.fromEntries(Object.entries(scope).filter(([, value]) => value !== undefined));

/** The texts of a claim: one, or each of a list. A dot leads into a nested claim (`realm_access.roles`). */
function valuesOf(claims: Claims, name: string): string[] {
  const value = name in claims ? claims[name] : name.split('.').reduce<unknown>(step, claims);
  return (Array.isArray(value) ? value : [value]).filter((part): part is string => typeof part === 'string');
}

const step = (value: unknown, part: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, part)
    ? (value as Record<string, unknown>)[part]
    : undefined;
