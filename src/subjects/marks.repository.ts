import type { SubjectType } from '../checks/sdk/index.js';
import type { Sql, Tx } from '../platform/database/index.js';

/** The marks themselves. */
export class MarksRepository {
  constructor(private readonly tx: Tx) {}

  add(type: SubjectType, ids: Sql): Promise<number> {
    return this.tx
      .change`INSERT INTO changed_subjects (subject_type, subject_id) SELECT ${type}::text, id FROM (${ids}) AS marked`;
  }

  /**
   * Claims marks: they are gone for everybody else, and the facts must be read after this. Deletes up to `limit` marks;
   * returns how many, and the subjects they named, each once.
   */
  async claim(limit: number): Promise<{ count: number; subjects: { type: SubjectType; id: string }[] }> {
    const marks = await this.tx.sql<{ type: SubjectType; id: string }>`
      DELETE FROM changed_subjects WHERE id IN (SELECT id FROM changed_subjects ORDER BY id LIMIT ${limit} FOR UPDATE SKIP LOCKED)
      RETURNING subject_type AS type, subject_id AS id`;
    const once = new Map(marks.map((mark) => [`${mark.type} ${mark.id}`, mark]));
    return { count: marks.length, subjects: [...once.values()] };
  }

  async count(): Promise<number> {
    const [row] = await this.tx.sql<{ count: number }>`SELECT count(*)::int AS count FROM changed_subjects`;
    return row!.count;
  }
}
