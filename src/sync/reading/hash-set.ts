import type { Readable } from 'node:stream';

const HEX: string[] = Array.from({ length: 256 }, (_none, byte) => byte.toString(16).padStart(2, '0'));

/** Beyond this share of filled slots looking for one takes too many steps. */
const FILLED_AT_MOST = 0.75;

/**
 * A set of 128-bit hashes, each with a small label and a visited flag, in typed arrays: a million take less than 30 MB, where
 * a Set of strings takes ten times that. A hash is four words, or UUID text.
 */
export class HashSet {
  private words: Uint32Array;
  /** 0 = empty; else the label plus one, with the high bit once it was visited. */
  private marks: Uint8Array;
  private capacity: number;
  private count = 0;
  private readonly ofLabel: number[] = [];

  /** With room for so many, so that none of it is copied while it fills. */
  constructor(expected = 1024) {
    this.capacity = Math.ceil(Math.max(64, expected + 1) / FILLED_AT_MOST);
    this.words = new Uint32Array(this.capacity * 4);
    this.marks = new Uint8Array(this.capacity);
  }

  get size(): number {
    return this.count;
  }

  addWords(a: number, b: number, c: number, d: number, label: number): void {
    if (this.count >= this.capacity * FILLED_AT_MOST) this.grow();
    const slot = this.slotOf(a, b, c, d);
    if (this.marks[slot] === 0) {
      this.count++;
      this.ofLabel[label] = (this.ofLabel[label] ?? 0) + 1;
    }
    const at = slot * 4;
    const { words } = this;
    words[at] = a;
    words[at + 1] = b;
    words[at + 2] = c;
    words[at + 3] = d;
    this.marks[slot] = label + 1;
  }

  /** Reads COPY's binary form of rows with one uuid. */
  async load(stream: Readable, label: number): Promise<void> {
    let rest: Buffer = Buffer.alloc(0);
    let header = true;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let at = 0;
      if (header) {
        if (data.length < 19) {
          rest = data;
          continue;
        }
        at = 19 + data.readInt32BE(15);
        header = false;
      }
      // A row: field count (2 bytes), length (4), 16 bytes. The trailer is a field count of -1.
      for (; at + 22 <= data.length && data.readInt16BE(at) === 1; at += 22) {
        this.addWords(
          data.readUInt32BE(at + 6),
          data.readUInt32BE(at + 10),
          data.readUInt32BE(at + 14),
          data.readUInt32BE(at + 18),
          label,
        );
      }
      rest = data.subarray(at);
    }
  }

  /** Marks a hash as visited and returns its label, or -1 when it is not in the set. */
  visit(hash: string): number {
    return this.visitSlot(this.slotOfText(hash));
  }

  /** The same for a hash in words. */
  visitWords(words: ArrayLike<number>): number {
    return this.visitSlot(this.slotOf(words[0]!, words[1]!, words[2]!, words[3]!));
  }

  private visitSlot(slot: number): number {
    const mark = this.marks[slot]!;
    if (mark === 0) return -1;
    this.marks[slot] = mark | 0x80;
    return (mark & 0x7f) - 1;
  }

  /** How many of a label there are, visited or not. */
  sizeOf(label: number): number {
    return this.ofLabel[label] ?? 0;
  }

  /** How many of a label were visited. */
  visited(label: number): number {
    let found = 0;
    for (const mark of this.marks) if (mark === ((label + 1) | 0x80)) found++;
    return found;
  }

  unvisited(label: number): string[] {
    const hashes: string[] = [];
    for (let slot = 0; slot < this.capacity; slot++) if (this.marks[slot] === label + 1) hashes.push(this.text(slot));
    return hashes;
  }

  private slotOfText(hash: string): number {
    return this.slotOf(
      parseInt(hash.slice(0, 8), 16),
      parseInt(hash.slice(9, 13) + hash.slice(14, 18), 16),
      parseInt(hash.slice(19, 23) + hash.slice(24, 28), 16),
      parseInt(hash.slice(28, 36), 16),
    );
  }

  /** The slot that holds the hash, or the empty one where it would go. */
  private slotOf(a: number, b: number, c: number, d: number): number {
    const { words, marks, capacity } = this;
    // The hashes are keyed, so their first word is as good as random: its share of all words is its place.
    for (let slot = Math.floor((a / 0x1_0000_0000) * capacity); ; slot = slot + 1 === capacity ? 0 : slot + 1) {
      if (marks[slot] === 0) return slot;
      const at = slot * 4;
      if (words[at] === a && words[at + 1] === b && words[at + 2] === c && words[at + 3] === d) return slot;
    }
  }

  private grow(): void {
    const { words, marks } = this;
    this.capacity = Math.ceil(this.capacity * 1.6);
    this.words = new Uint32Array(this.capacity * 4);
    this.marks = new Uint8Array(this.capacity);
    for (let slot = 0; slot < marks.length; slot++) {
      if (marks[slot] === 0) continue;
      const at = slot * 4;
      const to = this.slotOf(words[at]!, words[at + 1]!, words[at + 2]!, words[at + 3]!);
      this.words.set(words.subarray(at, at + 4), to * 4);
      this.marks[to] = marks[slot]!;
    }
  }

  private text(slot: number): string {
    let hex = '';
    for (let i = 0; i < 4; i++) {
      const word = this.words[slot * 4 + i]!;
      hex += HEX[word >>> 24]! + HEX[(word >>> 16) & 255]! + HEX[(word >>> 8) & 255]! + HEX[word & 255]!;
    }
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }
}
