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

/** Compares without telling by its duration how much was right. */
export function isSameSecret(a: string, b: string): boolean {
  const [left, right] = [createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest()];
  return timingSafeEqual(left, right);
}

/** 256 random bits, URL-safe. */
export const randomSecret = (): string => randomBytes(32).toString('base64url');

/** A number nobody could have known, for what is drawn by lot and must be drawn again the same. */
export const randomSeed = (): string => String(randomInt(2 ** 47));
