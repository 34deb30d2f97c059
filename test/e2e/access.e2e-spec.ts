import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CompactSign, type CryptoKey, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { createApplication, firstAdministratorLink, type Application } from '../../src/application.js';
import { ManualClock } from '../../src/platform/clock/index.js';
import { Jobs } from '../../src/platform/jobs/index.js';
import { START, startApp, type TestApp } from '../support/app.js';

describe('who may call', () => {
  let t: TestApp;
  beforeAll(async () => {
    t = await startApp();
  });
  afterAll(() => t.close());

  it('nobody without a token', async () => {
    const { status, body, headers } = await t.call('GET', '/api/v1/identities', { token: null });
    expect({ status, code: body.code, challenge: headers.get('www-authenticate') }).toEqual({
      status: 401,
      code: 'access.not-signed-in',
      challenge: 'Bearer',
    });
  });

  it.each(['Basic abc', 'Bearer', 'Bearer a b', 'mdt_x', 'Bearer mdt_unknown', 'Bearer eyJhbGciOiJub25lIn0.e30.'])(
    'nobody with "%s"',
    async (authorization) => {
      expect((await t.call('GET', '/api/v1/identities', { token: null, headers: { authorization } })).status).toBe(401);
    },
  );

  it('is asked before the body is read', async () => {
    const { status } = await t.call('POST', '/api/v1/use-cases', {
      token: null,
      body: '{ this is not json',
      headers: { 'content-type': 'application/json' },
    });
    expect(status).toBe(401);
  });

  it('a token made by an administrator, shown once and kept as a hash', async () => {
    const { status, body } = await t.call('POST', '/api/v1/tokens', {
      body: { name: 'ci', roles: [{ role: 'viewer' }] },
    });
    expect(status).toBe(201);
    expect(body.token).toMatch(/^mdt_[\w-]{43}$/);
    expect((await t.call('GET', '/api/v1/identities', { token: body.token })).status).toBe(200);
    const list = await t.call('GET', '/api/v1/tokens');
    expect(list.body.data.find(({ id }: { id: string }) => id === body.id)).toMatchObject({
      name: 'ci',
      status: 'active',
      lastUsedAt: t.clock.now().toISOString(),
    });
    expect(JSON.stringify(list.body)).not.toContain(body.token);
    const dump =
      JSON.stringify(await t.sql('SELECT * FROM api_tokens')) +
      JSON.stringify(await t.sql('SELECT * FROM audit_entries')) +
      t.log();
    expect(dump).not.toContain(body.token);
  });

  it('until the token runs out by our clock, or is revoked', async () => {
    const make = async () =>
      (
        await t.call('POST', '/api/v1/tokens', {
          body: { name: 'short', roles: [{ role: 'viewer' }], expiresInDays: 1 },
        })
      ).body;
    const [one, two] = [await make(), await make()];
    expect((await t.call('DELETE', `/api/v1/tokens/${one.id}`, {})).status).toBe(428);
    expect((await t.call('DELETE', `/api/v1/tokens/${one.id}`, { headers: { 'if-match': '"7"' } })).status).toBe(412);
    expect((await t.call('DELETE', `/api/v1/tokens/${one.id}`, { headers: { 'if-match': '"1"' } })).status).toBe(204);
    expect((await t.call('GET', '/api/v1/identities', { token: one.token })).status).toBe(401);
    expect((await t.call('GET', '/api/v1/identities', { token: two.token })).status).toBe(200);
    t.clock.advance({ days: 1 });
    expect((await t.call('GET', '/api/v1/identities', { token: two.token })).status).toBe(401);
  });

  it.each([
    ['policy-author', 'risk-acceptor'],
    ['iam-engineer', 'action-approver'],
  ])('nobody with both %s and %s', async (a, b) => {
    const { status, body } = await t.call('POST', '/api/v1/tokens', {
      body: { name: 'both', roles: [{ role: a }, { role: b }] },
    });
    expect({ status, code: body.code }).toEqual({ status: 422, code: 'access.roles-exclude-each-other' });
  });

  it('no person with two tokens that come to what one may not hold, until one of them is gone', async () => {
    const { body: person } = await t.call('POST', '/api/v1/people', {
      body: { userName: 'sample.person.31', displayName: 'Sample Person 31' },
    });
    const make = (role: string, owner: string | null) =>
      t.call('POST', '/api/v1/tokens', { body: { name: role, roles: [{ role }], owner } });
    const first = await make('policy-author', person.id);
    expect(first.status).toBe(201);
    expect(await make('risk-acceptor', person.id)).toMatchObject({
      status: 422,
      body: { code: 'access.roles-exclude-each-other', errors: [{ pointer: '/roles' }] },
    });
    expect((await make('iam-engineer', person.id)).status).toBe(201);
    // Somebody else's is somebody else's.
    expect((await make('risk-acceptor', null)).status).toBe(201);
    await t.call('DELETE', `/api/v1/tokens/${first.body.id}`, { headers: { 'if-match': '"1"' } });
    expect((await make('risk-acceptor', person.id)).status).toBe(201);
    const both = await Promise.all([make('action-approver', person.id), make('policy-author', person.id)]);
    expect(both.map(({ status }) => status)).toEqual([422, 422]);
    const { body: other } = await t.call('POST', '/api/v1/people', {
      body: { userName: 'sample.person.32', displayName: 'Sample Person 32' },
    });
    const atOnce = await Promise.all([make('policy-author', other.id), make('risk-acceptor', other.id)]);
    expect(atOnce.map(({ status }) => status).sort()).toEqual([201, 422]);
  });

  it('for what its roles include, and nothing else', async () => {
    const viewer = await t.token('viewer');
    expect((await t.call('GET', '/api/v1/credentials', { token: viewer })).status).toBe(403);
    expect(
      (await t.call('POST', '/api/v1/sources', { token: viewer, body: { name: 'x', connector: 'aws-iam' } })).status,
    ).toBe(403);
    expect((await t.call('GET', '/api/v1/identities', { token: await t.token('hr-status') })).status).toBe(403);
  });

  it('within the scope of its role', async () => {
    const scoped = await t.token({ role: 'viewer', scope: { environment: 'production' } });
    const { importFile, ndjson } = await import('../support/files.js');
    await importFile(
      t,
      { format: 'ndjson', source: 'scoped' },
      ndjson(
        ['production', 'test'].map((environment) => ({
          entity: 'identity',
          id: environment,
          name: `svc in ${environment}`,
          environment,
        })),
      ),
    );
    const { body } = await t.call('GET', '/api/v1/identities', { token: scoped });
    expect(body.data.map(({ displayName }: { displayName: string }) => displayName)).toEqual(['svc in production']);
    const other = (await t.call('GET', '/api/v1/identities?environment=test')).body.data[0].id;
    const [mine, missing] = await Promise.all([
      t.call('GET', `/api/v1/identities/${other}`, { token: scoped }),
      t.call('GET', '/api/v1/identities/00000000-0000-7000-8000-000000000000', { token: scoped }),
    ]);
    // What is not yours looks exactly like what is not there.
    expect([mine.status, { ...mine.body, instance: '' }]).toEqual([404, { ...missing.body, instance: '' }]);
  });
});

