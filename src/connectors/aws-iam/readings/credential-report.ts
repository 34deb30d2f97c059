import {
  GenerateCredentialReportCommand,
  GetCredentialReportCommand,
  GetLoginProfileCommand,
} from '@aws-sdk/client-iam';
import { type Emitted, type ReadContext, type Reading, type Ref, VendorFailure } from '../../sdk/index.js';
import type { Account } from '../account.js';
import { asFailure, malformed } from '../answers.js';
import { Absent } from '../apis.js';
import { readReportCsv } from '../imports/report-csv.js';
import { rootArn } from '../mapping/frame.js';
import { type UserEntry, userRef } from '../mapping/identities.js';
import { iso } from '../mapping/instants.js';
import { createdIn, keysInRow, password, type ReportRow, ROOT, UnusableColumn } from '../mapping/report-rows.js';
import { type AccountOf, causeOf, EachParent } from './gaps.js';

const GET = 'iam:GetCredentialReport';

interface Report {
  readonly rows: ReadonlyMap<string, ReportRow>;
  readonly madeAt: string;
}

/** Passwords, and the access keys of the root: no API but the credential report tells of them. */
export const credentialReportReading = (accountOf: AccountOf): Reading => ({
  id: 'credential-report',
  types: ['aws.password', 'aws.root-access-key'],
  async *read(ctx, scope) {
    const account = accountOf(scope);
    let report: Report;
    let ofRoot: Emitted[];
    try {
      report = await readReport(account, ctx);
      ofRoot = rootCredentials(account, report, ctx);
    } catch (error) {
      const cause = causeOf(asFailure(error, GET), ctx.signal);
      ctx.gap({ type: 'aws.password', ...cause });
      // The account summary counts the root's keys: none is an answer, and one that is there is shown, however little is known of it.
      if (account.rootAccessKeys === 0) return;
      ctx.gap({ type: 'aws.root-access-key', ...cause });
      yield countedRootKeys(account);
      return;
    }
    yield ofRoot;
    try {
      yield* userPasswords(account, report, ctx);
    } catch (error) {
      ctx.gap({ type: 'aws.password', ...causeOf(error, ctx.signal) });
    }
  },
});

async function readReport({ apis, host, limits }: Account, { signal }: ReadContext): Promise<Report> {
  for (let look = 0; ; look++) {
    const { State: state } = await apis.iam('iam:GenerateCredentialReport', signal, (iam, sent) =>
      iam.send(new GenerateCredentialReportCommand({}), sent),
    );
    if (state === undefined) throw malformed('iam:GenerateCredentialReport', 'says nothing of the report');
    if (state === 'COMPLETE') break;
    if (look >= limits.polls)
      throw new VendorFailure('AWS did not finish its credential report in time.', 'unavailable');
    await host.pause(limits.pollMs, signal);
  }
  const { Content: content, GeneratedTime: madeAt } = await apis.iam(GET, signal, (iam, sent) =>
    iam.send(new GetCredentialReportCommand({}), sent),
  );
  if (!content || content.length === 0) throw malformed(GET, 'holds no report');
  const rows = new Map<string, ReportRow>();
  for await (const line of readReportCsv([content])) {
    if (!('row' in line) || !line.row.user) throw malformed(GET, 'holds a report that cannot be read');
    rows.set(line.row.user, line.row);
  }
  if (!rows.has(ROOT)) throw malformed(GET, 'holds a report without the root of the account');
  return { rows, madeAt: iso(madeAt) ?? new Date(host.now()).toISOString() };
}

const rootRef = ({ frame }: Account): Ref => ({ type: 'aws.root', id: frame.account });

function rootCredentials(account: Account, { rows, madeAt }: Report, ctx: ReadContext): Emitted[] {
  const arn = rootArn(account.frame);
  const row: ReportRow = { ...rows.get(ROOT), arn };
  const keys = read(() => keysInRow(row, 'aws.root-access-key', rootRef(account), madeAt));
  const shown = read(() => password(row, rootRef(account), arn, madeAt));
  // The summary is of now, the report may be hours old: where they differ, the summary is right.
  if (account.rootAccessKeys === 0) return shown;
  if (account.rootAccessKeys === null || keys.length > 0) return [...keys, ...shown];
  ctx.gap({
    type: 'aws.root-access-key',
    reason: 'inconsistent',
    detail: 'The account counts an access key of its root that the credential report, which is older, does not hold.',
  });
  return [...countedRootKeys(account), ...shown];
}

/** Root keys of which only the number is known. */
function countedRootKeys(account: Account): Emitted[] {
  return Array.from({ length: account.rootAccessKeys ?? 0 }, (_, index) => ({
    record: {
      entity: 'credential' as const,
      type: 'aws.root-access-key',
      id: `${rootArn(account.frame)}#access-key-${index + 1}`,
      name: `access key ${index + 1} of the root`,
      identity: rootRef(account),
      kind: 'access-key' as const,
      status: 'unknown' as const,
      issuedAt: null,
      expiresAt: null,
      rotatedAt: null,
      rotatedBasis: 'unknown' as const,
    },
    partial: true,
  }));
}

async function* userPasswords(
  account: Account,
  { rows, madeAt }: Report,
  ctx: ReadContext,
): AsyncGenerator<readonly Emitted[]> {
  const users = [...(await account.usersByName(ctx.signal)).values()];
  const each = new EachParent('aws.password', 'iam:GetLoginProfile', ctx, account.limits);
  const reported = (user: UserEntry): ReportRow | undefined => {
    const row = rows.get(user.name);
    return row && isAbout(row, user) ? row : undefined;
  };
  yield users.flatMap((user) => {
    const row = reported(user);
    return row ? read(() => password(row, userRef(user), user.id, madeAt)) : [];
  });
  // Whoever came after the report was made is asked about alone.
  yield* each.over(
    users.filter((user) => !reported(user)),
    ({ id }) => id,
    (user) => loginProfile(account, ctx, user),
  );
}

/** A name may have been given to another user since. */
const isAbout = (row: ReportRow, user: UserEntry): boolean =>
  row.arn === user.arn && (user.createdAt === null || createdIn(row)?.slice(0, 19) === user.createdAt.slice(0, 19));

async function loginProfile({ apis }: Account, { signal }: ReadContext, user: UserEntry): Promise<Emitted[]> {
  const permission = 'iam:GetLoginProfile';
  try {
    const { LoginProfile: profile } = await apis.iam(permission, signal, (iam, sent) =>
      iam.send(new GetLoginProfileCommand({ UserName: user.name }), sent),
    );
    if (!profile) throw malformed(permission, 'says nothing of the password');
    const at = iso(profile.CreateDate);
    return [
      {
        record: {
          entity: 'credential',
          type: 'aws.password',
          id: `${user.id}#password`,
          name: `console password of ${user.name}`,
          identity: userRef(user),
          kind: 'password',
          status: 'active',
          issuedAt: null,
          expiresAt: null,
          rotatedAt: at,
          rotatedBasis: at ? 'created' : 'unknown',
        },
        // Whether it has a second factor and an expiry only the next report tells.
        partial: true,
      },
    ];
  } catch (error) {
    if (error instanceof Absent) return [];
    throw error;
  }
}

function read<T>(rows: () => T): T {
  try {
    return rows();
  } catch (error) {
    if (error instanceof UnusableColumn) throw malformed(GET, `holds a report that cannot be used: ${error.message}`);
    throw error;
  }
}
