import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase } from '../../support/database.js';
import { fileForm, ndjson } from '../../support/files.js';
import { type Running, startServer, until } from '../../support/process.js';
import { SmtpServer } from '../../support/smtp.js';

/** A server that is killed while the mail server has a mail of its in hand. */
describe('a process killed with -9 while it sends', () => {
  let database: { url: string; drop(): Promise<void> };
  let smtp: SmtpServer;
  let server: Running;
  let client: pg.Client;
  let token: string;
  const rows = async <T>(text: string): Promise<T[]> => (await client.query(text)).rows as T[];
  const start = async (): Promise<void> => {
    server = await startServer({
      DATABASE_URL: database.url,
      MANDATE_MAIL_URL: smtp.url,
      MANDATE_MAIL_FROM: 'mandate@sample.example',
    });
  };
  const call = async (method: string, path: string, body?: unknown, etag?: string): Promise<any> => {
    const form = body instanceof FormData;
    const response = await fetch(new URL(`/api/v1/${path}`, server.url), {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(form || body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(etag ? { 'if-match': etag } : {}),
      },
      ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  };
  const states = async (): Promise<string[]> =>
    (await rows<{ state: string }>('SELECT state FROM notification_messages ORDER BY id')).map(({ state }) => state);
  /** Their hour has come, on a day on which they were told nothing yet. */
  const morning = async (): Promise<void> => {
    await until('a clock for the person', async () => (await rows('SELECT 1 FROM digest_clocks')).length > 0);
    await rows("UPDATE digest_clocks SET due_at = now() - interval '1 minute', last_day = NULL");
    await rows("UPDATE notification_messages SET key = key || ' ' || id::text");
    await call('POST', 'jobs/notifications.plan-digests/runs', {});
    const before = await states();
    await until(
      'a digest',
      async () => (await states()).length > before.length || (await states()).at(-1) === 'queued',
    );
    await call('POST', 'jobs/notifications.send-messages/runs', {});
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    smtp = await SmtpServer.start();
    await start();
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
    const person = await call('POST', 'people', {
      userName: 'sample.person.01',
      displayName: 'Sample Person 01',
      email: 'sample.person.01@sample.example',
    });
    const run = await call(
      'POST',
      'imports',
      fileForm(
        { format: 'ndjson', source: 'services' },
        ndjson([{ entity: 'identity', id: 'svc', name: 'svc', createdAt: '2024-01-01' }]),
        'services.ndjson',
      ),
    );
    await until('the import', async () => (await call('GET', `sync-runs/${run.id}`)).status === 'complete');
    const [identity] = await rows<{ id: string }>("SELECT id FROM identities WHERE display_name = 'svc'");
    await call('PUT', `identities/${identity!.id}/ownership`, { owner: person.id }, '"0"');
    await call('POST', 'jobs/notifications.plan-digests/runs', {});
  }, 240_000);
  afterAll(async () => {
    await server?.stop();
    await client?.end();
    await smtp?.down();
    await database?.drop();
  }, 60_000);

  it('before the mail was handed over sends it once when it is back', async () => {
    let asked = false;
    smtp.mood = { kind: 'stalls', asked: () => (asked = true) };
    await morning();
    await until('the mail server is asked', async () => asked);
    expect(await states()).toEqual(['sending']);
    await server.kill();
    await smtp.down();
    await smtp.up();
    expect(smtp.mails).toEqual([]);
    await start();
    await until('the message is sent', async () => (await states())[0] === 'sent', 150_000);
    expect(smtp.take().map(({ to }) => to)).toEqual(['sample.person.01@sample.example']);
  }, 300_000);

  it('after it was handed over never sends it again, and tells it with the next digest', async () => {
    await rows('DELETE FROM told_items');
    let taken = false;
    smtp.mood = { kind: 'falls-silent', taken: () => (taken = true) };
    await morning();
    await until('the mail server has it', async () => taken);
    await server.kill();
    expect(await states()).toEqual(['sent', 'handed']);
    const [first] = smtp.take();
    await smtp.down();
    await smtp.up();
    await start();
    await until('nobody knows', async () => (await states())[1] === 'unknown', 150_000);
    await call('POST', 'jobs/notifications.send-messages/runs', {});
    await new Promise((done) => setTimeout(done, 3000));
    expect(smtp.mails).toEqual([]);
    await morning();
    await until('the next digest', async () => smtp.mails.length > 0);
    const [next] = smtp.take();
    expect(next!.text).toContain('svc');
    expect(next!.headers['message-id']).not.toBe(first!.headers['message-id']);
    await until('all is settled', async () => (await states()).join() === 'sent,unknown,sent');
  }, 300_000);
});
