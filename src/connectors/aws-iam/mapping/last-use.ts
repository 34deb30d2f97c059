import type { Iso, LastUse } from '../../sdk/index.js';
import type { Judgement } from '../policy/judgement.js';
import { later, latest, trackedSince } from './instants.js';

/** Which services an identity asked something of, by the service last accessed data. */
export interface ServiceUse {
  readonly services: readonly { readonly service: string; readonly at: Iso | null; readonly region?: string }[];
}

/** Of what could not be asked: neither used nor unused. It takes the place of what was known before, which grows old. */
export const UNKNOWN_USE: LastUse = { at: null, knownSince: null, knownUntil: null, precision: 'none' };

/** AWS counts attempts, those that were refused among them. */
const BASIS = 'attempts, those that were refused included, within 400 days';

/**
 * The use of the services that a policy grants, or of all. A policy that allows nothing (a denial) is not used, and not
 * unused either.
 */
export function serviceUse(
  use: ServiceUse | null,
  granted: Judgement['services'],
  createdAt: Iso | null,
  now: number,
): LastUse {
  const spoken = (use?.services ?? []).filter(({ service }) => granted === 'all' || granted.includes(service));
  if (spoken.length === 0) return UNKNOWN_USE;
  const used = spoken.filter(({ at }) => at !== null);
  return {
    at: latest(used.map(({ at }) => at)),
    knownSince: later(createdAt, trackedSince(now)),
    precision: 'exact',
    detail: {
      services: used.map(({ service, at }) => ({ service, lastAt: at })),
      unusedServices: spoken.filter(({ at }) => at === null).map(({ service }) => service),
      basis: BASIS,
    },
  };
}

interface RoleLastUsed {
  readonly at: Iso | null;
  readonly region?: string | undefined;
}

/** A role's own record of its last use. `{}` means: not within the tracking window; it never means never. */
export function roleUse(lastUsed: RoleLastUsed | null, services: LastUse, createdAt: Iso | null, now: number): LastUse {
  if (!lastUsed) return services;
  const detail = { ...(lastUsed.region ? { region: lastUsed.region } : {}), ...services.detail };
  return {
    at: latest([lastUsed.at, services.at]),
    knownSince: later(createdAt, trackedSince(now)),
    precision: 'exact',
    ...(Object.keys(detail).length > 0 ? { detail } : {}),
  };
}

/** The same out of a file, which does not say when it was made: a use is known, how long there was none is not. */
export const roleUseInFile = (lastUsed: RoleLastUsed | null): LastUse | undefined =>
  lastUsed?.at
    ? {
        at: lastUsed.at,
        knownSince: null,
        knownUntil: null,
        precision: 'exact',
        ...(lastUsed.region ? { detail: { region: lastUsed.region } } : {}),
      }
    : undefined;
