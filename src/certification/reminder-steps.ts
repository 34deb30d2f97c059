/** Steps in which people are told what they owe, and whoever stands above them that they owe it. */
export interface ReminderStep {
  readonly step: string;
  readonly dueAt: Date;
}

const DAY_MS = 86_400_000;

/**
 * At the launch, halfway, three days and one day before it is due, on the day, and daily after; to the manager and to the campaign's
 * manager when it is overdue. What would lie before the launch or after the close is left out.
 */
export function remindersOf(
  launchedAt: Date,
  dueAt: Date,
  closesAt: Date,
  escalation: { managerAfterDays: number; campaignManagerAfterDays: number },
): ReminderStep[] {
  const [launch, due, close] = [launchedAt.getTime(), dueAt.getTime(), closesAt.getTime()];
  const steps: (readonly [string, number])[] = [
    ['launch', launch],
    ['halfway', launch + (due - launch) / 2],
    ['three-days', due - 3 * DAY_MS],
    ['one-day', due - DAY_MS],
    ['due', due],
  ];
  for (let days = 1; due + days * DAY_MS < close; days++) steps.push([`overdue-${days}`, due + days * DAY_MS]);
  steps.push(['escalate-manager', due + escalation.managerAfterDays * DAY_MS]);
  steps.push(['escalate-campaign-manager', due + escalation.campaignManagerAfterDays * DAY_MS]);
  return steps
    .filter(([step, at]) => step === 'launch' || (at > launch && at < Math.max(close, due + 1)))
    .map(([step, at]) => ({ step, dueAt: new Date(at) }));
}
