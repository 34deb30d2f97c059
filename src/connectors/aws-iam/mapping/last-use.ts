import type { Iso, LastUse } from '../../sdk/index.js';
import type { Judgement } from '../policy/judgement.js';
import { later, latest, trackedSince } from './instants.js';

/** Which services an identity asked something of, by the service last accessed data. */
export interface ServiceUse {
  readonly services: readonly { readonly service: string; readonly at: Iso | null; readonly region?: string }[];
}

/** AWS counts attempts, those that were refused among them. */
const BASIS = 'attempts, those that were refused included, within 400 days';

/** The use of some services: those given, or all. */
export function serviceUse(
  use: ServiceUse,
  granted: Judgement['services'],
  createdAt: Iso | null,
  now: number,
): LastUse {
  const spoken = granted === 'all' ? use.services : use.services.filter(({ service }) => granted.includes(service));
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

/**
 * A role's own record of its last use. `{}` means: not within the tracking window; it never means never. A file does not
 * say when it was made, so from it only a use is known, not that there was none.
 */
export function roleUse(
  lastUsed: { readonly at: Iso | null; readonly region?: string | undefined } | null,
  createdAt: Iso | null,
  asOf: number | null,
  services: LastUse | undefined,
): LastUse | undefined {
  if (!lastUsed) return services;
  const detail = { ...(lastUsed.region ? { region: lastUsed.region } : {}), ...services?.detail };
  const span =
    asOf === null ? { knownSince: null, knownUntil: null } : { knownSince: later(createdAt, trackedSince(asOf)) };
  if (asOf === null && lastUsed.at === null) return undefined;
  return {
    at: latest([lastUsed.at, services?.at ?? null]),
    ...span,
    precision: 'exact',
    ...(Object.keys(detail).length > 0 ? { detail } : {}),
  };
}
