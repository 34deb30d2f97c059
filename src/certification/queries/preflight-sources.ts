import { population, sourcesAsKnown } from '../../catalogue/index.js';
import { empty, sql, type Tx } from '../../platform/database/index.js';
import { DAY_MS, HOUR_MS } from '../../platform/clock/index.js';
import type { Campaign } from '../campaign.js';

/** What speaks against a launch. What blocks can be overridden by a person, with a reason. */
export interface PreflightProblem {
  readonly kind: string;
  readonly blocks: boolean;
  readonly detail: string;
  readonly count: number;
  readonly source: { readonly id: string; readonly name: string } | null;
}

interface KnownSource {
  readonly id: string;
  readonly name: string;
  readonly status: 'never-read' | 'complete' | 'partial' | 'failed' | 'held';
  readonly scheduled: boolean;
  readonly readAt: Date | null;
  readonly unreadable: number;
  readonly gaps: number;
  readonly strangers: number;
  readonly shrunkKind: string | null;
  readonly lost: number;
  readonly had: number;
}

/** Whether the sources a population comes from can be trusted to show it whole. */
export async function preflightSources(tx: Tx, campaign: Campaign, now: Date): Promise<PreflightProblem[]> {
  const { preflight } = campaign.settings;
  const wanted = campaign.scope.source;
  const since = new Date(now.getTime() - preflight.shrinkWindowDays * DAY_MS);
  const sources =
    await tx.sql<KnownSource>`SELECT k.id, k.name, k.status, k.scheduled, k.read_at AS "readAt", k.unreadable, k.gaps, k.strangers, k.shrunk_kind AS "shrunkKind", k.lost, k.had FROM (${sourcesAsKnown(since)}) k
    WHERE ${wanted === undefined ? empty : sql`k.id = ANY(${wanted}::uuid[]) AND`} (k.lost > 0 OR ${wanted !== undefined} OR EXISTS (SELECT 1 FROM (${population(campaign.scope, now)}) p WHERE p.source_id = k.id)) ORDER BY k.name`;
  return sources.flatMap((source) => judge(source, campaign, now));
}

function judge(source: KnownSource, { settings: { preflight } }: Campaign, now: Date): PreflightProblem[] {
  const { id, name, status, scheduled, readAt, unreadable, gaps, strangers, lost, had, shrunkKind } = source;
  const problems: PreflightProblem[] = [];
  const say = (kind: string, blocks: boolean, count: number, detail: string): void =>
    void problems.push({ kind, blocks, count, detail, source: { id, name } });
  const limit = scheduled ? preflight.maximumAgeHours * HOUR_MS : preflight.maximumImportAgeDays * DAY_MS;
  if (status === 'failed') say('source-failed', true, 1, `the last reading of "${name}" failed`);
  else if (status === 'held')
    say('source-held', true, 1, `the last reading of "${name}" is held and waits for somebody to confirm it`);
  else if (readAt === null) say('source-never-read', true, 1, `"${name}" was never read`);
  if (readAt !== null && now.getTime() - readAt.getTime() > limit)
    say('source-stale', true, 1, `"${name}" was last read at ${readAt.toISOString()}`);
  // One row out of three is no sign of anything.
  if (lost >= 2 && had > 0 && lost / had > preflight.shrinkShare)
    say(
      'source-shrunken',
      true,
      lost,
      `"${name}" lost ${lost} of ${had} ${shrunkKind} (${Math.round((100 * lost) / had)} %)`,
    );
  if (unreadable > 0)
    say('accounts-not-seen', false, unreadable, `${unreadable} accounts of "${name}" could not be read`);
  if (gaps > 0) say('types-not-seen', false, gaps, `${gaps} kinds of record of "${name}" could not be read`);
  if (strangers > 0)
    say('holder-unknown', false, strangers, `${strangers} grants and trusts of "${name}" name a holder nobody knows`);
  return problems;
}
