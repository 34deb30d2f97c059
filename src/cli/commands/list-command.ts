import type { Command } from 'commander';
import { connect } from '../client.js';
import { type CommonOptions, withLimit, withOutput } from '../options.js';
import { type Column, note, print, printOne } from '../output.js';

/** `list` and `get` of one noun: the shape they all share. */
export interface Noun<T> {
  readonly path: string;
  readonly columns: readonly Column<T>[];
  /** Filters the API takes: option name (kebab-case) to what it is. */
  readonly filters?: Readonly<Record<string, string>>;
  /** What to say when there is nothing, with the next thing to do. */
  readonly empty: string;
}

const camel = (name: string): string => name.replace(/-([a-z])/g, (_all, letter: string) => letter.toUpperCase());

export function listCommand<T>(
  parent: Command,
  noun: Noun<T>,
  after?: (rows: readonly T[], options: CommonOptions & Record<string, string>) => void,
): Command {
  const command = withLimit(parent.command('list')).description('list them');
  for (const [name, about] of Object.entries(noun.filters ?? {})) command.option(`--${name} <value>`, about);
  return command.action(async (options: CommonOptions & Record<string, string>) => {
    const query = Object.fromEntries(
      Object.keys(noun.filters ?? {}).map((name) => [camel(name), options[camel(name)]]),
    );
    const rows = await connect().list<T>(noun.path, query, options.limit);
    if (rows.length === 0 && options.output === 'table') note(noun.empty);
    else print(rows, noun.columns, options.output);
    if (rows.length === options.limit && !options.quiet) note(`(the first ${options.limit}; --limit shows more)`);
    after?.(rows, options);
  });
}

export function getCommand(parent: Command, path: string): Command {
  return withOutput(parent.command('get'))
    .argument('<id>')
    .description('show one')
    .action(async (id: string, { output }: CommonOptions) =>
      printOne(await connect().get<Record<string, unknown>>(`${path}/${encodeURIComponent(id)}`), output),
    );
}
