import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import type { ReportRow } from '../mapping/report-rows.js';

/** A row of a report with the line it stands on, or what is wrong there. */
export type ReportLine =
  | { readonly line: number; readonly row: ReportRow }
  | { readonly line: number; readonly field: string | null; readonly problem: string };

const NEEDED = ['user', 'arn', 'user_creation_time', 'access_key_1_active'];

/** Reads a credential report row by row. Columns are found by name: newer reports have more of them, in whatever order. */
export async function* readReportCsv(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<ReportLine> {
  let columns: readonly string[] | null = null;
  const parser = Readable.from(chunks, { objectMode: false }).pipe(
    parse({
      bom: true,
      info: true,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      trim: true,
      max_record_size: 65_536,
    }),
  );
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      const line = info.lines;
      if (!columns) {
        columns = record.map((name) => name.toLowerCase());
        const missing = NEEDED.find((name) => !columns!.includes(name));
        if (missing === undefined) continue;
        yield {
          line,
          field: missing,
          problem: 'The first line must name the columns of a credential report, and this one is not among them.',
        };
        return;
      }
      if (record.length < columns.length)
        yield {
          line,
          field: columns[record.length] ?? null,
          problem: 'The row has fewer values than the first line names.',
        };
      else yield { line, row: Object.fromEntries(columns.map((name, index) => [name, record[index]])) };
    }
  } catch (error) {
    const { lines } = (error ?? {}) as { lines?: number };
    yield { line: lines ?? 1, field: null, problem: 'From here on the file is no CSV.' };
    return;
  }
  if (!columns) yield { line: 1, field: null, problem: 'The file is empty.' };
}
