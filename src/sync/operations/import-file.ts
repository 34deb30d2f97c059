import { Injectable } from '@nestjs/common';
import { ConnectorRegistry } from '../../connectors/registry/index.js';
import { RegisterSource, SourcesRepository } from '../../inventory/index.js';
import { Clock } from '../../platform/clock/index.js';
import { Config } from '../../platform/config/index.js';
import { isSecretColumn, newId } from '../../platform/crypto/index.js';
import { Database } from '../../platform/database/index.js';
import { type Actor, SecretInRequest } from '../../platform/http/index.js';
import { Jobs } from '../../platform/jobs/index.js';
import { Uploads, type UploadSource } from '../../platform/uploads/index.js';
import { FormatUnknown, SourceIsBeingRead, SourceTakesNoFiles } from '../sync.errors.js';
import { runSync } from '../sync.jobs.js';
import { type SyncRunRow, SyncRunsRepository } from '../sync-runs.repository.js';

export interface ImportRequest {
  readonly format: string;
  /** The source it goes into, made if there is none. */
  readonly source: string;
  /** A snapshot is the whole truth of its resource types; an addition removes nothing. */
  readonly mode: 'snapshot' | 'append';
}

/** Takes a file in: receives it, refuses what looks like a secret, and has it read like any other source. */
@Injectable()
export class ImportFile {
  constructor(
    private readonly database: Database,
    private readonly registry: ConnectorRegistry,
    private readonly registerSource: RegisterSource,
    private readonly uploads: Uploads,
    private readonly jobs: Jobs,
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  async execute(actor: Actor, request: ImportRequest, file: UploadSource): Promise<SyncRunRow> {
    const format = this.registry.format(request.format);
    if (!format) throw new FormatUnknown(this.registry.formats().map(({ id }) => id));
    // Asked before the file is received: a gigabyte should not travel to be refused.
    await this.database.read(async (tx) => {
      const source = await tx.use(SourcesRepository).byName(request.source);
      if (source && source.connector !== format.connector) throw new SourceTakesNoFiles(source.connector);
    });
    const upload = await this.uploads.store(
      { ...file, stream: refusingSecretColumns(file.stream), isTruncated: () => file.isTruncated() },
      this.config.get('MANDATE_IMPORT_MAX_BYTES'),
    );
    try {
      return await this.database.transaction(async (tx) => {
        const sources = tx.use(SourcesRepository);
        const runs = tx.use(SyncRunsRepository);
        const source =
          (await sources.byName(request.source)) ??
          (await this.registerSource.createIn(tx, actor, {
            name: request.source,
            connector: format.connector,
            config: {},
          }));
        if (source.connector !== format.connector) throw new SourceTakesNoFiles(source.connector);
        await sources.forChange(source.id);
        const live = await runs.live(source.id);
        if (live) throw new SourceIsBeingRead(live.id);
        const id = newId(this.clock);
        await runs.insert({
          id,
          sourceId: source.id,
          trigger: 'import',
          requestedBy: actor.id,
          uploadId: upload.id,
          options: { format: format.id, mode: request.mode },
          at: this.clock.now(),
        });
        await this.jobs.enqueue(tx, runSync, { runId: id });
        return (await runs.one(id))!;
      });
    } catch (error) {
      await this.uploads.forget(upload.id);
      throw error;
    }
  }
}

const LONGEST_HEADER = 65_536;

/** Hands a file on once its first line is known to name no column of secrets: a table of passwords is refused whatever they look like. */
async function* refusingSecretColumns(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head = Buffer.alloc(0);
  let looked = false;
  const look = (): void => {
    const column = head
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .split(/\r?\n/, 1)[0]!
      .split(/[,;\t]/)
      .find((name) => isSecretColumn(name.replaceAll('"', '')));
    if (column !== undefined)
      throw new SecretInRequest({ pointer: '/file', detail: 'has a column that by its name holds secret values' });
    looked = true;
  };
  for await (const chunk of stream) {
    if (looked) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.includes(10) || head.length > LONGEST_HEADER) {
      look();
      yield head;
    }
  }
  if (!looked && head.length > 0) {
    look();
    yield head;
  }
}
