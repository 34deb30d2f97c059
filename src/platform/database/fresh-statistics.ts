import type { Database } from './database.js';

/** Fewer rows than this do not lead the planner astray. */
const WORTH_A_LOOK = 2_000;

/**
 * Keeps the planner's view of some tables in step with a long run of writes: the tables are looked at again whenever as
 * much was written as all that was written before.
 */
export class FreshStatistics {
  private readonly tables: readonly string[];
  private total = 0;
  private last = 0;
  /** How much there was when the planner last looked; null until it matters. */
  private seen: number | null = null;

  constructor(
    private readonly database: Database,
    ...tables: readonly string[]
  ) {
    this.tables = tables;
  }

  /** Say after each transaction how many rows it wrote. */
  async wrote(rows: number): Promise<void> {
    this.total += rows;
    if (this.total - this.last < WORTH_A_LOOK) return;
    this.seen ??= await this.database.knownRows(...this.tables);
    if (this.total - this.last >= this.seen) await this.refresh();
  }

  /** Say when the writing is over and much reading begins. */
  async end(): Promise<void> {
    if (this.total - this.last < WORTH_A_LOOK) return;
    this.seen ??= await this.database.knownRows(...this.tables);
    // A tenth more or less changes no plan.
    if (this.total - this.last >= this.seen / 10) await this.refresh();
  }

  private async refresh(): Promise<void> {
    this.seen = (this.seen ?? 0) + this.total - this.last;
    this.last = this.total;
    await this.database.refreshStatistics(...this.tables);
  }
}