describe('bearer tokens of the trusted issuer', () => {
  let t: TestApp;
  let issuer: Server;
  let sign: (
    claims: object,
    options?: { audience?: string; expires?: string; alg?: string; kid?: string; key?: CryptoKey },
  ) => Promise<string>;
  let keys: { publicKey: CryptoKey; privateKey: CryptoKey };
  let base: string;

  beforeAll(async () => {
    keys = await generateKeyPair('ES256', { extractable: true });
    const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }] };
    issuer = createServer((_request, response) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify(jwks)),
    );
    await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
    t = await startApp({
      env: { MANDATE_JWT_ISSUER: `${base}/`, MANDATE_JWT_JWKS_URL: `${base}/keys`, MANDATE_JWT_AUDIENCE: 'mandate' },
    });
    const now = Math.floor(t.clock.now().getTime() / 1000);
    sign = (claims, { audience = 'mandate', expires = '5m', kid = 'one', key = keys.privateKey } = {}) =>
      new SignJWT({ roles: ['auditor'], ...claims })
        .setProtectedHeader({ alg: 'ES256', kid })
        .setIssuer(`${base}/`)
        .setSubject('pipeline-7')
        .setAudience(audience)
        .setIssuedAt(now)
        .setExpirationTime(new Date((now + (expires === '5m' ? 300 : -300)) * 1000))
        .sign(key);
  });
  afterAll(async () => {
    await t.close();
    await new Promise((resolve) => issuer.close(resolve));
  });

  it('are taken, with the roles they claim', async () => {
    expect((await t.call('GET', '/api/v1/audit-entries', { token: await sign({}) })).status).toBe(200);
    expect(
      (await t.call('GET', '/api/v1/audit-entries', { token: await sign({ roles: ['viewer', 'emperor'] }) })).status,
    ).toBe(403);
    expect((await t.call('GET', '/api/v1/audit-entries', { token: await sign({ roles: 'auditor' }) })).status).toBe(
      403,
    );
  });

  it('are refused when they are for another audience, out of date, from somebody else, unsigned, or signed with our public key as a shared secret', async () => {
    const stranger = await generateKeyPair('ES256');
    const claims = { roles: ['admin'], sub: 'x', iss: `${base}/`, aud: 'mandate' };
    const spki = Buffer.from(JSON.stringify(await exportJWK(keys.publicKey)));
    const forged = [
      await sign({}, { audience: 'somebody-else' }),
      await sign({}, { expires: 'past' }),
      await sign({}, { key: stranger.privateKey }),
      await sign({}, { kid: 'two' }),
      new UnsecuredJWT(claims).setIssuedAt().setExpirationTime('5m').encode(),
      await new CompactSign(Buffer.from(JSON.stringify({ ...claims, iat: 1, exp: 9_999_999_999 })))
        .setProtectedHeader({ alg: 'HS256', kid: 'one' })
        .sign(spki),
      await sign({ roles: ['policy-author', 'risk-acceptor'] }),
    ];
    const statuses = await Promise.all(
      forged.map(async (token) => (await t.call('GET', '/api/v1/audit-entries', { token })).status),
    );
    expect(statuses).toEqual(forged.map(() => 401));
  });
});

