import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { importFile, ndjson } from '../support/files.js';
import { SmtpServer } from '../support/smtp.js';

const FROM = 'mandate@sample.example';
const PUBLIC = 'https://mandate.sample.example';

/** People 1 to `count`, the first of whom manages the others. */
async function people(t: TestApp, count: number): Promise<string[]> {
  await t.settle();
  const ids: string[] = [];
  for (let n = 1; n <= count; n++) {
    const two = String(n).padStart(2, '0');
    const { body } = await t.call('POST', '/api/v1/people', {
      body: {
        userName: `sample.person.${two}`,
        displayName: `Sample Person ${two}`,
        email: `sample.person.${two}@sample.example`,
        ...(n > 1 ? { manager: ids[0] } : {}),
      },
    });
    ids.push(body.id);
  }
  // The next round of planning sets a clock for each of them.
  t.clock.advance({ minutes: 5 });
  await t.settle();
  return ids;
}

async function services(t: TestApp, names: readonly string[]): Promise<Record<string, string>> {
  await importFile(
    t,
    { format: 'ndjson', source: 'services' },
    ndjson(names.map((name) => ({ entity: 'identity', id: name, name, createdAt: '2024-01-01' }))),
  );
  const found: Record<string, string> = {};
  for (let cursor: string | null = ''; cursor !== null;) {
    const { body }: { body: any } = await t.call(
      'GET',
      `/api/v1/identities?limit=200${cursor ? `&cursor=${cursor}` : ''}`,
    );
    for (const { displayName, id } of body.data) found[displayName] = id;
    cursor = body.next;
  }
  return found;
}

const own = (t: TestApp, identity: string, owner: string | null, deputies: string[] = []) =>
  t.call('PUT', `/api/v1/identities/${identity}/ownership`, {
    body: { owner, deputies },
    headers: { 'if-match': '"0"' },
  });

/** To the next 08:00, when digests are due, and through what follows. */
async function nextMorning(t: TestApp, days = 1): Promise<void> {
  for (let day = 0; day < days; day++) {
    const now = t.clock.now();
    const next = new Date(
      Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + (now.getUTCHours() >= 8 ? 1 : 0), 8),
    );
    t.clock.set(next);
    await t.settle();
  }
}

describe('a digest', () => {
  let t: TestApp;
  let smtp: SmtpServer;
  beforeAll(async () => {
    smtp = await SmtpServer.start();
    t = await startApp({ env: { MANDATE_MAIL_URL: smtp.url, MANDATE_MAIL_FROM: FROM, MANDATE_PUBLIC_URL: PUBLIC } });
  });
  afterAll(async () => {
    await t.close();
    await smtp.down();
  });

  it('is one for an owner of 300 identities, and none for whoever owes nothing', async () => {
    const ids = await people(t, 3);
    const identities = await services(
      t,
      Array.from({ length: 300 }, (_none, n) => `svc-${String(n).padStart(3, '0')}`),
    );
    expect(Object.keys(identities)).toHaveLength(300);
    for (const id of Object.values(identities)) expect((await own(t, id, ids[1]!)).status).toBe(200);
    await t.settle();
    await nextMorning(t);
    const mails = smtp.take();
    expect(mails.map(({ to }) => to)).toEqual(['sample.person.02@sample.example']);
    expect(mails[0]!.subject).toBe('300 identities to accept, the next by Sun 15 Mar 2026');
    expect(mails[0]!.text).toContain('Hello Sample Person 02,');
    expect(mails[0]!.text).toContain('You have 300 identities to accept (medium). The next is due on Sun 15 Mar 2026.');
    expect(mails[0]!.text).toContain('svc-000');
    expect(mails[0]!.from).toBe(FROM);
  });

  it('holds links that show, and nothing that decides', async () => {
    const { body } = await t.call('GET', '/api/v1/notifications');
    expect(body.data).toHaveLength(1);
    const { html, text } = (await t.call('GET', `/api/v1/notifications/${body.data[0].id}`)).body;
    const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, href]: string[]) => href!.replaceAll('&amp;', '&'));
    expect(links.length).toBeGreaterThan(1);
    for (const link of links) {
      expect(link.startsWith(`${PUBLIC}/`)).toBe(true);
      expect(link).not.toMatch(/accept|approve|decide|confirm|token|api\/v1/);
    }
    expect(html).not.toMatch(/<(?:form|button|input|script|img)/i);
    expect(text.match(/https?:\/\/\S+/g)!.every((link: string) => links.includes(link))).toBe(true);
  });
});
