import { createHash } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pgCopy from 'pg-copy-streams';
import type { ClientBase } from 'pg';
import sqlTag, { type Sql } from 'sql-template-tag';
import type { EntityTarget, ObjectLiteral, QueryRunner, Repository } from 'typeorm';

/** A piece of SQL with its bound values, to be nested in `tx.sql`. */
export { default as sql, empty, join, raw, Sql } from 'sql-template-tag';

/** Everything a unit of work may touch. A repository can only be obtained from one, so no call can miss its transaction. */
export class Tx {
  constructor(private readonly runner: QueryRunner) {}

  /** Our repositories take a Tx alone in their constructor: `tx.use(IdentitiesRepository)`. */
  use<R>(Repo: new (tx: Tx) => R): R {
    return new Repo(this);
  }

  /** For repositories only; the boundaries keep `typeorm` out of every other file. */
  orm<E extends ObjectLiteral>(entity: EntityTarget<E>): Repository<E> {
    return this.runner.manager.getRepository(entity);
  }

  /** Bound parameters only, or nested {@link Sql}; for repositories and queries. Values never become part of the text. */
  sql<R = Record<string, unknown>>(strings: TemplateStringsArray, ...values: unknown[]): Promise<R[]> {
    return this.run<R>(sqlTag(strings, ...values));
  }

  async run<R = Record<string, unknown>>(statement: Sql): Promise<R[]> {
    const result = await (await this.client()).query<R & object>(statement.text, statement.values);
    return result.rows;
  }

  /**
   * The same, and PostgreSQL keeps its plan: for a statement that is asked all the time and takes longer to plan than to answer.
   * Each text is kept by each connection until it closes, so it must be one of a few: what varies is bound, never written into
   * it. It names its columns: a kept plan whose columns change is an error.
   */
  async prepared<R = Record<string, unknown>>({ text, values }: Sql): Promise<R[]> {
    const name = createHash('sha256').update(text).digest('base64url');
    const result = await (await this.client()).query<R & object>({ name, text, values });
    return result.rows;
  }

  /** The number of rows the statement changed. */
  async change(strings: TemplateStringsArray, ...values: unknown[]): Promise<number> {
    const statement = sqlTag(strings, ...values);
    const result = await (await this.client()).query(statement.text, statement.values);
    return result.rowCount ?? 0;
  }

  /** For libraries that bring their own text and numbered values (the queue). */
  async query(text: string, values: unknown[] = []): Promise<{ rows: Record<string, unknown>[] }> {
    return (await this.client()).query(text, values);
  }

  /** Streams rows out in COPY's text form, in constant memory. COPY takes no bound values: `statement` must hold none from outside. */
  async copyOut(statement: string): Promise<Readable> {
    return (await this.client()).query(pgCopy.to(`COPY (${statement}) TO STDOUT`) as never);
  }

  /** The same in COPY's binary form: for columns of fixed width that are read without being parsed. */
  async copyOutBinary(statement: string): Promise<Readable> {
    return (await this.client()).query(pgCopy.to(`COPY (${statement}) TO STDOUT (FORMAT binary)`) as never);
  }

  /** Streams text rows in (see `copyLine`) and returns how many arrived. */
  async copyIn(table: string, columns: readonly string[], source: AsyncIterable<string | Buffer>): Promise<number> {
    const target = (await this.client()).query(
      pgCopy.from(`COPY ${table} (${columns.join(', ')}) FROM STDIN`) as never,
    ) as unknown as Writable & { rowCount: number };
    await pipeline(source, target);
    return target.rowCount;
  }

  private client(): Promise<ClientBase> {
    return this.runner.connect() as Promise<ClientBase>;
  }
}
