import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type Application, createApplication } from '../../application.js';
import { Jobs } from '../../platform/jobs/index.js';
import { Client } from '../client.js';
import { CommandFailed, EXIT } from '../exit.js';
import { type CommonOptions, failOn, withOutput } from '../options.js';
import { bold, note, print, Progress, severity } from '../output.js';
import { type SyncRun, tellRun, waitForRun } from '../wait.js';
import { endOnFindings, type Finding, FINDING_COLUMNS } from './governance.js';

interface ScanOptions extends CommonOptions {
  readonly roleArn?: string[];
  readonly externalId?: string;
  readonly organizationRole?: string;
  readonly trustedAccount?: string[];
  readonly serviceLastAccessed: boolean;
  readonly failOn?: string;
  readonly limit: number;
}

/** The one-shot report: the same application, headless, on a database that is thrown away. */
export function scanCommand(program: Command): void {
  withOutput(program.command('scan').description('one-shot reports without a server').command('aws'))
    .description('read AWS with the credentials of this shell, check everything, print what is wrong, keep nothing')
    .option('--role-arn <arn...>', 'read through these roles instead, an account each')
    .option('--external-id <id>', 'given when a role is assumed')
    .option(
      '--organization-role <name>',
      'list the accounts of the organisation and read each through the role of this name',
    )
    .option('--trusted-account <id...>', 'further accounts of your own: trusting them is not trusting outsiders')
    .option('--no-service-last-accessed', 'do not ask which services were used (it is the slowest part)')
    .option('--limit <n>', 'how many findings to print', Number, 200)
    .addOption(failOn())
    .action(async (options: ScanOptions) => {
      const folder = mkdtempSync(join(tmpdir(), 'mandate-scan-'));
      chmodSync(folder, 0o711);
      let application: Application | null = null;
      const stop = (): void => void (application?.close() ?? Promise.resolve()).finally(() => process.exit(130));
      process.once('SIGINT', stop);
      try {
        const { DATABASE_URL: _own, DATABASE_URL_FILE: _file, ...environment } = process.env;
        application = await createApplication({
          environment: {
            MANDATE_LOG_LEVEL: 'error',
            ...environment,
            MANDATE_DATA_DIR: folder,
            MANDATE_PORT: '0',
            MANDATE_HOST: '127.0.0.1',
          },
          throwAway: true,
          works: false,
        });
        const client = new Client(await application.listen(), readFileSync(join(folder, 'admin-token'), 'utf8').trim());
        const code = await scan(client, application, options);
        if (code !== EXIT.ok) throw new CommandFailed('', code);
      } finally {
        process.removeListener('SIGINT', stop);
        await application?.close();
        rmSync(folder, { recursive: true, force: true });
      }
    });
}

async function scan(client: Client, application: Application, options: ScanOptions): Promise<number> {
  const jobs = application.nest.get(Jobs);
  const source = await client.post<{ id: string }>('sources', {
    name: 'scan',
    connector: 'aws-iam',
    config: configOf(options),
  });
  const started = await client.post<SyncRun>(`sources/${source.id}/sync`);
  const run = await waitForRun(client, started.id, {
    quiet: options.quiet,
    timeoutMs: 4 * 3_600_000,
    step: () => jobs.settle(),
  });
  const code = tellRun(run);
  if (code === EXIT.failure) return code;
  const progress = new Progress(options.quiet);
  progress.say('evaluating');
  for (let round = 0; round < 10 && (await jobs.settle()) > 0; round++);
  progress.end();
  const findings = await client.list<Finding>('findings', { status: 'unresolved' }, Math.max(options.limit, 10_000));
  const { data: checks } = await client.get<{ data: { id: string; outcomes: Record<string, number> }[] }>('checks');
  print(findings.slice(0, options.limit), FINDING_COLUMNS, options.output, { run, findings, checks });
  if (!options.quiet) summarise(findings, checks);
  endOnFindings(findings, options.failOn);
  return code;
}

function summarise(
  findings: readonly Finding[],
  checks: readonly { id: string; outcomes: Record<string, number> }[],
): void {
  const by = (wanted: string) => findings.filter((finding) => finding.severity === wanted).length;
  note(
    bold(
      `${findings.length} findings: ${['critical', 'high', 'medium', 'low'].map((word) => `${by(word)} ${severity(word)}`).join(', ')}`,
    ),
  );
  const unseen = checks.filter(({ outcomes }) => (outcomes['not-evaluated'] ?? 0) > 0);
  if (unseen.length > 0)
    note(
      `Not evaluated, for want of data (never a pass): ${unseen.map(({ id, outcomes }) => `${id} ${outcomes['not-evaluated']}`).join(', ')}`,
    );
}

function configOf(options: ScanOptions): Record<string, unknown> {
  const accounts = (options.roleArn ?? []).map((roleArn) => {
    const id = /^arn:[^:]+:iam::(\d{12}):role\//.exec(roleArn)?.[1];
    if (!id) throw new CommandFailed(`${roleArn} is not the ARN of a role.`, EXIT.usage);
    return { id, roleArn, ...(options.externalId ? { externalId: options.externalId } : {}) };
  });
  return {
    ...(accounts.length > 0 ? { accounts } : {}),
    ...(options.organizationRole
      ? {
          organization: {
            roleName: options.organizationRole,
            ...(options.externalId ? { externalId: options.externalId } : {}),
          },
        }
      : {}),
    ...(options.trustedAccount ? { trustedAccounts: options.trustedAccount } : {}),
    serviceLastAccessed: options.serviceLastAccessed,
  };
}
