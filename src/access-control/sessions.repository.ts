import { empty, sql, type Tx } from '../platform/database/index.js';
import type { RoleAssignment } from '../platform/http/index.js';
import { Session, type SessionEnd } from './session.entity.js';

/** A person as far as signing in is concerned. */
export interface Known {
  readonly id: string;
  readonly displayName: string;
  readonly left: boolean;
}

export class SessionsRepository {
  constructor(private readonly tx: Tx) {}

  async insert(session: Session): Promise<void> {
    await this.tx.orm(Session).insert(session);
  }

  /** The session behind a secret, and whether its person has left, in one look. */
  async byHash(tokenHash: string, now: Date): Promise<{ session: Session; left: boolean } | null> {
    const session = await this.tx.orm(Session).findOneBy({ tokenHash });
    if (!session) return null;
    const left = session.personId !== null && (await this.person(session.personId, now))?.left !== false;
    return { session, left };
  }

  forChange(id: string): Promise<Session | null> {
    return this.tx.orm(Session).findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  /** A person's sessions that stand, with what each may do. */
  standingOf(person: string, now: Date): Promise<{ id: string; roles: RoleAssignment[] }[]> {
    return this.tx
      .sql`SELECT id, roles FROM sessions WHERE person_id = ${person} AND ended_at IS NULL AND expires_at > ${now} ORDER BY id`;
  }

  async end(id: string, at: Date, because: SessionEnd): Promise<void> {
    await this.tx
      .sql`UPDATE sessions SET ended_at = ${at}, ended_because = ${because}, version = version + 1 WHERE id = ${id} AND ended_at IS NULL`;
  }

  /** Coarse on purpose: a write for every request would cost more than the request. */
  async touch(id: string, at: Date): Promise<void> {
    await this.tx.sql`UPDATE sessions SET last_seen_at = ${at} WHERE id = ${id} AND last_seen_at < ${at}`;
  }

  /** Ends every live session of people who have left by now. `among` = only of these. */
  async endOfLeavers(now: Date, among: readonly string[] | null): Promise<{ id: string; personId: string }[]> {
    return this.tx
      .run(sql`UPDATE sessions s SET ended_at = ${now}, ended_because = 'person-left', version = s.version + 1
      FROM persons p WHERE p.id = s.person_id AND s.ended_at IS NULL AND (p.status = 'left' OR p.leaves_at <= ${now})
      ${among === null ? empty : sql`AND s.person_id = ANY(${among}::uuid[])`}
      RETURNING s.id, s.person_id AS "personId"`);
  }

  /** Ends every live session of these people that began before an instant. */
  async endOf(persons: readonly string[], before: Date, now: Date): Promise<{ id: string; personId: string }[]> {
    return this.tx.sql`UPDATE sessions SET ended_at = ${now}, ended_because = 'revoked', version = version + 1
      WHERE person_id = ANY(${persons}::uuid[]) AND ended_at IS NULL AND created_at <= ${before} RETURNING id, person_id AS "personId"`;
  }

  /** Marks what ran out, so that what is live stays few. */
  endExpired(now: Date, idleSince: Date): Promise<number> {
    return this.tx
      .change`UPDATE sessions SET ended_at = least(expires_at, ${now}), ended_because = 'expired', version = version + 1
      WHERE ended_at IS NULL AND (expires_at <= ${now} OR last_seen_at <= ${idleSince})`;
  }

  forgetEndedBefore(at: Date): Promise<number> {
    return this.tx.change`DELETE FROM sessions WHERE ended_at < ${at}`;
  }

  /** Newest first; `of` = only this person's. */
  page(limit: number, before: string | null, of: string | null, live: boolean): Promise<Session[]> {
    const query = this.tx.orm(Session).createQueryBuilder('session').orderBy('session.id', 'DESC').limit(limit);
    if (before !== null) query.andWhere('session.id < :before', { before });
    if (of !== null) query.andWhere('session.personId = :of', { of });
    if (live) query.andWhere('session.endedAt IS NULL');
    return query.getMany();
  }

  async person(id: string, now: Date): Promise<Known | null> {
    const [row] = await this.tx.run<Known>(sql`${KNOWN(now)} WHERE p.id = ${id}`);
    return row ?? null;
  }

  /** Everybody a claim could mean. Several feeds may know one person: whoever is still there comes first. */
  peopleByLogin(login: string, now: Date): Promise<Known[]> {
    return this.tx.run(
      sql`${KNOWN(now)} WHERE p.merged_into IS NULL AND (lower(p.email) = lower(${login}) OR lower(p.user_name) = lower(${login})) LIMIT 3`,
    );
  }

  peopleByExternalId(externalId: string, now: Date): Promise<Known[]> {
    return this.tx.run(sql`${KNOWN(now)} WHERE p.merged_into IS NULL AND p.external_id = ${externalId} LIMIT 3`);
  }

  /** Units by id or name, whatever was written in the rules. */
  async units(named: readonly string[]): Promise<Map<string, string>> {
    const rows = await this.tx.sql<{ id: string; name: string }>`SELECT id::text AS id, name FROM units
      WHERE name = ANY(${named}) OR id::text = ANY(${named})`;
    return new Map(rows.flatMap(({ id, name }) => [[id, id] as const, [name, id] as const]));
  }
}

const KNOWN = (
  now: Date,
) => sql`SELECT p.id, p.display_name AS "displayName", (p.status = 'left' OR (p.leaves_at IS NOT NULL AND p.leaves_at <= ${now})) AS left
  FROM persons p`;
