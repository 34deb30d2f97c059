import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { importFile, ndjson } from '../support/files.js';
import { Receiver } from '../support/receiver.js';
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

describe('the outbox', () => {
  let t: TestApp;
  let smtp: SmtpServer;
  let ids: string[];
  let identities: Record<string, string>;
  const states = async (): Promise<string[]> =>
    (await t.call('GET', '/api/v1/notifications?limit=200')).body.data
      .map(({ state }: { state: string }) => state)
      .reverse();
  const minutes = async (count: number): Promise<void> => {
    t.clock.advance({ minutes: count });
    await t.settle();
  };
  beforeAll(async () => {
    smtp = await SmtpServer.start();
    t = await startApp({ env: { MANDATE_MAIL_URL: smtp.url, MANDATE_MAIL_FROM: FROM } });
    ids = await people(t, 6);
    identities = await services(t, ['a', 'b', 'c', 'd', 'e', 'f', 'g']);
    await nextMorning(t);
  }, 120_000);
  afterAll(async () => {
    await t.close();
    await smtp.down();
  });

  it('keeps what a server that is down cannot take, and sends it once when it is back', async () => {
    await own(t, identities.a!, ids[1]!);
    await smtp.down();
    await nextMorning(t);
    for (let minute = 0; minute < 5; minute++) await minutes(1);
    const [waiting] = (await t.call('GET', '/api/v1/notifications')).body.data;
    expect(waiting).toMatchObject({ state: 'queued', attempts: 0, sentAt: null });
    expect(waiting.error).toMatch(/ECONNREFUSED|ECONNECTION|ESOCKET/);
    await smtp.up();
    for (let minute = 0; minute < 3; minute++) await minutes(1);
    const mails = smtp.take();
    expect(mails.map(({ to }) => to)).toEqual(['sample.person.02@sample.example']);
    expect(await states()).toEqual(['sent']);
    expect(mails[0]!.headers['message-id']).toBe(`<${waiting.id}@sample.example>`);
  });

  it('does not send what is no longer owed when it could be sent at last', async () => {
    await own(t, identities.b!, ids[2]!);
    await smtp.down();
    await nextMorning(t);
    expect((await states()).at(-1)).toBe('queued');
    const token = await t.tokenOf(ids[2]!);
    await t.call('POST', `/api/v1/identities/${identities.b}/ownership/accept`, { token, body: {} });
    await smtp.up();
    await minutes(15);
    expect(smtp.take()).toEqual([]);
    expect((await states()).at(-1)).toBe('cancelled');
  });

  it('sends again what was broken off within, since nobody can have taken it', async () => {
    await own(t, identities.c!, ids[3]!);
    smtp.mood = { kind: 'dies-within', times: 1 };
    await nextMorning(t);
    expect(smtp.take()).toEqual([]);
    expect((await states()).at(-1)).toBe('queued');
    await minutes(1);
    expect(smtp.take().map(({ to }) => to)).toEqual(['sample.person.04@sample.example']);
    expect((await states()).at(-1)).toBe('sent');
  });

  it('never sends by itself again what may have been taken: the next digest tells it', async () => {
    await own(t, identities.d!, ids[4]!);
    smtp.mood = { kind: 'dies-after-taking', times: 1 };
    await nextMorning(t);
    expect(smtp.take()).toHaveLength(1);
    expect((await states()).at(-1)).toBe('unknown');
    for (let hour = 0; hour < 5; hour++) await minutes(60);
    expect(smtp.take()).toEqual([]);
    await nextMorning(t);
    const [again] = smtp.take();
    expect(again).toMatchObject({ to: 'sample.person.05@sample.example' });
    expect(again!.text).toContain('medium: d (due');
    await nextMorning(t);
    expect(smtp.take()).toEqual([]);
  });

  it('waits where the server says not now, gives up where it says no, and tells it again the next day', async () => {
    await own(t, identities.e!, ids[5]!);
    smtp.mood = { kind: 'refuses', reply: '451 4.7.1 not now' };
    await nextMorning(t);
    await minutes(2);
    const [waiting] = (await t.call('GET', '/api/v1/notifications?state=queued')).body.data;
    expect(waiting).toMatchObject({ attempts: 2, error: expect.stringContaining('451') });
    smtp.mood = { kind: 'refuses', reply: '550 5.1.1 nobody here', to: ['sample.person.06@sample.example'] };
    await minutes(10);
    expect((await states()).at(-1)).toBe('failed');
    await smtp.up();
    await nextMorning(t);
    const mails = smtp.take().map(({ to }) => to);
    expect(mails.filter((to) => to === 'sample.person.06@sample.example')).toHaveLength(1);
  });

  it('is seen by those who oversee it, and by each reader as far as it is theirs', async () => {
    const mine = await t.tokenOf(ids[1]!);
    const { body } = await t.call('GET', '/api/v1/notifications', { token: mine });
    expect(body.data.every(({ person }: { person: { id: string } }) => person.id === ids[1])).toBe(true);
    expect(body.data.length).toBeGreaterThan(0);
    const all = (await t.call('GET', '/api/v1/notifications?limit=200')).body.data;
    const theirs = all.find(({ person }: { person: { id: string } }) => person.id === ids[3]);
    expect((await t.call('GET', `/api/v1/notifications/${theirs.id}`, { token: mine })).status).toBe(404);
    expect((await t.call('GET', `/api/v1/notifications?person=${ids[3]}`, { token: mine })).body.data).toEqual([]);
    expect((await t.call('GET', '/api/v1/notifications', { token: await t.token('viewer') })).status).toBe(403);
    expect((await t.call('GET', '/api/v1/notifications?state=lost')).body.errors).toMatchObject([
      { parameter: 'state' },
    ]);
    const first = await t.call('GET', '/api/v1/notifications?limit=2');
    const second = await t.call('GET', `/api/v1/notifications?limit=2&cursor=${first.body.next}`);
    expect([...first.body.data, ...second.body.data].map(({ id }: { id: string }) => id)).toEqual(
      all.slice(0, 4).map(({ id }: { id: string }) => id),
    );
  });

  it('sends a message again when somebody asks, as a new one', async () => {
    const [sent] = (await t.call('GET', '/api/v1/notifications?state=sent')).body.data;
    const path = `/api/v1/notifications/${sent.id}/resend`;
    expect((await t.call('POST', path, { token: await t.tokenOf(ids[1]!), body: {} })).status).toBe(403);
    const again = await t.call('POST', path, { body: {} });
    expect(again).toMatchObject({ status: 202, body: { resentFrom: sent.id, subject: sent.subject, state: 'queued' } });
    expect((await t.call('POST', `/api/v1/notifications/${again.body.id}/resend`, { body: {} })).body.code).toBe(
      'notifications.message-underway',
    );
    await t.settle();
    const [mail] = smtp.take();
    expect(mail!.headers['message-id']).toBe(`<${again.body.id}@sample.example>`);
    expect((await t.call('POST', `/api/v1/notifications/${ids[0]}/resend`, { body: {} })).status).toBe(404);
  });
});

