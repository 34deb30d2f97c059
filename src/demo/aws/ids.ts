import { createHash } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

const digest = (seed: string): Buffer => createHash('sha256').update(`stand-in aws ${seed}`).digest();

/** An id as AWS forms them: the prefix tells the kind, the rest is the same for the same seed. */
export function uniqueId(prefix: string, seed: string, length = 21): string {
  let id = prefix;
  for (const byte of digest(`${prefix} ${seed}`)) {
    if (id.length === length) break;
    id += ALPHABET[byte % 32];
  }
  return id;
}

export const accessKeyId = (seed: string, prefix = 'AKIA'): string => uniqueId(prefix, seed, 20);

/** A value only this stand-in accepts; it opens nothing anywhere else. */
export const secretFor = (seed: string): string =>
  digest(`secret ${seed}`).toString('base64').replaceAll('=', '').slice(0, 40);

export const tokenFor = (seed: string): string => `stand-in-session-${digest(`token ${seed}`).toString('hex')}`;

export const uuidFor = (seed: string): string =>
  digest(`uuid ${seed}`)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');

export const hexFor = (seed: string, length: number): string => digest(`hex ${seed}`).toString('hex').slice(0, length);
