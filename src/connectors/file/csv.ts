import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { type FileFormat, type RawRow, type RowProblem, VendorFailure } from '../sdk/index.js';
import { fileSession, RESOURCE_TYPES } from './file-session.js';
import { readRow } from './map-row.js';

/** Column by column, where it goes in the row that NDJSON would carry. */
const COLUMNS: Record<string, { path: readonly string[]; as?: 'boolean' | 'tags' | 'consumers' }> = {
  entity: { path: ['entity'] },
  id: { path: ['id'] },
  name: { path: ['name'] },
  kind: { path: ['kind'] },
  status: { path: ['status'] },
  identity: { path: ['identity'] },
  created_at: { path: ['createdAt'] },
  owner: { path: ['owner'] },
  environment: { path: ['environment'] },
  unit: { path: ['unit'] },
  nature: { path: ['nature'] },
  managed_by: { path: ['managedBy'] },
  custody: { path: ['custody'] },
  ai_use: { path: ['aiUse'] },
  privilege: { path: ['privilege'] },
  collection: { path: ['collection'] },
  tags: { path: ['tags'], as: 'tags' },
  expected_use: { path: ['expectedUse', 'pattern'] },
  expected_use_next_due_at: { path: ['expectedUse', 'nextDueAt'] },
  expected_use_approved_by: { path: ['expectedUse', 'approvedBy'] },
  expected_use_approved_until: { path: ['expectedUse', 'approvedUntil'] },
  issued_at: { path: ['issuedAt'] },
  expires_at: { path: ['expiresAt'] },
  rotated_at: { path: ['rotatedAt'] },
  can_expire: { path: ['canExpire'], as: 'boolean' },
  hint: { path: ['hint'] },
  ai_service: { path: ['aiService'], as: 'boolean' },
  consumers: { path: ['consumers'], as: 'consumers' },
  last_used_at: { path: ['lastUsedAt'] },
  last_used_service: { path: ['lastUsedService'] },
  last_user_agent: { path: ['lastUserAgent'] },
  use_known_since: { path: ['useKnownSince'] },
  use_known_until: { path: ['useKnownUntil'] },
  entitlement: { path: ['entitlement'] },
  resource: { path: ['resource'] },
  via: { path: ['via'] },
};

const TEMPLATE_ROWS: Record<string, string>[] = [
  {
    entity: 'identity',
    id: 'svc-invoice-reader',
    name: 'Invoice reader',
    kind: 'service-account',
    status: 'active',
    created_at: '2025-11-03T09:00:00Z',
    owner: 'sample.person.07@example.org',
    environment: 'production',
    unit: 'Finance',
    ai_use: 'yes',
    privilege: 'read',
    tags: 'team=invoices',
  },
  { entity: 'entitlement', id: 'role-reader', name: 'Reader', kind: 'role', privilege: 'read' },
  { entity: 'resource', id: 'bucket-invoices', name: 'Invoices', kind: 'bucket' },
  {
    entity: 'credential',
    id: 'key-4711',
    identity: 'svc-invoice-reader',
    kind: 'api-key',
    status: 'active',
    issued_at: '2026-02-01',
    expires_at: '2026-08-01',
    hint: '...9f2c',
    last_used_at: '2026-02-20T10:15:00Z',
    use_known_since: '2026-02-01',
    consumers: 'pipeline:ci/invoices',
  },
  { entity: 'grant', identity: 'svc-invoice-reader', entitlement: 'role-reader', resource: 'bucket-invoices' },
];
const names = Object.keys(COLUMNS);
const TEMPLATE = `${[names.join(','), ...TEMPLATE_ROWS.map((row) => names.map((name) => row[name] ?? '').join(','))].join('\n')}\n`;

/** CSV with a header row; comma, semicolon or tab. Empty cells say nothing. */
export const csv: FileFormat = {
  id: 'csv',
  title: "CSV in Mandate's format",
  connector: 'file',
  mappingVersion: 1,
  resourceTypes: RESOURCE_TYPES,
  template: TEMPLATE,
  open: (file, _lookup, complain) => fileSession(file, () => rows(file.open(), complain)),
};

