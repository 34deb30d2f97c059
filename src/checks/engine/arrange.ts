import type { Mode } from './decisions.js';
import type { Selector } from '../../subjects/index.js';
import type { PolicyCheck, PolicyContent, PolicyRow } from '../policies.repository.js';
import type { PolicySettings } from '../policy-settings.js';

/** A policy as somebody wants it to be. */
export interface PolicyInput {
  readonly name: string;
  /** Its place among the policies, from 1; left out = before the default policy, or where it stands. */
  readonly order?: number | undefined;
  readonly selector: Selector;
  readonly mode: Mode;
  readonly checks: readonly PolicyCheck[];
  readonly settings: PolicySettings;
  readonly reason?: string | null | undefined;
}

/** What is to become of one policy; `input` null = it is removed, an id that is not among them = it is added. */
export interface PolicyChange {
  readonly id: string;
  readonly input: PolicyInput | null;
}

/** The content that saving would write: what the input leaves open is filled from what is there. */
export function contentOf(
  input: PolicyInput,
  before: PolicyContent | null,
  all: readonly PolicyRow[],
  at: Date,
): PolicyContent {
  const last = Math.max(0, ...all.filter(({ isDefault }) => !isDefault).map(({ order }) => order));
  return {
    name: input.name,
    order: input.order ?? before?.order ?? last + 1,
    selector: input.selector,
    mode: input.mode,
    checks: input.checks,
    settings: withBaseline(input.settings, before?.settings ?? null, at),
  };
}

/** The baseline of waves is taken once: saving the policy again does not move it. */
function withBaseline(settings: PolicySettings, before: PolicySettings | null, at: Date): PolicySettings {
  if (!settings.waves || settings.waves.baselineAt) return settings;
  return {
    ...settings,
    waves: { ...settings.waves, baselineAt: before?.waves?.baselineAt ?? at.toISOString() },
  };
}

/** All policies in the order in which they would decide after a change. The same for a what-if and for saving. */
export function arranged(all: readonly PolicyRow[], change: PolicyChange, at: Date): PolicyRow[] {
  const before = all.find(({ id }) => id === change.id) ?? null;
  const others = all.filter(({ id }) => id !== change.id);
  if (change.input === null) return others;
  const content = contentOf(change.input, before, all, at);
  const taken = others.some(({ order, isDefault }) => !isDefault && order === content.order);
  const moved = taken
    ? others.map((other) =>
        !other.isDefault && other.order >= content.order ? { ...other, order: other.order + 1 } : other,
      )
    : others;
  return inOrder([...moved, asRow(change.id, content, before, at)]);
}

export const inOrder = (rows: readonly PolicyRow[]): PolicyRow[] =>
  [...rows].sort((a, b) => Number(a.isDefault) - Number(b.isDefault) || a.order - b.order);

export const asRow = (id: string, content: PolicyContent, before: PolicyRow | null, at: Date): PolicyRow => ({
  ...content,
  id,
  isDefault: before?.isDefault ?? false,
  changedBy: '',
  reason: null,
  validFrom: at.toISOString(),
  version: (before?.version ?? 0) + 1,
});
