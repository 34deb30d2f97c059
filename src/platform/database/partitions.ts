import { createHash } from 'node:crypto';
import { raw } from 'sql-template-tag';
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
 * Makes an empty table for the rows of one value of a list-partitioned table, without its indexes: they are built once,
 * over all rows, when it is attached. Made in the caller's transaction, so a launch that fails leaves none behind.
 */
export async function createPartition(tx: Tx, parent: string, key: string, value: string): Promise<Partition> {
  // These become part of the text; nothing from outside but a UUID ever does.
  if (!NAME.test(parent) || !NAME.test(key) || !UUID.test(value)) throw new Error('Not the name of a partition');
  const table = `${parent}_${createHash('sha256').update(value).digest('hex').slice(0, 16)}`;
  await tx.run(
    raw(
      `CREATE TABLE ${table} (LIKE ${parent} INCLUDING DEFAULTS, CONSTRAINT of_one_value CHECK (${key} = '${value}'))`,
    ),
  );
  return { table, parent, key, value };
}

/** Builds the parent's indexes over the partition and joins it. The constraint spares PostgreSQL a look at every row. */
export async function attachPartition(tx: Tx, { table, parent, value }: Partition): Promise<void> {
  await tx.run(raw(`ALTER TABLE ${parent} ATTACH PARTITION ${table} FOR VALUES IN ('${value}')`));
  await tx.run(raw(`ALTER TABLE ${table} DROP CONSTRAINT of_one_value`));
  await tx.run(raw(`ANALYZE ${table}`));
}
