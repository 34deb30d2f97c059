import type { Actions, Call } from '../call.js';
import { AwsError } from '../errors.js';
import type { AccessKey, AwsAccount, AwsUser, SigningCertificate } from '../world.js';
import { rootArn, userArn } from './arns.js';

/** AWS makes a new report only when the last is older than this. */
const REPORT_LIVES_MS = 4 * 3_600_000;

const COLUMNS = [
  ...[
    'user',
    'arn',
    'user_creation_time',
    'password_enabled',
    'password_last_used',
    'password_last_changed',
    'password_next_rotation',
    'mfa_active',
  ],
  ...[1, 2].flatMap((n) =>
    ['active', 'last_rotated', 'last_used_date', 'last_used_region', 'last_used_service'].map(
      (field) => `access_key_${n}_${field}`,
    ),
  ),
  ...[1, 2].flatMap((n) => ['active', 'last_rotated'].map((field) => `cert_${n}_${field}`)),
  'additional_credentials_info',
];

const at = (instant: number | null | undefined, none = 'N/A'): string =>
  instant === null || instant === undefined ? none : new Date(instant).toISOString().replace('.000Z', '+00:00');

function keyColumns(key: AccessKey | undefined): string[] {
  if (!key) return ['false', 'N/A', 'N/A', 'N/A', 'N/A'];
  return [
    String(key.status === 'Active'),
    at(key.createdAt),
    at(key.lastUsed?.at),
    key.lastUsed?.region ?? 'N/A',
    key.lastUsed?.service ?? 'N/A',
  ];
}

const certificateColumns = (certificate: SigningCertificate | undefined): string[] => [
  String(certificate?.status === 'Active'),
  at(certificate?.uploadedAt),
];

function userRow(account: AwsAccount, user: AwsUser): string[] {
  const { password } = user;
  return [
    ...[user.name, userArn(account, user), at(user.createdAt), String(password !== undefined)],
    ...(password
      ? [at(password.lastUsedAt, 'no_information'), at(password.changedAt), at(password.nextRotationAt)]
      : ['N/A', 'N/A', 'N/A']),
    String(user.mfa.length > 0),
    ...keyColumns(user.accessKeys[0]),
    ...keyColumns(user.accessKeys[1]),
    ...certificateColumns(user.signingCertificates[0]),
    ...certificateColumns(user.signingCertificates[1]),
    String(user.serviceCredentials.length),
  ];
}

function rootRow(account: AwsAccount): string[] {
  const { root } = account;
  return [
    ...['<root_account>', rootArn(account), at(root.createdAt), root.password ? 'not_supported' : 'FALSE'],
    ...[at(root.password?.lastUsedAt, 'no_information'), 'not_supported', 'not_supported', String(root.mfa)],
    ...keyColumns(root.accessKeys[0]),
    ...keyColumns(root.accessKeys[1]),
    ...certificateColumns(undefined),
    ...certificateColumns(undefined),
    'N/A',
  ];
}

export const credentialReport = (account: AwsAccount): string =>
  [COLUMNS, rootRow(account), ...[...account.users.values()].map((user) => userRow(account, user))]
    .map((row) => row.join(','))
    .join('\n');

const isFresh = (call: Call): boolean =>
  call.account.report !== undefined && call.now - call.account.report.requestedAt < REPORT_LIVES_MS;

export const credentialReportActions: Actions = {
  GenerateCredentialReport(call) {
    const { account } = call;
    if (!isFresh(call)) {
      account.report = { requestedAt: call.now, waits: call.world.waits.credentialReport, csv: null };
      return { State: 'STARTED', Description: 'No report exists. Starting a new report generation task' };
    }
    const report = account.report!;
    if (report.csv === null && report.waits-- > 0) return { State: 'INPROGRESS' };
    report.csv ??= credentialReport(account);
    return { State: 'COMPLETE' };
  },

  GetCredentialReport({ account, now }) {
    const { report } = account;
    if (!report) throw new AwsError('ReportNotPresent', 410, 'No report exists.');
    if (now - report.requestedAt >= REPORT_LIVES_MS)
      throw new AwsError('ReportExpired', 410, 'The report has expired.');
    if (report.csv === null) throw new AwsError('ReportInProgress', 404, 'The report is being generated.');
    return {
      Content: Buffer.from(report.csv).toString('base64'),
      ReportFormat: 'text/csv',
      GeneratedTime: new Date(report.requestedAt),
    };
  },
};
