import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';

const useCase = (name: string) => ({ name, purpose: 'Sorts supplier invoices' });

describe('requests', () => {
  let t: TestApp;
  beforeAll(async () => {
    t = await startApp();
  });
  afterAll(() => t.close());

  it('that are carried out once answer twice, when they carry an idempotency key', async () => {
    const headers = { 'idempotency-key': 'key-1' };
    const first = await t.call('POST', '/api/v1/use-cases', { body: useCase('Invoices'), headers });
    const second = await t.call('POST', '/api/v1/use-cases', { body: useCase('Invoices'), headers });
    expect([first.status, second.status, second.body.id, second.headers.get('idempotency-replayed')]).toEqual([
      201,
      201,
      first.body.id,
      'true',
    ]);
    expect((await t.call('POST', '/api/v1/use-cases', { body: useCase('Another'), headers })).body).toMatchObject({
      status: 422,
      code: 'request.invalid',
    });
    expect(
      (
        await t.call('POST', '/api/v1/use-cases', {
          body: useCase('x'),
          headers: { 'idempotency-key': 'k'.repeat(300) },
        })
      ).status,
    ).toBe(422);
  });

  it('whose answer holds a secret are not answered again', async () => {
    const headers = { 'idempotency-key': 'key-2' };
    const body = { name: 'once', roles: [{ role: 'viewer' }] };
    expect((await t.call('POST', '/api/v1/tokens', { body, headers })).status).toBe(201);
    expect((await t.call('POST', '/api/v1/tokens', { body, headers })).body).toMatchObject({
      status: 409,
      code: 'request.answer-not-kept',
    });
  });

  it('that failed may be tried again under their key', async () => {
    const headers = { 'idempotency-key': 'key-3' };
    expect((await t.call('POST', '/api/v1/use-cases', { body: useCase('Invoices'), headers })).status).toBe(409);
    expect((await t.call('POST', '/api/v1/use-cases', { body: useCase('Invoices'), headers })).status).toBe(409);
  });

  it('two of which arrive at once are carried out once', async () => {
    const headers = { 'idempotency-key': 'key-4' };
    const answers = await Promise.all(
      [1, 2, 3].map(() => t.call('POST', '/api/v1/use-cases', { body: useCase('Raced'), headers })),
    );
    expect(answers.filter(({ status }) => status === 201).length).toBeGreaterThanOrEqual(1);
    expect(answers.every(({ status, body }) => status === 201 || body.code === 'request.already-running')).toBe(true);
    expect((await t.call('GET', '/api/v1/use-cases?name=Raced')).body.data).toHaveLength(1);
  });

  it.each([
    ['not JSON', '{', { 'content-type': 'application/json' }, 400, 'request.malformed'],
    [
      'another media type',
      'a=b',
      { 'content-type': 'application/x-www-form-urlencoded' },
      415,
      'request.media-type-unsupported',
    ],
    [
      'too large',
      JSON.stringify({ name: 'x'.repeat(2_000_000) }),
      { 'content-type': 'application/json' },
      413,
      'request.too-large',
    ],
  ])('that are %s are told so', async (_what, body, headers, status, code) => {
    const answer = await t.call('POST', '/api/v1/use-cases', { body, headers });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ status, code, instance: expect.stringMatching(/^urn:request:/) });
  });

  it('without a body count as an empty one', async () => {
    const answer = await t.call('POST', '/api/v1/use-cases', {
      body: '',
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.body).toMatchObject({
      code: 'request.invalid',
      errors: [{ pointer: '/name' }, { pointer: '/purpose' }],
    });
  });

  it('name every place that is wrong, and repeat no value', async () => {
    const answer = await t.call('POST', '/api/v1/use-cases', {
      body: {
        name: '',
        purpose: 7,
        dataScope: [''],
        risk: { likelihood: 9, consequence: 1 },
        shoeSize: 'planted-value',
      },
    });
    expect(answer.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '/dataScope/0',
      '/name',
      '/purpose',
      '/risk/likelihood',
      '/shoeSize',
    ]);
    expect(JSON.stringify(answer.body)).not.toContain('planted-value');
  });

  it('that carry a secret anywhere are refused, and the secret is nowhere', async () => {
    const secret = ['sk', '-proj-', 'k'.repeat(48)].join('');
    const answer = await t.call('POST', '/api/v1/use-cases', {
      body: { ...useCase('Leaky'), dataScope: ['fine', `key ${secret}`] },
    });
    expect(answer.body).toMatchObject({
      status: 422,
      code: 'request.secret-refused',
      errors: [{ pointer: '/dataScope/1' }],
    });
    expect(JSON.stringify(answer.body) + t.log()).not.toContain(secret);
  });

  it.each([
    'limit=0',
    'limit=201',
    'limit=many',
    'cursor=rubbish',
    'cursor=e30',
    'shoeSize=44',
    'kind=robot',
    'asOf=yesterday',
    'source=1',
  ])('with the query ?%s are refused by name', async (query) => {
    const answer = await t.call('GET', `/api/v1/identities?${query}`);
    expect([answer.status, answer.body.errors?.[0]?.parameter]).toEqual([422, query.split('=')[0]]);
  });

  it('to addresses that do not exist say so, with and without a token', async () => {
    expect((await t.call('GET', '/api/v1/nothing-here')).body).toMatchObject({
      status: 404,
      code: 'request.unknown-route',
    });
    expect((await t.call('GET', '/api/v1/nothing-here', { token: null })).status).toBe(401);
    expect((await t.call('PUT', '/api/v1/identities')).status).toBe(404);
    expect((await t.call('GET', '/api/v1/identities/not-an-id')).status).toBe(422);
  });

  it('carry a request id, which is kept when it is harmless', async () => {
    expect(
      (await t.call('GET', '/api/v1/identities', { headers: { 'x-request-id': 'from-the-caller-1' } })).headers.get(
        'x-request-id',
      ),
    ).toBe('from-the-caller-1');
    expect(
      (await t.call('GET', '/api/v1/identities', { headers: { 'x-request-id': 'a b <script>' } })).headers.get(
        'x-request-id',
      ),
    ).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('come back in pages that hold everything once', async () => {
    for (let n = 0; n < 7; n++) await t.call('POST', '/api/v1/use-cases', { body: useCase(`Paged ${n}`) });
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await t.call('GET', `/api/v1/use-cases?q=Paged&limit=2${cursor}`);
      seen.push(...body.data.map(({ name }: { name: string }) => name));
      cursor = body.next ? `&cursor=${body.next}` : '';
    } while (cursor);
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6].map((n) => `Paged ${n}`));
  });
});
