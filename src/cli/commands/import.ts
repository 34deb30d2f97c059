import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { type Command, Option } from 'commander';
import { connect } from '../client.js';
import { CommandFailed, EXIT } from '../exit.js';
import { type CommonOptions, withOutput } from '../options.js';
import { printOne } from '../output.js';
import { type SyncRun, tellRun, waitForRun } from '../wait.js';

export function importCommand(program: Command): void {
  withOutput(program.command('import'))
    .description('take a file into the inventory')
    .argument('<file>')
    .option(
      '--format <format>',
      'csv, ndjson, aws-authorization-details, aws-credential-report; guessed from the name where that is clear',
    )
    .option('--source <name>', 'the source it goes into, made if there is none; default: the name of the file')
    .addOption(
      new Option('--mode <mode>', 'snapshot removes what it no longer names, append removes nothing')
        .choices(['snapshot', 'append'])
        .default('snapshot'),
    )
    .option('--timeout <seconds>', 'how long to wait for the run', Number, 3600)
    .action(
      async (
        file: string,
        options: CommonOptions & { format?: string; source?: string; mode: string; timeout: number },
      ) => {
        const form = new FormData();
        form.append('format', options.format ?? guessed(file));
        form.append('source', options.source ?? basename(file).replace(/\.[a-z]+$/i, ''));
        form.append('mode', options.mode);
        form.append('file', await openFile(file), basename(file));
        const client = connect();
        const { body } = await client.call<SyncRun>('POST', 'imports', { form });
        const run = await waitForRun(client, body.id, { quiet: options.quiet, timeoutMs: options.timeout * 1000 });
        const code = tellRun(run);
        if (options.output !== 'table') printOne(run as unknown as Record<string, unknown>, options.output);
        if (code !== EXIT.ok) throw new CommandFailed('', code);
      },
    );
  program
    .command('import-template')
    .description('print an example file with every column')
    .argument('<format>', 'csv or ndjson')
    .action(async (format: string) => {
      process.stdout.write(
        (await connect().call<string>('GET', `imports/templates/${encodeURIComponent(format)}`)).body,
      );
    });
}

function guessed(file: string): string {
  if (/\.(?:ndjson|jsonl)$/i.test(file)) return 'ndjson';
  if (/credential.?report/i.test(file)) return 'aws-credential-report';
  if (/(?:auth|authz|authorization).*\.json$/i.test(file)) return 'aws-authorization-details';
  if (/\.csv$/i.test(file)) return 'csv';
  throw new CommandFailed('What kind of file is this? Say so with --format.', EXIT.usage);
}

async function openFile(file: string): Promise<Blob> {
  try {
    return await openAsBlob(file);
  } catch (error) {
    throw new CommandFailed(
      `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}).`,
      EXIT.usage,
    );
  }
}
