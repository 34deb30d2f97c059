import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database } from '../../platform/database/index.js';
import { type Actor, assertUnchanged, NotFound, RequestInvalid, systemActor } from '../../platform/http/index.js';
import { Jobs } from '../../platform/jobs/index.js';
import { NameTaken } from '../people.errors.js';
import {
  type Feed,
  type FeedKind,
  type HrFileOptions,
  PeopleFeedsRepository,
  PeopleSettingsRepository,
} from '../people-feeds.repository.js';
import { weighFeed } from '../people.jobs.js';
import type { MatchingRule } from '../person-records.repository.js';
import { SettlePersons } from './settle-persons.js';

export interface FeedInput {
  readonly name: string;
  readonly rank: number;
  readonly fieldRanks: Readonly<Record<string, number | undefined>>;
  readonly options: HrFileOptions;
}
const CHUNK = 2000;

/** Feeds: what they are called, whose word counts first, and how their files are read. */
@Injectable()
export class ShapeFeeds {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly jobs: Jobs,
    private readonly settle: SettlePersons,
    private readonly clock: Clock,
  ) {}

  async add(actor: Actor, kind: FeedKind, input: FeedInput): Promise<string> {
    assertOptionsFit(kind, input.options);
    const id = newId(this.clock);
    await this.database.transaction(async (tx) => {
      const feeds = tx.use(PeopleFeedsRepository);
      if (!(await feeds.insert({ id, kind, caller: null, ...input }, this.clock.now()))) throw new NameTaken('feed');
      await this.audit.record(tx, {
        type: 'people.feed-added',
        actor,
        target: { type: 'people-feed', id },
        data: { kind, ...input },
      });
    });
    return id;
  }

  /** Another rank changes what people are: they are weighed again in the background. */
  async change(actor: Actor, id: string, seen: number, input: FeedInput): Promise<void> {
    await this.database.transaction(async (tx) => {
      const feeds = tx.use(PeopleFeedsRepository);
      const before = await feeds.forChange(id);
      if (!before) throw new NotFound('feed');
      assertUnchanged(before, seen);
      assertOptionsFit(before.kind, input.options);
      const named = await feeds.named(input.name);
      if (named && named.id !== id) throw new NameTaken('feed');
      const after: Feed = { ...before, ...input, version: before.version + 1 };
      await feeds.save(after);
      await this.audit.record(tx, {
        type: 'people.feed-changed',
        actor,
        target: { type: 'people-feed', id },
        data: { before: inputOf(before), after: inputOf(after) },
      });
      if (before.rank !== after.rank || JSON.stringify(before.fieldRanks) !== JSON.stringify(after.fieldRanks))
        await this.jobs.enqueue(tx, weighFeed, { feedId: id });
    });
  }

  async match(actor: Actor, seen: number, matching: readonly MatchingRule[]): Promise<void> {
    await this.database.transaction(async (tx) => {
      const settings = tx.use(PeopleSettingsRepository);
      const before = await settings.forChange();
      assertUnchanged(before, seen);
      await settings.save(matching, before.version + 1);
      await this.audit.record(tx, {
        type: 'people.matching-changed',
        actor,
        target: { type: 'people-settings', id: 'matching' },
        data: { before: before.matching, after: matching },
      });
    });
  }

  /** The background half of a change of rank: a piece at a time, safe to run again. */
  async weigh(feedId: string, signal: AbortSignal): Promise<{ weighed: number; changed: number }> {
    const cause = { actor: systemActor('people'), run: { type: 'people-feed', id: feedId } };
    let [weighed, changed] = [0, 0];
    for (let after: string | null = null; !signal.aborted;) {
      const ids: string[] = await this.database.transaction(async (tx) => {
        const persons = await tx.use(PeopleFeedsRepository).personsAfter(feedId, after, CHUNK);
        changed += (await this.settle.persons(tx, cause, persons)).length;
        return persons;
      });
      weighed += ids.length;
      after = ids.at(-1) ?? null;
      if (ids.length < CHUNK) return { weighed, changed };
    }
    throw new Error('Stopped before everybody of the feed was weighed again');
  }
}

function assertOptionsFit(kind: FeedKind, options: HrFileOptions): void {
  if (kind !== 'hr-file' && Object.keys(options).length > 0)
    throw new RequestInvalid([{ pointer: '/options', detail: 'are for feeds of HR files' }]);
}

const inputOf = ({ name, rank, fieldRanks, options }: Feed): FeedInput => ({ name, rank, fieldRanks, options });
