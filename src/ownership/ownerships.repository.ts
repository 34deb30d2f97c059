import { sql, type Tx } from '../platform/database/index.js';
import type { WaitStep } from './ownership-waits.repository.js';

export type OwnershipState = 'proposed' | 'provisional' | 'accepted' | 'ended';

/** Who answers for an identity, as the API shows it. */
export interface OwnershipView {
  readonly identity: string;
  readonly owner: { readonly id: string; readonly displayName: string; readonly active: boolean } | null;
  /** Who is asked, and is not owner until they say yes. */
  readonly proposed: { readonly id: string; readonly displayName: string; readonly active: boolean } | null;
  /** Who is waited for, and what silence leads to; null once it is accepted. */
  readonly waiting: {
    readonly step: WaitStep;
    readonly person: { readonly id: string; readonly displayName: string } | null;
    readonly askedAt: string;
    readonly reminders: number;
    readonly remindAt: string | null;
    readonly escalateAt: string | null;
  } | null;
  /** What the owner said yes to. */
  readonly accepted: Readonly<Record<string, unknown>> | null;
  readonly team: { readonly id: string; readonly name: string } | null;
  readonly sponsor: { readonly id: string; readonly displayName: string } | null;
  readonly deputies: readonly { readonly id: string; readonly displayName: string; readonly active: boolean }[];
  readonly state: OwnershipState | null;
  readonly basis: string | null;
  readonly reason: string | null;
  readonly rule: { readonly id: string; readonly name: string } | null;
  /** What the rule is about, where it speaks of a whole account, collection or unit. */
  readonly inheritedFrom: {
    readonly kind: 'account' | 'collection' | 'unit';
    readonly id: string;
    readonly name: string;
  } | null;
  /** The run of the rules that gave it: the set it is audited in. */
  readonly run: string | null;
  readonly assignedBy: string | null;
  readonly assignedAt: string | null;
  readonly acceptedAt: string | null;
  readonly suggestions: readonly {
    readonly person: { readonly id: string; readonly displayName: string };
    readonly confidence: 'high' | 'medium' | 'low';
    readonly because: string;
  }[];
  readonly version: number;
}

export interface OwnershipRow {
  readonly id: string;
  readonly identityId: string;
  readonly ownerId: string | null;
  readonly teamId: string | null;
  readonly sponsorId: string | null;
  readonly deputies: readonly string[];
  readonly state: OwnershipState;
  readonly basis: string;
  readonly version: number;
}

export interface NewOwnership {
  readonly id: string;
  readonly identityId: string;
  readonly ownerId: string | null;
  readonly teamId: string | null;
  readonly sponsorId: string | null;
  readonly deputies: readonly string[];
  readonly state: OwnershipState;
  readonly basis: string;
  readonly reason: string | null;
  readonly assignedBy: string;
  readonly acceptedWhat: Readonly<Record<string, unknown>> | null;
  readonly version: number;
  readonly at: Date;
}

const canAnswer = (alias: string, now: Date) =>
  sql([`(${alias}.status <> 'left' AND (${alias}.leaves_at IS NULL OR ${alias}.leaves_at > `, '))'], now);

export class OwnershipsRepository {
  constructor(private readonly tx: Tx) {}

  /** Whether a person has ever accepted to answer for an identity, be it for less than it is now. */
  async everAccepted(identityId: string, person: string): Promise<boolean> {
    const rows = await this.tx
      .sql`SELECT 1 FROM ownerships WHERE identity_id = ${identityId} AND owner_id = ${person} AND accepted_at IS NOT NULL LIMIT 1`;
    return rows.length > 0;
  }

