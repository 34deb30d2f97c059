import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { Config } from '../../platform/config/index.js';
import { Database } from '../../platform/database/index.js';
import { DomainError, systemActor } from '../../platform/http/index.js';
import { type Feed, PeopleFeedsRepository } from '../people-feeds.repository.js';
import { PeopleFolderRepository } from '../people-folder.repository.js';
import { ImportPeople } from './import-people.js';

/** A file that changed a moment ago may still be on its way. */
const SETTLED_MS = 10_000;

interface FolderFile {
  readonly path: string;
  readonly name: string;
  readonly changedMs: number;
}

/**
 * Takes HR files from a folder, oldest first, each once by its content, one at a time for each feed. The folder is only
 * read: whoever writes it also tidies it.
 */
@Injectable()
export class ReadPeopleFolder {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
    private readonly imports: ImportPeople,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async execute(): Promise<{ folders: number; taken: number; refused: number }> {
    const feeds = await this.database.read((tx) => tx.use(PeopleFeedsRepository).withFolder());
    const counts = { folders: feeds.length, taken: 0, refused: 0 };
    const failures: string[] = [];
    for (const feed of feeds) {
      try {
        const outcome = await this.readOne(feed);
        if (outcome) counts[outcome]++;
      } catch (error) {
        // One folder that cannot be read must not keep the others from being read, nor look as if it were empty.
        failures.push(`${feed.name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    if (failures.length > 0) throw new Error(`Folders that could not be read: ${failures.join('; ')}`);
    return counts;
  }

  private async readOne(feed: Feed): Promise<'taken' | 'refused' | null> {
    if (await this.database.read((tx) => tx.use(PeopleFolderRepository).isBusy(feed.id))) return null;
    for (const file of await this.files(feed)) {
      const sha256 = await digestOf(file.path);
      if (await this.database.read((tx) => tx.use(PeopleFolderRepository).isKnown(feed.id, sha256))) continue;
      return this.take(feed, file, sha256);
    }
    return null;
  }

  private async take(feed: Feed, file: FolderFile, sha256: string): Promise<'taken' | 'refused'> {
    const actor = systemActor('people');
    const seen = { feedId: feed.id, sha256, name: file.name, at: this.clock.now() };
    const { snapshot = false, timeZone = 'UTC', mapping } = feed.options;
    try {
      await this.imports.receive(
        actor,
        { fileName: file.name, stream: createReadStream(file.path), isTruncated: () => false },
        { dryRun: false, snapshot, timeZone, mapping },
        { feedId: feed.id, origin: 'folder' },
        (tx, importId) => tx.use(PeopleFolderRepository).remember({ ...seen, importId, error: null }),
      );
      return 'taken';
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      // What is wrong with the file will be wrong with it tomorrow: it is told once and not tried again.
      await this.database.transaction(async (tx) => {
        await tx.use(PeopleFolderRepository).remember({ ...seen, importId: null, error: error.message });
        await this.audit.record(tx, {
          type: 'people.folder-file-refused',
          actor,
          target: { type: 'people-feed', id: feed.id },
          data: { fileName: file.name, sha256, because: error.code },
        });
      });
      return 'refused';
    }
  }

  /** The CSV files of the feed's folder. A link that leads out of the folder we were given is not followed. */
  private async files(feed: Feed): Promise<FolderFile[]> {
    const given = this.config.get('MANDATE_PEOPLE_DIR');
    if (!given) throw new Error('MANDATE_PEOPLE_DIR is not set');
    const home = await realpath(given);
    const folder = await realpath(join(home, feed.options.folder!));
    if (folder !== home && !folder.startsWith(home + sep))
      throw new Error('the folder lies outside MANDATE_PEOPLE_DIR');
    const found: FolderFile[] = [];
    for (const name of await readdir(folder)) {
      if (!/\.csv$/i.test(name)) continue;
      const path = await realpath(join(folder, name));
      const about = await stat(path);
      const age = this.clock.now().getTime() - about.mtimeMs;
      if (!about.isFile() || !path.startsWith(home + sep) || (age >= 0 && age < SETTLED_MS)) continue;
      found.push({ path, name, changedMs: about.mtimeMs });
    }
    return found.sort((a, b) => a.changedMs - b.changedMs || (a.name < b.name ? -1 : 1));
  }
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex');
}
