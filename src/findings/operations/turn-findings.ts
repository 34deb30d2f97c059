import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import {
  type ForeseenTurn,
  OutcomeSink,
  PoliciesRepository,
  type PolicyRow,
  type PolicySettings,
  type TouchedSubjects,
  type Turn,
} from '../../checks/index.js';
import { Clock } from '../../platform/clock/index.js';
import { newId } from '../../platform/crypto/index.js';
import type { Tx } from '../../platform/database/index.js';
import { systemActor } from '../../platform/http/index.js';
import { CalendarsRepository } from '../calendars.repository.js';
import { DuePlan } from '../due-plan.js';
import { EndExceptions } from '../end-exceptions.js';
import { ExceptionsRepository } from '../exceptions.repository.js';
import { type FindingEvent, type FindingRow, FindingsRepository } from '../findings.repository.js';
import { type Around, DECIDE_STANDING, eventsOf, type PlannedWrite, planTurns, type TurnPlan } from '../plan-turns.js';
import { placeSubjects } from '../queries/place-subjects.js';
import { rankFindings } from '../queries/rank-findings.js';
import { isWorse } from '../severity.js';

/** Findings that one event carries. */
const ASKED_AT_ONCE = 500;

/**
 * Turns findings with the outcomes they record: opens, worsens, eases, supersedes, resolves, reopens. A subject that
 * cannot be evaluated freezes its findings as they are. Called within the transaction that stores the outcomes.
 */
@Injectable()
export class TurnFindings extends OutcomeSink {
  constructor(
    private readonly clock: Clock,
    private readonly endExceptions: EndExceptions,
    private readonly audit: Audit,
  ) {
    super();
  }

  async apply(
    tx: Tx,
    turns: readonly Turn[],
    passId: string,
    touched: { readonly changed: TouchedSubjects; readonly timed: TouchedSubjects },
  ): Promise<Readonly<Record<string, number>>> {
    const { writes, counts } = turns.length === 0 ? { writes: [], counts: {} } : await this.turn(tx, turns, passId);
    // What opened with its holder's standing is ranked already; what opened again still has the rank it had.
    const ranked = new Set(writes.flatMap(({ write }) => (write.holderId === null ? [] : [write.subjectId])));
    for (const { before, write } of writes) if (before) ranked.delete(write.subjectId);
    await this.rank(tx, touched, turns, ranked);
    return counts;
  }

  private async turn(
    tx: Tx,
    turns: readonly Turn[],
    passId: string,
  ): Promise<{ writes: readonly PlannedWrite[]; counts: Record<string, number> }> {
    const findings = tx.use(FindingsRepository);
    const around = await this.around(tx, turns, 'locked', null);
    const { at } = around;
    const plan = planTurns(turns, around);
    await findings.insert(
      plan.writes.filter(({ before }) => !before).map(({ write }) => write),
      at,
    );
    await findings.update(
      plan.writes.filter(({ before }) => before).map(({ write }) => write),
      at,
    );
    const superseding = await this.superseding(findings, plan);
    await findings.resolve(
      plan.resolves.map(({ finding: { id }, resolution, by }) => ({
        id,
        resolution,
        supersededBy: by.to === 'superseded' ? (superseding.get(`${by.by} ${by.subjectId}`) ?? null) : null,
      })),
      at,
    );
    const events: FindingEvent[] = [
      ...plan.writes.flatMap((planned) => eventsOf(planned, passId)),
      ...plan.resolves.map(({ finding: { id }, resolution }) => ({
        findingId: id,
        type: 'resolved' as const,
        actor: 'system:checks',
        data: { resolution, pass: passId },
      })),
    ];
    await findings.addEvents(events, at);
    await this.endWhatWasAllowed(tx, plan, at);
    await this.tellWhatIsAsked(tx, plan, passId);
    return { writes: plan.writes, counts: tally(events) };
  }

