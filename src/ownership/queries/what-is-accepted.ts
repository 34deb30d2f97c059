import { sql, type Tx } from '../../platform/database/index.js';

/** Purpose and privileges of an identity as they stand: what an owner says yes to. */
export interface WhatIsAccepted {
  readonly useCases: readonly { readonly id: string; readonly name: string }[];
  readonly privilege: string;
  readonly grants: number;
}

export async function whatIsAccepted(tx: Tx, identityId: string): Promise<WhatIsAccepted> {
  const [row] = await tx.sql<WhatIsAccepted>`SELECT i.privilege,
      (SELECT count(*)::int FROM grants g WHERE g.identity_id = i.id AND g.removed_at IS NULL) AS grants,
      (SELECT coalesce(json_agg(json_build_object('id', u.id, 'name', u.name) ORDER BY u.name), '[]') FROM use_cases u WHERE u.status <> 'retired' AND u.id IN (SELECT l.use_case_id FROM use_case_links l WHERE l.identity_id = i.id AND l.removed_at IS NULL)) AS "useCases"
    FROM identities i WHERE i.id = ${identityId}`;
  return row!;
}

/**
 * Asks again where what was accepted is no longer what is: the identity reaches a higher privilege, or serves a use
 * case that it did not serve. What was accepted unseen (its privilege unknown) is asked again when it proves privileged. The yes given stays in the history until this instant. Returns the identities.
 */
export async function askAgain(tx: Tx, ids: readonly string[], at: Date): Promise<string[]> {
  const outdated = await tx.sql<{ id: string; identityId: string }>`
    SELECT o.id, o.identity_id AS "identityId" FROM ownerships o JOIN identities i ON i.id = o.identity_id
    WHERE o.identity_id = ANY(${ids}::uuid[]) AND o.state = 'accepted' AND o.accepted_what IS NOT NULL AND i.removed_at IS NULL
      AND (privilege_rank(i.privilege) > coalesce(privilege_rank(o.accepted_what->>'privilege'), 3)
        OR EXISTS (SELECT 1 FROM use_case_links l JOIN use_cases u ON u.id = l.use_case_id WHERE l.identity_id = i.id AND l.removed_at IS NULL AND u.status <> 'retired'
          AND NOT EXISTS (SELECT 1 FROM jsonb_array_elements(o.accepted_what->'useCases') AS had WHERE had->>'id' = u.id::text)))
    ORDER BY o.id FOR UPDATE OF o`;
  if (outdated.length === 0) return [];
  const rows = sql`SELECT unnest(${outdated.map(({ id }) => id)}::uuid[])`;
  await tx.sql`UPDATE ownerships SET state = 'ended', ended_at = ${at}, valid_from = ${at}, version = version + 1 WHERE id IN (${rows})`;
  await tx.sql`
    WITH again AS (
      INSERT INTO ownerships (id, identity_id, owner_id, team_id, sponsor_id, deputies, state, basis, reason, rule_id, run_id, assigned_by, assigned_at, valid_from, version)
      SELECT gen_random_uuid(), o.identity_id, o.owner_id, o.team_id, o.sponsor_id, o.deputies, 'provisional', o.basis, o.reason, o.rule_id, o.run_id, o.assigned_by, o.assigned_at, ${at}, o.version + 1
      FROM ownerships o WHERE o.id IN (${rows}) RETURNING id, identity_id, owner_id, rule_id)
    INSERT INTO ownership_waits (ownership_id, identity_id, person_id, step, asked_at, remind_at, escalate_at, due_at, remind_after_days, escalate_after_days)
    SELECT a.id, a.identity_id, a.owner_id, 'owner', ${at}, ${at}::timestamptz + make_interval(days => d.remind), ${at}::timestamptz + make_interval(days => d.escalate), ${at}::timestamptz + make_interval(days => least(d.remind, d.escalate)), d.remind, d.escalate
    FROM again a LEFT JOIN ownership_rules r ON r.id = a.rule_id CROSS JOIN LATERAL (SELECT coalesce(r.remind_after_days, 2) AS remind, coalesce(r.escalate_after_days, 3) AS escalate) d`;
  return outdated.map(({ identityId }) => identityId);
}
