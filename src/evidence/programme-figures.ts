import type { ProgrammeDay } from './queries/read-programme.js';

/** One figure of a day: how it is called in a file and on a page, and where it is. Null = there is none that day. */
export interface Figure {
  readonly column: string;
  readonly label: string;
  of(day: ProgrammeDay): number | null;
}

const figure = (column: string, label: string, of: Figure['of']): Figure => ({ column, label, of });

export const FIGURES = {
  identities: figure('identities', 'Identities', ({ identities }) => identities.total),
  owned: figure('identities_owned', 'Owned', ({ identities }) => identities.owned),
  accepted: figure('identities_accepted', 'Accepted by the owner', ({ identities }) => identities.accepted),
  unusedIdentities: figure('identities_unused', 'Unused identities', ({ identities }) => identities.unused),
  identityUseUnknown: figure(
    'identities_use_unknown',
    'Identities, use unknown',
    ({ identities }) => identities.useUnknown,
  ),
  credentials: figure('credentials', 'Credentials', ({ credentials }) => credentials.total),
  overAge: figure('credentials_over_age', 'Over age', ({ credentials }) => credentials.overAge),
  ageUnknown: figure('credentials_age_unknown', 'Age unknown', ({ credentials }) => credentials.ageUnknown),
  unusedCredentials: figure('credentials_unused', 'Unused credentials', ({ credentials }) => credentials.unused),
  credentialUseUnknown: figure(
    'credentials_use_unknown',
    'Credentials, use unknown',
    ({ credentials }) => credentials.useUnknown,
  ),
  staticSecrets: figure('credentials_static', 'Static secrets', ({ credentials }) => credentials.static),
  federated: figure('credentials_federated', 'Federated', ({ credentials }) => credentials.federated),
  otherCredentials: figure('credentials_other', 'Other', ({ credentials }) => credentials.other),
  unresolved: figure('findings_unresolved', 'Unresolved', ({ findings }) => findings.unresolved),
  overdue: figure('findings_overdue', 'Overdue', ({ findings }) => findings.overdue),
  excepted: figure('findings_excepted', 'Excepted', ({ findings }) => findings.excepted),
  opened: figure('findings_opened', 'Opened', ({ findings }) => findings.opened),
  closed: figure('findings_closed', 'Closed', ({ findings }) => findings.closed),
  meanHours: figure('mean_hours_to_close', 'Mean hours to close', ({ timeToClose }) => timeToClose.meanHours),
  within1Day: figure('closed_within_1_day', 'Within a day', ({ timeToClose }) => timeToClose.within1Day),
  within7Days: figure('closed_within_7_days', 'Within a week', ({ timeToClose }) => timeToClose.within7Days),
  within30Days: figure('closed_within_30_days', 'Within 30 days', ({ timeToClose }) => timeToClose.within30Days),
  within90Days: figure('closed_within_90_days', 'Within 90 days', ({ timeToClose }) => timeToClose.within90Days),
  longer: figure('closed_later', 'Later', ({ timeToClose }) => timeToClose.longer),
} as const satisfies Record<string, Figure>;

/** All figures as a file for a spreadsheet: one line for each measured day. */
export function programmeCsv(days: readonly ProgrammeDay[]): string {
  const figures = Object.values(FIGURES);
  return [
    ['day', 'measured_at', ...figures.map(({ column }) => column)],
    ...days.map((day) => [day.day, day.measuredAt, ...figures.map((one) => one.of(day) ?? '')]),
  ]
    .map((cells) => `${cells.join(',')}\r\n`)
    .join('');
}
