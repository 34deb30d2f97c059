import type { FileFormat } from '../sdk/index.js';
import { csv } from './csv.js';
import { ndjson } from './ndjson.js';

export const formats: readonly FileFormat[] = [csv, ndjson];
