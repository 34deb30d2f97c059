import type { PolicySettings, Turn } from '../checks/index.js';
import type { Due, DuePlan, Fallen, Place } from './due-plan.js';
import {
  type DueColumns,
  type FindingEvent,
  type FindingRow,
  type FindingWrite,
  NOT_DUE,
  type Resolution,
} from './findings.repository.js';
import { NO_PLACE, placeKey } from './queries/place-subjects.js';
import { isWorse } from './severity.js';

/** What these say of one subject decides how everything stands that its holder has. */
export const DECIDE_STANDING: ReadonlySet<string> = new Set(['identity-is-used', 'credential-is-used']);

export type FailingTurn = Extract<Turn, { to: 'failing' }>;

const RESOLUTION: Partial<Record<Turn['to'], Resolution>> = {
  passing: 'fixed',
  'not-applicable': 'not-applicable',
  'subject-gone': 'subject-gone',
  superseded: 'superseded',
};

/** What has to be known to say what becomes of findings. */
export interface Around {
  readonly at: Date;
  readonly known: readonly FindingRow[];
  readonly settings: ReadonlyMap<string, PolicySettings>;
  readonly places: ReadonlyMap<string, Place>;
  readonly duePlan: DuePlan;
  /** Findings that an approved exception allows. */
  readonly excepted: ReadonlySet<string>;
  newId(): string;
}

export interface PlannedWrite {
  readonly turn: FailingTurn;
  readonly before: FindingRow | undefined;
  readonly write: FindingWrite;
}

/** What becomes of findings when outcomes turn; nothing is written by saying it. */
export interface TurnPlan {
  readonly writes: readonly PlannedWrite[];
  readonly resolves: readonly { readonly finding: FindingRow; readonly resolution: Resolution; readonly by: Turn }[];
}

export function planTurns(turns: readonly Turn[], around: Around): TurnPlan {
  const known = group(around.known);
  const writes: PlannedWrite[] = [];
  const resolves: { finding: FindingRow; resolution: Resolution; by: Turn }[] = [];
  for (const turn of turns) {
    if (turn.to === 'frozen') continue;
    const own = known.get(keyOf(turn)) ?? [];
    if (turn.to === 'failing') {
      const before = own.find(({ reason }) => reason === turn.reason);
      writes.push({ turn, before, write: writeOf(turn, before, around) });
    }
    for (const finding of own) {
      if (finding.status === 'resolved' || (turn.to === 'failing' && finding.reason === turn.reason)) continue;
      // It fails for another reason now: what it failed for before is mended.
      resolves.push({ finding, resolution: turn.to === 'failing' ? 'fixed' : RESOLUTION[turn.to]!, by: turn });
    }
  }
  return { writes, resolves };
}

function writeOf(turn: FailingTurn, before: FindingRow | undefined, around: Around): FindingWrite {
  const reopens = before?.status === 'resolved';
  const fresh = before === undefined || reopens;
  const worsens = before !== undefined && isWorse(turn.severity, before.severity);
  // An approval belongs to what was approved, and taking note to what it was then.
  const isExcepted = before !== undefined && !worsens && around.excepted.has(before.id);
  return {
    id: before?.id ?? around.newId(),
    check: turn.check,
    checkVersion: turn.checkVersion,
    subjectType: turn.subjectType,
    subjectId: turn.subjectId,
    reason: turn.reason,
    severity: turn.severity,
    mode: turn.mode,
    policyId: turn.policyId,
    status: isExcepted ? 'excepted' : fresh || worsens ? 'open' : before.status,
    evidence: turn.evidence,
    since: new Date(turn.since),
    due: dueOf(turn, fresh ? undefined : before, worsens, around),
    holderId: turn.held && !turn.held.beside.some((check) => DECIDE_STANDING.has(check)) ? turn.held.by : null,
    reopens,
  };
}

/** Nothing falls due while a policy only observes. Worsening may bring the day nearer, never further off. */
function dueOf(turn: FailingTurn, before: FindingRow | undefined, worsens: boolean, around: Around): DueColumns {
  if (turn.mode === 'observe') return NOT_DUE;
  const isTakenOver = before?.policyId !== turn.policyId;
  if (before !== undefined && before.dueAt !== null && !worsens && !isTakenOver) return before;
  const place = around.places.get(placeKey(turn.subjectType, turn.subjectId)) ?? NO_PLACE;
  const settings = around.settings.get(turn.policyId) ?? {};
  const { duePlan, at } = around;
  const fallen = fallenOf(before);
  if (before?.dueAt && fallen && isTakenOver && !worsens) {
    const due = duePlan.again(settings, turn, fallen, place, at);
    return dueColumns(due, due.wave);
  }
  const falls = duePlan.start(settings, turn, place, at);
  return before !== undefined && before.dueAt !== null && falls.at >= before.dueAt ? before : dueColumns(falls);
}

/** What a finding's due date was worked out from; null where nothing falls due. */
export const fallenOf = (row: DueColumns | undefined): (Fallen & { days: number }) | null =>
  row?.dueBasis && row.dueFrom && row.dueDays !== null
    ? { basis: row.dueBasis, from: row.dueFrom, days: row.dueDays, wave: row.wave }
    : null;

export const dueColumns = (due: Due, wave: number | null = null): DueColumns => ({
  dueAt: due.at,
  dueFrom: due.from,
  dueDays: due.days,
  dueBasis: due.basis,
  dueBecause: due.because,
  wave,
});

/** What the history says of a failing turn. */
export function eventsOf({ turn, before, write }: PlannedWrite, passId: string): FindingEvent[] {
  const event = (type: FindingEvent['type'], data: Record<string, unknown>): FindingEvent => ({
    findingId: write.id,
    type,
    actor: 'system:checks',
    data: { ...data, pass: passId },
  });
  if (!before) return [event('opened', { severity: turn.severity, mode: turn.mode })];
  if (before.status === 'resolved') return [event('reopened', { severity: turn.severity, mode: turn.mode })];
  const events: FindingEvent[] = [];
  if (turn.severity !== before.severity)
    events.push(
      event(isWorse(turn.severity, before.severity) ? 'worsened' : 'eased', {
        from: before.severity,
        to: turn.severity,
      }),
    );
  if (turn.mode !== before.mode) events.push(event('mode-changed', { from: before.mode, to: turn.mode }));
  return events;
}

const keyOf = ({ check, subjectId }: { check: string; subjectId: string }): string => `${check} ${subjectId}`;

function group(rows: readonly FindingRow[]): Map<string, FindingRow[]> {
  const groups = new Map<string, FindingRow[]>();
  for (const row of rows) (groups.get(keyOf(row)) ?? groups.set(keyOf(row), []).get(keyOf(row))!).push(row);
  return groups;
}
