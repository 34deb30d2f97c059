import { Injectable } from '@nestjs/common';
import { Visibility } from '../../access-control/index.js';
import { Clock, DAY_MS } from '../../platform/clock/index.js';
import { Database } from '../../platform/database/index.js';
import { type Actor, NotFound, RequestInvalid } from '../../platform/http/index.js';

export interface ProgrammeQuery {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly unit?: string | undefined;
}

/** The figures of one day, of one unit or of all the caller may see. */
export interface ProgrammeDay {
  readonly day: string;
  readonly measuredAt: string;
  readonly identities: {
    readonly total: number;
    readonly owned: number;
    readonly accepted: number;
    readonly unused: number;
    readonly useUnknown: number;
  };
  readonly credentials: {
    readonly total: number;
    readonly overAge: number;
    readonly ageUnknown: number;
    readonly unused: number;
    readonly useUnknown: number;
    readonly static: number;
    readonly federated: number;
    readonly other: number;
  };
  readonly findings: {
    readonly unresolved: number;
    readonly overdue: number;
    readonly excepted: number;
    readonly opened: number;
    readonly closed: number;
  };
  readonly timeToClose: {
    /** Null on a day on which nothing was closed. */
    readonly meanHours: number | null;
    readonly within1Day: number;
    readonly within7Days: number;
    readonly within30Days: number;
    readonly within90Days: number;
    readonly longer: number;
  };
}

export interface ProgrammeReport {
  readonly from: string;
  readonly to: string;
  readonly unit: { readonly id: string; readonly name: string } | null;
  /** Days of the span on which nothing was measured. */
  readonly notMeasured: number;
  readonly days: readonly ProgrammeDay[];
}

const DEFAULT_DAYS = 90;
/** Three years, as a certificate runs. */
const LONGEST_DAYS = 1096;
const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

/** Reads the figures of a span of days, as far as the caller may see them. */
@Injectable()
export class ReadProgramme {
  constructor(
    private readonly database: Database,
    private readonly visibility: Visibility,
    private readonly clock: Clock,
  ) {}

  /** The span that is meant where only a part of it is said: to today, and ninety days. */
  private span({ from, to }: ProgrammeQuery): { from: string; to: string } {
    const last = to ?? dayOf(this.clock.now());
    const first = from ?? dayOf(new Date(Date.parse(last) - (DEFAULT_DAYS - 1) * DAY_MS));
    const span = (Date.parse(last) - Date.parse(first)) / DAY_MS + 1;
    if (span < 1) throw new RequestInvalid([{ parameter: 'from', detail: 'lies after the last day' }]);
    if (span > LONGEST_DAYS)
      throw new RequestInvalid([
        { parameter: 'from', detail: `is more than ${LONGEST_DAYS} days before the last day` },
      ]);
    return { from: first, to: last };
  }

  async execute(actor: Actor, query: ProgrammeQuery): Promise<ProgrammeReport> {
    const { from, to } = this.span(query);
    return this.database.read(async (tx) => {
      let unit: ProgrammeReport['unit'] = null;
      if (query.unit !== undefined) {
        const [known] = await tx.sql<{ id: string; name: string }>`
          SELECT d.unit_id AS id, d.name FROM (SELECT id AS unit_id, name FROM units WHERE id = ${query.unit}) d WHERE ${this.visibility.visibleTo(actor, 'programme-day', 'd')}`;
        if (!known) throw new NotFound('unit');
        unit = known;
      }
      const rows = await tx.sql<{ json: ProgrammeDay }>`
        SELECT json_build_object('day', d.day::text, 'measuredAt', iso(max(d.measured_at)),
          'identities', json_build_object('total', sum(d.identities), 'owned', sum(d.owned), 'accepted', sum(d.accepted), 'unused', sum(d.idle_identities), 'useUnknown', sum(d.identity_use_unknown)),
          'credentials', json_build_object('total', sum(d.credentials), 'overAge', sum(d.over_age), 'ageUnknown', sum(d.age_unknown), 'unused', sum(d.idle_credentials), 'useUnknown', sum(d.credential_use_unknown),
            'static', sum(d.static_secrets), 'federated', sum(d.federated), 'other', sum(d.credentials - d.static_secrets - d.federated)),
          'findings', json_build_object('unresolved', sum(d.findings), 'overdue', sum(d.overdue), 'excepted', sum(d.excepted), 'opened', sum(d.opened), 'closed', sum(d.closed)),
          'timeToClose', json_build_object('meanHours', CASE WHEN sum(d.closed) > 0 THEN round(sum(d.seconds_to_close) / sum(d.closed) / 3600, 1) END, 'within1Day', sum(d.closed_within_1_day),
            'within7Days', sum(d.closed_within_7_days - d.closed_within_1_day), 'within30Days', sum(d.closed_within_30_days - d.closed_within_7_days),
            'within90Days', sum(d.closed_within_90_days - d.closed_within_30_days), 'longer', sum(d.closed - d.closed_within_90_days))) AS json
        FROM programme_days d WHERE d.day BETWEEN ${from}::date AND ${to}::date AND (${query.unit ?? null}::uuid IS NULL OR d.unit_id = ${query.unit ?? null}::uuid) AND ${this.visibility.visibleTo(actor, 'programme-day', 'd')}
        GROUP BY d.day ORDER BY d.day`;
      const days = rows.map(({ json }) => json);
      const until = Math.min(Date.parse(to), Date.parse(dayOf(this.clock.now())));
      const past = Math.max(0, Math.round((until - Date.parse(from)) / DAY_MS) + 1);
      return { from, to, unit, notMeasured: Math.max(0, past - days.length), days };
    });
  }

  /** Units the caller may ask for, by name. */
  async units(actor: Actor): Promise<readonly { readonly id: string; readonly name: string }[]> {
    return this.database.read(
      (tx) =>
        tx.sql<{
          id: string;
          name: string;
        }>`SELECT d.unit_id AS id, d.name FROM (SELECT id AS unit_id, name FROM units) d WHERE ${this.visibility.visibleTo(actor, 'programme-day', 'd')} ORDER BY d.name LIMIT 1000`,
    );
  }
}