  private async rank(
    tx: Tx,
    { changed, timed }: { readonly changed: TouchedSubjects; readonly timed: TouchedSubjects },
    turns: readonly Turn[],
    ranked: ReadonlySet<string>,
  ): Promise<void> {
    const turned = new Map<string, boolean>();
    for (const { subjectId, check } of turns)
      turned.set(subjectId, turned.get(subjectId) === true || DECIDE_STANDING.has(check));
    const of = (type: 'identity' | 'credential' | 'grant', which: (id: string) => boolean): string[] => [
      ...(changed.get(type) ?? []),
      ...[...(timed.get(type) ?? [])].filter(which),
    ];
    const anyTurn = (id: string): boolean => turned.has(id);
    const touched = {
      identities: of('identity', anyTurn),
      credentials: of('credential', (id) => turned.get(id) === true),
      grants: of('grant', anyTurn),
      credentialsAlone: [...(timed.get('credential') ?? [])].filter(
        (id) => turned.get(id) === false && !ranked.has(id),
      ),
    };
    if (Object.values(touched).every((ids) => ids.length === 0)) return;
    await rankFindings(tx, touched);
  }

  async foresee(
    tx: Tx,
    turns: readonly Turn[],
    settings: ReadonlyMap<string, PolicySettings>,
  ): Promise<ForeseenTurn[]> {
    const { writes, resolves } = planTurns(turns, await this.around(tx, turns, 'looked-at', settings));
    return [
      ...writes.flatMap(({ turn, before, write }): ForeseenTurn[] => {
        const base = {
          check: turn.check,
          subjectType: turn.subjectType,
          subjectId: turn.subjectId,
          reason: turn.reason,
          severity: turn.severity,
        };
        if (!before || before.status === 'resolved') return [{ ...base, effect: 'opens', from: null }];
        return [
          ...(before.severity === turn.severity
            ? []
            : [
                {
                  ...base,
                  effect: isWorse(turn.severity, before.severity) ? ('worsens' as const) : ('eases' as const),
                  from: before.severity,
                },
              ]),
          ...(before.mode === write.mode ? [] : [{ ...base, effect: 'changes-mode' as const, from: before.mode }]),
        ];
      }),
      ...resolves.map(({ finding, resolution }) => ({
        check: finding.check,
        subjectType: finding.subjectType,
        subjectId: finding.subjectId,
        reason: finding.reason,
        severity: finding.severity,
        effect: 'closes' as const,
        from: resolution,
      })),
    ];
  }

  private async around(
    tx: Tx,
    turns: readonly Turn[],
    how: 'locked' | 'looked-at',
    settings: ReadonlyMap<string, PolicySettings> | null,
  ): Promise<Around> {
    const live = turns.filter(({ to }) => to !== 'frozen');
    const failing = live.filter((turn) => turn.to === 'failing');
    // When something would fall due is not asked of what is only looked at.
    const falling = how === 'looked-at' ? [] : failing.filter(({ mode }) => mode !== 'observe');
    const known = await tx.use(FindingsRepository).ofPairs(
      live.map(({ check, subjectId }) => ({ check, subjectId })),
      how,
    );
    const at = this.clock.now();
    const deciding = [...new Set(falling.map(({ policyId }) => policyId))];
    const policies: ReadonlyMap<string, PolicyRow> =
      deciding.length === 0 ? new Map() : await tx.use(PoliciesRepository).byIds(deciding);
    return {
      at,
      known,
      settings: settings ?? new Map([...policies].map(([id, policy]) => [id, policy.settings])),
      places: await placeSubjects(tx, falling),
      duePlan: new DuePlan(falling.length === 0 ? new Map() : await tx.use(CalendarsRepository).byUnit()),
      excepted: await tx.use(ExceptionsRepository).approvedOf(idsOf(known), at),
      newId: () => newId(this.clock),
    };
  }

