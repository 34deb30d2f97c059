import { Injectable } from '@nestjs/common';
import { Audit } from '../audit/index.js';
import { Clock } from '../platform/clock/index.js';
import { newId } from '../platform/crypto/index.js';
import { Database } from '../platform/database/index.js';
import { type Actor, NotAllowed } from '../platform/http/index.js';
import { type Feed, type FeedKind, PeopleFeedsRepository } from './people-feeds.repository.js';

/** A SCIM client knows less of the world than HR and more than an address book. */
const SCIM_RANK = 20;

/**
 * The feed a caller with the role `ingest` writes: the one its role is scoped to (`source`), or, without a scope, one of
 * its own that is made when it is first used. Whatever else there is does not exist for it.
 */
@Injectable()
export class OwnFeed {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async of(actor: Actor, kind: FeedKind): Promise<Feed> {
    const scoped = await this.scoped(actor, kind);
    if (scoped) return scoped;
    const known = await this.database.read((tx) => tx.use(PeopleFeedsRepository).ofCaller(actor.id));
    return known ?? this.make(actor, kind);
  }

  /** The feed its role is scoped to, or null where it has no scope. */
  async scoped(actor: Actor, kind: FeedKind): Promise<Feed | null> {
    const scopes = actor.roles.filter(({ role }) => role === 'ingest').map(({ scope }) => scope);
    if (scopes.length === 0 || scopes.some(({ source, ...rest }) => source === undefined && isEmpty(rest))) return null;
    const source = scopes.find(({ source }) => source !== undefined)?.source;
    const feed = source ? await this.database.read((tx) => tx.use(PeopleFeedsRepository).one(source)) : null;
    if (feed?.kind !== kind)
      throw new NotAllowed('This token is not for a feed of this kind. Make one whose role "ingest" is scoped to it.');
    return feed;
  }

  private make(actor: Actor, kind: FeedKind): Promise<Feed> {
    return this.database.transaction(async (tx) => {
      const feeds = tx.use(PeopleFeedsRepository);
      const id = newId(this.clock);
      const name = `${kind}: ${actor.name} (${id.slice(-6)})`;
      const made = await feeds.insert(
        { id, name, kind, rank: SCIM_RANK, options: {}, caller: actor.id },
        this.clock.now(),
      );
      if (made)
        await this.audit.record(tx, {
          type: 'people.feed-added',
          actor,
          target: { type: 'people-feed', id },
          data: { name, kind },
        });
      return (await feeds.ofCaller(actor.id))!;
    });
  }
}

const isEmpty = (scope: object): boolean => Object.values(scope).every((value) => value === undefined);
