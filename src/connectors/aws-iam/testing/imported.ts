import type { FileFormat, ImportLookup, RowProblem } from '../../sdk/index.js';
import { readAll, type ReadResult } from '../../sdk/testing/index.js';

export const ID = '111111111111';
export const NOBODY: ImportLookup = { identitiesByAttribute: async () => new Map() };

/** Reads a text as a file would be read, in pieces of a few bytes, so that nothing may depend on where one ends. */
export async function imported(
  format: FileFormat,
  text: string,
  { pieces = 7, lookup = NOBODY }: { pieces?: number; lookup?: ImportLookup } = {},
): Promise<ReadResult & { complaints: RowProblem[] }> {
  const bytes = Buffer.from(text);
  const open = async function* () {
    for (let at = 0; at < bytes.length; at += pieces) yield bytes.subarray(at, at + pieces);
  };
  const complaints: RowProblem[] = [];
  const session = format.open({ name: 'sample.json', sourceName: 'sample', open }, lookup, (problem) =>
    complaints.push(problem),
  );
  const result = await readAll(session);
  return { ...result, complaints };
}
