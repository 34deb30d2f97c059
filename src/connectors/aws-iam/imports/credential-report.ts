import type { Emitted, IdentityRecord, ImportLookup, Ref, RowProblem } from '../../sdk/index.js';
import { readArn } from '../mapping/frame.js';
import { present } from '../mapping/identities.js';
import {
  certificatesInRow,
  createdIn,
  keysInRow,
  password,
  type ReportRow,
  ROOT,
  UnusableColumn,
} from '../mapping/report-rows.js';
import type { ImportBatch, OpenFile } from './authorization-details.js';
import { readReportCsv } from './report-csv.js';

/** Whose a report is, and what is wrong with it. */
export interface ReportSurvey {
  readonly accounts: readonly string[];
  readonly problems: readonly RowProblem[];
}

/** Goes through a credential report once. */
export async function surveyCredentialReport(open: OpenFile): Promise<ReportSurvey> {
  const accounts = new Set<string>();
  const problems: RowProblem[] = [];
  for await (const line of readReportCsv(open())) {
    if ('problem' in line) {
      problems.push(line);
      continue;
    }
    const account = readArn(line.row.arn ?? '')?.account;
    if (account) accounts.add(account);
    else problems.push({ line: line.line, field: 'arn', problem: 'This is no ARN of a user or of a root.' });
  }
  return { accounts: [...accounts], problems };
}

const NOBODY_KNOWN: ImportLookup = { identitiesByAttribute: async () => new Map() };
const ROWS_AT_ONCE = 500;

/**
 * Reads a credential report into the records the live connector makes. The report names no ids: a key is
 * `<ARN of the user>#access-key-1`, and a user whose ARN the source does not hold yet is known by that ARN. What a user
 * the source holds already is stays untouched; only what hangs on it is added. What is wrong with single rows was told by
 * the survey and is left out here, except what shows in its columns.
 */
export async function* readCredentialReport(
  open: OpenFile,
  { account, lookup = NOBODY_KNOWN }: { readonly account: string; readonly lookup?: ImportLookup },
): AsyncGenerator<ImportBatch> {
  let rows: { line: number; row: ReportRow }[] = [];
  for await (const line of readReportCsv(open())) {
    if (!('row' in line) || readArn(line.row.arn ?? '')?.account !== account) continue;
    rows.push(line);
    if (rows.length < ROWS_AT_ONCE) continue;
    yield* mapped(rows, account, lookup);
    rows = [];
  }
  if (rows.length > 0) yield* mapped(rows, account, lookup);
}

async function* mapped(
  rows: readonly { line: number; row: ReportRow }[],
  account: string,
  lookup: ImportLookup,
): AsyncGenerator<ImportBatch> {
  const known = await lookup.identitiesByAttribute(
    'arn',
    rows.map(({ row }) => row.arn!),
  );
  const emitted: Emitted[] = [];
  const problems: RowProblem[] = [];
  for (const { line, row } of rows) {
    try {
      emitted.push(...(row.user === ROOT ? ofRoot(row, account) : ofUser(row, known.get(row.arn!))));
    } catch (error) {
      if (!(error instanceof UnusableColumn)) throw error;
      problems.push({ line, field: error.column, problem: 'This is no time.' });
    }
  }
  yield { emitted, problems };
}

function ofRoot(row: ReportRow, account: string): Emitted[] {
  const ref: Ref = { type: 'aws.root', id: account };
  const arn = row.arn!;
  const record = identity(ref, row, {
    name: `root of ${account}`,
    kind: 'root',
    privilege: {
      level: 'admin',
      because: ['the root of an account may do everything in it'],
      notConsidered: ['organisation policies (service and resource control policies)'],
    },
    attributes: present({ arn, mfa: row.mfa_active?.toLowerCase() === 'true' }),
  });
  return [{ record }, ...password(row, ref, arn, null), ...keysInRow(row, 'aws.root-access-key', ref, null)];
}

function ofUser(row: ReportRow, known: { readonly type: string; readonly id: string } | undefined): Emitted[] {
  const arn = row.arn!;
  const ref: Ref = known?.type === 'aws.user' ? known : { type: 'aws.user', id: arn };
  const record = identity(ref, row, { name: row.user ?? arn, kind: 'user', attributes: { arn } });
  return [
    { record, ...(known ? { partial: true } : {}) },
    ...password(row, ref, ref.id, null),
    ...keysInRow(row, 'aws.access-key', ref, null),
    ...certificatesInRow(row, ref),
  ];
}

const identity = (
  ref: Ref,
  row: ReportRow,
  more: Pick<IdentityRecord, 'name' | 'kind' | 'attributes' | 'privilege'>,
): IdentityRecord => ({
  entity: 'identity',
  ...ref,
  status: 'active',
  createdAt: createdIn(row),
  tags: {},
  custody: 'self-held',
  ...more,
});
