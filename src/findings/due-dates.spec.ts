import { describe, expect, it } from '@jest/globals';
import { dueDate, type WorkCalendar } from './due-dates.js';
import { type Calendars, DuePlan } from './due-plan.js';

const zurich: WorkCalendar = {
  name: 'Zurich',
  zone: 'Europe/Zurich',
  workingDays: [1, 2, 3, 4, 5],
  days: [
    { kind: 'holiday', startsOn: '2026-12-25', endsOn: '2026-12-26', name: 'Christmas' },
    { kind: 'freeze', startsOn: '2026-12-28', endsOn: '2027-01-03', name: 'Year end' },
    { kind: 'holiday', startsOn: '2026-04-03', endsOn: '2026-04-03', name: 'Good Friday' },
  ],
};
const apia: WorkCalendar = { ...zurich, name: 'Apia', zone: 'Pacific/Apia', days: [] };
const due = (from: string, days: number, count: 'calendar' | 'business', calendar: WorkCalendar | null) => {
  const { at, because } = dueDate(new Date(from), days, count, calendar);
  return [at.toISOString(), because === null ? null : /is (.+?); moved/.exec(because)![1]];
};

describe('a due date', () => {
  it.each([
    [
      'without a calendar is so many days later',
      '2026-03-01T08:00:00Z',
      3,
      'calendar',
      null,
      '2026-03-04T08:00:00.000Z',
      null,
    ],
    [
      'without a calendar counts business days from Monday to Friday',
      '2026-03-06T08:00:00Z',
      3,
      'business',
      null,
      '2026-03-11T08:00:00.000Z',
      null,
    ],
    [
      'that falls on a working day stays',
      '2026-03-02T08:00:00Z',
      3,
      'calendar',
      zurich,
      '2026-03-05T08:00:00.000Z',
      null,
    ],
    [
      'that falls on a weekend moves to Monday',
      '2026-03-04T08:00:00Z',
      3,
      'calendar',
      zurich,
      '2026-03-09T08:00:00.000Z',
      'Saturday',
    ],
    [
      'that falls on a holiday moves behind it, and behind the freeze after it',
      '2026-12-22T08:00:00Z',
      3,
      'calendar',
      zurich,
      '2027-01-04T08:00:00.000Z',
      'Christmas (holiday)',
    ],
    [
      'that falls into a freeze moves behind it',
      '2026-12-15T08:00:00Z',
      14,
      'calendar',
      zurich,
      '2027-01-04T08:00:00.000Z',
      'Year end (freeze)',
    ],
    [
      'counts no holiday and no day of a freeze as a business day',
      '2026-12-23T08:00:00Z',
      2,
      'business',
      zurich,
      '2027-01-04T08:00:00.000Z',
      null,
    ],
    [
      'keeps its hour when the clocks change',
      '2026-03-27T08:00:00Z',
      3,
      'calendar',
      zurich,
      '2026-03-30T07:00:00.000Z',
      null,
    ],
    [
      'is judged by the days of its zone',
      '2026-03-05T23:30:00Z',
      0,
      'calendar',
      apia,
      '2026-03-05T23:30:00.000Z',
      null,
    ],
    [
      'is judged by the days of its zone, not by those of UTC',
      '2026-03-06T11:30:00Z',
      0,
      'calendar',
      apia,
      '2026-03-08T11:30:00.000Z',
      'Saturday',
    ],
    [
      'that is due at once waits for the next working day',
      '2026-04-03T08:00:00Z',
      0,
      'calendar',
      zurich,
      '2026-04-06T08:00:00.000Z',
      'Good Friday (holiday)',
    ],
  ] as const)('%s', (_title, from, days, count, calendar, at, because) => {
    expect(due(from, days, count, calendar)).toEqual([at, because]);
  });

  it('ends somewhere even where nobody ever works again', () => {
    const never = {
      ...zurich,
      days: [{ kind: 'freeze' as const, startsOn: '2026-01-01', endsOn: '2036-12-31', name: 'Closed' }],
    };
    expect(due('2026-03-02T08:00:00Z', 3, 'calendar', never)[0]).toBe('2026-03-05T08:00:00.000Z');
  });
});

describe('the due date of a finding', () => {
  const calendars: Calendars = new Map([['unit', zurich]]);
  const plan = new DuePlan(calendars);
  const at = new Date('2026-12-22T08:00:00Z');
  const broken = { check: 'credential-age-within-limit', severity: 'critical' as const, since: 0 };

  it('follows the calendar of its unit, and no calendar where there is none', () => {
    expect(plan.start({}, broken, { unitId: 'unit', firstSeenAt: 0 }, at).at.toISOString()).toBe(
      '2027-01-04T08:00:00.000Z',
    );
    expect(plan.start({}, broken, { unitId: 'other', firstSeenAt: 0 }, at).at.toISOString()).toBe(
      '2026-12-25T08:00:00.000Z',
    );
  });

  it('waits for no calendar and no plan where somebody may be using what leaked', () => {
    const leaked = { ...broken, check: 'leaked-credential-is-off' };
    const settings = { waves: { weeks: 8, newSubjects: 'at-once' as const, baselineAt: at.toISOString() } };
    expect(plan.start(settings, leaked, { unitId: 'unit', firstSeenAt: 0 }, at)).toMatchObject({
      at: new Date('2026-12-25T08:00:00Z'),
      basis: 'severity',
    });
  });

  const baseline = at.getTime() - 10 * 86_400_000;
  const settings = {
    waves: { weeks: 4, newSubjects: 'at-once' as const, baselineAt: new Date(baseline).toISOString() },
  };
  it.each([
    ['was there and broken before the baseline: a week of the plan', baseline - 5, baseline - 5, 'wave'],
    ['was there, and broke after the baseline: by severity', baseline - 5, baseline + 5, 'severity'],
    ['came after the baseline: at once', baseline + 5, baseline + 5, 'at-once'],
    ['came after the baseline with an old fault: at once', baseline + 5, baseline - 5, 'at-once'],
  ] as const)('is, for what %s', (_title, firstSeenAt, since, basis) => {
    expect(plan.start(settings, { ...broken, since }, { unitId: null, firstSeenAt }, at).basis).toBe(basis);
  });

  it('is by severity again once the plan is over', () => {
    const late = new Date(baseline + 29 * 86_400_000);
    expect(plan.start(settings, { ...broken, since: 0 }, { unitId: null, firstSeenAt: 0 }, late).basis).toBe(
      'severity',
    );
  });
});
