import { emailOf } from '../people.js';

export type Cell = string | number | boolean | undefined;
export type Row = Readonly<Record<string, Cell>>;

const cell = (value: Cell): string => {
  const text = value === undefined ? '' : String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** Rows as CSV, with a column for every member any of them has. */
export function toCsv(rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return `${[columns, ...rows.map((row) => columns.map((column) => cell(row[column])))].map((cells) => cells.join(',')).join('\n')}\n`;
}

export const toNdjson = (rows: readonly object[]): string => `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`;

/** The owner column of a file: a person's address, or nothing. */
export const ownerOf = (person: number | undefined): string | undefined =>
  person === undefined ? undefined : emailOf(person);
