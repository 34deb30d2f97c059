import type { ResourceType, Session } from './connector.js';
import type { RowProblem } from './records.js';

/** A file that was handed in. It can be opened as often as its reader needs. */
export interface ImportedFile {
  readonly name: string | null;
  /** The name of the source it is read into: the scope, where the file itself names none. */
  readonly sourceName: string;
  open(): AsyncIterable<Buffer>;
}

/** Finds what the source already holds, for files that name things less exactly than an API does. */
export interface ImportLookup {
  /** External ids of live identities by an attribute of theirs (an ARN). */
  identitiesByAttribute(
    attribute: string,
    values: readonly string[],
  ): Promise<ReadonlyMap<string, { readonly type: string; readonly id: string }>>;
}

/** A kind of file that can be imported. Its session reads the one file; what it cannot take it reports by line. */
export interface FileFormat {
  /** 'aws-credential-report' */
  readonly id: string;
  readonly title: string;
  /** Of the source that an import makes when there is none of the name. */
  readonly connector: string;
  readonly mappingVersion: number;
  readonly resourceTypes: readonly ResourceType[];
  /** An example file with every column, to fill in. */
  readonly template?: string;
  open(file: ImportedFile, lookup: ImportLookup, complain: (problem: RowProblem) => void): Session;
}
