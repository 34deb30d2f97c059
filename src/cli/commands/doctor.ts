import { accessSync, constants, existsSync } from 'node:fs';
import type { Command } from 'commander';
import { VERSION } from '../../application.js';
import { Config, ConfigurationInvalid } from '../../platform/config/index.js';
import { defaultDataFolder } from '../../platform/database/index.js';
import { checkout, connect } from '../client.js';
import { CommandFailed, EXIT } from '../exit.js';
import { type CommonOptions, withOutput } from '../options.js';
import { print } from '../output.js';

interface Examined {
  readonly what: string;
  readonly state: 'ok' | 'problem' | 'note';
  readonly detail: string;
}

export function doctorCommand(program: Command): void {
  withOutput(program.command('doctor'))
    .description('check this machine and the configuration; secrets are not shown')
    .action(async ({ output }: CommonOptions) => {
      const found: Examined[] = [
        {
          what: 'node',
          state: Number(process.versions.node.split('.')[0]) >= 22 ? 'ok' : 'problem',
          detail: `${process.versions.node} (${process.platform}-${process.arch})`,
        },
        { what: 'mandate', state: 'ok', detail: VERSION },
      ];
      const settings: { name: string; value: string; about: string }[] = [];
      try {
        const config = Config.load(process.env);
        settings.push(...config.describe());
        found.push({ what: 'configuration', state: 'ok', detail: 'valid' }, ...database(config));
      } catch (error) {
        if (!(error instanceof ConfigurationInvalid)) throw error;
        found.push(...error.problems.map((detail): Examined => ({ what: 'configuration', state: 'problem', detail })));
      }
      found.push(await server());
      print(
        found,
        [
          { head: 'what', cell: (row) => row.what },
          { head: 'state', cell: (row) => row.state },
          { head: 'detail', cell: (row) => row.detail },
        ],
        output,
        { found, settings },
      );
      if (output === 'table') {
        process.stdout.write('\n');
        print(
          settings,
          [
            { head: 'variable', cell: (row) => row.name },
            { head: 'value', cell: (row) => row.value },
            { head: 'about', cell: (row) => row.about },
          ],
          output,
        );
      }
      if (found.some(({ state }) => state === 'problem'))
        throw new CommandFailed('Something is wrong; see above.', EXIT.failure);
    });
}

function database(config: Config): Examined[] {
  if (config.get('DATABASE_URL')) return [{ what: 'database', state: 'ok', detail: 'DATABASE_URL is set' }];
  const folder = config.get('MANDATE_DATA_DIR') ?? defaultDataFolder(checkout(), 'main');
  if (!existsSync(folder))
    return [{ what: 'database', state: 'note', detail: `embedded; ${folder} will be made at the first start` }];
  try {
    accessSync(folder, constants.R_OK | constants.W_OK);
    return [{ what: 'database', state: 'ok', detail: `embedded, in ${folder}` }];
  } catch (error) {
    return [
      {
        what: 'database',
        state: 'problem',
        detail: `${folder} cannot be used (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`,
      },
    ];
  }
}

async function server(): Promise<Examined> {
  try {
    const client = connect();
    const response = await fetch(new URL('/healthz/ready', client.url));
    return {
      what: 'server',
      state: response.ok ? 'ok' : 'problem',
      detail: `${client.url} ${response.ok ? 'is ready' : 'is not ready'}`,
    };
  } catch (error) {
    return {
      what: 'server',
      state: 'note',
      detail: error instanceof CommandFailed ? 'none runs here' : 'does not answer',
    };
  }
}
