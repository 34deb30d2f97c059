import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  aCredential,
  aGrant,
  anAgent,
  anIdentity,
  aPersonSubject,
  aSource,
  aUseCase,
} from '../../../src/checks/sdk/testing/index.js';
import { Facts } from '../../../src/subjects/index.js';
import { startApp, type TestApp } from '../../support/app.js';
import { importFile, ndjson } from '../../support/files.js';

const SHAPES = {
  identity: anIdentity(),
  credential: aCredential(),
  grant: aGrant(),
  'use-case': aUseCase(),
  agent: anAgent(),
  person: aPersonSubject(),
  source: aSource(),
} as const;

describe('facts', () => {
  let t: TestApp;
  beforeAll(async () => {
    t = await startApp();
  });
  afterAll(() => t.close());

  it.each(Object.keys(SHAPES) as (keyof typeof SHAPES)[])(
    'of a %s are all contributed: a check never reads what nobody writes',
    (subject) => {
      const contributed = new Set(t.app.nest.get(Facts).columnNames(subject));
      expect(Object.keys(SHAPES[subject]).filter((name) => !contributed.has(name))).toEqual([]);
    },
  );

  it('are the same however many subjects are read at once', async () => {
    const identity = (id: string, more: object = {}) => ({ entity: 'identity', id, ...more });
    const credential = (id: string, holder: string, more: object = {}) => ({
      entity: 'credential',
      id,
      identity: holder,
      kind: 'access-key',
      issuedAt: '2025-06-01T00:00:00Z',
      ...more,
    });
    await importFile(
      t,
      { format: 'ndjson', source: 'two forms' },
      ndjson([
        identity('bare'),
        identity('busy', { aiUse: 'yes', lastUsedAt: '2026-02-01', useKnownSince: '2025-01-01' }),
        identity('off', { status: 'disabled' }),
        credential('old', 'busy', { lastUsedAt: '2026-02-02', useKnownSince: '2025-01-01' }),
        credential('new', 'busy', { issuedAt: '2026-01-01T00:00:00Z' }),
        credential('same-day', 'busy', { kind: 'api-key', aiService: true, expiresAt: '2027-01-01' }),
        credential('same-day-too', 'busy', { kind: 'api-key', expiresAt: '2026-09-01' }),
        credential('password', 'busy', { kind: 'password', lastUsedAt: '2026-02-20', useKnownSince: '2025-01-01' }),
        credential('ended', 'off', { status: 'disabled' }),
      ]),
    );
    for (const subject of ['identity', 'credential', 'grant'] as const) {
      const read = (of: 'some' | 'all') => {
        const { relation, select, joins } = t.app.nest.get(Facts).plan(subject, undefined, of);
        return t.sql(
          `SELECT jsonb_build_array(${select.map((column) => `(${column})`).join(', ')}) AS facts ${relation.from} ${joins} WHERE ${relation.live} ORDER BY ${relation.id}`,
        );
      };
      expect(await read('all')).toEqual(await read('some'));
    }
    const rows = await t.sql(`SELECT count(*)::int AS count FROM credentials`);
    expect(rows).toEqual([{ count: 6 }]);
  });
});
