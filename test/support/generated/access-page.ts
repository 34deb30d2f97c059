import type { INestApplication, Type } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { ALLOW, type Allowance, FRESH, OPEN, ROLES } from '../../../src/platform/http/index.js';
import { page, table } from './markdown.js';

export interface GuardedRoute {
  readonly method: string;
  readonly path: string;
  readonly open: boolean;
  readonly allowance: Allowance | null;
  /** A person who signed in has to have proved a second factor a short while ago. */
  readonly fresh: boolean;
}

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'];
const UNPREFIXED = /^\/(?:$|healthz|metrics|problems|scim|signals|reviews$|reports\/programme\.html)/;

/** Every route there is, and who may use it, read from what the guard reads. */
export function routesOf(app: INestApplication): GuardedRoute[] {
  const reflector = app.get(Reflector);
  const scanner = new MetadataScanner();
  const routes: GuardedRoute[] = [];
  for (const { metatype } of app.get(DiscoveryService).getControllers()) {
    if (!metatype) continue;
    const prototype = (metatype as Type).prototype as Record<string, () => void>;
    const base = [Reflect.getMetadata('path', metatype) as string | string[]].flat()[0] ?? '';
    for (const name of scanner.getAllMethodNames(prototype)) {
      const handler = prototype[name]!;
      const own = Reflect.getMetadata('path', handler) as string | undefined;
      if (own === undefined) continue;
      const path = `/${[base, own]
        .map((part) => part.replace(/^\/|\/$/g, ''))
        .filter(Boolean)
        .join('/')}`;
      const targets = [handler, metatype as Type];
      routes.push({
        method: METHODS[Reflect.getMetadata('method', handler) as number]!,
        path: UNPREFIXED.test(path) ? path : `/api/v1${path}`,
        open: reflector.getAllAndOverride<boolean>(OPEN, targets) === true,
        allowance: reflector.getAllAndOverride<Allowance | undefined>(ALLOW, targets) ?? null,
        fresh: reflector.getAllAndOverride<boolean>(FRESH, targets) === true,
      });
    }
  }
  return routes.sort((a, b) => (a.path + a.method < b.path + b.method ? -1 : 1));
}

/** Who may call what. A scope narrows a role further; a relation (owner, sponsor) shows what is one's own. */
export function accessPage(app: INestApplication): string {
  const rows = routesOf(app).map(({ method, path, open, allowance, fresh }) => [
    `${method} \`${path}\``,
    open
      ? 'everybody'
      : [...(allowance?.roles ?? []), ...(allowance?.relation ? ['whoever it concerns'] : [])].join(', ') ||
        'everybody who is signed in',
    fresh ? 'yes' : '',
  ]);
  return page(
    'Who may call what',
    `Roles: ${ROLES.join(', ')}. An assignment of a role may be narrowed to a unit, a source, an environment or a tag; what lies outside looks as if it did not exist. Where a second factor is asked for, a person who signed in has to have proved one a short while ago; tokens of machines are not asked. Launching a campaign over what speaks against it asks for one too.`,
    table(['route', 'who may', 'second factor'], rows),
  );
}
