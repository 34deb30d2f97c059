import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';

describe('an empty installation', () => {
  let t: TestApp;
  beforeAll(async () => {
    t = await startApp();
  });
  afterAll(() => t.close());

  it('is alive and ready', async () => {
    expect((await t.call('GET', '/healthz/live', { token: null })).status).toBe(200);
    expect((await t.call('GET', '/healthz/ready', { token: null })).body).toEqual({ status: 'ok' });
  });

  it('describes itself in OpenAPI 3.1', async () => {
    const { status, body } = await t.call('GET', '/openapi.json', { token: null });
    expect(status).toBe(200);
    expect(body.openapi).toBe('3.1.0');
    expect(Object.keys(body.paths)).toContain('/api/v1/identities');
  });

  it('shows its documentation to anybody', async () => {
    expect((await t.call('GET', '/docs', { token: null })).status).toBe(200);
  });

  it('gives its figures to whoever has a token, and to nobody else', async () => {
    expect((await t.call('GET', '/metrics', { token: null })).status).toBe(401);
    expect((await t.call('GET', '/metrics')).body).toContain('mandate_findings_open');
  });

  it('answers every empty list with a page', async () => {
    for (const path of [
      'identities',
      'credentials',
      'findings',
      'sources',
      'sync-runs',
      'people',
      'units',
      'teams',
      'use-cases',
      'agents',
      'collections',
      'tokens',
      'audit-entries',
      'checks',
      'policies',
      'exceptions',
      'calendars',
      'jobs',
      'sources/connectors',
      'people/imports',
    ]) {
      const { status, body } = await t.call('GET', `/api/v1/${path}`);
      expect([path, status, Array.isArray(body.data)]).toEqual([path, 200, true]);
    }
  });
});
