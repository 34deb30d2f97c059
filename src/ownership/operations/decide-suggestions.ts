import { Injectable } from '@nestjs/common';
import { Visibility } from '../../access-control/index.js';
import { Audit } from '../../audit/index.js';
import { IdentitiesRepository } from '../../inventory/index.js';
import { Clock } from '../../platform/clock/index.js';
import { Database } from '../../platform/database/index.js';
import { type Actor, DomainError } from '../../platform/http/index.js';
import { OwnershipsRepository } from '../ownerships.repository.js';
import { type SuggestionFilter, suggestionsToDecide } from '../queries/ownership-lists.js';
import { AssignOwner } from './assign-owner.js';

/** At one go: each of them is locked, written and recorded by itself, in one transaction. */
export const MOST_AT_ONCE = 500;

export interface SuggestionsDecision {
  readonly verdict: 'assign' | 'propose' | 'dismiss';
  readonly items?: readonly { readonly identity: string; readonly person: string }[] | undefined;
  /** In place of items: everything that matches, where it is the only suggestion as sure. */
  readonly matching?: SuggestionFilter | undefined;
  readonly reason: string;
}

export interface Decided {
  readonly done: number;
  readonly skipped: readonly { readonly identity: string; readonly person: string; readonly because: string }[];
  /** There is more that matches than was done at one go. */
  readonly more: boolean;
}

/** Takes or dismisses suggestions in bulk. What a person decides is always one entry each. */
@Injectable()
export class DecideSuggestions {
  constructor(
    private readonly database: Database,
    private readonly visibility: Visibility,
    private readonly assign: AssignOwner,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async execute(actor: Actor, { verdict, items, matching, reason }: SuggestionsDecision): Promise<Decided> {
    return this.database.transaction(async (tx) => {
      const visible = this.visibility.visibleTo(actor, 'identity', 'i');
      const asked = items ?? (await suggestionsToDecide(tx, visible, matching ?? {}, MOST_AT_ONCE + 1));
      const skipped: Decided['skipped'][number][] = [];
      let done = 0;
      const ownerships = tx.use(OwnershipsRepository);
      for (const item of asked.slice(0, MOST_AT_ONCE).toSorted((a, b) => (a.identity < b.identity ? -1 : 1))) {
        const { identity, person } = item;
        const seen = await tx.use(IdentitiesRepository).isVisible(identity, visible);
        const suggestion = seen ? await ownerships.suggestion(identity, person) : null;
        if (!suggestion) {
          skipped.push({ ...item, because: 'is not suggested' });
          continue;
        }
        if (verdict === 'dismiss') {
          await ownerships.decline(identity, person, reason, actor.id, this.clock.now());
          await this.audit.record(tx, {
            type: 'ownership.suggestion-dismissed',
            actor,
            target: { type: 'identity', id: identity },
            data: { person, reason, ...suggestion },
          });
          done++;
          continue;
        }
        await tx.use(IdentitiesRepository).forChange(identity);
        const current = await ownerships.live(identity);
        if (current?.ownerId) {
          skipped.push({ ...item, because: 'somebody is named already' });
          continue;
        }
        try {
          await this.assign.executeIn(
            tx,
            actor,
            identity,
            null,
            {
              owner: person,
              team: current?.teamId ?? null,
              sponsor: current?.sponsorId ?? null,
              deputies: current?.deputies ?? [],
              reason: `${reason} (suggested: ${suggestion.because})`,
              state: verdict === 'propose' ? 'proposed' : 'provisional',
            },
            'suggestion',
          );
          done++;
        } catch (error) {
          // Refused before anything was written: the others go on.
          if (!(error instanceof DomainError)) throw error;
          skipped.push({ ...item, because: error.message });
        }
      }
      return { done, skipped, more: asked.length > MOST_AT_ONCE };
    });
  }
}
