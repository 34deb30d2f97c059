import type { Sql, Tx } from '../../platform/database/index.js';

/** One identity whose owner the rules changed. */
export interface Applied {
  readonly identityId: string;
  readonly what: 'give' | 'move' | 'amend' | 'end';
  readonly ruleId: string | null;
  readonly ownerId: string | null;
}

/** One difference as it was found: it is carried out only if nobody touched the ownership since. */
interface Found {
  readonly identity_id: string;
}

/** What the rules want otherwise. */
export const differing = (tx: Tx, differences: Sql): Promise<Found[]> => tx.run<Found>(differences);

/** Holds the identities still, in one order for everybody: whoever assigns by hand waits, and so do we. */
export async function lockIdentities(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.sql`SELECT id FROM identities WHERE id = ANY(${ids}::uuid[]) ORDER BY id FOR UPDATE`;
}

/** Carries out what the rules want: what was ends, what is new begins and is asked for, in one statement for each. */
export async function applyDifferences(tx: Tx, found: readonly Found[], runId: string, at: Date): Promise<Applied[]> {
  await tx.sql`CREATE TEMP TABLE rule_differences ON COMMIT DROP AS
    SELECT d.* FROM jsonb_to_recordset(${JSON.stringify(found)}::jsonb) AS d(identity_id uuid, what text, rule_id uuid, owner_id uuid, team_id uuid, sponsor_id uuid, deputies uuid[], gives text, remind_after_days integer, escalate_after_days integer, old_id uuid, old_version integer, kept_team_id uuid, kept_sponsor_id uuid)
    LEFT JOIN ownerships o ON o.identity_id = d.identity_id AND o.state <> 'ended' WHERE o.id IS NOT DISTINCT FROM d.old_id AND o.version IS NOT DISTINCT FROM d.old_version`;
  await tx.sql`DELETE FROM ownership_waits w USING rule_differences d WHERE d.what IN ('end', 'move') AND w.ownership_id = d.old_id`;
  await tx.sql`UPDATE ownerships o SET state = 'ended', ended_at = ${at}, valid_from = ${at}, version = o.version + 1 FROM rule_differences d WHERE d.what IN ('end', 'move') AND o.id = d.old_id`;
  await tx.sql`UPDATE ownerships o SET rule_id = d.rule_id, team_id = d.team_id, sponsor_id = d.sponsor_id, deputies = d.deputies, run_id = ${runId}, valid_from = ${at}, version = o.version + 1,
      state = CASE WHEN o.state = 'proposed' AND d.gives = 'provisional' THEN 'provisional' ELSE o.state END
    FROM rule_differences d WHERE d.what = 'amend' AND o.id = d.old_id`;
  await tx.sql`
    WITH given AS (
      INSERT INTO ownerships (id, identity_id, owner_id, team_id, sponsor_id, deputies, state, basis, reason, rule_id, run_id, assigned_by, assigned_at, valid_from, version)
      SELECT gen_random_uuid(), d.identity_id, d.owner_id, coalesce(d.team_id, d.kept_team_id), coalesce(d.sponsor_id, d.kept_sponsor_id), d.deputies, d.gives, 'rule', NULL, d.rule_id, ${runId}, 'system:ownership', ${at}, ${at},
        coalesce(d.old_version, (SELECT max(e.version) FROM ownerships e WHERE e.identity_id = d.identity_id), 0) + 2
      FROM rule_differences d WHERE d.what IN ('give', 'move') RETURNING id, identity_id, owner_id)
    INSERT INTO ownership_waits (ownership_id, identity_id, person_id, step, asked_at, remind_at, escalate_at, due_at, remind_after_days, escalate_after_days)
    SELECT g.id, g.identity_id, g.owner_id, 'owner', ${at}, ${at}::timestamptz + make_interval(days => d.remind_after_days), ${at}::timestamptz + make_interval(days => d.escalate_after_days),
      ${at}::timestamptz + make_interval(days => least(d.remind_after_days, d.escalate_after_days)), d.remind_after_days, d.escalate_after_days
    FROM given g JOIN rule_differences d ON d.identity_id = g.identity_id WHERE g.owner_id IS NOT NULL`;
  return tx.sql<Applied>`SELECT identity_id AS "identityId", what, rule_id AS "ruleId", owner_id AS "ownerId" FROM rule_differences ORDER BY identity_id`;
}

/** The next identities after one, for a walk over everything. */
export const identitiesAfter = async (tx: Tx, after: string | null, limit: number): Promise<string[]> =>
  (
    await tx.sql<{
      id: string;
    }>`SELECT id FROM identities WHERE removed_at IS NULL AND (${after}::uuid IS NULL OR id > ${after}::uuid) ORDER BY id LIMIT ${limit}`
  ).map(({ id }) => id);

/** Notes identities that changed, where there is a rule that might care, or a yes that may have become one to something else. */
export async function noteTouched(tx: Tx, ids: Sql): Promise<number> {
  return tx.change`INSERT INTO ownership_touched (identity_id) SELECT DISTINCT t.id FROM (${ids}) AS t(id) JOIN identities i ON i.id = t.id WHERE EXISTS (SELECT 1 FROM ownership_rules WHERE removed_at IS NULL) OR EXISTS (SELECT 1 FROM ownerships o WHERE o.identity_id = t.id AND o.state = 'accepted') ON CONFLICT DO NOTHING`;
}

/** Takes noted identities off the list; they are looked at in the same transaction, or stay on it. */
export const takeTouched = async (tx: Tx, limit: number): Promise<string[]> =>
  (
    await tx.sql<{ id: string }>`DELETE FROM ownership_touched WHERE identity_id IN (
    SELECT identity_id FROM ownership_touched LIMIT ${limit} FOR UPDATE SKIP LOCKED) RETURNING identity_id AS id`
  ).map(({ id }) => id);
