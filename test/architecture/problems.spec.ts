import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { PROBLEMS } from '../../src/platform/http/problem-catalogue.js';

/** Met by tests that look at the status, at a page, or at the answer another standard asks for. */
const SEEN_OTHERWISE = new Set([
  'access.cross-site-request',
  'access.sign-in-not-configured',
  'access.sign-in-refused',
  'access.sign-in-service-failed',
  'certification.item-not-decidable',
  'findings.exception-beyond-right',
  'findings.exception-decided',
  'findings.finding-excepted',
  'inventory.nothing-was-used',
  'notifications.webhook-has-no-secret',
  'ownership.not-yours-to-decline',
  'ownership.not-yours-to-depute',
  'people.scim-request-refused',
  'people.security-event-refused',
  'people.transmitter-keys-unavailable',
  'request.origin-not-allowed',
  'sync.source-failed',
]);

describe('every problem the API answers with', () => {
  const tests = globSync(['test/**/*spec.ts', 'src/**/*.spec.ts'])
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');

  it('was seen by a test', () => {
    expect(PROBLEMS.length).toBeGreaterThan(30);
    const unseen = PROBLEMS.map(({ code }) => code).filter((code) => !tests.includes(`'${code}'`));
    expect(unseen.filter((code) => !SEEN_OTHERWISE.has(code))).toEqual([]);
  });
});
