import type { Tx } from '../platform/database/index.js';

export interface WavePlanRow {
  readonly policyId: string;
  readonly baselineAt: Date;
  readonly weeks: number;
  readonly askedAt: Date;
  readonly settledAt: Date | null;
}

/** One week of a plan. */
export interface WaveRow {
  readonly wave: number | null;
  readonly findings: number;
  readonly open: number;
  readonly dueAt: string | null;
}

/** The plans that first runs became. */
export class WavePlansRepository {
  constructor(private readonly tx: Tx) {}

  /** Asks for a plan; one that is there and says the same stays as it is. */
  async ask(policyId: string, baselineAt: Date, weeks: number, at: Date): Promise<void> {
    await this.tx
      .sql`INSERT INTO wave_plans (policy_id, baseline_at, weeks, asked_at) VALUES (${policyId}, ${baselineAt}, ${weeks}, ${at})
      ON CONFLICT (policy_id) DO UPDATE SET baseline_at = EXCLUDED.baseline_at, weeks = EXCLUDED.weeks, asked_at = EXCLUDED.asked_at, settled_at = NULL
      WHERE (wave_plans.baseline_at, wave_plans.weeks) IS DISTINCT FROM (EXCLUDED.baseline_at, EXCLUDED.weeks)`;
  }
  async drop(policyId: string): Promise<void> {
    await this.tx.sql`DELETE FROM wave_plans WHERE policy_id = ${policyId}`;
  }
  async one(policyId: string): Promise<WavePlanRow | null> {
    return (await this.select(policyId))[0] ?? null;
  }
  all(): Promise<WavePlanRow[]> {
    return this.select(null);
  }
  async settle(policyId: string, at: Date): Promise<void> {
    await this.tx.sql`UPDATE wave_plans SET settled_at = ${at} WHERE policy_id = ${policyId}`;
  }

  /** Spreads what is open of a first run over the weeks: what ranks first comes first. Returns how many moved. */
  spread(policyId: string, weeks: number): Promise<number> {
    return this.tx.change`WITH ranked AS (
        SELECT id, ntile(${weeks}::integer) OVER (ORDER BY rank DESC, since, id)::smallint AS wave FROM findings WHERE policy_id = ${policyId} AND due_basis = 'wave' AND status <> 'resolved')
      UPDATE findings f SET wave = r.wave FROM ranked r WHERE f.id = r.id AND f.wave IS DISTINCT FROM r.wave`;
  }

  /** What turned up after the plan was made goes into the week of its rank, but not into one that is over. */
  join(policyId: string, weeks: number, currentWeek: number): Promise<number> {
    return this.tx.change`WITH steps AS (
        SELECT wave, min(rank) AS least FROM findings WHERE policy_id = ${policyId} AND due_basis = 'wave' AND wave IS NOT NULL GROUP BY wave)
      UPDATE findings f SET wave = least(${weeks}::integer, greatest(${currentWeek}::integer, coalesce((SELECT min(s.wave) FROM steps s WHERE s.least <= f.rank), ${weeks}::integer)))::smallint
      WHERE f.policy_id = ${policyId} AND f.due_basis = 'wave' AND f.status <> 'resolved' AND f.wave IS NULL`;
  }

  weeks(policyId: string): Promise<WaveRow[]> {
    return this.tx
      .sql<WaveRow>`SELECT wave, count(*)::int AS findings, count(*) FILTER (WHERE status <> 'resolved')::int AS open, iso(max(due_at)) AS "dueAt" FROM findings WHERE policy_id = ${policyId} AND due_basis = 'wave' GROUP BY wave ORDER BY wave NULLS LAST`;
  }

  private select(policyId: string | null): Promise<WavePlanRow[]> {
    return this.tx
      .sql<WavePlanRow>`SELECT policy_id AS "policyId", baseline_at AS "baselineAt", weeks, asked_at AS "askedAt", settled_at AS "settledAt" FROM wave_plans WHERE ${policyId}::uuid IS NULL OR policy_id = ${policyId}::uuid ORDER BY policy_id`;
  }
}
