import { atLeast, type Effective, lesser, type Reach } from './effective.js';
import { ESCALATION_PATHS, type EscalationPath } from './escalation-paths.js';

/** A way to more that is really open to somebody. */
export interface OpenPath {
  /** "iam:PassRole and lambda:CreateFunction: runs code of its own in a function with a role". */
  readonly sentence: string;
  /** What it makes of its holder. */
  readonly leadsTo: 'admin' | 'privileged' | 'write';
}

/** Every known way that these policies, taken together, open. */
export function openPaths(effective: Effective): OpenPath[] {
  return ESCALATION_PATHS.flatMap((path) => {
    const reach = reachOfPath(effective, path);
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
function reachOfPath(effective: Effective, { needs, oneOf, passesTo }: EscalationPath): Reach | null {
  let whole: Reach = 'all';
  for (const action of needs) {
    const reach = effective.reach(action.toLowerCase(), action === 'iam:PassRole' ? passesTo : undefined);
    if (reach === null || reach === 'own') return null;
    // Where a role is handed over, which roles these are decides; where the work is then done does not matter.
    if (!passesTo || action.startsWith('iam:')) whole = lesser(whole, reach);
  }
  return oneOf && !oneOf.some((action) => isOpenTo(effective, action)) ? null : whole;
}
