import { describe, expect, it } from '@jest/globals';
import { findSecret, isSecretColumn, SecretFound, secretShapeIn, SecretSieve, strikeOutSecrets } from './index.js';

/** Assembled at run time, so that no scanner takes this file for a leak. */
const made = (...parts: string[]) => parts.join('');
const secrets: [string, string][] = [
  ['a private key', made('-----BEGIN RSA ', 'PRIVATE KEY-----\nMIIE')],
  ['a GitHub token', made('gh', 'p_', 'a1B2'.repeat(9))],
  ['a GitLab token', made('glp', 'at-', 'x'.repeat(20))],
  ['a Slack token', made('xo', 'xb-', '1'.repeat(24))],
  ['an OpenAI or Anthropic key', made('sk', '-ant-api03-', 'k'.repeat(60))],
  ['an OpenAI or Anthropic key', made('sk', '-proj-', 'k'.repeat(60))],
  ['a Google API key', made('AI', 'za', 'B'.repeat(35))],
  ['an Amazon Bedrock API key', made('AB', 'SK', 'Q'.repeat(100))],
  ['a signed token', made('ey', 'J', 'a'.repeat(20), '.ey', 'J', 'b'.repeat(20), '.', 'c'.repeat(43))],
  ['a URL with a password', made('postgres://', 'app:', 'hunter22', '@db.internal/x')],
  ['a secret access key', made('aws_secret_access_key', ' = ', 'Ab1/'.repeat(10))],
  ['a secret value', made('{"Service', 'Password": "', 'correct-horse', '"}')],
];
const innocent = [
  'AKIAIOSFODNN7EXAMPLE',
  'arn:aws:iam::111122223333:role/service-role/lambda-reader',
  '{"secretName":"prod/db","passwordLastUsed":"2026-01-01T00:00:00Z"}',
  'password_enabled,password_last_used,access_key_1_active',
  'sk-short',
  'https://example.org/path?user=a@b.example',
  'tag: sk-owner-team-platform',
];

describe('what looks like a secret', () => {
  it.each(secrets)('%s is recognised', (name, text) => {
    expect(secretShapeIn(text)).toBe(name);
    expect(strikeOutSecrets(`before ${text} after`)).not.toContain(text);
  });

  it.each(innocent)('"%s" is not one', (text) => expect(secretShapeIn(text)).toBeNull());

  it('is found by its place, and not repeated', () => {
    expect(findSecret({ tags: [{ key: 'a' }, { key: secrets[1]![1] }] })).toEqual({
      pointer: '/tags/1/key',
      looksLike: 'a GitHub token',
    });
  });

  it.each(['secret', 'SecretAccessKey', 'secret_access_key', 'Client Secret', 'password', 'token'])(
    'a column named %s holds secrets',
    (header) => expect(isSecretColumn(header)).toBe(true),
  );
  it.each(['secret_name', 'password_enabled', 'token_id', 'key_id', 'api_key_id'])(
    'a column named %s does not',
    (header) => expect(isSecretColumn(header)).toBe(false),
  );

  it.each([1, 7, 40])('cut by a chunk border into pieces of %i it does not pass', (size) => {
    const text = `${'x'.repeat(50)} ${secrets[1]![1]} ${'y'.repeat(50)}`;
    const sieve = new SecretSieve();
    let passed = '';
    expect(() => {
      for (let at = 0; at < text.length; at += size) passed += sieve.push(text.slice(at, at + size));
      passed += sieve.end();
    }).toThrow(SecretFound);
    expect(passed).not.toContain('p_a1B2');
  });

  it('clean text comes through whole', () => {
    const text = 'identity,name\n'.repeat(500);
    const sieve = new SecretSieve();
    let passed = '';
    for (let at = 0; at < text.length; at += 333) passed += sieve.push(text.slice(at, at + 333));
    expect(passed + sieve.end()).toBe(text);
  });
});