  async view(identityId: string, now: Date): Promise<OwnershipView | null> {
    const [row] = await this.tx.sql<OwnershipView>`SELECT i.id AS identity,
        CASE WHEN p.id IS NULL OR o.state = 'proposed' THEN NULL ELSE json_build_object('id', p.id, 'displayName', p.display_name, 'active', ${canAnswer('p', now)}) END AS owner,
        CASE WHEN o.state = 'proposed' AND p.id IS NOT NULL THEN json_build_object('id', p.id, 'displayName', p.display_name, 'active', ${canAnswer('p', now)}) END AS proposed,
        CASE WHEN w.ownership_id IS NULL THEN NULL ELSE json_build_object('step', w.step, 'person', CASE WHEN wp.id IS NULL THEN NULL ELSE json_build_object('id', wp.id, 'displayName', wp.display_name) END, 'askedAt', iso(w.asked_at), 'reminders', w.reminders, 'remindAt', iso(w.remind_at), 'escalateAt', iso(w.escalate_at)) END AS waiting, o.accepted_what AS accepted,
        CASE WHEN t.id IS NULL THEN NULL ELSE json_build_object('id', t.id, 'name', t.name) END AS team, CASE WHEN s.id IS NULL THEN NULL ELSE json_build_object('id', s.id, 'displayName', s.display_name) END AS sponsor,
        coalesce((SELECT json_agg(json_build_object('id', d.id, 'displayName', d.display_name, 'active', ${canAnswer('d', now)}) ORDER BY array_position(o.deputies, d.id)) FROM persons d WHERE d.id = ANY(o.deputies)), '[]') AS deputies,
        o.state, o.basis, o.reason, CASE WHEN r.id IS NULL THEN NULL ELSE json_build_object('id', r.id, 'name', r.name) END AS rule, o.run_id AS run,
        CASE WHEN r.selector ? 'collections' THEN (SELECT json_build_object('kind', 'collection', 'id', c.id, 'name', c.name) FROM collections c WHERE c.id = i.collection_id)
          WHEN r.selector ? 'accounts' THEN (SELECT json_build_object('kind', 'account', 'id', sc.external_id, 'name', sc.name) FROM scopes sc WHERE sc.id = i.scope_id)
          WHEN r.selector ? 'units' OR r.owner ? 'headOf' THEN (SELECT json_build_object('kind', 'unit', 'id', u.id, 'name', u.name) FROM units u WHERE u.id = i.unit_id) END AS "inheritedFrom", o.assigned_by AS "assignedBy", iso(o.assigned_at) AS "assignedAt", iso(o.accepted_at) AS "acceptedAt",
        coalesce((SELECT json_agg(json_build_object('person', json_build_object('id', c.id, 'displayName', c.display_name), 'confidence', g.confidence, 'because', g.because) ORDER BY array_position(ARRAY['high', 'medium', 'low'], g.confidence), c.display_name)
          FROM ownership_suggestions g JOIN persons c ON c.id = g.person_id WHERE g.identity_id = i.id), '[]') AS suggestions,
        coalesce(o.version, (SELECT max(e.version) FROM ownerships e WHERE e.identity_id = i.id), 0) AS version
      FROM identities i LEFT JOIN ownerships o ON o.identity_id = i.id AND o.state <> 'ended' LEFT JOIN persons p ON p.id = o.owner_id LEFT JOIN teams t ON t.id = o.team_id LEFT JOIN persons s ON s.id = o.sponsor_id LEFT JOIN ownership_rules r ON r.id = o.rule_id LEFT JOIN ownership_waits w ON w.ownership_id = o.id LEFT JOIN persons wp ON wp.id = w.person_id
      WHERE i.id = ${identityId}`;
    return row ?? null;
  }

  async live(identityId: string): Promise<OwnershipRow | null> {
    const [row] = await this.tx
      .sql<OwnershipRow>`SELECT id, identity_id AS "identityId", owner_id AS "ownerId", team_id AS "teamId", sponsor_id AS "sponsorId", deputies, state, basis, version
      FROM ownerships WHERE identity_id = ${identityId} AND state <> 'ended' FOR UPDATE`;
    return row ?? null;
  }

