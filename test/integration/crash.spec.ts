import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase } from '../support/database.js';
import { fileForm, ndjson } from '../support/files.js';
import { type Running, startServer, until } from '../support/process.js';

const IDENTITIES = 30_000;
/** Mandate's own tokens are in its inventory too; this is about what was imported. */
const IMPORTED = "SELECT id FROM sources WHERE connector <> 'mandate'";

/** A server that is killed in the middle of its work, and another that takes the work up. */
describe('a process killed with -9', () => {
  let database: { url: string; drop(): Promise<void> };
  let server: Running;
  let client: pg.Client;
  let token: string;
  const one = async <T>(text: string): Promise<T> =>
    (await client.query<{ value: T }>(`SELECT (${text}) AS value`)).rows[0]!.value;
  const call = async (method: string, path: string, form?: FormData): Promise<any> => {
    const response = await fetch(new URL(`/api/v1/${path}`, server.url), {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(form ? { body: form } : {}),
    });
    return response.json();
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    server = await startServer({ DATABASE_URL: database.url });
    const secret = await until(
      'the link of the first administrator',
      async () => /first-administrator#([\w-]+)/.exec(server.output())?.[1],
    );
    const redeemed = await fetch(new URL('/api/v1/auth/first-administrator', server.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ secret }),
    });
    ({ token } = (await redeemed.json()) as { token: string });
  }, 180_000);
  afterAll(async () => {
    await server.stop();
    await client.end();
    await database.drop();
  });

  it('in the middle of a sync finishes it once after the restart: nothing lost, nothing doubled', async () => {
    const rows = Array.from({ length: IDENTITIES }, (_none, n) => [
      { entity: 'identity', id: `svc-${n}`, name: `svc-${n}`, createdAt: '2024-01-01' },
      {
        entity: 'credential',
        id: `key-${n}`,
        identity: `svc-${n}`,
        kind: 'access-key',
        canExpire: false,
        issuedAt: n % 3 === 0 ? '2025-01-01' : new Date().toISOString(),
      },
    ]).flat();
    const run = await call(
      'POST',
      'imports',
      fileForm({ format: 'ndjson', source: 'big' }, ndjson(rows), 'big.ndjson'),
    );
    await until(
      'rows of the first chunks',
      async () =>
        // What we make of our own tokens is there before the import: only what came by file shows that it runs.
        await one<boolean>(`SELECT count(*) > 0 FROM identities WHERE source_id IN (${IMPORTED})`),
    );
    const atKill = await one<string>(`SELECT count(*) FROM identities WHERE source_id IN (${IMPORTED})`);
    await server.kill();
    expect(Number(atKill)).toBeLessThan(IDENTITIES);
    server = await startServer({ DATABASE_URL: database.url });
    const done = await until('the run is over', async () => {
      const now = await call('GET', `sync-runs/${run.id}`);
      return now.status !== 'queued' && now.status !== 'running' && now;
    });
    expect(done).toMatchObject({
      status: 'complete',
      counts: {
        identities: { created: IDENTITIES, updated: 0, removed: 0, unchanged: 0 },
        credentials: { created: IDENTITIES, updated: 0, removed: 0, unchanged: 0 },
      },
    });
    expect(done.attempt).toBeGreaterThan(1);
    expect(Number(await one(`SELECT count(*) FROM identities WHERE source_id IN (${IMPORTED})`))).toBe(IDENTITIES);
    expect(
      Number(
        await one(
          `SELECT sum((data->>'created')::int) FROM audit_entries WHERE type = 'inventory.records-merged' AND (data->>'source')::uuid IN (${IMPORTED})`,
        ),
      ),
    ).toBe(2 * IDENTITIES);
    expect(Number(await one('SELECT count(*) FROM touched_identities'))).toBe(0);
    expect(Number(await one('SELECT count(*) FROM upload_pieces'))).toBe(0);
    expect(await one(`SELECT count(*) FROM job_runs WHERE job = 'sync.run-sync' AND status = 'interrupted'`)).toBe('1');
  }, 240_000);

  it('in the middle of an evaluation finishes it once after the restart', async () => {
    await until('some outcomes, and some marks left', () =>
      one<boolean>('SELECT (SELECT count(*) FROM evaluations) > 0 AND (SELECT count(*) FROM changed_subjects) > 0'),
    );
    await server.kill();
    server = await startServer({ DATABASE_URL: database.url });
    await until('no mark is left', () => one<boolean>('SELECT count(*) = 0 FROM changed_subjects'), 180_000);
    expect(
      Number(
        await one(
          `SELECT count(*) FROM evaluations WHERE subject_id IN (SELECT id FROM identities WHERE source_id IN (${IMPORTED}) UNION ALL SELECT c.id FROM credentials c JOIN identities i ON i.id = c.identity_id WHERE i.source_id IN (${IMPORTED}))`,
        ),
      ),
    ).toBe(2 * IDENTITIES);
    expect(
      Number(
        await one(`SELECT count(*) FROM findings WHERE check_id = 'credential-age-within-limit' AND status = 'open'`),
      ),
    ).toBe(IDENTITIES / 3);
    expect(
      await one("SELECT (SELECT count(*) FROM findings) = (SELECT count(*) FROM finding_events WHERE type = 'opened')"),
    ).toBe(true);
    await fetch(new URL('/api/v1/jobs/checks.self-check/runs', server.url), {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: '{}',
    });
    await until('the self-check ran', () =>
      one<boolean>(`SELECT count(*) > 0 FROM evaluation_passes WHERE kind = 'self-check'`),
    );
    expect(
      await one(`SELECT mismatches FROM evaluation_passes WHERE kind = 'self-check' ORDER BY id DESC LIMIT 1`),
    ).toBe(0);
  }, 300_000);
});
