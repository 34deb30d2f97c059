import type { Tx } from '../platform/database/index.js';

/** Which files of a folder were taken, by their content. */
export class PeopleFolderRepository {
  constructor(private readonly tx: Tx) {}

  async isKnown(feedId: string, sha256: string): Promise<boolean> {
    return (
      (await this.tx.sql`SELECT 1 FROM people_folder_files WHERE feed_id = ${feedId} AND sha256 = ${sha256}`).length > 0
    );
  }

  async remember(file: {
    feedId: string;
    sha256: string;
    name: string;
    importId: string | null;
    error: string | null;
    at: Date;
  }): Promise<void> {
    await this.tx
      .sql`INSERT INTO people_folder_files (feed_id, sha256, name, import_id, error, seen_at) VALUES (${file.feedId}, ${file.sha256}, ${file.name}, ${file.importId}, ${file.error}, ${file.at}) ON CONFLICT DO NOTHING`;
  }

  /** A file of the feed is still being worked on: the next one has to wait, or they would overtake each other. */
  async isBusy(feedId: string): Promise<boolean> {
    return (
      (
        await this.tx
          .sql`SELECT 1 FROM people_imports WHERE feed_id = ${feedId} AND status IN ('queued', 'running') LIMIT 1`
      ).length > 0
    );
  }
}
