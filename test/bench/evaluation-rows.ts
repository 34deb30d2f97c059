import type pg from 'pg';
import { EvaluateDue, RunFullPass } from '../../src/checks/index.js';
import { type BenchRow, assertSame, median, note, peakMb, rounded, timed } from './measure.js';
import { atStep, type Organisation } from './organisation.js';
import { startProduct } from './product.js';
import { predicateCounts } from './predicates.js';

const ROUNDS = 5;
const FULL_PASS_STEPS = 6;

export interface DueTimes {
  readonly ms: number;
  readonly floorMs: number;
}

/**
 * Rows 3 and 4. Row 3 is a full pass of all enabled checks over everything, at an instant at which so many credentials
 * turn, with their outcomes, findings and audit entries committed; its floor is one count of the same rows with the
 * same predicates and joins. Row 4 is a tick at which so many credentials are due, committed with findings and audit;
 * its floor is a bare count of the credentials.
 */
export async function evaluationRows(
  databaseUrl: string,
  whole: Organisation,
  wanted: ReadonlySet<string>,
): Promise<BenchRow[]> {
  const product = await startProduct(databaseUrl, atStep(0));
  const { clock, sql } = product;
  const [due, full] = [product.get(EvaluateDue), product.get(RunFullPass)];
  const rows: BenchRow[] = [];
  const add = (row: string, goal: number, floors: number[], all: number[]): void =>
    void rows.push({
      row,
      n: whole.credentials,
      ratio: rounded(median(all) / median(floors), 3),
      goal,
      floorMs: rounded(median(floors), 1),
      ms: rounded(median(all), 1),
      rssMb: peakMb(),
    });
  try {
    await due.execute();
    await sql.query('VACUUM ANALYZE');
    let step = 0;
    const count = await predicateCounts(product);
    /** To the next step: nothing but its credentials comes due at it. */
    const next = async (): Promise<void> => {
      clock.set(new Date(atStep(++step)));
      assertSame('what is due', await dueByKind(sql, clock.now()), { credential: whole.due });
    };
    if (wanted.has('3')) {
      const [floors, passes]: [number[], number[]] = [[], []];
      for (let round = 0; round < FULL_PASS_STEPS; round++) {
        await next();
        let violations: Record<string, number> = {};
        const floor = await timed(async () => {
          violations = await count.run(sql, clock.now());
        });
        const took = await timed(async () => {
          const { changed } = await full.execute('full');
          const { evaluated } = await due.execute();
          assertSame('what turned', { changed, evaluated }, { changed: whole.due, evaluated: whole.due });
        });
        assertSame('violations', await storedViolations(sql), violations);
        note(
          `  full pass ${rounded(took)} ms, count ${rounded(floor)} ms${round === 0 ? ' (not counted: the caches were cold)' : ''}`,
        );
        if (round === 0) continue;
        floors.push(floor);
        passes.push(took);
      }
      add('3', 2.5, floors, passes);
    }
    if (wanted.has('4')) {
      const [floors, ticks]: [number[], number[]] = [[], []];
      for (let round = 0; round <= ROUNDS + 2; round++) {
        await next();
        const floor = await timed(() => sql.query('SELECT count(*) FROM credentials'));
        const took = await timed(async () => {
          const { evaluated, changed, opened } = await due.execute();
          const turned = whole.due;
          assertSame(
            'what turned',
            { evaluated, changed, opened },
            { evaluated: turned, changed: turned, opened: turned },
          );
        });
        note(`  ${whole.due} due ${rounded(took, 1)} ms, bare count ${rounded(floor, 1)} ms`);
        if (round === 0) continue;
        floors.push(floor);
        ticks.push(took);
      }
      assertSame('violations', await storedViolations(sql), await count.run(sql, clock.now()));
      add('4', 2, floors, ticks);
    }
    return rows;
  } finally {
    await product.close();
  }
}

async function dueByKind(sql: pg.Client, now: Date): Promise<Record<string, number>> {
  const { rows } = await sql.query<{ type: string; count: number }>(
    'SELECT subject_type AS type, count(*)::int AS count FROM evaluations WHERE due_at <= $1 GROUP BY 1',
    [now],
  );
  return Object.fromEntries(rows.map(({ type, count }) => [type, count]));
}

/** What the stored outcomes say is broken, check by check; what another failure supersedes is broken too. */
async function storedViolations(sql: pg.Client): Promise<Record<string, number>> {
  const { rows } = await sql.query<{ check: string; count: number }>(
    `SELECT p.check_id AS check, count(*)::int AS count FROM evaluations e JOIN check_places p ON p.subject_type = e.subject_type
     WHERE substr(e.results, p.place + 1, 1) IN ('f', 's') GROUP BY 1 ORDER BY 1`,
  );
  return Object.fromEntries(rows.map(({ check, count }) => [check, count]));
}
