import type { Command } from 'commander';
import { connect } from '../client.js';
import { type CommonOptions, day, positive, withOutput } from '../options.js';
import { print, printOne } from '../output.js';
import { personId } from './person-id.js';

interface Consumer {
  readonly kind: string;
  readonly locator: string;
  readonly basis: string;
  readonly lastSeenAt: string | null;
  readonly declaredBy: string | null;
}
interface Review {
  readonly usedUntil: string;
  readonly usedBy: { readonly displayName: string } | null;
  readonly reason: string;
  readonly reviewedBy: string;
  readonly at: string;
}

/** What is normal for an identity: added to `mandate identity`. */
export function addIdentityNormality(identity: Command): void {
  withOutput(identity.command('expect'))
    .argument('<id>')
    .requiredOption('--pattern <pattern>', 'continuous, scheduled, seasonal, standby, break-glass')
    .requiredOption('--reason <text>')
    .option('--next-due <instant>', 'when it is due; an alert when it does not happen then')
    .option('--every <days>', 'how often it is due again', positive)
    .option('--until <instant>', 'until when this is approved (a year, when left out)')
    .description('approve how an identity is expected to be used')
    .action(
      async (
        id: string,
        options: CommonOptions & {
          pattern: string;
          reason: string;
          nextDue?: string;
          every?: number;
          until?: string;
        },
      ) => {
        const client = connect();
        const { etag } = await client.call('GET', `identities/${encodeURIComponent(id)}`);
        const { body } = await client.call<Record<string, unknown>>('PATCH', `identities/${encodeURIComponent(id)}`, {
          etag,
          body: {
            expectedUse: {
              pattern: options.pattern,
              nextDueAt: options.nextDue ?? null,
              everyDays: options.every ?? null,
              approvedUntil: options.until ?? null,
            },
            reason: options.reason,
          },
        });
        printOne({ expectedUse: body.expectedUse, because: body.because }, options.output);
      },
    );
  identity
    .command('review-use')
    .argument('<id>')
    .requiredOption('--reason <text>', 'what it was used for, and whether that was an emergency')
    .option('--used-by <person>', 'id or user name')
    .description('record that the use of emergency access was looked at')
    .action(async (id: string, options: { reason: string; usedBy?: string }) => {
      await connect().post(`identities/${encodeURIComponent(id)}/use-reviews`, {
        reason: options.reason,
        usedBy: options.usedBy ? await personId(options.usedBy) : null,
      });
    });
  withOutput(identity.command('use-reviews'))
    .argument('<id>')
    .description('reviews of the use of emergency access')
    .action(async (id: string, { output }: CommonOptions) =>
      print(
        await connect().list<Review>(`identities/${encodeURIComponent(id)}/use-reviews`, {}, 1000),
        [
          { head: 'used until', cell: (row) => row.usedUntil },
          { head: 'used by', cell: (row) => row.usedBy?.displayName },
          { head: 'reason', cell: (row) => row.reason },
          { head: 'reviewed by', cell: (row) => row.reviewedBy },
          { head: 'at', cell: (row) => row.at },
        ],
        output,
      ),
    );
}

/** Where a credential is used: added to `mandate credential`. */
export function addConsumers(credential: Command): void {
  withOutput(credential.command('consumers'))
    .argument('<id>')
    .description('where a credential is used: observed, read from a file, or said by somebody')
    .action(async (id: string, { output }: CommonOptions) => {
      const { data } = await connect().get<{ data: Consumer[] }>(`credentials/${encodeURIComponent(id)}/consumers`);
      print(
        data,
        [
          { head: 'kind', cell: (row) => row.kind },
          { head: 'where', cell: (row) => row.locator },
          { head: 'basis', cell: (row) => row.basis },
          { head: 'last seen', cell: (row) => day(row.lastSeenAt) },
          { head: 'said by', cell: (row) => row.declaredBy },
        ],
        output,
      );
    });
  credential
    .command('declare-consumer')
    .argument('<id>')
    .argument('<kind>', 'pipeline, workload, host, secret-store, vendor ...')
    .argument('<where>')
    .option('--withdraw', 'it is no longer used there', false)
    .option('--reason <text>')
    .description('say where a credential is used')
    .action(async (id: string, kind: string, locator: string, options: { withdraw: boolean; reason?: string }) => {
      const path = `credentials/${encodeURIComponent(id)}/consumers`;
      await (options.withdraw
        ? connect().post(`${path}/withdraw`, { kind, locator })
        : connect().post(path, { kind, locator, reason: options.reason ?? null }));
    });
}
