import type { Tx } from '../../platform/database/index.js';

/** Somebody who may push security events to us. */
export interface Transmitter {
  readonly id: string;
  readonly name: string;
  readonly issuer: string;
  readonly jwksUrl: string;
  readonly audience: string;
  readonly algorithms: readonly string[];
  readonly feedId: string;
  readonly enabled: boolean;
  readonly createdAt: string;
  readonly version: number;
}

export interface SignalEventRow {
  readonly id: string;
  readonly transmitter: { readonly id: string; readonly name: string };
  readonly jti: string;
  readonly event: string;
  readonly outcome: 'acted' | 'ignored' | 'nobody';
  readonly person: { readonly id: string; readonly displayName: string } | null;
  readonly issuedAt: string;
  readonly receivedAt: string;
}

export class SignalsRepository {
  constructor(private readonly tx: Tx) {}

  transmitters(): Promise<Transmitter[]> {
    return this.tx
      .sql`SELECT id, name, issuer, jwks_url AS "jwksUrl", audience, algorithms, feed_id AS "feedId", enabled, iso(created_at) AS "createdAt", version FROM signal_transmitters ORDER BY name`;
  }
  async byIssuer(issuer: string): Promise<Transmitter | null> {
    const [row] = await this.tx
      .sql<Transmitter>`SELECT id, name, issuer, jwks_url AS "jwksUrl", audience, algorithms, feed_id AS "feedId", enabled, iso(created_at) AS "createdAt", version FROM signal_transmitters WHERE issuer = ${issuer}`;
    return row ?? null;
  }
  async forChange(id: string): Promise<Transmitter | null> {
    const [row] = await this.tx
      .sql<Transmitter>`SELECT id, name, issuer, jwks_url AS "jwksUrl", audience, algorithms, feed_id AS "feedId", enabled, iso(created_at) AS "createdAt", version FROM signal_transmitters WHERE id = ${id} FOR UPDATE`;
    return row ?? null;
  }
  /** False = there is one of this name or issuer. */
  async insert(row: Omit<Transmitter, 'createdAt' | 'version'>, at: Date): Promise<boolean> {
    const rows = await this.tx
      .sql`INSERT INTO signal_transmitters (id, name, issuer, jwks_url, audience, algorithms, feed_id, enabled, created_at)
      VALUES (${row.id}, ${row.name}, ${row.issuer}, ${row.jwksUrl}, ${row.audience}, ${JSON.stringify(row.algorithms)}, ${row.feedId}, ${row.enabled}, ${at}) ON CONFLICT DO NOTHING RETURNING id`;
    return rows.length > 0;
  }
  async save(row: Transmitter): Promise<void> {
    await this.tx
      .sql`UPDATE signal_transmitters SET name = ${row.name}, issuer = ${row.issuer}, jwks_url = ${row.jwksUrl}, audience = ${row.audience}, algorithms = ${JSON.stringify(row.algorithms)}, enabled = ${row.enabled}, version = ${row.version} WHERE id = ${row.id}`;
  }
  async isTaken(name: string, issuer: string, except: string): Promise<boolean> {
    return (
      (
        await this.tx
          .sql`SELECT 1 FROM signal_transmitters WHERE (name = ${name} OR issuer = ${issuer}) AND id <> ${except} LIMIT 1`
      ).length > 0
    );
  }

  /** Claims an event's id: null = it is new and ours now; else the digest it was received under. Two at once: one waits. */
  async claim(row: {
    id: string;
    transmitterId: string;
    jti: string;
    event: string;
    digest: string;
    issuedAt: Date;
    at: Date;
  }): Promise<string | null> {
    const made = await this.tx
      .sql`INSERT INTO signal_events (id, transmitter_id, jti, event, digest, outcome, issued_at, received_at)
      VALUES (${row.id}, ${row.transmitterId}, ${row.jti}, ${row.event}, ${row.digest}, 'ignored', ${row.issuedAt}, ${row.at}) ON CONFLICT (transmitter_id, jti) DO NOTHING RETURNING id`;
    if (made.length > 0) return null;
    const [known] = await this.tx.sql<{
      digest: string;
    }>`SELECT digest FROM signal_events WHERE transmitter_id = ${row.transmitterId} AND jti = ${row.jti}`;
    return known!.digest;
  }
  async finish(id: string, outcome: SignalEventRow['outcome'], personId: string | null): Promise<void> {
    await this.tx.sql`UPDATE signal_events SET outcome = ${outcome}, person_id = ${personId} WHERE id = ${id}`;
  }

  page(limit: number, before: string | null): Promise<SignalEventRow[]> {
    return this.tx
      .sql`SELECT e.id, json_build_object('id', t.id, 'name', t.name) AS transmitter, e.jti, e.event, e.outcome, CASE WHEN p.id IS NULL THEN NULL ELSE json_build_object('id', p.id, 'displayName', p.display_name) END AS person, iso(e.issued_at) AS "issuedAt", iso(e.received_at) AS "receivedAt"
      FROM signal_events e JOIN signal_transmitters t ON t.id = e.transmitter_id LEFT JOIN persons p ON p.id = e.person_id WHERE ${before}::uuid IS NULL OR e.id < ${before}::uuid ORDER BY e.id DESC LIMIT ${limit}`;
  }

  /** The one person all these names lead to; null where they lead to nobody, or to several. */
  async personNamed(ids: readonly string[], logins: readonly string[]): Promise<string | null> {
    const lower = logins.map((login) => login.toLowerCase());
    const rows = await this.tx.sql<{ id: string }>`SELECT DISTINCT r.person_id AS id FROM (
        SELECT person_id FROM person_records r JOIN people_feeds f ON f.id = r.feed_id WHERE f.kind = 'scim' AND r.deleted_at IS NULL AND r.external_id = ANY(${ids})
        UNION SELECT person_id FROM person_records WHERE key = ANY(${ids}) AND deleted_at IS NULL AND feed_id IN (SELECT id FROM people_feeds WHERE kind = 'scim')
        UNION SELECT person_id FROM person_records WHERE addresses && ${lower}::text[] AND deleted_at IS NULL
        UNION SELECT coalesce(merged_into, id) FROM persons WHERE lower(user_name) = ANY(${lower})) r WHERE r.person_id IS NOT NULL LIMIT 2`;
    return rows.length === 1 ? rows[0]!.id : null;
  }
}