describe('preferences', () => {
  let t: TestApp;
  let smtp: SmtpServer;
  let chat: Receiver;
  let ids: string[];
  const path = (id: string) => `/api/v1/people/${id}/notification-preferences`;
  beforeAll(async () => {
    smtp = await SmtpServer.start();
    chat = await Receiver.start();
    t = await startApp({
      env: {
        MANDATE_MAIL_URL: smtp.url,
        MANDATE_MAIL_FROM: FROM,
        MANDATE_WEBHOOK_ALLOW_PRIVATE: 'true',
        MANDATE_SEALING_KEY: 'a sealing key that only these tests use',
      },
    });
    ids = await people(t, 3);
  }, 120_000);
  afterAll(async () => {
    await t.close();
    await smtp.down();
    await chat.close();
  });

  it('are read and set by the person and by an administrator, and are nobody else’s', async () => {
    const mine = await t.tokenOf(ids[1]!);
    const read = await t.call('GET', path(ids[1]!), { token: mine });
    expect(read).toMatchObject({
      status: 200,
      etag: '"0"',
      body: { digestHour: null, zone: null, quietHours: null, channels: { mail: true, webhooks: [] }, version: 0 },
    });
    const other = await t.tokenOf(ids[2]!);
    expect((await t.call('GET', path(ids[1]!), { token: other })).status).toBe(404);
    expect(
      (await t.call('PUT', path(ids[1]!), { token: other, body: {}, headers: { 'if-match': '"0"' } })).status,
    ).toBe(404);
    expect((await t.call('GET', path(ids[1]!), { token: await t.token('viewer') })).status).toBe(403);
    const body = {
      digestHour: 9,
      zone: 'Europe/Zurich',
      quietHours: { from: '20:00', to: '11:00' },
      channels: { mail: true, webhooks: [] },
    };
    const set = await t.call('PUT', path(ids[1]!), { token: mine, body, headers: { 'if-match': '"0"' } });
    expect(set).toMatchObject({ status: 200, body: { ...body, version: 1 } });
    const admin = await t.token('admin');
    expect((await t.call('PUT', path(ids[1]!), { token: admin, body })).status).toBe(428);
    const lost = await t.call('PUT', path(ids[1]!), { token: admin, body, headers: { 'if-match': '"0"' } });
    expect(lost.status).toBe(412);
    expect((await t.call('GET', path('00000000-0000-7000-8000-000000000000'), { token: admin })).status).toBe(404);
    const at = (changed: object) =>
      t.call('PUT', path(ids[1]!), { token: mine, body: changed, headers: { 'if-match': '"1"' } });
    expect((await at({ zone: 'Mars/Olympus' })).body.errors).toMatchObject([{ pointer: '/zone' }]);
    expect((await at({ digestHour: 24 })).body.errors).toMatchObject([{ pointer: '/digestHour' }]);
    expect((await at({ quietHours: { from: '25:00', to: '07:00' } })).body.errors).toMatchObject([
      { pointer: '/quietHours/from' },
    ]);
    expect((await at({ channels: { mail: false } })).body.errors).toMatchObject([{ pointer: '/channels' }]);
    expect((await at({ channels: { webhooks: [ids[0]] } })).body.errors).toMatchObject([
      { pointer: '/channels/webhooks/0' },
    ]);
    const two = await Promise.all([at(body), at(body)]);
    expect(two.map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  it('decide when a digest comes, and keep the quiet hours quiet', async () => {
    const identities = await services(t, ['quiet', 'plain']);
    await own(t, identities.quiet!, ids[1]!);
    await own(t, identities.plain!, ids[2]!);
    await nextMorning(t);
    expect(smtp.take().map(({ to }) => to)).toEqual(['sample.person.03@sample.example']);
    t.clock.advance({ hours: 1 });
    await t.settle();
    expect(smtp.take()).toEqual([]);
    const [held] = (await t.call('GET', '/api/v1/notifications?state=queued')).body.data;
    expect(held.dueAt.slice(11)).toBe('10:00:00.000Z');
    t.clock.advance({ hours: 1, minutes: 1 });
    await t.settle();
    expect(smtp.take().map(({ to }) => to)).toEqual(['sample.person.02@sample.example']);
  });

  it('may choose a chat that takes digests', async () => {
    const admin = await t.token('admin');
    const webhook = await t.call('POST', '/api/v1/webhooks', {
      token: admin,
      body: { name: 'chat', kind: 'slack', url: `${chat.url}/services/x`, takesDigests: true },
    });
    const set = await t.call('PUT', path(ids[2]!), {
      token: admin,
      body: { channels: { mail: false, webhooks: [webhook.body.id] } },
      headers: { 'if-match': '"0"' },
    });
    expect(set.status).toBe(200);
    await own(t, (await services(t, ['another', 'quiet', 'plain'])).another!, ids[2]!);
    await nextMorning(t);
    expect(smtp.take()).toEqual([]);
    const [post] = chat.take();
    expect(JSON.parse(post!.body).blocks[1].text.text).toContain('Hello Sample Person 03,');
  });

  it('of everybody are set by an administrator', async () => {
    const settings = '/api/v1/notification-settings';
    const read = await t.call('GET', settings);
    expect(read.body).toMatchObject({ digestHour: 8, zone: 'UTC', iamTeam: null, mailIsConfigured: true });
    const body = { iamTeam: null, digestHour: 6, zone: 'UTC', managerAfterDays: 14, headAfterDays: 28 };
    const put = async (changed: object, etag = read.etag) =>
      t.call('PUT', settings, {
        token: await t.token('admin'),
        body: { ...body, ...changed },
        headers: { 'if-match': etag },
      });
    expect((await t.call('PUT', settings, { body, headers: { 'if-match': read.etag } })).status).toBe(403);
    expect((await put({ headAfterDays: 7 })).body.errors).toMatchObject([{ pointer: '/headAfterDays' }]);
    expect((await put({ iamTeam: ids[0] })).body.errors).toMatchObject([{ pointer: '/iamTeam' }]);
    expect((await put({ zone: 'Nowhere' })).body.errors).toMatchObject([{ pointer: '/zone' }]);
    expect((await put({})).body).toMatchObject({ digestHour: 6, version: read.body.version + 1 });
    expect((await put({})).status).toBe(412);
  });
});

describe('what is new', () => {
  it('reaches the IAM team, with nothing told twice and nothing lost', async () => {
    const smtp = await SmtpServer.start();
    const t = await startApp({ env: { MANDATE_MAIL_URL: smtp.url, MANDATE_MAIL_FROM: FROM } });
    try {
      const ids = await people(t, 2);
      const team = await t.call('POST', '/api/v1/teams', { body: { name: 'Security', members: [ids[1]] } });
      const settings = await t.call('GET', '/api/v1/notification-settings');
      await t.call('PUT', '/api/v1/notification-settings', {
        token: await t.token('admin'),
        body: { iamTeam: team.body.id, digestHour: 8, zone: 'UTC', managerAfterDays: 14, headAfterDays: 28 },
        headers: { 'if-match': settings.etag },
      });
      const read = (more: object[]) =>
        importFile(
          t,
          { format: 'ndjson', source: 'services', mode: 'append' },
          ndjson([{ entity: 'identity', id: 'root-like', name: 'root-like', createdAt: '2024-01-01' }, ...more]),
        );
      await read([]);
      await nextMorning(t);
      expect(smtp.take()).toEqual([]);
      t.clock.advance({ hours: 3 });
      await read([
        {
          entity: 'credential',
          id: 'key-1',
          identity: 'root-like',
          kind: 'access-key',
          canExpire: false,
          issuedAt: '2026-03-01',
        },
      ]);
      await nextMorning(t);
      const [mail, ...others] = smtp.take();
      expect(others).toEqual([]);
      expect(mail).toMatchObject({ to: 'sample.person.02@sample.example', subject: 'new: 1 new key' });
      expect(mail!.text).toContain('New since Mon 2 Mar 2026');
      expect(mail!.text).toContain('access-key key-1 of root-like');
      await nextMorning(t, 2);
      expect(smtp.take()).toEqual([]);
    } finally {
      await t.close();
      await smtp.down();
    }
  });
});

describe('escalation', () => {
  it('climbs from the owner to the manager and the head of the unit, and skips who is gone', async () => {
    const smtp = await SmtpServer.start();
    const t = await startApp({ env: { MANDATE_MAIL_URL: smtp.url, MANDATE_MAIL_FROM: FROM } });
    try {
      const ids = await people(t, 4);
      const [manager, owner, head, gone] = ids as [string, string, string, string];
      const unit = await t.call('POST', '/api/v1/units', {
        token: await t.token('admin', 'iam-engineer'),
        body: { name: 'Unit', head },
      });
      const patch = async (id: string, body: object) => {
        const { etag } = await t.call('GET', `/api/v1/people/${id}`);
        expect((await t.call('PATCH', `/api/v1/people/${id}`, { body, headers: { 'if-match': etag } })).status).toBe(
          200,
        );
      };
      await patch(owner, { unit: unit.body.id });
      await own(t, (await services(t, ['late'])).late!, owner);
      const told: string[] = [];
      for (let day = 1; day <= 45; day++) {
        await nextMorning(t);
        const to = smtp.take().map((mail) => mail.to.slice(14, 16));
        for (const person of to.sort()) told.push(`${day} ${person}`);
        if (day === 36) {
          await patch(manager, { status: 'left' });
          await patch(gone, { status: 'left' });
        }
      }
      // Assigned on the first day: due on the fourteenth.
      expect(told).toEqual([
        ...['1 02', '7 02', '11 02', '13 02', '14 02', '21 02'],
        ...['28 01', '28 02', '35 01', '35 02'],
        // The manager has left: whoever is next above is told in their place.
        ...['37 03', '42 02', '42 03'],
      ]);
      const { body } = await t.call('GET', `/api/v1/notifications?person=${head}`);
      expect(body.data[0].subject).toBe('1 person long overdue');
      const words = (await t.call('GET', `/api/v1/notifications/${body.data[0].id}`)).body.text;
      expect(words).toContain('Sample Person 02, in what you head, has 1 identity to accept long overdue');
    } finally {
      await t.close();
      await smtp.down();
    }
  }, 240_000);
});
