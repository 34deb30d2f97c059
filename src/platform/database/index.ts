export { copyLine, copyRows, copyValue, readCopyField } from './copy-text.js';
export { createDataSource, migrate } from './data-source.js';
export { Database } from './database.js';
export { FreshStatistics } from './fresh-statistics.js';
export {
  defaultDataFolder,
  EmbeddedPostgres,
  type EmbeddedServer,
  writePrivateFile,
} from './embedded/embedded-postgres.js';
export { attachPartition, createPartition, type Partition } from './partitions.js';
export { settledBefore } from './settled.js';
export { empty, join, raw, sql, Sql, Tx } from './tx.js';
