import {
  ConnectorBug,
  type Emitted,
  type LastUse,
  type RawRow,
  type ResourceType,
  type RowProblem,
  type SourceRecord,
} from '../../connectors/sdk/index.js';
import { KIND_OF, MERGE_KINDS, type MergeItem, type MergeKind } from '../../inventory/index.js';
import { canonicalJson, KeyedHasher } from '../../platform/crypto/index.js';
import type { HashSet } from './hash-set.js';

/** Most keys one transaction merges: enough that its own cost is small beside theirs, few enough to be held in memory with all that is made of them. */
const CHUNK_KEYS = 5_000;

/** What a chunk of a run brings. */
export interface Chunk {
  readonly changed: readonly MergeItem[];
  /** Records that are the same as ever, with what is known of their last use. */
  readonly used: readonly { readonly record: SourceRecord; readonly use: LastUse }[];
}

/**
 * Sifts what a reading yields: what hashes to something known is unchanged and costs nothing more; the rest is gathered
 * into chunks. In a chunk the kinds that are referred to go first, whatever order they came in.
 */
export class Sieve {
  private changed: MergeItem[] = [];
  private used: { record: SourceRecord; use: LastUse }[] = [];
  private readonly prefix: string;
  readonly seen: Record<MergeKind, number> = {
    identities: 0,
    entitlements: 0,
    resources: 0,
    credentials: 0,
    grants: 0,
  };

  constructor(
    private readonly known: HashSet,
    hashKey: string,
    mappingVersion: number,
    private readonly types: ReadonlyMap<string, ResourceType>,
    private readonly complain: (problem: RowProblem) => void,
    private readonly flush: (chunk: Chunk) => Promise<void>,
    private readonly chunkKeys = CHUNK_KEYS,
  ) {
    this.prefix = `${hashKey}|${mappingVersion}|`;
  }

  /** Sifts a batch of one scope. Returns how many of each type it held; of a raw row only its kind is known, so it counts under its only type. */
  async take(scopeId: string, batch: readonly (Emitted | RawRow)[]): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    const hasher = this.hasherOf(scopeId);
    const unchanged = new Array<number>(MERGE_KINDS.length).fill(0);
    try {
      for (const item of batch) {
        if ('record' in item) this.takeRecord(scopeId, item, hasher, counts);
        else {
          const label = this.known.visitWords(hasher.take(item.raw));
          if (label >= 0) unchanged[label]!++;
          else this.takeRow(scopeId, item, hasher.uuid(), counts);
        }
        if (this.changed.length >= this.chunkKeys || this.used.length >= this.chunkKeys) await this.emptyOut();
      }
    } finally {
      for (const [label, count] of unchanged.entries()) {
        if (count === 0) continue;
        const kind = MERGE_KINDS[label]!;
        const type = this.typeOfKind(kind);
        this.seen[kind] += count;
        counts.set(type, (counts.get(type) ?? 0) + count);
      }
    }
    return counts;
  }

  async end(): Promise<void> {
    await this.emptyOut();
  }

  private readonly hashers = new Map<string, KeyedHasher>();
  private hasherOf(scopeId: string): KeyedHasher {
    let hasher = this.hashers.get(scopeId);
    if (!hasher) this.hashers.set(scopeId, (hasher = new KeyedHasher(this.prefix + scopeId)));
    return hasher;
  }

  private takeRow(scopeId: string, row: RawRow, hash: string, counts: Map<string, number>): void {
    for (const parsed of row.parse()) {
      if ('problem' in parsed) this.complain(parsed);
      else this.keep(scopeId, parsed, hash, row.line, counts);
    }
  }

  private takeRecord(scopeId: string, emitted: Emitted, hasher: KeyedHasher, counts: Map<string, number>): void {
    const words = hasher.take(canonicalJson(emitted.record));
    // A partial record hashes to something else than the full one did: it must be looked up by its key.
    const label = emitted.partial ? -1 : this.known.visitWords(words);
    if (label < 0) return this.keep(scopeId, emitted, hasher.uuid(), null, counts);
    this.seen[MERGE_KINDS[label]!]++;
    counts.set(emitted.record.type, (counts.get(emitted.record.type) ?? 0) + 1);
    if (emitted.use) this.used.push({ record: emitted.record, use: emitted.use });
  }

  private keep(
    scopeId: string,
    { record, use, partial }: Emitted,
    rawHash: string,
    line: number | null,
    counts: Map<string, number>,
  ): void {
    if (!this.types.has(record.type)) throw new ConnectorBug(`the resource type ${record.type} is not declared`);
    if (typeof record.id !== 'string' || record.id === '')
      throw new ConnectorBug(`a record of ${record.type} has no id`);
    this.seen[KIND_OF[record.entity]]++;
    counts.set(record.type, (counts.get(record.type) ?? 0) + 1);
    this.changed.push({ scopeId, record, use, partial: partial ?? false, rawHash, line });
  }

  private readonly onlyTypes = new Map<MergeKind, string>();
  private typeOfKind(kind: MergeKind): string {
    let type = this.onlyTypes.get(kind);
    if (type === undefined) {
      type = [...this.types.values()].find(({ entity }) => KIND_OF[entity] === kind)!.id;
      this.onlyTypes.set(kind, type);
    }
    return type;
  }

  private async emptyOut(): Promise<void> {
    if (this.changed.length === 0 && this.used.length === 0) return;
    const chunk = { changed: this.changed, used: this.used };
    this.changed = [];
    this.used = [];
    await this.flush(chunk);
  }
}
