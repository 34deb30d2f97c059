import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PROBLEMS } from '../../src/platform/http/problem-catalogue.js';
import { startApp, type TestApp } from '../support/app.js';

describe('the address a problem names as its type', () => {
  let t: TestApp;
  beforeAll(async () => {
    t = await startApp();
  });
  afterAll(() => t.close());

  it('explains every kind of problem, to programs and to people, without a token', async () => {
    expect(PROBLEMS.length).toBeGreaterThan(30);
    for (const { code } of PROBLEMS) {
      const json = await t.call('GET', `/problems/${code}`, { token: null });
      expect(json).toMatchObject({
        status: 200,
        body: { code, status: expect.any(Number), title: expect.any(String) },
      });
      expect([code, json.body.when ?? json.body.says ?? '']).not.toEqual([code, '']);
      const html = await t.call('GET', `/problems/${code}`, {
        token: null,
        headers: { accept: 'text/html,application/xhtml+xml' },
      });
      expect(html.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(html.body).toContain(`<code>${code}</code>`);
    }
  });

  it('is what a problem really names', async () => {
    const problem = await t.call('GET', '/api/v1/identities/01890000-0000-7000-8000-000000000000');
    expect(problem.status).toBe(404);
    const explained = await t.call('GET', new URL(problem.body.type as string).pathname, { token: null });
    expect(explained).toMatchObject({ status: 200, body: { code: 'request.not-found', status: 404 } });
  });

  it('knows no other', async () => {
    for (const code of ['nothing.of-the-kind', '%3Cscript%3E', '..%2F..%2Fpackage.json'])
      expect(await t.call('GET', `/problems/${code}`, { token: null })).toMatchObject({
        status: 404,
        body: { code: 'request.not-found' },
      });
  });
});

describe('the figures of requests', () => {
  it('count them by route, so that no id becomes a series', async () => {
    const t = await startApp();
    try {
      await t.call('GET', '/api/v1/identities/01890000-0000-7000-8000-000000000000');
      const { body } = await t.call('GET', '/metrics');
      expect(body).toMatch(
        /mandate_http_request_seconds_count\{method="GET",route="\/api\/v1\/identities\/:id",status="404"\} 1/,
      );
      expect(body).not.toContain('01890000');
    } finally {
      await t.close();
    }
  });
});
