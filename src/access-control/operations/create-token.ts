import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock, DAY_MS } from '../../platform/clock/index.js';
import { newId, randomSecret, sha256Hex } from '../../platform/crypto/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import type { Actor, RoleAssignment } from '../../platform/http/index.js';
import { RoleBeyondReach, RolesExcludeEachOther } from '../access-control.errors.js';
import { ApiToken } from '../api-token.entity.js';
import { ApiTokensRepository } from '../api-tokens.repository.js';
import { SessionsRepository } from '../sessions.repository.js';
import { beyond, excludingPair } from '../roles.js';

/** Recognisable in a log or a leak, by us and by secret scanners. */
export const TOKEN_PREFIX = 'mdt_';
export const hashOfToken = (token: string): string => sha256Hex(token);
export const mintToken = (): string => TOKEN_PREFIX + randomSecret();

export interface NewToken {
  readonly name: string;
  readonly roles: readonly RoleAssignment[];
  readonly expiresInDays: number;
  readonly ownerId?: string | null;
}

/** Makes an API token and returns its value, which is never shown again. */
@Injectable()
export class CreateToken {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async execute(actor: Actor, request: NewToken): Promise<{ row: ApiToken; token: string }> {
    const pair = excludingPair(request.roles);
    if (pair) throw new RolesExcludeEachOther(...pair);
    const refused = beyond(actor, request.roles);
    if (refused.length > 0) throw new RoleBeyondReach(refused);
    const token = mintToken();
    const now = this.clock.now();
    const row: ApiToken = Object.assign(new ApiToken(), {
      id: newId(this.clock),
      name: request.name,
      kind: 'api' as const,
      tokenHash: hashOfToken(token),
      roles: [...request.roles],
      ownerId: request.ownerId ?? actor.person,
      createdBy: actor.id,
      createdAt: now,
      expiresAt: new Date(now.getTime() + request.expiresInDays * DAY_MS),
      lastUsedAt: null,
      revokedAt: null,
      version: 1,
    });
    await this.database.transaction(async (tx) => {
      if (row.ownerId !== null) await this.assertDuties(tx, row.ownerId, request.roles, now);
      await tx.use(ApiTokensRepository).insert(row);
      await this.audit.record(tx, {
        type: 'access.token-created',
        actor,
        target: { type: 'token', id: row.id },
        data: { name: row.name, roles: row.roles, expiresAt: row.expiresAt.toISOString() },
      });
    });
    return { row, token };
  }

  /** Duties exclude each other in a person, not in a credential: a second one must not bring them together. */
  private async assertDuties(tx: Tx, person: string, roles: readonly RoleAssignment[], now: Date): Promise<void> {
    const tokens = tx.use(ApiTokensRepository);
    await tokens.lockDutiesOf(person);
    const sessions = await tx.use(SessionsRepository).standingOf(person, now);
    const held = [...(await tokens.rolesOf(person, now)), ...sessions.flatMap((session) => session.roles)];
    const pair = excludingPair([...held, ...roles]);
    if (pair) throw new RolesExcludeEachOther(...pair, 'several');
  }
}
