import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { Database } from '../../platform/database/index.js';
import { type Actor, assertUnchanged, NotFound } from '../../platform/http/index.js';
import { ApiTokensRepository } from '../api-tokens.repository.js';

/** Ends a token at once. Revoking one that is revoked changes nothing. */
@Injectable()
export class RevokeToken {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async execute(actor: Actor, id: string, seen: number): Promise<void> {
    await this.database.transaction(async (tx) => {
      const tokens = tx.use(ApiTokensRepository);
      const token = await tokens.forChange(id);
      if (!token) throw new NotFound('token');
      assertUnchanged(token, seen);
      if (token.revokedAt) return;
      await tokens.save(Object.assign(token, { revokedAt: this.clock.now(), version: token.version + 1 }));
      await this.audit.record(tx, {
        type: 'access.token-revoked',
        actor,
        target: { type: 'token', id },
        data: { name: token.name },
      });
    });
  }
}
