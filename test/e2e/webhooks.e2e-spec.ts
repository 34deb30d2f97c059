import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { Receiver, type Received } from '../support/receiver.js';

const KEY = 'a sealing key that only these tests use';
const NOBODY = '00000000-0000-7000-8000-000000000000';

/** Checked by hand, as a receiver in another language would: the library that signs must not also judge. */
function isSigned({ headers, body }: Received, secret: string): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key)
    .update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`)
    .digest('base64');
  return headers['webhook-signature']!.split(' ').includes(`v1,${signature}`);
}

describe('webhooks', () => {
  let t: TestApp;
  let receiver: Receiver;
  let admin: string;
  const make = (body: object) => t.call('POST', '/api/v1/webhooks', { token: admin, body });
  const happen = async (name: string) => {
    await t.call('POST', '/api/v1/teams', { body: { name, members: [] } });
    t.clock.advance({ minutes: 1 });
    await t.settle();
  };
  const deliveries = async (id: string) => (await t.call('GET', `/api/v1/webhooks/${id}/deliveries`)).body.data;
  const change = async (id: string, body: object) => {
    const { etag } = await t.call('GET', `/api/v1/webhooks/${id}`);
    return t.call('PATCH', `/api/v1/webhooks/${id}`, { token: admin, body, headers: { 'if-match': etag } });
  };
  const remove = async (id: string) => {
    const { etag } = await t.call('GET', `/api/v1/webhooks/${id}`);
    return t.call('DELETE', `/api/v1/webhooks/${id}`, { token: admin, headers: { 'if-match': etag } });
  };

  beforeAll(async () => {
    receiver = await Receiver.start();
    t = await startApp({ env: { MANDATE_SEALING_KEY: KEY, MANDATE_WEBHOOK_ALLOW_PRIVATE: 'true' } });
    admin = await t.token('admin');
    await t.settle();
    t.clock.advance({ minutes: 1 });
    await t.settle();
  }, 120_000);
  afterAll(async () => {
    await t.close();
    await receiver.close();
  });

  it('are made by an administrator, and tell their secret once', async () => {
    const made = await make({ name: 'once', url: `${receiver.url}/once`, events: ['people.*'] });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ name: 'once', kind: 'standard', status: 'enabled', failingSince: null });
    expect(made.body.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const read = await t.call('GET', `/api/v1/webhooks/${made.body.id}`);
    expect(read.body).not.toHaveProperty('secret');
    const [row] = await t.sql<Record<string, string>>('SELECT * FROM webhooks WHERE id = $1', [made.body.id]);
    expect(JSON.stringify(row)).not.toContain(made.body.secret.slice(6));
    expect(t.log()).not.toContain(made.body.secret.slice(6));
    const audit = await t.call('GET', `/api/v1/audit-entries?target=${made.body.id}`);
    expect(JSON.stringify(audit.body)).not.toContain(made.body.secret.slice(6));
    expect((await remove(made.body.id)).status).toBe(204);
  });

  it('are nobody else’s business', async () => {
    const engineer = await t.token('iam-engineer');
    expect((await t.call('GET', '/api/v1/webhooks', { token: engineer })).status).toBe(403);
    const body = { name: 'x', url: receiver.url, events: ['*'] };
    expect((await t.call('POST', '/api/v1/webhooks', { token: engineer, body })).status).toBe(403);
    expect((await t.call('POST', '/api/v1/webhooks', { token: await t.token('auditor'), body })).status).toBe(403);
    expect((await t.call('GET', `/api/v1/webhooks/${NOBODY}`)).status).toBe(404);
    for (const path of ['test', 'secret'])
      expect((await t.call('POST', `/api/v1/webhooks/${NOBODY}/${path}`, { token: admin, body: {} })).status).toBe(404);
  });

  it('are refused with the place that is wrong, and overwritten by nobody unseen', async () => {
    const bad = await make({ name: '', url: 'ftp:nowhere', kind: 'pigeon', events: ['Not A Type'] });
    expect(bad.status).toBe(422);
    expect(bad.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '/events/0',
      '/kind',
      '/name',
    ]);
    expect((await make({ name: 'none', url: receiver.url })).body.errors).toMatchObject([{ pointer: '/events' }]);
    expect((await make({ name: 'x', url: receiver.url, events: ['*'], takesNews: true })).body.errors).toMatchObject([
      { pointer: '/takesNews' },
    ]);
    expect((await make({ name: 'x', url: 'https://u:p@receiver.example', events: ['*'] })).body.code).toBe(
      'notifications.webhook-address-closed',
    );
    const { body } = await make({ name: 'mine', url: receiver.url, events: ['checks.*'] });
    expect((await make({ name: 'mine', url: receiver.url, events: ['*'] })).body.code).toBe(
      'notifications.webhook-name-taken',
    );
    const path = `/api/v1/webhooks/${body.id}`;
    expect((await t.call('PATCH', path, { token: admin, body: { name: 'y' } })).status).toBe(428);
    expect((await change(body.id, { name: 'z' })).body.name).toBe('z');
    const late = await t.call('PATCH', path, { token: admin, body: { name: 'y' }, headers: { 'if-match': '"1"' } });
    expect(late.status).toBe(412);
    expect((await t.call('DELETE', path, { token: admin, headers: { 'if-match': '"1"' } })).status).toBe(412);
    expect((await remove(body.id)).status).toBe(204);
    expect((await t.call('GET', path)).status).toBe(404);
  });

  it('are told what they chose and nothing else, signed, once', async () => {
    const { body } = await make({ name: 'people', url: `${receiver.url}/hook`, events: ['people.*'] });
    const other = await make({ name: 'other', url: `${receiver.url}/other`, events: ['inventory.source-changed'] });
    receiver.take();
    await happen('First team');
    t.clock.advance({ minutes: 1 });
    await t.settle();
    const posts = receiver.take();
    expect(posts.map(({ path }) => path)).toEqual(['/hook']);
    expect(isSigned(posts[0]!, body.secret)).toBe(true);
    expect(isSigned({ ...posts[0]!, body: posts[0]!.body.replace('First', 'Other') }, body.secret)).toBe(false);
    expect(JSON.parse(posts[0]!.body)).toMatchObject({
      type: 'people.team-added',
      data: { target: { type: 'team' }, data: { name: 'First team' } },
    });
    expect(await deliveries(body.id)).toMatchObject([
      { type: 'people.team-added', state: 'delivered', attempts: 1, log: [{ status: 200, excerpt: 'heard' }] },
    ]);
    await remove(body.id);
    await remove(other.body.id);
  });

  it('are told again while they fail, under the same id, and by hand', async () => {
    const { body } = await make({ name: 'shaky', url: `${receiver.url}/shaky`, events: ['people.*'] });
    receiver.take();
    receiver.answer = 503;
    await happen('Second team');
    t.clock.advance({ minutes: 1 });
    await t.settle();
    expect((await deliveries(body.id))[0]).toMatchObject({ state: 'queued', attempts: 2 });
    receiver.answer = 'hang-up';
    t.clock.advance({ minutes: 6 });
    await t.settle();
    receiver.answer = 200;
    t.clock.advance({ minutes: 31 });
    await t.settle();
    const posts = receiver.take();
    expect(posts).toHaveLength(4);
    expect(new Set(posts.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(posts.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(4);
    const [delivery] = await deliveries(body.id);
    expect(delivery).toMatchObject({ state: 'delivered', attempts: 4 });
    expect(delivery.log.map(({ status }: { status: number }) => status)).toEqual([200, null, 503, 503]);
    expect((await t.call('GET', `/api/v1/webhooks/${body.id}`)).body.failingSince).toBeNull();

    const again = `/api/v1/webhooks/${body.id}/deliveries/${delivery.id}/replay`;
    expect((await t.call('POST', again, { token: admin, body: {} })).status).toBe(202);
    expect((await t.call('POST', again, { token: admin, body: {} })).body.code).toBe('notifications.delivery-underway');
    await t.settle();
    const [replayed] = receiver.take();
    expect(replayed!.headers['webhook-id']).toBe(posts[0]!.headers['webhook-id']);
    expect(
      (await t.call('POST', `/api/v1/webhooks/${body.id}/deliveries/${NOBODY}/replay`, { token: admin, body: {} }))
        .status,
    ).toBe(404);
    await remove(body.id);
  });

  it('that fail for days are switched off, keep what waits, and get what they missed', async () => {
    const { body } = await make({ name: 'dead', url: `${receiver.url}/dead`, events: ['people.*'] });
    receiver.answer = 500;
    const since = t.clock.now().toISOString();
    await happen('Third team');
    for (let hour = 0; hour < 6 * 24; hour += 12) {
      t.clock.advance({ hours: 12 });
      if (hour === 48) await t.call('POST', '/api/v1/teams', { body: { name: 'Fourth team', members: [] } });
      await t.settle();
    }
    const off = await t.call('GET', `/api/v1/webhooks/${body.id}`);
    expect(off.body).toMatchObject({
      status: 'disabled',
      disabledBecause: 'It failed for 5 days without a single success.',
    });
    const entries = await t.call('GET', '/api/v1/audit-entries?type=notifications.webhook-switched-off');
    expect(entries.body.data).toMatchObject([{ target: { id: body.id }, data: { name: 'dead' } }]);
    expect((await t.call('POST', `/api/v1/webhooks/${body.id}/test`, { token: admin, body: {} })).body.code).toBe(
      'notifications.webhook-disabled',
    );
    receiver.answer = 200;
    receiver.take();
    await happen('Fifth team');
    expect(receiver.take()).toEqual([]);
    expect((await change(body.id, { enabled: true })).body).toMatchObject({ status: 'enabled', disabledBecause: null });
    const replay = await t.call('POST', `/api/v1/webhooks/${body.id}/replay`, { token: admin, body: { since } });
    expect(replay.status).toBe(202);
    await t.settle();
    const names = receiver.take().map((post) => JSON.parse(post.body).data.data.name);
    expect([...new Set(names)].sort()).toEqual(['Fifth team', 'Fourth team', 'Third team']);
    expect(names).toHaveLength(3);
    expect(
      (await t.call('POST', `/api/v1/webhooks/${body.id}/replay`, { token: admin, body: { since: 'yesterday' } })).body
        .errors,
    ).toMatchObject([{ pointer: '/since' }]);
    await remove(body.id);
  });

  it('sign with the old secret beside the new one for a day, and are gone at once on 410', async () => {
    const { body } = await make({ name: 'renewed', url: `${receiver.url}/renewed`, events: ['people.unit-added'] });
    const renewed = await t.call('POST', `/api/v1/webhooks/${body.id}/secret`, { token: admin, body: {} });
    expect(renewed.body.secret).not.toBe(body.secret);
    receiver.take();
    await t.call('POST', `/api/v1/webhooks/${body.id}/test`, { token: admin, body: {} });
    await t.settle();
    const [both] = receiver.take();
    expect(JSON.parse(both!.body)).toMatchObject({ type: 'webhook.test', data: { webhook: 'renewed' } });
    expect([isSigned(both!, body.secret), isSigned(both!, renewed.body.secret)]).toEqual([true, true]);
    t.clock.advance({ hours: 25 });
    receiver.answer = 410;
    await t.call('POST', `/api/v1/webhooks/${body.id}/test`, { token: admin, body: {} });
    await t.settle();
    const [one] = receiver.take();
    expect([isSigned(one!, body.secret), isSigned(one!, renewed.body.secret)]).toEqual([false, true]);
    expect((await t.call('GET', `/api/v1/webhooks/${body.id}`)).body.disabledBecause).toContain('410');
    receiver.answer = 200;
    await remove(body.id);
  });

  it('that are chats show their host alone, get words, and are not told twice when nobody knows', async () => {
    const url = `${receiver.url}/services/T000/B000/a-secret-by-itself`;
    const slack = await make({ name: 'chat', kind: 'slack', url, events: ['people.team-added'] });
    expect(slack.body).toMatchObject({ url: `${receiver.url}/…`, secret: null });
    const renewed = await t.call('POST', `/api/v1/webhooks/${slack.body.id}/secret`, { token: admin, body: {} });
    expect([renewed.status, renewed.body.code]).toEqual([409, 'notifications.webhook-has-no-secret']);
    const teams = await make({
      name: 'teams',
      kind: 'teams',
      url: `${receiver.url}/teams`,
      events: ['people.team-added'],
    });
    for (const { id } of [slack.body, teams.body])
      expect((await t.call('POST', `/api/v1/webhooks/${id}/secret`, { token: admin, body: {} })).status).toBe(
        id === slack.body.id || id === teams.body.id ? 409 : 201,
      );
    const everything = JSON.stringify([
      await t.sql('SELECT * FROM webhooks'),
      await t.sql('SELECT * FROM audit_entries'),
    ]);
    expect(everything + t.log()).not.toContain('a-secret-by-itself');
    receiver.take();
    await happen('<!channel> team');
    const posts = receiver.take();
    const slackPost = JSON.parse(posts.find(({ path }) => path.startsWith('/services/'))!.body);
    expect(slackPost).toMatchObject({ text: 'people.team-added', blocks: [{ type: 'section' }, { type: 'section' }] });
    expect(JSON.parse(posts.find(({ path }) => path === '/teams')!.body).attachments[0].contentType).toBe(
      'application/vnd.microsoft.card.adaptive',
    );
    expect(JSON.stringify(posts)).not.toMatch(/actions|button/i);
    receiver.answer = 'hang-up';
    await happen('Sixth team');
    receiver.answer = 200;
    t.clock.advance({ hours: 3 });
    await t.settle();
    expect(receiver.take()).toHaveLength(2);
    expect((await deliveries(slack.body.id))[0].state).toBe('unknown');
    await remove(slack.body.id);
    await remove(teams.body.id);
  });
});

describe('a webhook without leave to reach the private network', () => {
  let t: TestApp;
  beforeAll(async () => {
    t = await startApp({ env: { MANDATE_SEALING_KEY: KEY } });
  }, 120_000);
  afterAll(() => t.close());

  it.each([
    'http://receiver.example/hook',
    'https://127.0.0.1/hook',
    'https://[::1]/hook',
    'https://10.0.0.8/hook',
    'https://169.254.169.254/latest/meta-data',
    'https://2130706433/hook',
    'https://0x7f.1/hook',
    'https://[::ffff:127.0.0.1]/hook',
    'https://localhost/hook',
    'https://metadata.google.internal/hook',
  ])('is refused for %s', async (url) => {
    const answer = await t.call('POST', '/api/v1/webhooks', {
      token: await t.token('admin'),
      body: { name: url, url, events: ['*'] },
    });
    expect([answer.status, answer.body.code, answer.body.errors?.[0]?.pointer]).toEqual([
      422,
      'notifications.webhook-address-closed',
      '/url',
    ]);
    expect(JSON.stringify(answer.body)).not.toContain('/hook');
  });
});

describe('an instance without a key to seal with', () => {
  it('says so instead of keeping a secret in the open', async () => {
    const t = await startApp();
    try {
      const answer = await t.call('POST', '/api/v1/webhooks', {
        token: await t.token('admin'),
        body: { name: 'x', url: 'https://receiver.example/x', events: ['*'] },
      });
      expect([answer.status, answer.body.code]).toEqual([503, 'notifications.no-sealing-key']);
    } finally {
      await t.close();
    }
  });
});

describe('how far the log was told', () => {
  it('goes by the number of a transaction, not by how it is written: none is told twice, none holds the rest up', async () => {
    const t = await startApp();
    try {
      await t.settle();
      // As text the first of these comes after every number there is.
      for (const xid of ['9', '10', '99'])
        await t.sql(
          `INSERT INTO audit_entries (at, actor, type, target_type, target_id, data, xid) SELECT at, actor, type, target_type, target_id, data, $1::xid8 FROM audit_entries LIMIT 1`,
          [xid],
        );
      await t.sql("UPDATE webhook_cursor SET xid = '0', entry_id = 0");
      t.clock.advance({ minutes: 1 });
      await t.settle();
      const [unread] = await t.sql<{ n: number }>(
        'SELECT count(*)::int AS n FROM audit_entries e, webhook_cursor c WHERE (e.xid, e.id) > (c.xid, c.entry_id)',
      );
      expect(unread!.n).toBe(0);
    } finally {
      await t.close();
    }
  });
});
