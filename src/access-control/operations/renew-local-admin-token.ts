import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock, HOUR_MS } from '../../platform/clock/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database, writePrivateFile } from '../../platform/database/index.js';
import { systemActor } from '../../platform/http/index.js';
import { ApiToken } from '../api-token.entity.js';
import { ApiTokensRepository } from '../api-tokens.repository.js';
import { LOCAL_ADMIN_ROLES } from '../roles.js';
import { hashOfToken, mintToken } from './create-token.js';

const VALID_HOURS = 24;
const RENEWED_BEFORE_HOURS = 6;

/** Where the local administrator's token lies; null on an instance that has no machine of its own. */
export abstract class LocalAdminFolder {
  abstract readonly path: string | null;
}

/** Keeps a valid local administrator token in the data directory, readable by whoever may read that folder. */
@Injectable()
export class RenewLocalAdminToken {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: Clock,
    private readonly folder: LocalAdminFolder,
  ) {}

  async execute(): Promise<'renewed' | 'still-valid' | 'none-kept'> {
    if (this.folder.path === null) return 'none-kept';
    const file = join(this.folder.path, 'admin-token');
    const now = this.clock.now();
    const current = currentToken(file);
    if (current !== null) {
      const known = await this.database.read((tx) => tx.use(ApiTokensRepository).findByHash(hashOfToken(current)));
      if (known && !known.revokedAt && known.expiresAt.getTime() - now.getTime() > RENEWED_BEFORE_HOURS * HOUR_MS)
        return 'still-valid';
    }
    const token = mintToken();
    await this.database.transaction(async (tx) => {
      const tokens = tx.use(ApiTokensRepository);
      await tokens.revokeLocalAdmins(now);
      const id = newId(this.clock);
      await tokens.insert(
        Object.assign(new ApiToken(), {
          id,
          name: 'local administrator',
          kind: 'local-admin' as const,
          tokenHash: hashOfToken(token),
          roles: LOCAL_ADMIN_ROLES.map((role) => ({ role, scope: {} })),
          ownerId: null,
          createdBy: 'system:access-control',
          createdAt: now,
          expiresAt: new Date(now.getTime() + VALID_HOURS * HOUR_MS),
          lastUsedAt: null,
          revokedAt: null,
          version: 1,
        }),
      );
      await this.audit.record(tx, {
        type: 'access.local-token-renewed',
        actor: systemActor('access-control'),
        target: { type: 'token', id },
        data: { validHours: VALID_HOURS },
      });
    });
    writePrivateFile(file, `${token}\n`);
    return 'renewed';
  }
}

function currentToken(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
