import { Injectable } from '@nestjs/common';
import { ConnectorRegistry } from '../../connectors/registry/index.js';
import { nextRead, SourcesRepository } from '../../inventory/index.js';
import { Clock } from '../../platform/clock/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import { type Actor, NotFound, systemActor } from '../../platform/http/index.js';
import { Jobs } from '../../platform/jobs/index.js';
import { ConnectorUnknown, SourceIsAFile } from '../sync.errors.js';
import { runSync } from '../sync.jobs.js';
import { type SyncRunRow, SyncRunsRepository } from '../sync-runs.repository.js';

/** Asks for a reading of a source. While one is under way, that one is the answer: two never overlap. */
@Injectable()
export class RequestSync {
  constructor(
    private readonly database: Database,
    private readonly registry: ConnectorRegistry,
    private readonly jobs: Jobs,
    private readonly clock: Clock,
  ) {}

  execute(actor: Actor, sourceId: string): Promise<SyncRunRow> {
    return this.database.transaction((tx) => this.request(tx, actor, sourceId, 'manual'));
  }

  /** Asks for every source whose time has come. Each is claimed with its lock, so several processes share the work. */
  requestDue(): Promise<number> {
    return this.database.transaction(async (tx) => {
      const sources = tx.use(SourcesRepository);
      const due = await sources.due(this.clock.now());
      for (const { id, schedule } of due) {
        await sources.setNextRead(id, nextRead(schedule, this.clock.now()));
        await this.request(tx, systemActor('schedule'), id, 'scheduled');
      }
      return due.length;
    });
  }

  /** Asks for our own credentials, where they are in the inventory. */
  requestOwn(): Promise<number> {
    return this.database.transaction(async (tx) => {
      const own = await tx.use(SourcesRepository).byConnector('mandate');
      if (own) await this.request(tx, systemActor('sync'), own.id, 'scheduled');
      return own ? 1 : 0;
    });
  }

  private async request(tx: Tx, actor: Actor, sourceId: string, trigger: 'manual' | 'scheduled'): Promise<SyncRunRow> {
    const source = await tx.use(SourcesRepository).forChange(sourceId);
    if (!source) throw new NotFound('source');
    if (this.registry.formats().some(({ connector }) => connector === source.connector)) throw new SourceIsAFile();
    if (!this.registry.get(source.connector)) throw new ConnectorUnknown(this.registry.all().map(({ id }) => id));
    const runs = tx.use(SyncRunsRepository);
    const live = await runs.live(sourceId);
    if (live) return live;
    const id = newId(this.clock);
    await runs.insert({
      id,
      sourceId,
      trigger,
      requestedBy: actor.id,
      uploadId: null,
      options: {},
      at: this.clock.now(),
    });
    await this.jobs.enqueue(tx, runSync, { runId: id });
    return (await runs.one(id))!;
  }
}
