import type { Tx } from '../../platform/database/index.js';
import type { InputError } from '../../platform/http/index.js';
import type { PortableSelector } from '../policy-set.schemas.js';
import { findNamed, type NamedKind } from '../queries/selector-names.js';
import type { Selector } from '../../subjects/index.js';

const KINDS: readonly NamedKind[] = ['units', 'sources', 'collections'];

/** Selectors between installations: ids mean something here alone, names mean it everywhere. */
export class PortableSelectors {
  private readonly byKind = new Map<NamedKind, readonly { id: string; name: string }[]>();

  /** Looks up whatever some selectors point at, in one query for each kind. */
  static async of(tx: Tx, selectors: readonly (Selector | PortableSelector)[]): Promise<PortableSelectors> {
    const names = new PortableSelectors();
    for (const kind of KINDS)
      names.byKind.set(kind, await findNamed(tx, kind, [...new Set(selectors.flatMap((one) => one[kind] ?? []))]));
    return names;
  }

  /** With ids in place of names; what cannot be found, or not for certain, is told in `errors`. */
  toIds(selector: PortableSelector, at: string, errors: InputError[]): Selector {
    const ids: Partial<Record<NamedKind, string[]>> = {};
    for (const kind of KINDS) {
      const wanted = selector[kind];
      if (wanted) ids[kind] = wanted.flatMap((name, place) => this.idOf(kind, name, `${at}/${kind}/${place}`, errors));
    }
    return { ...selector, ...ids };
  }

  private idOf(kind: NamedKind, wanted: string, pointer: string, errors: InputError[]): string[] {
    const found = this.byKind.get(kind)!.filter(({ id, name }) => id === wanted || name === wanted);
    if (found.length === 1) return [found[0]!.id];
    errors.push({
      pointer,
      detail:
        found.length === 0
          ? `names none of the ${kind} here`
          : `names ${found.length} of the ${kind} here; give the id`,
    });
    return [];
  }

  /** With names in place of ids; an id that names nothing any longer stays as it is. */
  toNames(selector: Selector): PortableSelector {
    const names: Partial<Record<NamedKind, string[]>> = {};
    for (const kind of KINDS) {
      const ids = selector[kind];
      if (ids) names[kind] = ids.map((id) => this.byKind.get(kind)!.find((one) => one.id === id)?.name ?? id);
    }
    return { ...selector, ...names };
  }
}
