import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';

const set = jest.fn<(flag: string) => void>();
jest.unstable_mockModule('node:v8', () => ({ setFlagsFromString: set }));
const { withTightHeap } = await import('./tight-heap.js');

const TIGHT = '--heap-growing-percent=30';
const USUAL = '--heap-growing-percent=100';
const said = (): string[] => set.mock.calls.map(([flag]) => flag);

describe('bulk work in little memory', () => {
  beforeEach(() => {
    set.mockClear();
  });

  it('lets it grow as usual again when it is done, and answers what the work answers', async () => {
    expect(await withTightHeap(() => Promise.resolve(said().slice()))).toEqual([TIGHT]);
    expect(said()).toEqual([TIGHT, USUAL]);
  });

  it('and when it fails', async () => {
    await expect(withTightHeap(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(said()).toEqual([TIGHT, USUAL]);
  });

  it('and not before the last of several is done', async () => {
    let finish = (): void => undefined;
    const first = withTightHeap(() => new Promise<void>((done) => (finish = done)));
    await withTightHeap(() => Promise.resolve());
    expect(said()).toEqual([TIGHT]);
    finish();
    await first;
    expect(said()).toEqual([TIGHT, USUAL]);
  });

  it('grows as usual as the product is started', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
    for (const text of [scripts.start, scripts.demo, readFileSync('docker/Dockerfile', 'utf8')])
      expect(text).toContain(USUAL);
  });
});
