import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Config, ConfigurationInvalid } from './index.js';

const problemsOf = (environment: Record<string, string>): readonly string[] => {
  try {
    Config.load(environment);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationInvalid)) throw error;
    return error.problems;
  }
};

describe('configuration', () => {
  it('starts without a single variable', () => {
    expect(Config.load({}).get('MANDATE_PORT')).toBe(3000);
  });

  it('lists everything that is wrong in one error, and repeats no value', () => {
    const problems = problemsOf({
      MANDATE_PORT: 'ninety',
      MANDATE_LOG_LEVEL: 'loud',
      DATABASE_URL: 'mysql://planted-value',
    });
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'MANDATE_PORT',
      'DATABASE_URL',
      'MANDATE_LOG_LEVEL',
    ]);
    expect(problems.join()).not.toContain('planted-value');
  });

  it('reads a secret from a file', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'mandate-config-')), 'url');
    writeFileSync(file, 'postgres://localhost/x\n');
    expect(Config.load({ DATABASE_URL_FILE: file }).get('DATABASE_URL')).toBe('postgres://localhost/x');
  });

  it('refuses a secret given twice', () => {
    expect(problemsOf({ DATABASE_URL: 'postgres://a/b', DATABASE_URL_FILE: '/nowhere' })).toEqual([
      'DATABASE_URL and DATABASE_URL_FILE are both set; keep one',
    ]);
  });

  it('refuses a file that cannot be read, instead of going on without it', () => {
    expect(problemsOf({ DATABASE_URL_FILE: '/nowhere/at/all' })).toEqual(['DATABASE_URL_FILE cannot be read (ENOENT)']);
  });

  it('refuses a name it does not know', () => {
    expect(problemsOf({ MANDATE_PROT: '1' })).toEqual(['MANDATE_PROT is not a variable Mandate knows']);
  });

  it('refuses several replicas on the embedded database', () => {
    expect(problemsOf({ MANDATE_REPLICAS: '3' })).toHaveLength(1);
    expect(problemsOf({ MANDATE_REPLICAS: '3', DATABASE_URL: 'postgres://a/b' })).toEqual([]);
  });

  it('refuses a token issuer without an audience', () => {
    expect(
      problemsOf({ MANDATE_JWT_ISSUER: 'https://issuer.example', MANDATE_JWT_JWKS_URL: 'https://issuer.example/keys' }),
    ).toHaveLength(1);
  });

  it('refuses a symmetric token algorithm', () => {
    expect(problemsOf({ MANDATE_JWT_ALGORITHMS: 'HS256' })).toHaveLength(1);
  });

  it('describes itself without a secret', () => {
    const described = Config.load({ DATABASE_URL: 'postgres://u:planted-value@h/d' }).describe();
    expect(JSON.stringify(described)).not.toContain('planted-value');
    expect(described.find(({ name }) => name === 'DATABASE_URL')?.value).toBe('(set)');
  });
});
