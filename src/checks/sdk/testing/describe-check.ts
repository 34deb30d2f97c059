import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { Check, Instant, Outcome } from '../check.js';
import type { FactsOf, SubjectType } from '../facts.js';

/** A sentence, the facts, what is expected of the outcome, and the parameters where they differ from the defaults. */
export type Row<S extends SubjectType, P> = readonly [
  sentence: string,
  facts: FactsOf[S],
  expected: Readonly<Record<string, unknown>>,
  parameters?: Partial<P>,
];

/** The day every table is told on. */
export const NOW = Date.parse('2026-03-01T00:00:00.000Z') as Instant;
/** An instant so many days (and milliseconds) from NOW; negative lies before. */
export const at = (days: number, ms = 0): Instant => (NOW + days * 86_400_000 + ms) as Instant;

const TEN_YEARS = 3653 * 86_400_000;

/**
 * The suite every check runs over its table. Beside each row it proves the shape all checks share: time alone turns an
 * outcome only at `until`; every reason and every kind of outcome in the source has its row; and each number has a row
 * on both sides of it (moving it by the smallest step turns something).
 */
export function describeCheck<S extends SubjectType, P extends object>(
  check: Check<S, P>,
  specUrl: string,
  rows: readonly Row<S, P>[],
): void {
  const source = readFileSync(new URL('./check.ts', specUrl), 'utf8');
  const parametersOf = (row: Row<S, P>): P => ({ ...check.parameters, ...row[3] });
  /** A failure that names no severity has the check's own: rows may state it. */
  const evaluate = (row: Row<S, P>, now = NOW, parameters = parametersOf(row)): Outcome => {
    const outcome = check.evaluate(row[1], parameters, now);
    return outcome.result === 'fail' ? { ...outcome, severity: outcome.severity ?? check.severity } : outcome;
  };

  describe(check.id, () => {
    it('is named after its folder', () =>
      expect(new URL('.', specUrl).pathname.endsWith(`/checks/${check.id}/`)).toBe(true));

    it.each(rows.map((row) => [row[0], row] as const))('%s', (_sentence, row) =>
      expect(evaluate(row)).toMatchObject(row[2]),
    );

    it.each(rows.map((row) => [row[0], row] as const))('time alone turns it only at `until`: %s', (_sentence, row) => {
      const first = evaluate(row);
      const signature = (outcome: Outcome) =>
        [
          outcome.result,
          'reason' in outcome ? outcome.reason : '',
          'severity' in outcome ? outcome.severity : '',
        ].join();
      if (first.until === undefined) {
        expect(signature(evaluate(row, (NOW + TEN_YEARS) as Instant))).toBe(signature(first));
        return;
      }
      expect(first.until).toBeGreaterThan(NOW);
      expect(signature(evaluate(row, (first.until - 1) as Instant))).toBe(signature(first));
      expect(signature(evaluate(row, first.until))).not.toBe(signature(first));
    });

    it('has a row for every reason it can give', () => {
      const reasons = [...source.matchAll(/fail\(\s*'([a-z0-9-]+)'/g)].map(([, reason]) => reason);
      const shown = rows
        .map((row) => evaluate(row))
        .flatMap((outcome) => (outcome.result === 'fail' ? [outcome.reason] : []));
      expect(reasons.length).toBeGreaterThan(0);
      expect(reasons.filter((reason) => !shown.includes(reason!))).toEqual([]);
    });

    it('has a row for every kind of outcome it can give', () => {
      const calls: Record<Outcome['result'], RegExp> = {
        pass: /\bpass\(/,
        fail: /\bfail\(/,
        'not-applicable': /\bnotApplicable\(/,
        'not-evaluated': /\bnotEvaluated\(/,
      };
      const given = (Object.keys(calls) as Outcome['result'][]).filter((result) =>
        calls[result].test(source.replace(/^import.*$/gm, '')),
      );
      const shown = new Set(rows.map((row) => evaluate(row).result));
      expect(given.filter((result) => !shown.has(result))).toEqual([]);
    });

    it('keeps no age in its evidence: an age is stale the day after', () => {
      const names = rows
        .map((row) => evaluate(row))
        .flatMap((outcome) => (outcome.result === 'fail' ? Object.keys(outcome.evidence) : []));
      expect(
        names.filter((name) => /age(Days)?$|DaysAgo$|daysLeft$/i.test(name) && !/maximum|minimum|limit/i.test(name)),
      ).toEqual([]);
    });

    const numbers = (Object.entries(check.parameters) as [keyof P & string, unknown][]).flatMap(([name, value]) =>
      typeof value === 'number' ? [name] : [],
    );
    // `it.each` refuses an empty table, and some checks have no number.
    if (numbers.length > 0)
      it.each(numbers.map((name) => [name]))('has a row on either side of %s', (name) => {
        const unit = check.parameterNotes[name as keyof P].unit;
        const step = unit === 'days' ? 1 / 86_400_000 : unit === 'hours' ? 1 / 3_600_000 : unit === 'share' ? 0.001 : 1;
        const moved = (by: number) =>
          rows.filter((row) => {
            const parameters = parametersOf(row) as Record<string, number>;
            const other = evaluate(row, NOW, { ...parameters, [name]: parameters[name]! + by } as P);
            const own = evaluate(row);
            return (
              other.result !== own.result ||
              ('severity' in other ? other.severity : null) !== ('severity' in own ? own.severity : null)
            );
          }).length;
        expect({ up: moved(step) > 0, down: moved(-step) > 0 }).toEqual({ up: true, down: true });
      });

    it('accepts its own defaults', async () => {
      const result = await check.parameterSchema['~standard'].validate(check.parameters);
      expect(result.issues ?? []).toEqual([]);
    });

    it('says of every parameter what it is and where its default comes from', () => {
      expect(Object.keys(check.parameterNotes).sort()).toEqual(Object.keys(check.parameters).sort());
    });
  });
}
