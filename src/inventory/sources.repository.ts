import type { Tx } from '../platform/database/index.js';
import { Source, type SourceStatus } from './source.entity.js';

export class SourcesRepository {
  constructor(private readonly tx: Tx) {}

  one(id: string): Promise<Source | null> {
    return this.tx.orm(Source).findOneBy({ id });
  }
  byName(name: string): Promise<Source | null> {
    return this.tx.orm(Source).findOneBy({ name });
  }
  async byConnector(connector: string): Promise<{ id: string } | null> {
    const [row] = await this.tx.sql<{
      id: string;
    }>`SELECT id FROM sources WHERE connector = ${connector} ORDER BY id LIMIT 1`;
    return row ?? null;
  }
  forChange(id: string): Promise<Source | null> {
    return this.tx.orm(Source).findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
  }
  async insert(source: Source): Promise<void> {
    await this.tx.orm(Source).insert(source as never);
  }
  async save(source: Source): Promise<void> {
    await this.tx.orm(Source).save(source as never);
  }
  async setStatus(id: string, status: SourceStatus): Promise<void> {
    await this.tx.sql`UPDATE sources SET status = ${status} WHERE id = ${id}`;
  }
  /** Sources whose time to be read has come; each is given to one process. */
  due(now: Date): Promise<{ id: string; schedule: string }[]> {
    return this.tx
      .sql`SELECT id, schedule FROM sources WHERE next_read_at <= ${now} ORDER BY next_read_at FOR UPDATE SKIP LOCKED`;
  }
  async setNextRead(id: string, at: Date | null): Promise<void> {
    await this.tx.sql`UPDATE sources SET next_read_at = ${at} WHERE id = ${id}`;
  }
}