  async lastVersion(identityId: string): Promise<number> {
    const [row] = await this.tx.sql<{
      version: number;
    }>`SELECT coalesce(max(version), 0)::int AS version FROM ownerships WHERE identity_id = ${identityId}`;
    return row!.version;
  }

  async insert(o: NewOwnership): Promise<void> {
    await this.tx
      .sql`INSERT INTO ownerships (id, identity_id, owner_id, team_id, sponsor_id, deputies, state, basis, reason, assigned_by, assigned_at, accepted_at, accepted_what, valid_from, version)
      VALUES (${o.id}, ${o.identityId}, ${o.ownerId}, ${o.teamId}, ${o.sponsorId}, ${o.deputies}, ${o.state}, ${o.basis}, ${o.reason}, ${o.assignedBy}, ${o.at}, ${o.state === 'accepted' ? o.at : null}, ${o.acceptedWhat ? JSON.stringify(o.acceptedWhat) : null}, ${o.at}, ${o.version})`;
  }

  async end(id: string, at: Date): Promise<void> {
    await this.tx
      .sql`UPDATE ownerships SET state = 'ended', ended_at = ${at}, valid_from = ${at}, version = version + 1 WHERE id = ${id}`;
  }

  /** `what` is what they said yes to: purpose and privileges as they stood. */
  async accept(id: string, what: Readonly<Record<string, unknown>>, at: Date): Promise<void> {
    await this.tx
      .sql`UPDATE ownerships SET state = 'accepted', accepted_at = ${at}, accepted_what = ${JSON.stringify(what)}, valid_from = ${at}, version = version + 1 WHERE id = ${id}`;
  }

  async depute(id: string, deputies: readonly string[], at: Date): Promise<void> {
    await this.tx
      .sql`UPDATE ownerships SET deputies = ${deputies}, valid_from = ${at}, version = version + 1 WHERE id = ${id}`;
  }

  /** Remembers that somebody said no, or that it was said for them. */
  async decline(identityId: string, personId: string, reason: string, by: string, at: Date): Promise<void> {
    await this.tx
      .sql`INSERT INTO ownership_declines (identity_id, person_id, reason, declined_by, at) VALUES (${identityId}, ${personId}, ${reason}, ${by}, ${at})
      ON CONFLICT (identity_id, person_id) DO UPDATE SET reason = EXCLUDED.reason, declined_by = EXCLUDED.declined_by, at = EXCLUDED.at`;
    await this.tx.sql`DELETE FROM ownership_suggestions WHERE identity_id = ${identityId} AND person_id = ${personId}`;
  }

  async suggestion(identityId: string, personId: string): Promise<{ confidence: string; because: string } | null> {
    const [row] = await this.tx.sql<{
      confidence: string;
      because: string;
    }>`SELECT confidence, because FROM ownership_suggestions WHERE identity_id = ${identityId} AND person_id = ${personId}`;
    return row ?? null;
  }

  /** Somebody was named by hand after all: what they said before counts no more, and nothing needs to be suggested. */
  async forgetDoubts(identityId: string, personId: string): Promise<void> {
    await this.tx.sql`DELETE FROM ownership_declines WHERE identity_id = ${identityId} AND person_id = ${personId}`;
    await this.tx.sql`DELETE FROM ownership_suggestions WHERE identity_id = ${identityId}`;
  }

  /** Who of these can answer for something now. */
  async able(persons: readonly string[], now: Date): Promise<Set<string>> {
    const rows = await this.tx.sql<{
      id: string;
    }>`SELECT p.id FROM persons p WHERE p.id = ANY(${persons}) AND ${canAnswer('p', now)}`;
    return new Set(rows.map(({ id }) => id));
  }

  async teamExists(id: string): Promise<boolean> {
    return (await this.tx.sql`SELECT 1 FROM teams WHERE id = ${id}`).length > 0;
  }
}
