import { type Command, InvalidArgumentError, Option } from 'commander';
import type { OutputFormat } from './output.js';

export interface CommonOptions {
  readonly output: OutputFormat;
  readonly quiet: boolean;
  readonly limit: number;
}

/** Options every command that shows something has. */
export const withOutput = (command: Command): Command =>
  command
    .addOption(
      new Option('-o, --output <format>', 'how to print the data')
        .choices(['table', 'json', 'jsonl', 'csv'])
        .default('table'),
    )
    .option('-q, --quiet', 'no progress and no notes', false);

export const withLimit = (command: Command): Command =>
  withOutput(command).option('--limit <n>', 'how many rows at the most', positive, 100);

export function positive(value: string): number {
  const n = Number(value);
  if (!Number.isInteger(n) || n < 1) throw new InvalidArgumentError('must be a whole number from 1.');
  return n;
}

export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
export const failOn = (): Option =>
  new Option('--fail-on <severity>', 'end with code 3 when a finding is at least this severe').choices([...SEVERITIES]);
export const isAtLeast = (severity: string, limit: string): boolean =>
  SEVERITIES.indexOf(severity as never) >= SEVERITIES.indexOf(limit as never);

/** `2026-04-20` is enough for eyes; the rest is in the JSON. */
export const day = (instant: string | null | undefined): string => (instant ? instant.slice(0, 10) : '-');
