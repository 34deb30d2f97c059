import { describe, expect, it } from '@jest/globals';
import { CAMPAIGN_TRANSITIONS, mayBecome } from './campaign.js';
import { isAgainstAdvice, outcomeOf, reasonsToExplain } from './decision-rules.js';
import { remindersOf } from './reminder-steps.js';

describe('rules of a decision', () => {
  it.each([
    ['a keep of low risk as advised', { verdict: 'keep', risk: 'low', recommended: 'keep', stale: false }, 0],
    ['a keep where nothing is advised', { verdict: 'keep', risk: null, recommended: null, stale: false }, 0],
    ['a keep of high risk', { verdict: 'keep', risk: 'high', recommended: 'keep', stale: false }, 1],
    [
      'a keep against the advice of what was not seen in use',
      { verdict: 'keep', risk: 'low', recommended: 'revoke', stale: true },
      2,
    ],
    ['a revoke against the advice', { verdict: 'revoke', risk: 'critical', recommended: 'keep', stale: true }, 0],
  ] as const)('ask for reasons: %s', (_sentence, said, reasons) => {
    expect(reasonsToExplain(said)).toHaveLength(reasons);
  });

  it('call against advice what differs from it, and nothing where there is none', () => {
    expect(isAgainstAdvice({ verdict: 'keep', recommended: 'rotate' })).toBe(true);
    expect(isAgainstAdvice({ verdict: 'keep', recommended: null })).toBe(false);
    expect(isAgainstAdvice({ verdict: 'not-mine', recommended: 'revoke' })).toBe(false);
  });

  it.each([
    [['keep', 'keep'], 'keep'],
    [['keep', null], null],
    [['keep', 'revoke'], 'revoke'],
    [['revoke', null], 'revoke'],
    [['rotate', 'reduce'], 'reduce'],
    [[null], null],
  ] as const)('let the strictest of %j stand', (verdicts, outcome) => {
    expect(outcomeOf(verdicts)).toBe(outcome);
  });

  it('let no campaign run twice', () => {
    expect(Object.entries(CAMPAIGN_TRANSITIONS).filter(([, next]) => next.includes('draft'))).toEqual([]);
    expect([mayBecome('draft', 'running'), mayBecome('closed', 'running'), mayBecome('running', 'draft')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('reminders', () => {
  const launch = new Date('2026-03-01T08:00:00Z');
  const day = (n: number): Date => new Date(launch.getTime() + n * 86_400_000);
  const steps = (due: number, close: number) =>
    remindersOf(launch, day(due), day(close), { managerAfterDays: 1, campaignManagerAfterDays: 3 }).map(
      ({ step, dueAt }) => [step, (dueAt.getTime() - launch.getTime()) / 86_400_000],
    );

  it('are due at the launch, halfway, near the end, and daily once it is late', () => {
    expect(steps(14, 17)).toEqual([
      ['launch', 0],
      ['halfway', 7],
      ['three-days', 11],
      ['one-day', 13],
      ['due', 14],
      ['overdue-1', 15],
      ['overdue-2', 16],
      ['escalate-manager', 15],
    ]);
  });

  it('leave out what would lie before the launch or after the close', () => {
    expect(steps(2, 2)).toEqual([
      ['launch', 0],
      ['halfway', 1],
      ['one-day', 1],
      ['due', 2],
    ]);
  });
});
