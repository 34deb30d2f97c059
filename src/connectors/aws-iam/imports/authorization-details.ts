import type { z } from 'zod';
import type { Emitted, RowProblem } from '../../sdk/index.js';
import { AccountBook, type Mapped } from '../mapping/account-book.js';
import { UnusableDetail } from '../mapping/details.js';
import type { Frame } from '../mapping/frame.js';
import { readArn } from '../mapping/frame.js';
import { DETAIL_SCHEMAS, LIST_NAMES, type ListName } from './detail-schemas.js';
import { BrokenJson, jsonLists } from './json-lists.js';

/** Opens the same file from its beginning, as often as it is asked. */
export type OpenFile = () => AsyncIterable<Uint8Array>;

/** What one step through a file gave. */
export interface ImportBatch {
  readonly emitted: readonly Emitted[];
  readonly problems: readonly RowProblem[];
}

/** What a file is about, found by going through it once. */
export interface DetailsSurvey {
  /** Account numbers in it, in the order they are met. */
  readonly accounts: readonly string[];
  readonly partition: string;
  /** ARNs of policies that somebody holds or is bounded by. */
  readonly held: ReadonlySet<string>;
  readonly problems: readonly RowProblem[];
}

type Detail<L extends ListName> = z.output<(typeof DETAIL_SCHEMAS)[L]>;
interface Row<L extends ListName> {
  readonly list: L;
  readonly line: number;
  readonly place: string;
  readonly detail: Detail<L>;
}
type AnyRow = { [L in ListName]: Row<L> }[ListName];

/** Goes through a file with authorisation details once: whose it is, which policies are held, and what is wrong with it. */
export async function surveyAuthorizationDetails(open: OpenFile): Promise<DetailsSurvey> {
  const accounts = new Set<string>();
  const held = new Set<string>();
  const problems: RowProblem[] = [];
  let partition = 'aws';
  let rows = 0;
  for await (const row of rowsOf(open, LIST_NAMES)) {
    if ('problem' in row) {
      problems.push(row);
      continue;
    }
    rows++;
    const arn = readArn(row.detail.Arn);
    if (arn?.account) {
      accounts.add(arn.account);
      ({ partition } = arn);
    }
    if (row.list === 'Policies') continue;
    for (const { PolicyArn: policy } of row.detail.AttachedManagedPolicies ?? []) held.add(policy);
    const bound =
      'PermissionsBoundary' in row.detail ? row.detail.PermissionsBoundary?.PermissionsBoundaryArn : undefined;
    if (bound) held.add(bound);
  }
  if (rows === 0 && problems.length === 0)
    problems.push({
      line: 1,
      field: null,
      problem: 'The file holds none of the lists UserDetailList, GroupDetailList, RoleDetailList and Policies.',
    });
  return { accounts: [...accounts], partition, held, problems };
}

/**
 * Reads a file with the answer of GetAccountAuthorizationDetails, of any size, into the records the live connector makes:
 * first policies and groups, then, in a further pass, users and roles. Policy documents may be URL-encoded texts or
 * objects. What is wrong with single rows was told by the survey and is left out here.
 */
export async function* readAuthorizationDetails(
  open: OpenFile,
  { account, survey }: { readonly account: string; readonly survey: DetailsSurvey },
): AsyncGenerator<ImportBatch> {
  const frame: Frame = { partition: survey.partition, account, name: account, asOf: null };
  const book = new AccountBook(frame, { showUnseenAwsPolicies: true, isHeld: (arn) => survey.held.has(arn) });
  const isOfAccount = (arn: string): boolean => (readArn(arn)?.account ?? account) === account;
  // A group may stand before the policies it holds.
  const groups: Row<'GroupDetailList'>[] = [];
  for await (const row of rowsOf(open, new Set<ListName>(['Policies', 'GroupDetailList']))) {
    if ('problem' in row || !isOfAccount(row.detail.Arn)) continue;
    if (row.list === 'GroupDetailList') groups.push(row);
    if (row.list === 'Policies')
      yield* mapped(row, async () => ({ emitted: [await book.addPolicy(row.detail)], unseen: [] }));
  }
  for (const row of groups) yield* mapped(row, () => book.addGroup(row.detail));
  for await (const row of rowsOf(open, new Set<ListName>(['UserDetailList', 'RoleDetailList']))) {
    if ('problem' in row || !isOfAccount(row.detail.Arn)) continue;
    if (row.list === 'UserDetailList') yield* mapped(row, () => book.user(row.detail, null));
    if (row.list === 'RoleDetailList') yield* mapped(row, () => book.role(row.detail, null));
  }
}

async function* mapped(row: AnyRow, map: () => Promise<Mapped>): AsyncGenerator<ImportBatch> {
  try {
    const { emitted, unseen } = await map();
    const problems = unseen.map((name) => ({
      line: row.line,
      field: row.place,
      problem: `It holds ${name}, which the file does not describe.`,
    }));
    yield { emitted, problems };
  } catch (error) {
    if (!(error instanceof UnusableDetail)) throw error;
    yield {
      emitted: [],
      problems: [{ line: row.line, field: `${row.place}.${error.field}`, problem: `This ${error.problem}.` }],
    };
  }
}

/** The rows of some lists, numbered through the file; with what is wrong in between. */
async function* rowsOf(open: OpenFile, wanted: ReadonlySet<string>): AsyncGenerator<AnyRow | RowProblem> {
  let line = 0;
  try {
    for await (const part of jsonLists(open(), LIST_NAMES, wanted)) {
      if (!('list' in part)) {
        // A page of an answer: the rest of the account is somewhere else.
        if (part.name === 'IsTruncated' && part.value === true)
          yield {
            line: line + 1,
            field: 'IsTruncated',
            problem: 'The answer was cut off: the file is one page of several.',
          };
        continue;
      }
      line++;
      const list = part.list as ListName;
      const place = `${list}[${part.index}]`;
      const read = DETAIL_SCHEMAS[list].safeParse(part.value);
      if (read.success) yield { list, line, place, detail: read.data } as AnyRow;
      else {
        const [issue] = read.error.issues;
        yield { line, field: [place, ...(issue?.path ?? [])].join('.'), problem: wordsFor(issue) };
      }
    }
  } catch (error) {
    if (!(error instanceof BrokenJson)) throw error;
    yield { line: line + 1, field: null, problem: `After ${line} rows the file cannot be read on: ${error.message}.` };
  }
}

/** Says what is wrong with a value, never the value. */
const wordsFor = (issue: z.core.$ZodIssue | undefined): string =>
  issue?.code === 'invalid_type'
    ? `This should be ${issue.expected === 'string' ? 'text' : `of type ${issue.expected}`}.`
    : 'This cannot be used here.';
