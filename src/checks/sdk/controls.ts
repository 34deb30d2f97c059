import crosswalk from './crosswalk.json' with { type: 'json' };
import type { CheckCode, ControlIds } from './crosswalk.ids.js';

export type Framework = keyof ControlIds;
export type Strength = 'direct' | 'partial' | 'supporting';

/** That a passing check supports a control, and how strongly. It never proves conformity. */
export interface ControlMapping {
  readonly framework: string;
  readonly id: string;
  readonly title: string;
  readonly strength: Strength;
  /** The control's id could not be verified in a primary text. */
  readonly uncertain: boolean;
}

interface ControlEntry {
  readonly id: string;
  readonly title: string;
  readonly oscalId: string;
  readonly uncertain?: boolean;
}

const titles = new Map(
  crosswalk.frameworks.map(({ id, controls }) => [
    id,
    new Map((controls as ControlEntry[]).map((control) => [control.id, control])),
  ]),
);
const mappings = new Map(
  crosswalk.checks.map(({ code, controls }) => [code, controls as unknown as [string, string, Strength, boolean?][]]),
);
const RANK: Record<Strength, number> = { supporting: 0, partial: 1, direct: 2 };

/** One control. A control that is not in the table does not compile. */
export function control<F extends Framework>(framework: F, id: ControlIds[F], strength: Strength): ControlMapping {
  const entry = titles.get(framework)?.get(id);
  if (!entry) throw new Error(`${framework} ${id} is not in the crosswalk`);
  return { framework, id, title: entry.title, strength, uncertain: entry.uncertain === true };
}

/**
 * The controls of a catalogue check. A check that answers only one part of what the catalogue entry asks for names the
 * most it may claim: `controlsOf('NHI-CRED-04', 'partial')`.
 */
export function controlsOf(code: CheckCode, atMost: Strength = 'direct'): readonly ControlMapping[] {
  return (mappings.get(code) ?? []).map(([framework, id, strength, uncertain]) => {
    const mapped = control(framework as Framework, id as never, RANK[strength] > RANK[atMost] ? atMost : strength);
    return { ...mapped, uncertain: mapped.uncertain || uncertain === true };
  });
}

/** Several lists as one: of a control that is named more than once, the strongest claim stays. */
export function mergedControls(...lists: readonly (readonly ControlMapping[])[]): readonly ControlMapping[] {
  const strongest = new Map<string, ControlMapping>();
  for (const mapping of lists.flat()) {
    const key = `${mapping.framework} ${mapping.id}`;
    const before = strongest.get(key);
    if (!before || RANK[mapping.strength] > RANK[before.strength]) strongest.set(key, mapping);
  }
  return [...strongest.values()];
}

export const frameworks = (): readonly {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly controls: readonly { readonly id: string; readonly title: string; readonly oscalId: string }[];
}[] => crosswalk.frameworks;
export const catalogueChecks = (): readonly {
  readonly code: string;
  readonly title: string;
  readonly description: string;
  readonly severity: string;
}[] => crosswalk.checks;
export const catalogueDisclaimer: string = crosswalk.disclaimer;
