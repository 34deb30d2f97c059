import { createHash } from 'node:crypto';
import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Tx } from './tx.js';

/** A table that is to become the partition of one value: filled first, joined to its parent afterwards. */
export interface Partition {
  readonly table: string;
  readonly parent: string;
  readonly key: string;
  readonly value: string;
}

const NAME = /^[a-z_]{1,40}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Makes a table out of `rows`, which are all that one value of a list-partitioned table has: a query that yields `columns` by their
 * names; what it does not name gets the parent's default. A table made from a query is read for by several processes at once, as an
 * INSERT never is. Its indexes are built once, over all rows, when it is attached. Made in the caller's transaction, so a launch that
 * fails leaves none behind.
 */
export async function createPartition(
  tx: Tx,
  { parent, key, value }: Omit<Partition, 'table'>,
  columns: readonly string[],
  rows: Sql,
): Promise<Partition> {
  // These become part of the text; nothing from outside but a UUID ever does.
  if (![parent, key, ...columns].every((name) => NAME.test(name)) || !UUID.test(value))
    throw new Error('Not the name of a partition');
  const table = `${parent}_${createHash('sha256').update(value).digest('hex').slice(0, 16)}`;
  const shape = await tx.sql<{ name: string; type: string; required: boolean; fallback: string | null }>`
    SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS required, pg_get_expr(d.adbin, d.adrelid) AS fallback
    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = ${parent}::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`;
  const values = shape.map(({ name, type, fallback }) =>
    raw(columns.includes(name) ? `given.${name}::${type} AS ${name}` : `(${fallback ?? 'NULL'})::${type} AS ${name}`),
  );
  await tx.run(sql`CREATE TABLE ${raw(table)} AS SELECT ${join(values)} FROM (${rows}) given`);
  const rules = [
    `ADD CONSTRAINT of_one_value CHECK (${key} = '${value}')`,
    ...shape.flatMap(({ name, required, fallback }) => [
      ...(required ? [`ALTER COLUMN ${name} SET NOT NULL`] : []),
      ...(fallback === null ? [] : [`ALTER COLUMN ${name} SET DEFAULT ${fallback}`]),
    ]),
  ];
  await tx.run(raw(`ALTER TABLE ${table} ${rules.join(', ')}`));
  return { table, parent, key, value };
}

/** Builds the parent's indexes over the partition and joins it. The constraint spares PostgreSQL a look at every row. */
export async function attachPartition(tx: Tx, { table, parent, value }: Partition): Promise<void> {
  await tx.run(raw(`ALTER TABLE ${parent} ATTACH PARTITION ${table} FOR VALUES IN ('${value}')`));
  await tx.run(raw(`ALTER TABLE ${table} DROP CONSTRAINT of_one_value`));
  await tx.run(raw(`ANALYZE ${table}`));
}
