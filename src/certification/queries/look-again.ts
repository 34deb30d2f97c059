import { population, type PopulationSubject } from '../../catalogue/index.js';
import { sql, type Tx } from '../../platform/database/index.js';

/** A subject as it is now, beside what was frozen. */
export interface SubjectNow {
  readonly subjectId: string;
  readonly identityId: string;
  readonly ownPersonId: string | null;
  readonly risk: string | null;
  readonly lastUsedAt: string | null;
  readonly changedAt: Date | null;
}

/** Looks at some subjects again; what is gone or switched off is not among them. */
export function lookAgain(
  tx: Tx,
  subject: PopulationSubject,
  ids: readonly string[],
  now: Date,
): Promise<SubjectNow[]> {
  // Its text depends on the kind of subject alone, and it takes several times longer to plan than to answer.
  return tx.prepared(
    sql`SELECT p.subject_id AS "subjectId", p.identity_id AS "identityId", p.own_person_id AS "ownPersonId", p.risk, iso(p.last_used_at) AS "lastUsedAt", p.changed_at AS "changedAt"
    FROM (${population({ subject }, now, { use: true, changes: true, few: true, within: sql`SELECT unnest(${ids}::uuid[])` })}) p`,
  );
}

const RANK = ['low', 'moderate', 'high', 'critical'];

/** What changed about a subject since it was frozen, in words. */
export function changesSince(
  frozen: { readonly at: Date | null; readonly risk: string | null; readonly lastUsedAt: string | null },
  current: SubjectNow | undefined,
): string[] {
  if (frozen.at === null) return [];
  if (!current) return ['it is gone or switched off'];
  const changes: string[] = [];
  if (hasRisen(frozen.risk, current.risk))
    changes.push(`its risk rose from ${frozen.risk ?? 'unrated'} to ${current.risk}`);
  if (current.lastUsedAt !== null && (frozen.lastUsedAt === null || current.lastUsedAt > frozen.lastUsedAt))
    changes.push(`used on ${current.lastUsedAt.slice(0, 10)}`);
  if (current.changedAt !== null && current.changedAt > frozen.at)
    changes.push(`changed on ${current.changedAt.toISOString().slice(0, 10)}`);
  return changes;
}

export const hasRisen = (before: string | null, after: string | null): boolean =>
  after !== null && RANK.indexOf(after) > RANK.indexOf(before ?? '');