describe('an instance on its own machine', () => {
  let folder: string;
  let application: Application;
  let clock: ManualClock;
  let url: string;
  const call = async (
    method: string,
    path: string,
    token: string | null,
    body?: unknown,
    headers: Record<string, string> = {},
  ) => {
    const response = await fetch(new URL(path, url), {
      method,
      headers: {
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : text,
    };
  };
  const adminToken = () => readFileSync(join(folder, 'admin-token'), 'utf8').trim();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mandate-own-'));
    chmodSync(folder, 0o711);
    clock = new ManualClock(START);
    application = await createApplication({
      environment: { MANDATE_DATA_DIR: folder, MANDATE_PORT: '0', MANDATE_LOG_LEVEL: 'silent' },
      clock,
      works: false,
      throwAway: true,
    });
    url = await application.listen();
  });
  afterAll(async () => {
    await application.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('keeps a local administrator token that only its owner can read', () => {
    expect(statSync(join(folder, 'admin-token')).mode & 0o777).toBe(0o600);
  });

  it('lets the local administrator read and configure, and decide nothing', async () => {
    const token = adminToken();
    expect((await call('GET', '/api/v1/identities', token)).status).toBe(200);
    expect((await call('GET', '/api/v1/audit-entries', token)).status).toBe(200);
    for (const role of [
      'admin',
      'action-approver',
      'risk-acceptor',
      'ai-governance',
      'campaign-manager',
      'incident-responder',
    ]) {
      const { status, body } = await call('POST', '/api/v1/tokens', token, { name: 'x', roles: [{ role }] });
      expect([role, status, body.code]).toEqual([role, 403, 'access.role-beyond-reach']);
    }
    expect((await call('POST', '/api/v1/tokens', token, { name: 'x', roles: [{ role: 'auditor' }] })).status).toBe(201);
  });

  it('takes that token from this machine only', async () => {
    expect(
      (await call('GET', '/api/v1/identities', adminToken(), undefined, { 'x-forwarded-for': '203.0.113.9' })).status,
    ).toBe(401);
  });

  it('renews the token before it runs out; the old one ends', async () => {
    const before = adminToken();
    clock.advance({ hours: 19 });
    await application.nest.get(Jobs).tick();
    await application.nest.get(Jobs).settle();
    clock.advance({ hours: 1 });
    await application.nest.get(Jobs).tick();
    await application.nest.get(Jobs).settle();
    expect(adminToken()).not.toBe(before);
    expect((await call('GET', '/api/v1/identities', before)).status).toBe(401);
    expect((await call('GET', '/api/v1/identities', adminToken())).status).toBe(200);
  });

  it('makes its first administrator through a link that works once, and that opening does not use up', async () => {
    const link = (await firstAdministratorLink(application, url))!;
    const secret = new URL(link).hash.slice(1);
    for (let opened = 0; opened < 3; opened++)
      expect((await call('GET', '/api/v1/auth/first-administrator', null)).status).toBe(200);
    const redeemed = await call('POST', '/api/v1/auth/first-administrator', null, { secret });
    expect(redeemed.status).toBe(201);
    expect(
      (
        await call('POST', '/api/v1/tokens', redeemed.body.token, {
          name: 'approver',
          roles: [{ role: 'ai-governance' }],
        })
      ).status,
    ).toBe(201);
    expect((await call('POST', '/api/v1/auth/first-administrator', null, { secret })).body.code).toBe(
      'access.link-not-usable',
    );
    expect(await firstAdministratorLink(application, url)).toBeNull();
    expect((await call('POST', '/api/v1/tokens/first-administrator', adminToken(), {})).body.code).toBe(
      'access.administrator-exists',
    );
  });

  it('does not let two use one data directory', async () => {
    await expect(
      createApplication({
        environment: { MANDATE_DATA_DIR: folder, MANDATE_PORT: '0', MANDATE_LOG_LEVEL: 'silent' },
        works: false,
      }),
    ).rejects.toThrow(/Another Mandate/);
  });
});
