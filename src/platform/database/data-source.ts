import { DataSource, type EntityTarget, type MixedList, type ObjectLiteral } from 'typeorm';
import { migrations } from '../../../migrations/index.js';

/** One pool. `synchronize` stays off for ever: what changes the schema is a migration that was read by a person. */
export function createDataSource(
  url: string,
  entities: readonly EntityTarget<ObjectLiteral>[],
  poolSize: number,
): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    entities: entities as MixedList<string>,
    migrations: [...migrations],
    migrationsTableName: 'schema_migrations',
    synchronize: false,
    migrationsRun: false,
    logging: false,
    poolSize,
    applicationName: 'mandate',
    // `where: { id: undefined }` must never become "every row".
    invalidWhereValuesBehavior: { null: 'throw', undefined: 'throw' },
    extra: {
      options: '-c timezone=UTC -c jit=off -c default_transaction_isolation=read\\ committed',
      connectionTimeoutMillis: 15_000,
    },
  });
}

/** Constant, so that every release waits for every other: "mandate" in letters. */
const MIGRATION_LOCK = '7161974114101101';

/** Brings the schema up to date. Two processes that start at once take turns; the second finds nothing to do. */
export async function migrate(dataSource: DataSource): Promise<string[]> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.query(`SELECT pg_advisory_lock(${MIGRATION_LOCK})`);
    const done = await dataSource.runMigrations({ transaction: 'each' });
    return done.map(({ name }) => name);
  } finally {
    await runner.query(`SELECT pg_advisory_unlock(${MIGRATION_LOCK})`);
    await runner.release();
  }
}
