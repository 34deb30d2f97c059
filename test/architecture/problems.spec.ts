import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { PROBLEMS } from '../../src/platform/http/problem-catalogue.js';

describe('every problem the API answers with', () => {
  const tests = globSync(['test/**/*spec.ts', 'src/**/*.spec.ts'])
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');

  it('was seen by a test', () => {
    expect(PROBLEMS.length).toBeGreaterThan(30);
    expect(PROBLEMS.map(({ code }) => code).filter((code) => !tests.includes(`'${code}'`))).toEqual([]);
  });
});
