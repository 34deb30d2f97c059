import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startApp, type TestApp } from '../support/app.js';

describe('hardening', () => {
  let t: TestApp;
  beforeAll(async () => {
    t = await startApp({
      env: {
        MANDATE_RATE_LIMIT_PER_MINUTE: '20',
        MANDATE_RATE_LIMIT_ANONYMOUS_PER_MINUTE: '8',
        MANDATE_CORS_ORIGINS: 'https://console.sample.example',
        MANDATE_TRUSTED_PROXIES: '127.0.0.1',
        MANDATE_REQUEST_TIMEOUT_SECONDS: '1',
      },
    });
  });
  afterAll(() => t.close());
  /** As if through the trusted proxy, so that each test has an address of its own. */
  const from = (address: string, headers: Record<string, string> = {}) => ({ 'x-forwarded-for': address, ...headers });

  describe('too many requests', () => {
    it('of one caller are answered with 429, and say when there may be more; others are not held up', async () => {
      const [eager, calm] = [await t.token('viewer'), await t.token('viewer')];
      const answers = [];
      for (let n = 0; n < 22; n++) answers.push(await t.call('GET', '/api/v1/checks?limit=1', { token: eager }));
      expect(answers.map(({ status }) => status)).toEqual([...Array<number>(20).fill(200), 429, 429]);
      expect(answers[0]!.headers.get('ratelimit-limit')).toBe('20');
      expect(answers[4]!.headers.get('ratelimit-remaining')).toBe('15');
      const last = answers.at(-1)!;
      expect(last.body).toMatchObject({ code: 'request.too-many', status: 429 });
      expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await t.call('GET', '/api/v1/checks?limit=1', { token: calm })).status).toBe(200);
    });

    it('of one address with credentials that are none end the guessing, even where one is right', async () => {
      const good = await t.token('viewer');
      const ask = async (token: string | null, address: string) =>
        (await t.call('GET', '/api/v1/checks?limit=1', { token, headers: from(address) })).status;
      const statuses = [];
      for (let n = 0; n < 10; n++) statuses.push(await ask(`mdt_guess${n}`, '203.0.113.7'));
      expect(statuses).toEqual([...Array<number>(8).fill(401), 429, 429]);
      expect(await ask(good, '203.0.113.7')).toBe(429);
      expect(await ask(good, '203.0.113.8')).toBe(200);
    });

    it('of nobody are counted on open routes, but health is always told', async () => {
      const statuses = [];
      for (let n = 0; n < 10; n++)
        statuses.push((await t.call('GET', '/openapi.json', { token: null, headers: from('203.0.113.9') })).status);
      expect(statuses).toEqual([...Array<number>(8).fill(200), 429, 429]);
      for (let n = 0; n < 10; n++)
        expect((await t.call('GET', '/healthz/live', { token: null, headers: from('203.0.113.9') })).status).toBe(200);
    });
  });

  describe('a body that is too large', () => {
    const size = (bytes: number) => JSON.stringify({ name: 'x'.repeat(bytes) });
    const json = { 'content-type': 'application/json' };

    it('is not read at all from somebody unknown: the answer comes before the body, and the line is cut', async () => {
      const answer = await new Promise<{ status: number; connection: string | undefined; sent: number }>((resolve) => {
        let sent = 0;
        const request = httpRequest(new URL('/api/v1/use-cases', t.url), {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'content-length': 50_000_000, ...from('203.0.113.20') },
        });
        request.on('response', (response) => {
          resolve({ status: response.statusCode!, connection: response.headers.connection, sent });
          request.destroy();
        });
        request.on('error', () => undefined);
        sent += 1000;
        request.write('{"name":"'.padEnd(1000, 'x'));
      });
      expect(answer).toEqual({ status: 401, connection: 'close', sent: 1000 });
    });

    it('is refused on an open route from 16 KiB on', async () => {
      const path = '/api/v1/auth/first-administrator';
      const { status, body } = await t.call('POST', path, {
        token: null,
        body: size(20_000),
        headers: { ...json, ...from('203.0.113.21') },
      });
      expect([status, body.code]).toEqual([413, 'request.too-large']);
      expect(
        (await t.call('POST', path, { token: null, body: size(10_000), headers: { ...json, ...from('203.0.113.21') } }))
          .status,
      ).toBe(422);
    });

    it('is refused from 1 MiB on from a caller', async () => {
      const token = await t.token('admin');
      const { status, body } = await t.call('POST', '/api/v1/units', { token, body: size(1_100_000), headers: json });
      expect([status, body.code]).toEqual([413, 'request.too-large']);
      expect((await t.call('POST', '/api/v1/units', { token, body: size(900_000), headers: json })).status).toBe(422);
    });
  });

  it('sends the headers that keep a browser from doing what it must not', async () => {
    const { headers } = await t.call('GET', '/', { token: null, headers: from('203.0.113.30') });
    const policy = headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("object-src 'none'");
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    });
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('server')).toBeNull();
  });

  it('promises https only where it is served over https', async () => {
    const plain = await t.call('GET', '/', { token: null, headers: from('203.0.113.31') });
    expect(plain.headers.get('strict-transport-security')).toBeNull();
    const secure = await startApp({ env: { MANDATE_PUBLIC_URL: 'https://mandate.sample.example' } });
    try {
      const { headers } = await secure.call('GET', '/', { token: null });
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
      expect(headers.get('content-security-policy')).toContain('upgrade-insecure-requests');
    } finally {
      await secure.close();
    }
  });

  describe('a page of another origin', () => {
    const preflight = (origin: string) =>
      t.call('OPTIONS', '/api/v1/identities', {
        token: null,
        headers: from('203.0.113.40', {
          origin,
          'access-control-request-method': 'PATCH',
          'access-control-request-headers': 'authorization,if-match',
        }),
      });

    it.each([
      'https://evil.example',
      'null',
      'https://console.sample.example.evil.example',
      'http://console.sample.example',
    ])('(%s) may not even ask', async (origin) => {
      const { status, headers, body } = await preflight(origin);
      expect([status, headers.get('access-control-allow-origin')]).toEqual([403, null]);
      expect(body.code).toBe('request.origin-not-allowed');
      const token = await t.token('viewer');
      const answer = await t.call('GET', '/api/v1/checks?limit=1', { token, headers: { origin } });
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    });

    it('that is named may, with a token and without a cookie', async () => {
      const origin = 'https://console.sample.example';
      const { status, headers } = await preflight(origin);
      expect([status, headers.get('access-control-allow-origin')]).toEqual([204, origin]);
      expect(headers.get('access-control-allow-credentials')).toBeNull();
      expect(headers.get('vary')).toContain('Origin');
    });
  });

  it('answers a request that takes too long, and goes on serving others', async () => {
    const token = await t.token('iam-engineer');
    const client = new pg.Client({ connectionString: t.databaseUrl });
    await client.connect();
    try {
      await client.query("SET lock_timeout = '5s'; BEGIN; LOCK TABLE units IN ACCESS EXCLUSIVE MODE");
      const { status, body } = await t.call('POST', '/api/v1/units', { token, body: { name: 'slow' } });
      expect([status, body.code]).toEqual([503, 'request.took-too-long']);
      expect((await t.call('GET', '/healthz/live', { token: null, headers: from('203.0.113.50') })).status).toBe(200);
    } finally {
      await client.query('ROLLBACK');
      await client.end();
    }
  });

  it('cuts off whoever sends headers drop by drop', async () => {
    const { headersTimeout, requestTimeout } = t.app.nest.getHttpServer() as {
      headersTimeout: number;
      requestTimeout: number;
    };
    expect([headersTimeout, requestTimeout]).toEqual([20_000, 1_800_000]);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(new URL(t.url).port), '127.0.0.1', () =>
        socket.write('GET / HTTP/1.1\r\nbroken header without colon\r\n\r\n'),
      );
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400/);
    expect(answer).not.toMatch(/at .*\.(?:js|ts)/);
  });

  it('tells nothing of itself when something fails: no stack, no statement, no value', async () => {
    const token = await t.token('auditor');
    await t.sql('ALTER TABLE audit_entries RENAME TO audit_entries_gone');
    try {
      const { status, body } = await t.call('GET', '/api/v1/audit-entries?q=planted-value', { token });
      const answer = await t.call('GET', '/api/v1/audit-entries', { token });
      expect([status === 422 || status === 500, answer.status]).toEqual([true, 500]);
      expect(Object.keys(answer.body).sort()).toEqual(['code', 'detail', 'instance', 'status', 'title', 'type']);
      expect(JSON.stringify([body, answer.body])).not.toMatch(/audit_entries|select|planted-value|\.ts|\bat /i);
    } finally {
      await t.sql('ALTER TABLE audit_entries_gone RENAME TO audit_entries');
    }
  });
});

describe('stopping', () => {
  it('finishes what is under way, takes nothing new, and says that it is not ready', async () => {
    const t = await startApp();
    const token = await t.token('iam-engineer');
    const client = new pg.Client({ connectionString: t.databaseUrl });
    await client.connect();
    await client.query('BEGIN; LOCK TABLE units IN ACCESS EXCLUSIVE MODE');
    const pending = t.call('POST', '/api/v1/units', { token, body: { name: 'under way' } });
    await delay(300);
    const closed = t.app.close();
    await delay(300);
    await expect(fetch(new URL('/healthz/live', t.url))).rejects.toThrow();
    await client.query('ROLLBACK');
    await client.end();
    expect((await pending).status).toBe(201);
    await closed;
    const check = new pg.Client({ connectionString: t.databaseUrl });
    await check.connect();
    expect((await check.query(`SELECT name FROM units`)).rows).toEqual([{ name: 'under way' }]);
    await check.end();
  });
});
