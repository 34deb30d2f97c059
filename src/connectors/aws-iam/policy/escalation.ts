import { atLeast, type Effective, lesser, type Reach } from './effective.js';
import { ESCALATION_PATHS, type EscalationPath } from './escalation-paths.js';

/** A way to more that is really open to somebody. */
export interface OpenPath {
  /** "iam:PassRole and lambda:CreateFunction: runs code of its own in a function with a role". */
  readonly sentence: string;
  /** What it makes of its holder. */
  readonly leadsTo: 'admin' | 'privileged' | 'write';
}

/** The paths as policies are compared: in lower case, with the services they need. */
const PATHS = ESCALATION_PATHS.map((path) => ({
  path,
  needs: path.needs.map((action) => action.toLowerCase()),
  services: [...new Set(path.needs.map((action) => action.split(':')[0]!))],
}));

/** Every known way that these policies, taken together, open. */
export function openPaths(effective: Effective): OpenPath[] {
  const spoken = new Map<string, boolean>();
  const speaksOf = (service: string): boolean => {
    const known = spoken.get(service) ?? effective.speaksOfService(service);
    spoken.set(service, known);
    return known;
  };
  return PATHS.filter(({ services }) => services.every(speaksOf)).flatMap(({ path, needs }) => {
    const reach = reachOfPath(effective, path, needs);
    if (reach === null) return [];
    const alternative = path.oneOf?.find((action) => isOpenTo(effective, action));
    const used = [...path.needs, ...(alternative === undefined ? [] : [alternative])];
    const limit = reach === 'all' ? '' : ' (limited to some resources)';
    return [{ sentence: `${used.join(' and ')}: ${path.way}${limit}`, leadsTo: leadsTo(path, reach) }];
  });
}

function leadsTo({ isOpen }: EscalationPath, reach: Reach): OpenPath['leadsTo'] {
  if (isOpen) return reach === 'all' ? 'admin' : 'privileged';
  return reach === 'all' ? 'privileged' : 'write';
}

const isOpenTo = (effective: Effective, action: string): boolean =>
  atLeast(effective.reach(action.toLowerCase()), 'some');

/** Acting on oneself alone (one's own key, one's own password) leads nowhere. */
function reachOfPath(
  effective: Effective,
  { oneOf, passesTo }: EscalationPath,
  needs: readonly string[],
): Reach | null {
  let whole: Reach = 'all';
  for (const action of needs) {
    const reach = effective.reach(action, action === 'iam:passrole' ? passesTo : undefined);
    if (reach === null || reach === 'own') return null;
    // Where a role is handed over, which roles these are decides; where the work is then done does not matter.
    if (!passesTo || action.startsWith('iam:')) whole = lesser(whole, reach);
  }
  return oneOf && !oneOf.some((action) => isOpenTo(effective, action)) ? null : whole;
}
