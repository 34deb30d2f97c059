import type { Tx } from '../platform/database/index.js';

/** The days that were measured. */
export class ProgrammeDaysRepository {
  constructor(private readonly tx: Tx) {}

  /** Two measurements at once would count what came and went twice. */
  async lock(): Promise<void> {
    await this.tx.sql`LOCK TABLE programme_days IN SHARE ROW EXCLUSIVE MODE`;
  }

  /** Up to when what came and went is counted in the last day before this one. */
  async lastBefore(day: string): Promise<Date | null> {
    const [row] = await this.tx.sql<{
      at: Date | null;
    }>`SELECT max(counted_until) AS at FROM programme_days WHERE day = (SELECT max(day) FROM programme_days WHERE day < ${day}::date)`;
    return row?.at ?? null;
  }

  /** What is written of a day, as a digest; null where nothing is. */
  async digestOf(day: string): Promise<string | null> {
    const [row] = await this.tx.sql<{
      digest: string | null;
    }>`SELECT md5(string_agg(d::text, E'\n' ORDER BY d::text)) AS digest FROM programme_days d WHERE day = ${day}::date`;
    return row!.digest;
  }

  async forget(day: string): Promise<void> {
    await this.tx.sql`DELETE FROM programme_days WHERE day = ${day}::date`;
  }
}
