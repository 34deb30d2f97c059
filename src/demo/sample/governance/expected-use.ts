import { ACCOUNTS } from '../organisation.js';
import { isoOf, type SampleTime } from '../sample-time.js';
import type { Named } from './ownership.js';

/** What a person knows better than the source: said with a reason, and on record. */
export interface Known {
  readonly identity: Named;
  readonly body: Readonly<Record<string, unknown>> & { readonly reason: string };
}

const at = (account: keyof typeof ACCOUNTS, name: string): Named => ({ name, in: ACCOUNTS[account].name });

export function known(time: SampleTime): Known[] {
  const emergencies = {
    pattern: 'break-glass',
    approvedUntil: isoOf(time.daysAhead(180)),
  };
  return [
    {
      identity: at('production', 'disaster-recovery'),
      body: {
        expectedUse: { pattern: 'standby', approvedUntil: isoOf(time.daysAhead(200)) },
        reason: 'Stands by for the loss of a region; the exercise is in spring.',
      },
    },
    {
      identity: at('production', 'failover-dns'),
      body: {
        expectedUse: { pattern: 'standby', approvedUntil: isoOf(time.daysAhead(200)) },
        reason: 'Points the portal elsewhere when a region is lost.',
      },
    },
    {
      identity: at('production', 'year-end-close'),
      body: {
        expectedUse: { pattern: 'seasonal', nextDueAt: isoOf(time.daysAhead(40)) },
        reason: 'Runs when the books are closed.',
      },
    },
    // Its season came and went without it.
    {
      identity: at('production', 'summer-peak-scaling'),
      body: {
        expectedUse: { pattern: 'seasonal', nextDueAt: isoOf(time.daysAgo(30)) },
        reason: 'Scales the portal out for the summer peak.',
      },
    },
    {
      identity: at('production', 'emergency-access'),
      body: {
        nature: 'non-human',
        expectedUse: emergencies,
        reason: 'Break-glass account in two sealed envelopes; nobody in particular signs in with it.',
      },
    },
    {
      identity: at('nonProduction', 'emergency-nonprod'),
      body: { expectedUse: emergencies, reason: 'Works when the sign-in of the pipelines does not.' },
    },
    ...(['nonProduction', 'machineLearning'] as const).map((account) => ({
      identity: at(account, 'OrganizationAccountAccessRole'),
      body: { expectedUse: emergencies, reason: 'The last way in from the management account.' },
    })),
    {
      identity: at('production', 'svc-reporting'),
      body: {
        nature: 'non-human',
        reason: 'A reporting service; it signs in to the console because it cannot do otherwise.',
      },
    },
  ];
}
