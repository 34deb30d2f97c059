import type { Readable } from 'node:stream';

const HEX: string[] = Array.from({ length: 256 }, (_none, byte) => byte.toString(16).padStart(2, '0'));

/**
 * A set of 128-bit hashes, each with a small label and a visited flag, in typed arrays: a million take 40 MB, where a
 * Set of strings takes ten times that. Hashes are given as UUID text.
 */
export class HashSet {
  private words: Uint32Array;
  /** 0 = empty; else the label plus one, with the high bit once it was visited. */
  private marks: Uint8Array;
  private mask: number;
  private count = 0;
  private readonly ofLabel: number[] = [];

  constructor(expected = 1024) {
    let capacity = 1024;
    while (capacity < expected * 2) capacity *= 2;
    this.words = new Uint32Array(capacity * 4);
    this.marks = new Uint8Array(capacity);
    this.mask = capacity - 1;
  }

  get size(): number {
    return this.count;
  }

  addWords(a: number, b: number, c: number, d: number, label: number): void {
    if (this.count * 2 > this.mask) this.grow();
    const slot = this.slotOf(a, b, c, d);
    if (this.marks[slot] === 0) {
      this.count++;
      this.ofLabel[label] = (this.ofLabel[label] ?? 0) + 1;
    }
    this.words.set([a, b, c, d], slot * 4);
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
    const slot = this.slotOfText(hash);
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
    for (let slot = 0; slot <= this.mask; slot++) if (this.marks[slot] === label + 1) hashes.push(this.text(slot));
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
    const { words, marks, mask } = this;
    // The hashes are keyed, so their first word is as good as random.
    for (let slot = a & mask; ; slot = (slot + 1) & mask) {
      if (marks[slot] === 0) return slot;
      const at = slot * 4;
      if (words[at] === a && words[at + 1] === b && words[at + 2] === c && words[at + 3] === d) return slot;
    }
  }

  private grow(): void {
    const { words, marks } = this;
    this.words = new Uint32Array(words.length * 2);
    this.marks = new Uint8Array(marks.length * 2);
    this.mask = this.marks.length - 1;
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
