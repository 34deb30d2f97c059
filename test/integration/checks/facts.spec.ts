import { randomUUID } from 'node:crypto';
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
        credential('new', 'busy', {
          issuedAt: '2026-01-01T00:00:00Z',
          consumers: [
            { kind: 'workload', locator: 'one' },
            { kind: 'workload', locator: 'one', basis: 'observed' },
            { kind: 'repository', locator: 'another' },
          ],
        }),
        credential('same-day', 'busy', { kind: 'api-key', aiService: true, expiresAt: '2027-01-01' }),
        credential('same-day-too', 'busy', { kind: 'api-key', expiresAt: '2026-09-01' }),
        credential('password', 'busy', { kind: 'password', lastUsedAt: '2026-02-20', useKnownSince: '2025-01-01' }),
        credential('ended', 'off', { status: 'disabled' }),
        identity('trusting', { kind: 'workload' }),
        ...['admin', 'write', 'read'].map((privilege) => ({ entity: 'entitlement', id: privilege, privilege })),
        ...['admin', 'write', 'read'].map((entitlement) => ({
          entity: 'grant',
          identity: 'busy',
          entitlement,
          lastUsedAt: '2026-02-03',
          useKnownSince: '2025-01-01',
        })),
        { entity: 'grant', identity: 'trusting', entitlement: 'write' },
      ]),
    );
    const owner = randomUUID();
    const agent = randomUUID();
    const useCase = randomUUID();
    await t.sql(`INSERT INTO persons (id, feed, external_id, user_name, display_name, email, status, created_at, updated_at)
      VALUES ('${owner}', 'test', '07', 'sample.person.07', 'Sample Person 07', 'sample.person.07@sample.example', 'active', '2025-01-01', '2025-01-01')`);
    await t.sql(
      `INSERT INTO agents (id, name, tools, guardrails, digest, status, created_at, valid_from) VALUES ('${agent}', 'Ended', '[]', '[]', 'd', 'retired', '2025-01-01', '2026-01-01')`,
    );
    await t.sql(
      `INSERT INTO use_cases (id, name, purpose, data_scope, permitted_actions, digest, status, changed_by, created_at, valid_from) VALUES ('${useCase}', 'Ended', 'sample', '{}', '{}', 'd', 'retired', 'test', '2025-01-01', '2025-12-01')`,
    );
    await t.sql(
      `INSERT INTO use_case_links (id, use_case_id, identity_id, linked_by, valid_from) SELECT gen_random_uuid(), '${useCase}', id, 'test', '2025-01-01' FROM identities WHERE external_id = 'busy'`,
    );
    await t.sql(
      `INSERT INTO agent_identities (agent_id, identity_id) SELECT '${agent}', id FROM identities WHERE external_id = 'busy'`,
    );
    await t.sql(`INSERT INTO ownerships (id, identity_id, owner_id, deputies, state, basis, assigned_by, assigned_at, valid_from)
      SELECT gen_random_uuid(), id, '${owner}', ARRAY['${owner}']::uuid[], 'accepted', 'assignment', 'test', '2025-01-01', '2025-01-01' FROM identities WHERE external_id IN ('busy', 'off')`);
    await t.sql(
      `INSERT INTO use_reviews (id, identity_id, used_until, reason, reviewed_by, at) SELECT gen_random_uuid(), id, used, 'test', 'test', '2026-02-04' FROM identities, unnest(ARRAY['2026-02-01', '2026-02-02']::timestamptz[]) AS used WHERE external_id = 'busy'`,
    );
    await t.sql(`UPDATE scopes SET environment = 'development', external_id = 'near'`);
    await t.sql(
      `INSERT INTO scopes (id, source_id, external_id, name, kind, environment, state, first_seen_at) SELECT gen_random_uuid(), id, 'far', 'far', 'account', 'development', 'readable', '2025-01-01' FROM sources`,
    );
    await t.sql(`INSERT INTO identity_trusts (identity_id, principal, principal_kind, account_id, provider, conditions, narrowed, standing)
      SELECT id, account, 'account', account, 'file', '{}', false, 'own' FROM identities, unnest(ARRAY['near', 'far']) AS account WHERE external_id IN ('trusting', 'off')`);
    const told: Record<string, Record<string, unknown[]>> = {};
    for (const subject of ['identity', 'credential', 'grant', 'person'] as const) {
      const read = (of: 'some' | 'all') => {
        const { relation, select, joins } = t.app.nest.get(Facts).plan(subject, undefined, of);
        return t.sql(
          `SELECT jsonb_build_array(${select.map((column) => `(${column})`).join(', ')}) AS facts ${relation.from} ${joins} WHERE ${relation.live} ORDER BY ${relation.id}`,
        );
      };
      const some = await read('some');
      expect(await read('all')).toEqual(some);
      const names = t.app.nest.get(Facts).columnNames(subject);
      told[subject] = Object.fromEntries(
        names.map((name, at) => [name, some.map(({ facts }) => (facts as unknown[])[at])]),
      );
    }
    // What the two forms write apart is told of somebody, or nothing would be compared.
    const tells = (subject: string, name: string) => told[subject]![name]!;
    expect(tells('identity', 'retiredPurposes')).toContain(2);
    expect(tells('identity', 'lastRetiredAt')).toContain(Date.parse('2026-01-01'));
    expect(tells('identity', 'useReviewedUntil')).toContain(Date.parse('2026-02-02'));
    expect(tells('identity', 'heldPrivileges')).toContainEqual([
      expect.objectContaining({ name: 'admin', lastUsedAt: Date.parse('2026-02-03') }),
      expect.objectContaining({ name: 'write' }),
    ]);
    expect(tells('identity', 'trustedAccounts')).toContainEqual([{ account: 'far', environment: 'development' }]);
    expect(tells('credential', 'consumers')).toContainEqual([
      { kind: 'repository', locator: 'another' },
      { kind: 'workload', locator: 'one' },
      { kind: 'workload', locator: 'one' },
    ]);
    expect(tells('person', 'ownedIdentities')).toContain(2);
    const rows = await t.sql(`SELECT count(*)::int AS count FROM credentials`);
    expect(rows).toEqual([{ count: 6 }]);
  });
});
