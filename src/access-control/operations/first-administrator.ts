import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock, DAY_MS, HOUR_MS } from '../../platform/clock/index.js';
import { newId, randomSecret, sha256Hex } from '../../platform/crypto/index.js';
import { Database } from '../../platform/database/index.js';
import { type Actor, systemActor } from '../../platform/http/index.js';
import { AdministratorExists, LinkNotUsable } from '../access-control.errors.js';
import { ApiToken } from '../api-token.entity.js';
import { ApiTokensRepository, SignInLinksRepository } from '../api-tokens.repository.js';
import { hashOfToken, mintToken } from './create-token.js';

const LINK_HOURS = 24;
const TOKEN_DAYS = 90;

/** The one-time link that makes the first administrator, where no sign-in is configured. */
@Injectable()
export class FirstAdministrator {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /** Null when somebody administers already. Shown on the machine's own terminal, nowhere else. */
  async createLink(actor: Actor): Promise<{ secret: string; expiresAt: Date }> {
    const secret = randomSecret();
    const now = this.clock.now();
    const expiresAt = new Date(now.getTime() + LINK_HOURS * HOUR_MS);
    await this.database.transaction(async (tx) => {
      if (await tx.use(ApiTokensRepository).hasAdministrator(now)) throw new AdministratorExists();
      const id = newId(this.clock);
      await tx
        .use(SignInLinksRepository)
        .insert({ id, tokenHash: sha256Hex(secret), createdBy: actor.id, createdAt: now, expiresAt });
      await this.audit.record(tx, {
        type: 'access.first-administrator-invited',
        actor,
        target: { type: 'sign-in-link', id },
        data: { expiresAt: expiresAt.toISOString() },
      });
    });
    return { secret, expiresAt };
  }

  async isWanted(): Promise<boolean> {
    return !(await this.database.read((tx) => tx.use(ApiTokensRepository).hasAdministrator(this.clock.now())));
  }

  /** Uses the link up and returns the administrator's token, shown this once. */
  async redeem(secret: string): Promise<{ token: string; expiresAt: Date }> {
    const token = mintToken();
    const now = this.clock.now();
    const expiresAt = new Date(now.getTime() + TOKEN_DAYS * DAY_MS);
    await this.database.transaction(async (tx) => {
      const links = tx.use(SignInLinksRepository);
      const link = await links.forUse(sha256Hex(secret));
      if (!link || link.usedAt || link.expiresAt <= now) throw new LinkNotUsable();
      await links.use(link.id, now);
      const id = newId(this.clock);
      await tx.use(ApiTokensRepository).insert(
        Object.assign(new ApiToken(), {
          id,
          name: 'first administrator',
          kind: 'api' as const,
          tokenHash: hashOfToken(token),
          roles: [{ role: 'admin' as const, scope: {} }],
          ownerId: null,
          createdBy: `sign-in-link:${link.id}`,
          createdAt: now,
          expiresAt,
          lastUsedAt: null,
          revokedAt: null,
          version: 1,
        }),
      );
      await this.audit.record(tx, {
        type: 'access.token-created',
        actor: systemActor('sign-in-link'),
        target: { type: 'token', id },
        data: { name: 'first administrator', roles: ['admin'], link: link.id },
      });
    });
    return { token, expiresAt };
  }
}
