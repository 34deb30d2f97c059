import { Injectable } from '@nestjs/common';
import { OutcomeSink, type Turn } from '../../checks/index.js';
import { Clock } from '../../platform/clock/index.js';
import { newId } from '../../platform/crypto/index.js';
import type { Tx } from '../../platform/database/index.js';
import {
  type FindingEvent,
  type FindingRow,
  FindingsRepository,
  type FindingWrite,
  type Resolution,
} from '../findings.repository.js';
import { dueAfter, isWorse } from '../severity.js';

type Failing = Extract<Turn, { to: 'failing' }>;

const RESOLUTION: Partial<Record<Turn['to'], Resolution>> = {
  passing: 'fixed',
  'not-applicable': 'not-applicable',
  'subject-gone': 'subject-gone',
  superseded: 'superseded',
};

/**
 * Turns findings with the outcomes they record: opens, worsens, eases, supersedes, resolves, reopens. A subject that
 * cannot be evaluated freezes its findings as they are. Called within the transaction that stores the outcomes.
 */
@Injectable()
export class TurnFindings extends OutcomeSink {
  constructor(private readonly clock: Clock) {
    super();
  }

  async apply(tx: Tx, turns: readonly Turn[], passId: string): Promise<Readonly<Record<string, number>>> {
    const findings = tx.use(FindingsRepository);
    const at = this.clock.now();
    const live = turns.filter(({ to }) => to !== 'frozen');
    const known = group(await findings.ofPairs(live.map(({ check, subjectId }) => ({ check, subjectId }))));
    const [inserts, updates]: [FindingWrite[], FindingWrite[]] = [[], []];
    const resolves: { id: string; resolution: Resolution; by: Turn }[] = [];
    const events: FindingEvent[] = [];
    const opened = new Map<string, string>();
    for (const turn of live) {
      const own = known.get(keyOf(turn)) ?? [];
      if (turn.to === 'failing') {
        const before = own.find(({ reason }) => reason === turn.reason);
        const write = this.write(turn, before, at);
        (before ? updates : inserts).push(write);
        opened.set(`${turn.check} ${turn.subjectId}`, write.id);
        events.push(...eventsOf(turn, before, write, passId));
      }
      for (const finding of own) {
        if (finding.status === 'resolved' || (turn.to === 'failing' && finding.reason === turn.reason)) continue;
        // It fails for another reason now: what it failed for before is mended.
        resolves.push({ id: finding.id, resolution: turn.to === 'failing' ? 'fixed' : RESOLUTION[turn.to]!, by: turn });
      }
    }
    await findings.insert(inserts, at);
    await findings.update(updates, at);
    const superseding = await this.superseding(findings, resolves, opened);
    await findings.resolve(
      resolves.map(({ id, resolution, by }) => ({
        id,
        resolution,
        supersededBy: by.to === 'superseded' ? (superseding.get(`${by.by} ${by.subjectId}`) ?? null) : null,
      })),
      at,
    );
    events.push(
      ...resolves.map(({ id, resolution }) => ({
        findingId: id,
        type: 'resolved' as const,
        actor: 'system:checks',
        data: { resolution, pass: passId },
      })),
    );
    await findings.addEvents(events, at);
    return tally(events);
  }

  private write(turn: Failing, before: FindingRow | undefined, at: Date): FindingWrite {
    const reopens = before?.status === 'resolved';
    const fresh = before === undefined || reopens;
    const worsens = !fresh && isWorse(turn.severity, before.severity);
    // Nothing falls due while a policy only observes. Worsening may bring the day nearer, never further off.
    const falls = turn.mode === 'observe' ? null : dueAfter(turn.severity, at);
    const dueAt =
      falls === null
        ? null
        : fresh || before.dueAt === null
          ? falls
          : worsens && falls < before.dueAt
            ? falls
            : before.dueAt;
    return {
      id: before?.id ?? newId(this.clock),
      check: turn.check,
      checkVersion: turn.checkVersion,
      subjectType: turn.subjectType,
      subjectId: turn.subjectId,
      reason: turn.reason,
      severity: turn.severity,
      mode: turn.mode,
      policyId: turn.policyId,
      // Who took note of something took note of what it was then.
      status: fresh || (worsens && before.status === 'acknowledged') ? 'open' : before.status,
      evidence: turn.evidence,
      since: new Date(turn.since),
      dueAt,
      reopens,
    };
  }

  /** The findings that make others pointless: opened just now, or open already. */
  private async superseding(
    findings: FindingsRepository,
    resolves: readonly { by: Turn }[],
    opened: ReadonlyMap<string, string>,
  ): Promise<ReadonlyMap<string, string>> {
    const wanted = resolves.flatMap(({ by }) =>
      by.to === 'superseded' && !opened.has(`${by.by} ${by.subjectId}`)
        ? [{ check: by.by, subjectId: by.subjectId }]
        : [],
    );
    if (wanted.length === 0) return opened;
    const all = new Map(opened);
    for (const row of await findings.ofPairs(wanted))
      if (row.status !== 'resolved') all.set(`${row.check} ${row.subjectId}`, row.id);
    return all;
  }
}

function eventsOf(turn: Failing, before: FindingRow | undefined, write: FindingWrite, passId: string): FindingEvent[] {
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

function tally(events: readonly FindingEvent[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type } of events) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}
