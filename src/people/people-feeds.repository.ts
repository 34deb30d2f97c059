import type { Tx } from '../platform/database/index.js';
import type { MatchingRule } from './person-records.repository.js';

export type FeedKind = 'manual' | 'hr-file' | 'scim' | 'signals';

/** How files of a feed are read, and when one is held. */
export interface HrFileOptions {
  /** Our field to the header the file uses. */
  readonly mapping?: Readonly<Record<string, string>>;
  readonly timeZone?: string;
  /** Who is not in a file of the folder has left. */
  readonly snapshot?: boolean;
  /** Sub-folder of MANDATE_PEOPLE_DIR that is read on schedule. */
  readonly folder?: string | null;
  readonly brakeShare?: number;
  readonly brakeMinimum?: number;
}

/** One place people come from. */
export interface Feed {
  readonly id: string;
  readonly name: string;
  readonly kind: FeedKind;
  readonly rank: number;
  readonly fieldRanks: Readonly<Record<string, number | undefined>>;
  readonly options: HrFileOptions;
  readonly caller: string | null;
  readonly createdAt: string;
  readonly version: number;
}

export class PeopleFeedsRepository {
  constructor(private readonly tx: Tx) {}

  all(): Promise<(Feed & { people: number })[]> {
    return this.tx
      .sql`SELECT id, name, kind, rank, field_ranks AS "fieldRanks", options, caller, iso(created_at) AS "createdAt", version,
      (SELECT count(*)::int FROM person_records r WHERE r.feed_id = f.id AND r.deleted_at IS NULL) AS people FROM people_feeds f ORDER BY rank, name`;
  }

  async one(id: string): Promise<Feed | null> {
    const [row] = await this.tx
      .sql<Feed>`SELECT id, name, kind, rank, field_ranks AS "fieldRanks", options, caller, iso(created_at) AS "createdAt", version FROM people_feeds WHERE id = ${id}`;
    return row ?? null;
  }

  async forChange(id: string): Promise<Feed | null> {
    const [row] = await this.tx
      .sql<Feed>`SELECT id, name, kind, rank, field_ranks AS "fieldRanks", options, caller, iso(created_at) AS "createdAt", version FROM people_feeds WHERE id = ${id} FOR UPDATE`;
    return row ?? null;
  }

  async named(name: string): Promise<Feed | null> {
    const [row] = await this.tx
      .sql<Feed>`SELECT id, name, kind, rank, field_ranks AS "fieldRanks", options, caller, iso(created_at) AS "createdAt", version FROM people_feeds WHERE name = ${name}`;
    return row ?? null;
  }

  async ofCaller(caller: string): Promise<Feed | null> {
    const [row] = await this.tx
      .sql<Feed>`SELECT id, name, kind, rank, field_ranks AS "fieldRanks", options, caller, iso(created_at) AS "createdAt", version FROM people_feeds WHERE caller = ${caller}`;
    return row ?? null;
  }

  /** Two first requests of one caller at once make one feed. */
  async insert(
    feed: Omit<Feed, 'createdAt' | 'version' | 'fieldRanks'> & { fieldRanks?: Feed['fieldRanks'] },
    at: Date,
  ): Promise<boolean> {
    const rows = await this.tx
      .sql`INSERT INTO people_feeds (id, name, kind, rank, field_ranks, options, caller, created_at)
      VALUES (${feed.id}, ${feed.name}, ${feed.kind}, ${feed.rank}, ${JSON.stringify(feed.fieldRanks ?? { status: 0 })}, ${JSON.stringify(feed.options)}, ${feed.caller}, ${at}) ON CONFLICT DO NOTHING RETURNING id`;
    return rows.length > 0;
  }

  async save(feed: Feed): Promise<void> {
    await this.tx
      .sql`UPDATE people_feeds SET name = ${feed.name}, rank = ${feed.rank}, field_ranks = ${JSON.stringify(feed.fieldRanks)}, options = ${JSON.stringify(feed.options)}, version = ${feed.version} WHERE id = ${feed.id}`;
  }

  withFolder(): Promise<Feed[]> {
    return this.tx
      .sql`SELECT id, name, kind, rank, field_ranks AS "fieldRanks", options, caller, iso(created_at) AS "createdAt", version FROM people_feeds WHERE kind = 'hr-file' AND options->>'folder' IS NOT NULL ORDER BY name`;
  }

  /** Persons of a feed after an id: a change of rank weighs all of them again, a piece at a time. */
  async personsAfter(feedId: string, after: string | null, limit: number): Promise<string[]> {
    const rows = await this.tx.sql<{
      id: string;
    }>`SELECT DISTINCT person_id AS id FROM person_records WHERE feed_id = ${feedId} AND person_id > ${after ?? '00000000-0000-0000-0000-000000000000'}::uuid ORDER BY person_id LIMIT ${limit}`;
    return rows.map(({ id }) => id);
  }
}

export class PeopleSettingsRepository {
  constructor(private readonly tx: Tx) {}

  async matching(): Promise<readonly MatchingRule[]> {
    return (await this.read()).matching;
  }
  async read(): Promise<{ matching: readonly MatchingRule[]; version: number }> {
    const [row] = await this.tx.sql<{
      matching: readonly MatchingRule[];
      version: number;
    }>`SELECT matching, version FROM people_settings`;
    return row!;
  }
  async forChange(): Promise<{ matching: readonly MatchingRule[]; version: number }> {
    const [row] = await this.tx.sql<{
      matching: readonly MatchingRule[];
      version: number;
    }>`SELECT matching, version FROM people_settings FOR UPDATE`;
    return row!;
  }
  async save(matching: readonly MatchingRule[], version: number): Promise<void> {
    await this.tx.sql`UPDATE people_settings SET matching = ${JSON.stringify(matching)}, version = ${version}`;
  }
}
