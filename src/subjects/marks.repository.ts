import type { SubjectType } from '../checks/sdk/index.js';
import type { Sql, Tx } from '../platform/database/index.js';

/** The marks themselves. */
export class MarksRepository {
  constructor(private readonly tx: Tx) {}

  add(type: SubjectType, ids: Sql): Promise<number> {
    return this.tx
      .change`INSERT INTO changed_subjects (subject_type, subject_id) SELECT ${type}::text, id FROM (${ids}) AS marked`;
  }

  /** Claims marks: they are gone for everybody else, and the facts must be read after this. Deletes up to `limit` marks and returns the subjects they named, each once. */
  async claim(limit: number): Promise<{ type: SubjectType; id: string }[]> {
    return this.tx.sql<{ type: SubjectType; id: string }>`
      WITH claimed AS (
        DELETE FROM changed_subjects WHERE id IN (SELECT id FROM changed_subjects ORDER BY id LIMIT ${limit} FOR UPDATE SKIP LOCKED)
        RETURNING subject_type, subject_id)
      SELECT DISTINCT subject_type AS type, subject_id AS id FROM claimed`;
  }

  async count(): Promise<number> {
    const [row] = await this.tx.sql<{ count: number }>`SELECT count(*)::int AS count FROM changed_subjects`;
    return row!.count;
  }
}
