import { styleText } from 'node:util';
import Table from 'cli-table3';

export type OutputFormat = 'table' | 'json' | 'jsonl' | 'csv';

/** One column of a table: its head, and its cell out of a row. */
export interface Column<T> {
  readonly head: string;
  cell(row: T): string | number | boolean | null | undefined;
}

const isTerminal = (): boolean => process.stdout.isTTY === true;
const FORMULA = /^[=+\-@\t\r]/;

/** Data goes to stdout in the form that was asked for; nothing else does. */
export function print<T>(
  rows: readonly T[],
  columns: readonly Column<T>[],
  format: OutputFormat,
  whole?: unknown,
): void {
  switch (format) {
    case 'json':
      process.stdout.write(`${JSON.stringify(whole ?? rows, null, 2)}\n`);
      return;
    case 'jsonl':
      for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
      return;
    case 'csv':
      process.stdout.write(
        `${[columns.map(({ head }) => csvCell(head.toLowerCase())), ...rows.map((row) => columns.map((column) => csvCell(text(column.cell(row)))))].map((cells) => cells.join(',')).join('\n')}\n`,
      );
      return;
    case 'table':
      printTable(rows, columns);
  }
}

function printTable<T>(rows: readonly T[], columns: readonly Column<T>[]): void {
  if (!isTerminal()) {
    // Not for eyes: nothing is cut, nothing is coloured, one row a line.
    for (const cells of [
      columns.map(({ head }) => head.toUpperCase()),
      ...rows.map((row) => columns.map((column) => text(column.cell(row)).replaceAll(/[\t\n]/g, ' '))),
    ])
      process.stdout.write(`${cells.join('\t')}\n`);
    return;
  }
  const table = new Table({
    head: columns.map(({ head }) => bold(head.toUpperCase())),
    chars: {
      top: '',
      'top-mid': '',
      'top-left': '',
      'top-right': '',
      bottom: '',
      'bottom-mid': '',
      'bottom-left': '',
      'bottom-right': '',
      left: '',
      'left-mid': '',
      mid: '',
      'mid-mid': '',
      right: '',
      'right-mid': '',
      middle: '  ',
    },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  const width = process.stdout.columns ?? 120;
  const widest = Math.max(12, Math.floor(width / Math.max(1, columns.length)) + 12);
  for (const row of rows) table.push(columns.map((column) => paint(column.head, cut(text(column.cell(row)), widest))));
  process.stdout.write(`${table.toString()}\n`);
}

/** One thing, member by member. */
export function printOne(value: Record<string, unknown>, format: OutputFormat): void {
  if (format === 'json' || format === 'jsonl') {
    process.stdout.write(`${JSON.stringify(value, null, format === 'json' ? 2 : undefined)}\n`);
    return;
  }
  const width = Math.max(...Object.keys(value).map((name) => name.length));
  for (const [name, member] of Object.entries(value))
    process.stdout.write(
      `${bold(name.padEnd(width))}  ${typeof member === 'object' && member !== null ? JSON.stringify(member) : text(member as string)}\n`,
    );
}

/** For people, and out of the way of the data. */
export const note = (message: string): void => void process.stderr.write(`${message}\n`);

export const bold = (message: string): string => styleText('bold', message, { stream: process.stdout });
const SEVERITY_STYLE = { critical: ['bold', 'red'], high: 'red', medium: 'yellow', low: 'blue' } as const;
export const severity = (word: string): string =>
  word in SEVERITY_STYLE
    ? styleText(SEVERITY_STYLE[word as keyof typeof SEVERITY_STYLE] as never, word, { stream: process.stdout })
    : word;
const paint = (head: string, cell: string): string => (head === 'severity' ? severity(cell) : cell);

const text = (value: string | number | boolean | null | undefined): string =>
  value === null || value === undefined ? '-' : String(value);
const cut = (value: string, width: number): string => (value.length > width ? `${value.slice(0, width - 1)}…` : value);

/** A cell a spreadsheet would take for a formula gets a quote before it (CVE-2021-41270); imports take it off again. */
function csvCell(value: string): string {
  const safe = FORMULA.test(value) && value !== '-' ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A line that is rewritten on a terminal, and a line for each tenth elsewhere. */
export class Progress {
  private last = '';
  constructor(private readonly quiet: boolean) {}
  say(message: string): void {
    if (this.quiet || message === this.last) return;
    this.last = message;
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${message}`);
    else process.stderr.write(`${message}\n`);
  }
  end(): void {
    if (!this.quiet && process.stderr.isTTY && this.last !== '') process.stderr.write('\r\u001b[K');
  }
}