  /**
   * What policies that enforce ask to be done at the source, and what they ask no longer: told as events, for
   * remediation to plan and to withdraw.
   */
  private async tellWhatIsAsked(tx: Tx, plan: TurnPlan, passId: string): Promise<void> {
    const enforced = ({ before, turn }: PlannedWrite): boolean => turn.mode === 'enforce' || before?.mode === 'enforce';
    const ids = [
      ...plan.writes.filter(enforced).flatMap(({ turn, before }) => [turn.policyId, before?.policyId ?? null]),
      ...plan.resolves.flatMap(({ finding }) => (finding.mode === 'enforce' ? [finding.policyId] : [])),
    ].filter((id) => id !== null);
    if (ids.length === 0) return;
    const policies = await tx.use(PoliciesRepository).byIds([...new Set(ids)]);
    const actionOf = (policy: string | null | undefined, check: string) =>
      policies.get(policy ?? '')?.checks.find(({ id, enabled }) => enabled && id === check)?.action ?? null;
    const asked: object[] = [];
    const ended: string[] = plan.resolves
      .filter(({ finding: { mode, policyId, check } }) => mode === 'enforce' && actionOf(policyId, check) !== null)
      .map(({ finding }) => finding.id);
    for (const planned of plan.writes.filter(enforced)) {
      const { turn, before, write } = planned;
      const was =
        before && before.status !== 'resolved' && before.mode === 'enforce'
          ? actionOf(before.policyId, turn.check)
          : null;
      const is = turn.mode === 'enforce' && write.status !== 'excepted' ? actionOf(turn.policyId, turn.check) : null;
      const isNew = was === null || before?.status === 'excepted' || before?.policyId !== turn.policyId;
      if (is !== null && isNew)
        asked.push({ finding: write.id, action: is, subjectType: turn.subjectType, subjectId: turn.subjectId });
      else if (was !== null && is === null) ended.push(write.id);
    }
    await this.tell(tx, passId, 'findings.actions-asked', 'actions', asked);
    await this.tell(tx, passId, 'findings.actions-not-asked', 'findings', ended);
  }

  private async tell(
    tx: Tx,
    passId: string,
    type: `findings.${string}`,
    name: string,
    all: readonly unknown[],
  ): Promise<void> {
    for (let first = 0; first < all.length; first += ASKED_AT_ONCE)
      await this.audit.record(tx, {
        type,
        actor: systemActor('findings'),
        target: { type: 'evaluation-pass', id: passId },
        data: { [name]: all.slice(first, first + ASKED_AT_ONCE) },
      });
  }

  /** What was allowed is gone, or has become worse than what was allowed. */
  private async endWhatWasAllowed(tx: Tx, { writes, resolves }: TurnPlan, at: Date): Promise<void> {
    const actor = systemActor('findings');
    await this.endExceptions.execute(
      tx,
      actor,
      writes.flatMap(({ turn, before }) => (before && isWorse(turn.severity, before.severity) ? [before.id] : [])),
      'worsened',
      at,
    );
    await this.endExceptions.execute(
      tx,
      actor,
      resolves.flatMap(({ finding, resolution }) =>
        resolution === 'fixed' || resolution === 'subject-gone' ? [finding.id] : [],
      ),
      'resolved',
      at,
    );
  }

  /** The findings that make others pointless: opened just now, or open already. */
  private async superseding(findings: FindingsRepository, plan: TurnPlan): Promise<ReadonlyMap<string, string>> {
    const all = new Map(plan.writes.map(({ turn, write }) => [`${turn.check} ${turn.subjectId}`, write.id]));
    const wanted = plan.resolves.flatMap(({ by }) =>
      by.to === 'superseded' && !all.has(`${by.by} ${by.subjectId}`) ? [{ check: by.by, subjectId: by.subjectId }] : [],
    );
    if (wanted.length === 0) return all;
    for (const row of await findings.ofPairs(wanted))
      if (row.status !== 'resolved') all.set(`${row.check} ${row.subjectId}`, row.id);
    return all;
  }
}

const idsOf = (rows: readonly FindingRow[]): string[] => rows.map(({ id }) => id);

function tally(events: readonly FindingEvent[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type } of events) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}
