import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Instant, SubjectType } from '../sdk/index.js';
import { NOW } from '../sdk/testing/index.js';
import { inThePast, randomFacts } from '../sdk/testing/random-facts.js';
import { type DecidingPolicy, Decisions } from './decisions.js';
import { type Evaluated, Evaluator, wakesInTime } from './evaluate.js';
import { loadChecks } from './load-checks.js';

const DAY = 86_400_000;
const checks = await loadChecks();

/** Policies that time hands checks to, that switch some off, and that set severities and limits. */
const POLICIES: readonly DecidingPolicy[] = [
  {
    id: 'young',
    selector: { age: { youngerThanDays: 30 } },
    mode: 'observe',
    checks: [{ id: 'credential-age-within-limit', enabled: false }],
  },
  {
    id: 'old',
    selector: { age: { olderThanDays: 200 } },
    mode: 'enforce',
    checks: [
      { id: 'credential-age-within-limit', enabled: true, severity: 'critical' },
      { id: 'credential-is-used', enabled: true },
    ],
  },
  { id: 'production', selector: { environments: ['production'] }, mode: 'enforce', checks: [] },
  { id: 'default', selector: {}, mode: 'notify', checks: [] },
];

function evaluatorOf(type: SubjectType): Evaluator {
  const own = checks.filter(({ subject }) => subject === (type as string));
  return new Evaluator(
    type,
    own.map((check, place) => ({ check, place })),
    new Decisions(type, own, POLICIES),
    [],
  );
}
/** Due times may come early, and then nothing turns; everything else is the same. */
const said = ({ results, failing }: Evaluated): object => ({ results, failing });

describe.each(Object.keys(randomFacts).map((type) => [type as SubjectType]))(
  'a %s of which only time has moved',
  (type) => {
    const evaluator = evaluatorOf(type);
    const facts = (randomFacts[type] as fc.Arbitrary<never>).map(inThePast);
    const gap = fc.constantFrom(false, false, false, true);
    const jumps = fc.array(fc.integer({ min: 0, max: 3 * DAY }), { minLength: 1, maxLength: 12 });

    it('is told the same by the checks whose time has come as by all of them, again and again', () => {
      let alone = 0;
      fc.assert(
        fc.property(facts, gap, jumps, (one, hasGap, all) => {
          const whole = (now: Instant): Evaluated => evaluator.evaluate('s', one, now, hasGap, null);
          let now = NOW;
          let stored = whole(now);
          for (const more of all) {
            if (stored.dueAt === null) break;
            now = (stored.dueAt + more) as Instant;
            const [before, expected] = [stored, whole(now)];
            const places = evaluator.comeDue(before, now);
            if (places !== null) {
              alone++;
              stored = evaluator.evaluateAgain(places, before, 's', one, now, hasGap, null);
              expect(said(stored)).toEqual(said(expected));
              expect(wakesInTime(stored.dueByCheck, expected.dueByCheck)).toBe(true);
              expect(evaluator.turns('s', before, stored)).toEqual(evaluator.turns('s', before, expected));
              if (stored.dueAt !== null) expect(stored.dueAt).toBeGreaterThan(now);
            } else stored = expected;
          }
        }),
        { seed: 20261121, numRuns: 2000 },
      );
      if (type !== 'grant') expect(alone).toBeGreaterThan(100);
    });
  },
);

describe('what has come due', () => {
  const evaluator = evaluatorOf('credential');
  const results = 'p'.repeat(checks.filter(({ subject }) => subject === 'credential').length);
  const at = (place: number, days: number): string => `${place}:${NOW + days * DAY}`;

  it('is asked alone', () =>
    expect(evaluator.comeDue({ results, dueByCheck: [at(0, 0), at(1, 1), at(2, -1)].join() }, NOW)).toEqual([0, 2]));

  it.each([
    ['nothing was kept of it', { results, dueByCheck: null }],
    ['nothing of it has come', { results, dueByCheck: at(1, 1) }],
    ['there is a check that was never asked', { results: results.slice(1), dueByCheck: at(0, 0) }],
    ['it is a check that nobody asks', { results, dueByCheck: at(99, 0) }],
  ])('is everything where %s', (_sentence, stored) => expect(evaluator.comeDue(stored, NOW)).toBeNull());

  it('is everything where a failure makes another pointless', () => {
    const own = checks.filter(({ subject }) => subject === 'credential');
    const place = own.findIndex(({ supersedes }) => supersedes !== undefined);
    const other = own.findIndex(({ id }) => id === own[place]!.supersedes![0]);
    const failing = (at: number): string => results.slice(0, at) + 'f' + results.slice(at + 1);
    expect(evaluator.comeDue({ results: failing(other), dueByCheck: at(place, 0) }, NOW)).toBeNull();
    expect(evaluator.comeDue({ results: failing(place), dueByCheck: at(other, 0) }, NOW)).toBeNull();
    expect(evaluator.comeDue({ results, dueByCheck: at(place, 0) }, NOW)).toEqual([place]);
  });
});

describe('due times that are stored', () => {
  it.each([
    ['are in time when they are the same', '1:10,2:20', '1:10,2:20', true],
    ['are in time when they are early', '1:5,2:20', '1:10,2:20', true],
    ['are in time when there are too many', '1:10,2:20,3:1', '1:10,2:20', true],
    ['are in time when none is known: then all is asked', null, '1:10', true],
    ['are too late', '1:11', '1:10', false],
    ['are too late when one is missing', '2:20', '1:10,2:20', false],
  ])('%s', (_sentence, stored, now, expected) => expect(wakesInTime(stored, now)).toBe(expected));
});
