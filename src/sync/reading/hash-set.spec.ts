import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { HashSet } from './hash-set.js';

const words = (hash: string): [number, number, number, number] => {
  const hex = hash.replaceAll('-', '');
  return [0, 8, 16, 24].map((at) => parseInt(hex.slice(at, at + 8), 16)) as [number, number, number, number];
};

describe('a set of hashes', () => {
  it('tells what is in it, with its label, through any number of growths', () => {
    const set = new HashSet(1);
    const hashes = Array.from({ length: 5000 }, () => randomUUID());
    hashes.forEach((hash, at) => set.addWords(...words(hash), at % 5));
    expect(set.size).toBe(5000);
    expect(hashes.map((hash) => set.visit(hash))).toEqual(hashes.map((_hash, at) => at % 5));
    expect(set.visit(randomUUID())).toBe(-1);
  });

  it('gives back exactly what was not visited', () => {
    const set = new HashSet();
    const hashes = Array.from({ length: 300 }, () => randomUUID());
    for (const hash of hashes) set.addWords(...words(hash), 2);
    for (const hash of hashes.slice(0, 100)) set.visit(hash);
    expect(set.unvisited(2).sort()).toEqual(hashes.slice(100).sort());
    expect(set.visited(2)).toBe(100);
    expect(set.unvisited(1)).toEqual([]);
  });

  it('tells hashes apart that share their first words', () => {
    const set = new HashSet();
    const hash = '00000000-0000-0000-0000-00000000000';
    for (const last of '123') set.addWords(...words(hash + last), 0);
    expect(set.visit(`${hash}2`)).toBe(0);
    expect(set.visit(`${hash}4`)).toBe(-1);
    expect(set.unvisited(0)).toEqual([`${hash}1`, `${hash}3`]);
  });
});
