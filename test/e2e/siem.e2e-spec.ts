import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startApp, type TestApp } from '../support/app.js';
import { importFile, ndjson } from '../support/files.js';

type Event = Record<string, any>;

describe('the feed for a SIEM', () => {
  let t: TestApp;
  const read = async (query: string): Promise<{ events: Event[]; cursor: string; more: boolean; type: string }> => {
    const answer = await t.call<string>('GET', `/api/v1/siem/events${query}`);
    expect(answer.status).toBe(200);
    return {
      events: answer.body
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Event),
      cursor: answer.headers.get('next-cursor')!,
      more: answer.headers.get('has-more') === 'true',
      type: answer.headers.get('content-type')!,
    };
  };
  const readAll = async (limit: number, from = ''): Promise<{ events: Event[]; cursor: string }> => {
    const events: Event[] = [];
    for (let cursor = from; ;) {
      const page = await read(`?limit=${limit}${cursor ? `&cursor=${cursor}` : ''}`);
      expect(page.events.length).toBeLessThanOrEqual(limit);
      events.push(...page.events);
      ({ cursor } = page);
      if (!page.more) return { events, cursor };
    }
  };

  // The feed waits for every transaction of its database, the server's own among them: what is due may come a moment later.
  const readUntil = async (cursor: string, found: (event: Event) => boolean): Promise<Event[]> => {
    for (let round = 0; ; round++) {
      const { events } = await readAll(5000, cursor);
      if (events.some(found) || round === 100) return events;
      await setTimeout(100);
    }
  };

  beforeAll(async () => {
    t = await startApp();
    await importFile(
      t,
      { format: 'ndjson', source: 'services' },
      ndjson([
        { entity: 'identity', id: 'svc', name: 'svc', createdAt: '2024-01-01' },
        {
          entity: 'credential',
          id: 'key',
          identity: 'svc',
          kind: 'access-key',
          canExpire: false,
          issuedAt: '2024-01-01',
        },
      ]),
    );
    await t.settle();
  }, 120_000);
  afterAll(() => t.close());

  it('tells findings and the audit log as OCSF, each once, however it is paged', async () => {
    const [{ count }] = (await t.sql<{ count: string }>(
      'SELECT ((SELECT count(*) FROM audit_entries) + (SELECT count(*) FROM finding_events)) AS count',
    )) as [{ count: string }];
    let whole = await read('?limit=5000');
    for (let round = 0; round < 100 && whole.events.length < Number(count); round++) {
      await setTimeout(100);
      whole = await read('?limit=5000');
    }
    expect(whole.type).toContain('application/x-ndjson');
    expect(whole.more).toBe(false);
    expect(whole.events).toHaveLength(Number(count));
    const uids = whole.events.map(({ metadata }) => metadata.uid);
    expect(new Set(uids).size).toBe(uids.length);
    expect((await readAll(3)).events.map(({ metadata }) => metadata.uid)).toEqual(uids);
    for (const event of whole.events) {
      expect(event.metadata).toMatchObject({ version: '1.5.0', product: { name: 'Mandate' } });
      expect(event.type_uid).toBe(event.class_uid * 100 + event.activity_id);
      expect(Math.floor(event.class_uid / 1000)).toBe(event.category_uid);
      expect(event.time).toBeLessThanOrEqual(t.clock.now().getTime());
    }
    const finding = whole.events.find(({ compliance }) => compliance?.control === 'credential-age-within-limit');
    expect(finding).toMatchObject({
      class_uid: 2003,
      activity_id: 1,
      status_id: 1,
      compliance: { status_id: 3 },
      resources: [{ name: 'key', type: 'credential' }],
      finding_info: { analytic: { uid: 'credential-age-within-limit' } },
    });
    expect(finding!.compliance.standards.length).toBeGreaterThan(0);
    const entry = whole.events.find(({ unmapped }) => unmapped.type === 'inventory.source-registered');
    expect(entry).toMatchObject({ class_uid: 3004, activity_id: 1, entity: { type: 'source' } });
  });

  it('is read on from where it was, and says when a finding ends', async () => {
    const { cursor } = await readAll(5000);
    expect((await read(`?cursor=${cursor}`)).events).toEqual([]);
    await importFile(
      t,
      { format: 'ndjson', source: 'services', mode: 'append' },
      ndjson([
        { entity: 'identity', id: 'svc', name: 'svc', createdAt: '2024-01-01' },
        {
          entity: 'credential',
          id: 'key',
          identity: 'svc',
          kind: 'access-key',
          canExpire: false,
          issuedAt: '2026-02-28',
        },
      ]),
    );
    await t.settle();
    const isEnd = ({ compliance, activity_id }: Event): boolean =>
      compliance?.control === 'credential-age-within-limit' && activity_id === 3;
    const events = await readUntil(cursor, isEnd);
    expect(events.find(isEnd)).toMatchObject({ status_id: 4, compliance: { status_id: 1 } });
    expect(events.some(({ unmapped }) => unmapped.type === 'inventory.records-merged')).toBe(true);
  });

  it('passes over nothing that commits late', async () => {
    const { cursor } = await readAll(5000);
    const late = new pg.Client({ connectionString: t.databaseUrl });
    await late.connect();
    try {
      await late.query('BEGIN');
      await late.query(
        "INSERT INTO audit_entries (at, actor, type, target_type, target_id, data) VALUES (now(), 'x', 'people.late', 'person', 'late', '{}')",
      );
      await t.call('POST', '/api/v1/teams', { body: { name: 'Early', members: [] } });
      const early = await readAll(5000, cursor);
      expect(early.events).toEqual([]);
      await late.query('COMMIT');
      const events = await readUntil(early.cursor, ({ unmapped }) => unmapped.type === 'people.team-added');
      expect(events.map(({ unmapped }) => unmapped.type).sort()).toEqual(['people.late', 'people.team-added']);
    } finally {
      await late.end();
    }
  });

  it('does not wait for what runs long in another database of the server', async () => {
    const { cursor } = await readAll(5000);
    const neighbour = new pg.Client({ connectionString: t.databaseUrl.replace(/\/[^/?]*(\?|$)/, '/postgres$1') });
    await neighbour.connect();
    try {
      await neighbour.query('BEGIN');
      await neighbour.query('SELECT pg_current_xact_id()');
      await t.call('POST', '/api/v1/teams', { body: { name: 'Neighbour', members: [] } });
      const events = await readUntil(cursor, ({ unmapped }) => unmapped.type === 'people.team-added');
      expect(events.map(({ unmapped }) => unmapped.type)).toEqual(['people.team-added']);
    } finally {
      await neighbour.end();
    }
  });

  it('is for those who watch, and refuses a cursor it did not give', async () => {
    expect((await t.call('GET', '/api/v1/siem/events', { token: await t.token('viewer') })).status).toBe(403);
    expect((await t.call('GET', '/api/v1/siem/events', { token: null })).status).toBe(401);
    for (const cursor of ['nonsense', Buffer.from('{"audit":["1;","2"]}').toString('base64url')])
      expect((await t.call('GET', `/api/v1/siem/events?cursor=${cursor}`)).body.errors).toMatchObject([
        { parameter: 'cursor' },
      ]);
    expect((await t.call('GET', '/api/v1/siem/events?limit=0')).body.errors).toMatchObject([{ parameter: 'limit' }]);
  });
});
