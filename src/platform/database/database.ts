import type { DataSource, QueryRunner } from 'typeorm';
import { Tx } from './tx.js';

type Begin = 'read-write' | 'read-only' | 'snapshot';
const BEGIN: Record<Begin, string> = {
  'read-write': 'BEGIN',
  'read-only': 'BEGIN READ ONLY',
  snapshot: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
};

/** PostgreSQL says that nothing is wrong with the work, only with its timing: deadlock, serialisation failure. */
const WORTH_REPEATING = new Set(['40001', '40P01']);
const ATTEMPTS = 4;

/** The database as everything above platform sees it. Work happens in a {@link Tx} or not at all. */
export class Database {
  constructor(private readonly dataSource: DataSource) {}

  /** Runs `work` in one transaction. It may be repeated after a deadlock, so it must have no effect outside. */
  async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.run('read-write', work);
      } catch (error) {
        if (attempt >= ATTEMPTS || !WORTH_REPEATING.has((error as { code?: string }).code ?? '')) throw error;
      }
    }
  }

  /** The same, read-only: an attempt to write is refused by PostgreSQL itself. */
  read<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.run('read-only', work);
  }

  /** Read-only, and every statement sees the same instant. */
  snapshot<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.run('snapshot', work);
  }

  /**
   * Holds an advisory lock of the session while `work` runs, or returns 'taken' when somebody else holds it.
   * The lock goes with the connection: a killed process leaves none behind.
   */
  async exclusively<T>(key: string, work: () => Promise<T>): Promise<T | 'taken'> {
    const runner = this.dataSource.createQueryRunner();
    try {
      const [row] = (await runner.query('SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS taken', [key])) as {
        taken: boolean;
      }[];
      if (!row?.taken) return 'taken';
      try {
        return await work();
      } finally {
        await runner.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [key]);
      }
    } finally {
      await runner.release();
    }
  }

  /**
   * Tells the planner what the tables hold now. For whoever just wrote a large share of them: the planner's own look may
   * be a minute away, and a join planned for an empty table takes minutes where it should take seconds.
   */
  async refreshStatistics(...tables: readonly string[]): Promise<void> {
    await this.dataSource.query(`ANALYZE ${tables.join(', ')}`);
  }

  /** About how many rows the largest of the tables had when the planner last looked. */
  async knownRows(...tables: readonly string[]): Promise<number> {
    const [row] = await this.dataSource.query<{ rows: number }[]>(
      'SELECT coalesce(max(reltuples), 0)::float8 AS rows FROM pg_class WHERE oid = ANY ($1::text[]::regclass[])',
      [tables],
    );
    return Math.max(0, row!.rows);
  }

  async isReachable(): Promise<boolean> {
    try {
      await this.dataSource.query('SELECT 1');
      return true;
    } catch {
      return false;
    }
  }

  close(): Promise<void> {
    return this.dataSource.destroy();
  }

  private async run<T>(begin: Begin, work: (tx: Tx) => Promise<T>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    await runner.connect();
    try {
      await runner.query(BEGIN[begin]);
      // We begin by ourselves, to say in one round trip what kind of transaction it is; the ORM has to know that one is open.
      setActive(runner, true);
      const result = await work(new Tx(runner));
      await runner.query('COMMIT');
      return result;
    } catch (error) {
      await rollback(runner, error);
      throw error;
    } finally {
      setActive(runner, false);
      await runner.release();
    }
  }
}

/** The ORM declares it read-only for its users; whoever begins a transaction in its stead has to tell it. */
function setActive(runner: QueryRunner, active: boolean): void {
  (runner as { isTransactionActive: boolean }).isTransactionActive = active;
}

/** A rollback that fails means that the connection is gone, and the transaction with it: the first error is the one to tell. */
async function rollback(runner: QueryRunner, cause: unknown): Promise<void> {
  try {
    await runner.query('ROLLBACK');
  } catch (error) {
    if (cause instanceof Error && cause.cause === undefined) cause.cause = error;
  }
}
