import type { BenchRow } from './measure.js';
export async function reportRow(databaseUrl: string, folder: string, users: number): Promise<BenchRow[]> {
  return [];
}
