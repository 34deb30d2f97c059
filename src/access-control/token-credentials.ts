import { Injectable } from '@nestjs/common';
import type { OwnCredential, OwnCredentials } from '../connectors/sdk/index.js';
import { Clock, DAY_MS } from '../platform/clock/index.js';
import { Database } from '../platform/database/index.js';
import { READERS, type Role } from '../platform/http/index.js';
import type { ApiToken } from './api-token.entity.js';
import { ApiTokensRepository } from './api-tokens.repository.js';

/** How long a revoked token is still listed, as switched off. */
const REVOKED_LISTED_DAYS = 90;

/** Mandate's API tokens, as its own inventory reads them. Never a value, not even a hash. */
@Injectable()
export class TokenCredentials implements OwnCredentials {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async ownCredentials(): Promise<readonly OwnCredential[]> {
    const now = this.clock.now();
    const tokens = await this.database.read((tx) =>
      tx.use(ApiTokensRepository).forInventory(new Date(now.getTime() - REVOKED_LISTED_DAYS * DAY_MS)),
    );
    return tokens.map((token) => ({
      id: token.id,
      kind: 'api-key',
      name: token.name,
      status: token.revokedAt ? 'disabled' : token.expiresAt <= now ? 'expired' : 'active',
      issuedAt: token.createdAt.toISOString(),
      expiresAt: token.expiresAt.toISOString(),
      // A token that follows another of its name, for the same owner, is a rotation: it is used by the same thing.
      holder: {
        id: token.kind === 'local-admin' ? 'local-admin' : `token-holder:${token.ownerId ?? 'nobody'}:${token.name}`,
        name: token.name,
        kind: token.kind === 'local-admin' ? 'workload' : 'service-account',
      },
      use: {
        at: token.lastUsedAt?.toISOString() ?? null,
        knownSince: token.createdAt.toISOString(),
        knownUntil: now.toISOString(),
        precision: '15m',
      },
      ...(token.ownerUserName === null ? {} : { ownerUserName: token.ownerUserName }),
      privilege: privilegeOf(token),
      renewedByItself: token.kind === 'local-admin',
    }));
  }
}

const PRIVILEGED: readonly Role[] = ['iam-engineer', 'policy-author', 'action-approver', 'incident-responder'];

function privilegeOf({ roles }: ApiToken): NonNullable<OwnCredential['privilege']> {
  const names = [...new Set(roles.map(({ role }) => role))];
  const has = (some: readonly Role[]): boolean => names.some((name) => some.includes(name));
  const level = has(['admin'])
    ? 'admin'
    : has(PRIVILEGED)
      ? 'privileged'
      : names.some((name) => !['auditor', 'viewer', 'hr-status'].includes(name))
        ? 'write'
        : has(READERS) || names.length > 0
          ? 'read'
          : 'none';
  return {
    level,
    because: names.map((name) => `it has the role ${name} in Mandate`),
    notConsidered: [],
  };
}