async function* rows(
  stream: AsyncIterable<Buffer>,
  complain: (problem: RowProblem) => void,
): AsyncGenerator<readonly RawRow[]> {
  const parser = Readable.from(stream).pipe(
    parse({
      bom: true,
      delimiter: [',', ';', '\t'],
      relax_column_count: true,
      skip_empty_lines: true,
      info: true,
      max_record_size: 1024 * 1024,
    }),
  );
  let header: string[] | null = null;
  let batch: RawRow[] = [];
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      if (header === null) {
        header = readHeader(record);
        continue;
      }
      const columns = header;
      const line = info.lines;
      if (record.length !== columns.length) {
        complain({ line, field: null, problem: `has ${record.length} cells, and the header ${columns.length}` });
        continue;
      }
      // The header is part of the row: the same cells under other names say something else.
      batch.push({
        raw: `${columns.join('\u001f')}\u001e${record.join('\u001f')}`,
        line,
        parse: () => parseRecord(columns, record, line),
      });
      if (batch.length === 1000) {
        yield batch;
        batch = [];
      }
    }
  } catch (error) {
    if (error instanceof VendorFailure) throw error;
    const { code, lines } = error as { code?: string; lines?: number };
    if (code?.startsWith('CSV_'))
      throw new VendorFailure(`The file is not well-formed CSV near line ${lines ?? '?'}`, 'malformed', undefined, {
        cause: error,
      });
    throw error;
  }
  if (header === null) throw new VendorFailure('The file is empty', 'malformed');
  if (batch.length > 0) yield batch;
}

function readHeader(record: readonly string[]): string[] {
  const header = record.map((name) => name.trim().toLowerCase());
  const unknown = header.filter((name) => !(name in COLUMNS) && !name.startsWith('attribute.'));
  if (unknown.length > 0)
    throw new VendorFailure(
      `The file has columns Mandate does not know: ${unknown.map((name) => name.slice(0, 60)).join(', ')}. The template lists them all; further ones are named "attribute.<name>"`,
      'malformed',
    );
  const twice = header.filter((name, at) => header.indexOf(name) !== at);
  if (twice.length > 0) throw new VendorFailure(`The file has these columns twice: ${twice.join(', ')}`, 'malformed');
  if (!header.includes('entity')) throw new VendorFailure('The file has no column "entity"', 'malformed');
  return header;
}

function parseRecord(header: readonly string[], record: readonly string[], line: number): ReturnType<typeof readRow> {
  const row: Record<string, unknown> = {};
  for (const [at, name] of header.entries()) {
    const cell = unguarded(record[at]!.trim());
    if (cell === '') continue;
    const column = COLUMNS[name];
    if (!column) {
      const attributes = (row.attributes ??= {}) as Record<string, unknown>;
      attributes[name.slice('attribute.'.length)] = cell;
      continue;
    }
    const value = column.as ? convert(column.as, cell) : cell;
    let place = row;
    for (const part of column.path.slice(0, -1)) place = (place[part] ??= {}) as Record<string, unknown>;
    place[column.path.at(-1)!] = value;
  }
  return readRow(row, line, (path) => columnOf(path));
}

const columnOf = (path: readonly PropertyKey[]): string | null =>
  names.find((name) => COLUMNS[name]!.path.every((part, at) => path[at] === part)) ??
  (path.length > 0 ? String(path[0]) : null);

/** A value of the wrong form is handed on as it is: the schema then says what is wrong with it, and where. */
function convert(as: 'boolean' | 'tags' | 'consumers', cell: string): unknown {
  if (as === 'boolean') return /^(?:true|yes|1)$/i.test(cell) ? true : /^(?:false|no|0)$/i.test(cell) ? false : cell;
  const parts = cell
    .split('|')
    .map((part) => part.trim())
    .filter(Boolean);
  if (as === 'tags')
    return Object.fromEntries(
      parts.map((part) =>
        part.includes('=')
          ? [part.slice(0, part.indexOf('=')).trim(), part.slice(part.indexOf('=') + 1).trim()]
          : [part, ''],
      ),
    );
  return parts.map((part) => ({
    kind: part.slice(0, Math.max(0, part.indexOf(':'))) || 'unknown',
    locator: part.slice(part.indexOf(':') + 1),
  }));
}

/** Exports put a quote before what a spreadsheet would take for a formula; it is not part of the value. */
const unguarded = (cell: string): string => (/^'[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell);
