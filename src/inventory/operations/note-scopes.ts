import { Injectable } from '@nestjs/common';
import type { KnownAccount, Scope } from '../../connectors/sdk/index.js';
import { Clock } from '../../platform/clock/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database } from '../../platform/database/index.js';
import { ScopesRepository } from '../scopes.repository.js';

/** A scope as it now stands in the inventory. */
export interface NotedScope {
  readonly id: string;
  readonly scope: Scope;
}

/** Takes note of the scopes a source says it has, readable or not, of those it no longer lists, and of the accounts it knows. */
@Injectable()
export class NoteScopes {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async execute(sourceId: string, scopes: readonly Scope[], accounts: readonly KnownAccount[]): Promise<NotedScope[]> {
    return this.database.transaction(async (tx) => {
      const repository = tx.use(ScopesRepository);
      // A scope that is no longer listed has not ceased to be: it can no longer be seen.
      const missing = (
        await repository.others(
          sourceId,
          scopes.map(({ id }) => id),
        )
      ).map((other): Scope => ({
        ...other,
        unreadable: { reason: 'unavailable', detail: 'The source does not list it any more.' },
      }));
      const noted: NotedScope[] = [];
      for (const scope of [...scopes, ...missing])
        noted.push({ scope, id: await repository.note(sourceId, scope, newId(this.clock), this.clock.now()) });
      await repository.noteAccounts(sourceId, accounts);
      return noted;
    });
  }
}
