import { createHash, hash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { canonicalJson } from './canonical-json.js';

export const sha256Hex = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');

/** SHA-256 over the canonical form: two values with the same members have the same digest, whatever their order. */
export const digestOf = (value: unknown): string => `sha256:${sha256Hex(canonicalJson(value))}`;

/**
 * 128 bits of SHA-256 over this installation's key and the text, in UUID form so that PostgreSQL keeps it in 16 bytes.
 * Keyed, because what is hashed comes from a source somebody else may control: without the key a collision, and with
 * it a change that goes unseen, could be prepared in advance.
 */
export function keyedHash(key: string, text: string): string {
  const hex = hash('sha256', key + text, 'hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/**
 * Hashes many texts under one key, each to the 128 bits of {@link keyedHash}. They stay in `words` until the next: most
 * hashes are only looked up, and never become text.
 */
export class KeyedHasher {
  readonly words = new Uint32Array(4);
  private room: Buffer;
  private readonly from: number;

  constructor(key: string) {
    this.from = Buffer.byteLength(key);
    this.room = Buffer.alloc(this.from + 4096);
    this.room.write(key);
  }

  /** `text` as such, or as its UTF-8 bytes. */
  take(text: string | Uint8Array): Uint32Array {
    const longest = this.from + (typeof text === 'string' ? text.length * 3 : text.length);
    if (longest > this.room.length) this.room = Buffer.concat([this.room], longest * 2);
    const { room, from, words } = this;
    let to = from;
    if (typeof text === 'string') to += room.write(text, from);
    else {
      room.set(text, from);
      to += text.length;
    }
    // A binary string: of all forms the digest can take, this one costs least to read numbers from.
    const digest = hash('sha256', room.subarray(0, to), 'binary');
    for (let i = 0; i < 4; i++) {
      const at = i * 4;
      words[i] =
        (digest.charCodeAt(at) << 24) |
        (digest.charCodeAt(at + 1) << 16) |
        (digest.charCodeAt(at + 2) << 8) |
        digest.charCodeAt(at + 3);
    }
    return words;
  }

  /** The last hash as UUID text. */
  uuid(): string {
    const [a, b, c, d] = [...this.words].map((word) => word.toString(16).padStart(8, '0')) as [
      string,
      string,
      string,
      string,
    ];
    return `${a}-${b.slice(0, 4)}-${b.slice(4)}-${c.slice(0, 4)}-${c.slice(4)}${d}`;
  }
}

/** Compares without telling by its duration how much was right. */
export function isSameSecret(a: string, b: string): boolean {
  const [left, right] = [createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest()];
  return timingSafeEqual(left, right);
}

/** 256 random bits, URL-safe. */
export const randomSecret = (): string => randomBytes(32).toString('base64url');

/** A number nobody could have known, for what is drawn by lot and must be drawn again the same. */
export const randomSeed = (): string => String(randomInt(2 ** 47));
