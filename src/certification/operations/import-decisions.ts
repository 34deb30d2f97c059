import { Injectable } from '@nestjs/common';
import { parse } from 'csv-parse/sync';
import { Database } from '../../platform/database/index.js';
import { type Actor, DomainError, RequestInvalid } from '../../platform/http/index.js';
import { unguarded } from '../csv.js';
import type { Verdict } from '../recommendation.js';
import { DecideItem } from './decide-item.js';

export const CSV_COLUMNS = [
  'item',
  'expected_version',
  'campaign',
  'subject',
  'identity',
  'risk',
  'recommended',
  'because',
  'last_used_at',
  'can',
  'findings',
  'evidence_hash',
  'verdict',
  'reason',
  'grants',
  'proposed',
] as const;
const VERDICTS: readonly string[] = ['keep', 'reduce', 'rotate', 'revoke', 'not-mine'];
const MAXIMUM_ROWS = 5000;

/** What became of one row of a file. */
export interface ImportedRow {
  readonly line: number;
  readonly item: string;
  readonly result: 'decided' | 'skipped' | 'refused';
  readonly verdict: string | null;
  readonly problem: { readonly code: string; readonly detail: string } | null;
}

class OnlyShown extends Error {}

/** Takes decisions from a file that was exported before, row by row: one that cannot be taken harms no other. */
@Injectable()
export class ImportDecisions {
  constructor(
    private readonly database: Database,
    private readonly decide: DecideItem,
  ) {}

  async execute(actor: Actor, text: string, dryRun: boolean): Promise<ImportedRow[]> {
    const results: ImportedRow[] = [];
    for (const [at, row] of read(text).entries()) results.push(await this.row(actor, at + 2, row, dryRun));
    return results;
  }

  private async row(
    actor: Actor,
    line: number,
    row: Readonly<Record<string, string>>,
    dryRun: boolean,
  ): Promise<ImportedRow> {
    const cell = (name: (typeof CSV_COLUMNS)[number]): string => unguarded(row[name] ?? '').trim();
    const [item, verdict] = [cell('item'), cell('verdict').toLowerCase()];
    const answer = (result: ImportedRow['result'], problem: ImportedRow['problem'] = null): ImportedRow => ({
      line,
      item,
      result,
      verdict: verdict === '' ? null : verdict,
      problem,
    });
    if (verdict === '') return answer('skipped');
    const refuse = (detail: string): ImportedRow => answer('refused', { code: 'request.invalid', detail });
    if (!VERDICTS.includes(verdict)) return refuse(`"verdict" must be one of ${VERDICTS.join(', ')}`);
    if (!/^[0-9a-f-]{36}$/i.test(item)) return refuse('"item" is no id of an item');
    const version = Number(cell('expected_version'));
    if (!Number.isInteger(version) || version < 1)
      return refuse('"expected_version" is missing: export the file again');
    const list = (name: 'grants'): string[] =>
      cell(name)
        .split(/[\s;]+/)
        .filter(Boolean);
    try {
      await this.database.transaction(async (tx) => {
        await this.decide.executeIn(tx, actor, item, version, {
          verdict: verdict as Verdict,
          reason: cell('reason') || null,
          grants: list('grants'),
          proposed: cell('proposed') || null,
          channel: 'csv',
        });
        if (dryRun) throw new OnlyShown();
      });
    } catch (error) {
      if (error instanceof DomainError) return answer('refused', { code: error.code, detail: error.message });
      if (!(error instanceof OnlyShown)) throw error;
    }
    return answer('decided');
  }
}

function read(text: string): Record<string, string>[] {
  let rows: Record<string, string>[];
  try {
    rows = parse(text, {
      columns: (head: string[]) => head.map((name) => name.trim().toLowerCase()),
      bom: true,
      skip_empty_lines: true,
      relax_column_count: true,
      to: MAXIMUM_ROWS + 1,
    });
  } catch (error) {
    throw new RequestInvalid([
      { pointer: '/file', detail: `is not a CSV file (${(error as { code?: string }).code ?? 'unreadable'})` },
    ]);
  }
  if (rows.length > MAXIMUM_ROWS)
    throw new RequestInvalid([{ pointer: '/file', detail: `has more than ${MAXIMUM_ROWS} rows` }]);
  const missing = (['item', 'expected_version', 'verdict'] as const).filter(
    (name) => rows.length > 0 && !(name in rows[0]!),
  );
  if (missing.length > 0)
    throw new RequestInvalid(missing.map((name) => ({ pointer: '/file', detail: `has no column "${name}"` })));
  return rows;
}
