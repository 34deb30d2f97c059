import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { PoliciesRepository, type PolicySettings } from '../../checks/index.js';
import { Clock } from '../../platform/clock/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import { systemActor } from '../../platform/http/index.js';
import { CalendarsRepository } from '../calendars.repository.js';
import { DuePlan } from '../due-plan.js';
import { type DueColumns, type FindingRow, FindingsRepository } from '../findings.repository.js';
import { dueColumns, fallenOf } from '../plan-turns.js';
import { NO_PLACE, placeKey, placeSubjects } from '../queries/place-subjects.js';

const CHUNK = 5_000;

/** Works due dates out again after a policy, a plan or a calendar changed, and records what moved and why. */
@Injectable()
export class WorkOutDue {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /** Of one policy, by what it says now; of all (null), by the calendars as they are now. */
  async execute(
    policyId: string | null,
    because: string,
    signal?: AbortSignal,
  ): Promise<{ looked: number; moved: number }> {
    const counts = { looked: 0, moved: 0 };
    let after: string | null = null;
    do {
      signal?.throwIfAborted();
      after = await this.database.transaction((tx) => this.chunk(tx, policyId, because, after, counts));
    } while (after !== null);
    return counts;
  }

  private async chunk(
    tx: Tx,
    policyId: string | null,
    because: string,
    after: string | null,
    counts: { looked: number; moved: number },
  ): Promise<string | null> {
    const findings = tx.use(FindingsRepository);
    const rows = await findings.falling(policyId, after, CHUNK);
    counts.looked += rows.length;
    const at = this.clock.now();
    const policies = await tx
      .use(PoliciesRepository)
      .byIds([...new Set(rows.flatMap((row) => (row.policyId ? [row.policyId] : [])))]);
    const places = await placeSubjects(tx, rows);
    const plan = new DuePlan(await tx.use(CalendarsRepository).byUnit());
    const moved = rows.flatMap((row) => {
      const settings: PolicySettings = policies.get(row.policyId ?? '')?.settings ?? {};
      const place = places.get(placeKey(row.subjectType, row.subjectId)) ?? NO_PLACE;
      const due = this.due(plan, settings, row, place, policyId === null, at);
      return isSame(row, due) ? [] : [{ ...due, id: row.id, was: row.dueAt }];
    });
    await findings.setDue(moved);
    const shifted = moved.filter(({ was, dueAt }) => was?.getTime() !== dueAt?.getTime());
    await findings.addEvents(
      shifted.map(({ id, was, dueAt, dueBecause }) => ({
        findingId: id,
        type: 'due-moved' as const,
        actor: 'system:findings',
        data: { from: was, to: dueAt, because: dueBecause ?? because },
      })),
      at,
    );
    counts.moved += shifted.length;
    if (shifted.length > 0)
      await this.audit.record(tx, {
        type: 'findings.due-dates-moved',
        actor: systemActor('findings'),
        target: policyId === null ? { type: 'calendar', id: 'all' } : { type: 'policy', id: policyId },
        data: { findings: shifted.length, because },
      });
    return rows.length < CHUNK ? null : rows.at(-1)!.id;
  }

  private due(
    plan: DuePlan,
    settings: PolicySettings,
    row: FindingRow,
    place: Parameters<DuePlan['again']>[3],
    byCalendar: boolean,
    at: Date,
  ): DueColumns {
    const fallen = fallenOf(row);
    if (!fallen) return row;
    const broken = { check: row.check, severity: row.severity, since: row.since.getTime() };
    if (byCalendar) return dueColumns(plan.moved(settings, broken, fallen, place), row.wave);
    const due = plan.again(settings, broken, fallen, place, at);
    return dueColumns(due, due.wave);
  }
}

const isSame = (a: DueColumns, b: DueColumns): boolean =>
  a.dueAt?.getTime() === b.dueAt?.getTime() &&
  a.dueFrom?.getTime() === b.dueFrom?.getTime() &&
  a.dueDays === b.dueDays &&
  a.dueBasis === b.dueBasis &&
  a.dueBecause === b.dueBecause &&
  a.wave === b.wave;
