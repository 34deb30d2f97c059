import type { Tx } from '../platform/database/index.js';
import type { RoleAssignment } from '../platform/http/index.js';
import { ApiToken } from './api-token.entity.js';

export class ApiTokensRepository {
  constructor(private readonly tx: Tx) {}

  findByHash(tokenHash: string): Promise<ApiToken | null> {
    return this.tx.orm(ApiToken).findOneBy({ tokenHash });
  }

  async insert(token: ApiToken): Promise<void> {
    await this.tx.orm(ApiToken).insert(token);
  }

  /**
   * Whoever gives a person a credential does so one after the other: two that exclude each other must not pass each other
   * by. Held until the transaction ends.
   */
  async lockDutiesOf(person: string): Promise<void> {
    await this.tx.sql`SELECT pg_advisory_xact_lock(hashtextextended('access.duties ' || ${person}::text, 0))`;
  }

  /** What a person may do by their tokens that count now. */
  async rolesOf(person: string, now: Date): Promise<RoleAssignment[]> {
    const rows = await this.tx.sql<{
      roles: RoleAssignment[];
    }>`SELECT roles FROM api_tokens WHERE owner_id = ${person} AND revoked_at IS NULL AND expires_at > ${now}`;
    return rows.flatMap(({ roles }) => roles);
  }

  async forChange(id: string): Promise<ApiToken | null> {
    return this.tx.orm(ApiToken).findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  async save(token: ApiToken): Promise<void> {
    await this.tx.orm(ApiToken).update({ id: token.id }, { revokedAt: token.revokedAt, version: token.version });
  }

  /** Coarse on purpose: a write for every request would cost more than the request. */
  async touch(id: string, at: Date): Promise<void> {
    await this.tx.sql`UPDATE api_tokens SET last_used_at = ${at} WHERE id = ${id}`;
  }

  async revokeLocalAdmins(at: Date): Promise<void> {
    await this.tx.sql`UPDATE api_tokens SET revoked_at = ${at} WHERE kind = 'local-admin' AND revoked_at IS NULL`;
  }

  page(limit: number, before: string | null): Promise<ApiToken[]> {
    const query = this.tx.orm(ApiToken).createQueryBuilder('token').orderBy('token.id', 'DESC').limit(limit);
    return (before === null ? query : query.where('token.id < :before', { before })).getMany();
  }

  /** Every token that counts, or did a short while ago, with the user name of its owner. */
  forInventory(since: Date): Promise<(ApiToken & { ownerUserName: string | null })[]> {
    return this.tx
      .sql`SELECT t.id, t.name, t.kind, t.roles, t.owner_id AS "ownerId", t.created_at AS "createdAt", t.expires_at AS "expiresAt", t.last_used_at AS "lastUsedAt", t.revoked_at AS "revokedAt", p.user_name AS "ownerUserName"
      FROM api_tokens t LEFT JOIN persons p ON p.id = t.owner_id
      WHERE t.revoked_at IS NULL OR (t.kind = 'api' AND t.revoked_at > ${since}) ORDER BY t.id`;
  }

  async hasAdministrator(at: Date): Promise<boolean> {
    const [row] = await this.tx.sql<{ found: boolean }>`SELECT EXISTS (
      SELECT 1 FROM api_tokens WHERE kind = 'api' AND revoked_at IS NULL AND expires_at > ${at} AND roles @> '[{"role":"admin"}]') AS found`;
    return row!.found;
  }
}

export interface SignInLinkRow {
  readonly id: string;
  readonly expiresAt: Date;
  readonly usedAt: Date | null;
}

export class SignInLinksRepository {
  constructor(private readonly tx: Tx) {}
  async insert(link: {
    id: string;
    tokenHash: string;
    createdBy: string;
    createdAt: Date;
    expiresAt: Date;
  }): Promise<void> {
    await this.tx.sql`INSERT INTO sign_in_links (id, token_hash, created_by, created_at, expires_at)
      VALUES (${link.id}, ${link.tokenHash}, ${link.createdBy}, ${link.createdAt}, ${link.expiresAt})`;
  }
  async forUse(tokenHash: string): Promise<SignInLinkRow | null> {
    const [row] = await this.tx
      .sql<SignInLinkRow>`SELECT id, expires_at AS "expiresAt", used_at AS "usedAt" FROM sign_in_links WHERE token_hash = ${tokenHash} FOR UPDATE`;
    return row ?? null;
  }
  async use(id: string, at: Date): Promise<void> {
    await this.tx.sql`UPDATE sign_in_links SET used_at = ${at} WHERE id = ${id}`;
  }
}
