import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, startApp, type TestApp } from '../support/app.js';
import { reviewedOrganisation, source } from '../support/campaigns.js';
import { fileForm, importFile, ndjson } from '../support/files.js';

const UNKNOWN = '01a1feb4-0000-7000-8000-000000000000';
const service = (id: string) => ({ entity: 'identity', id, name: id, createdAt: '2024-01-01' });
const key = (id: string, identity: string) => ({
  entity: 'credential',
  id,
  identity,
  kind: 'access-key',
  canExpire: false,
  issuedAt: '2024-01-01',
});

/** What the state of things forbids: each answer names the situation and what to do, and nothing changes. */
describe('what cannot be done as things stand', () => {
  let t: TestApp;
  const post = (path: string, body: unknown, token?: string): Promise<Answer> =>
    t.call('POST', `/api/v1/${path}`, { body, ...(token === undefined ? {} : { token }) });
  const upload = (fields: Record<string, string>, text: string): Promise<Answer> =>
    t.call('POST', '/api/v1/imports', { form: fileForm(fields, text) });
  const problem = ({ status, body }: Answer): unknown => [status, body.code];
  let author: string;

  beforeAll(async () => {
    t = await startApp();
    author = await t.token('policy-author');
    await importFile(
      t,
      { format: 'ndjson', source: 'first' },
      ndjson([
        ...Array.from({ length: 60 }, (_none, n) => service(`svc-${n}`)),
        ...Array.from({ length: 3 }, (_none, n) => key(`key-${n}`, `svc-${n}`)),
      ]),
    );
  });
  afterAll(() => t.close());

  it('a caller whose roles do not include it', async () => {
    const answer = await post('sources', { name: 'x', connector: 'aws-iam' }, await t.token('viewer'));
    expect(problem(answer)).toEqual([403, 'access.not-allowed']);
  });

  it('a source of a name that is taken, of a connector there is not, or read while it is a file', async () => {
    expect((await post('sources', { name: 'AWS', connector: 'aws-iam' })).status).toBe(201);
    expect(problem(await post('sources', { name: 'AWS', connector: 'aws-iam' }))).toEqual([
      409,
      'inventory.source-name-taken',
    ]);
    expect(problem(await post('sources', { name: 'Other', connector: 'no-such' }))).toEqual([
      422,
      'sync.connector-unknown',
    ]);
    const [file] = (await t.call('GET', '/api/v1/sources?connector=file')).body.data;
    expect(problem(await post(`sources/${file.id}/sync`, {}))).toEqual([409, 'sync.source-is-a-file']);
    expect(problem(await upload({ format: 'ndjson', source: 'AWS' }, '{}\n'))).toEqual([
      409,
      'sync.source-takes-no-files',
    ]);
  });

  it('a file for a source that is being read', async () => {
    const text = ndjson([service('only')]);
    expect((await upload({ format: 'ndjson', source: 'busy' }, text)).status).toBe(202);
    expect(problem(await upload({ format: 'ndjson', source: 'busy' }, text))).toEqual([
      409,
      'sync.source-is-being-read',
    ]);
    await t.settle();
    expect((await upload({ format: 'ndjson', source: 'busy' }, text)).status).toBe(202);
    await t.settle();
  });

  it('confirming a run that is not held, or that a later one has overtaken', async () => {
    const less = ndjson([service('svc-0')]);
    const held = await importFile(t, { format: 'ndjson', source: 'first' }, less);
    expect(held.status).toBe('held');
    const later = await importFile(t, { format: 'ndjson', source: 'first' }, less);
    expect(problem(await post(`sync-runs/${held.id}/confirm`, {}))).toEqual([409, 'sync.run-superseded']);
    expect((await post(`sync-runs/${later.id}/confirm`, {})).status).toBe(202);
    await t.settle();
    expect(problem(await post(`sync-runs/${later.id}/confirm`, {}))).toEqual([409, 'sync.run-not-held']);
  });

  it('a policy of a taken name, about a check there is not, or in the place of the default one', async () => {
    const policy = { name: 'Ours', order: 10, selector: {}, mode: 'observe', checks: [] };
    expect((await post('policies', policy, author)).status).toBe(201);
    expect(problem(await post('policies', policy, author))).toEqual([409, 'checks.policy-name-taken']);
    expect(
      problem(await post('policies', { ...policy, name: 'Two', checks: [{ id: 'no-such', enabled: true }] }, author)),
    ).toEqual([422, 'checks.check-unknown']);
    const last = (await t.call('GET', '/api/v1/policies?limit=200')).body.data.at(-1);
    const { etag } = await t.call('GET', `/api/v1/policies/${last.id}`);
    const removed = await t.call('DELETE', `/api/v1/policies/${last.id}`, {
      token: author,
      headers: { 'if-match': etag },
    });
    expect(problem(removed)).toEqual([422, 'checks.default-policy-is-last']);
  });

  it('a change of what somebody else has changed since', async () => {
    const path = `/api/v1/policies/${(await t.call('GET', '/api/v1/policies')).body.data[0].id}`;
    const { etag, body } = await t.call('GET', path);
    const { id: _id, version: _version, ...policy } = body;
    const asked = ['name', 'order', 'selector', 'mode', 'checks'] as const;
    const put = (mode: string) =>
      t.call('PUT', path, {
        token: author,
        headers: { 'if-match': etag },
        body: { ...Object.fromEntries(asked.map((name) => [name, policy[name]])), mode },
      });
    const both = await Promise.all([put('notify'), put('enforce')]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect(both.find(({ status }) => status === 412)!.body.code).toBe('request.changed-meanwhile');
  });

  it('working on a finding that is resolved', async () => {
    await t.settle();
    const { body } = await t.call('GET', '/api/v1/findings?status=resolved&limit=1');
    expect(body.data).toHaveLength(1);
    const path = `/api/v1/findings/${body.data[0].id}`;
    const answer = await t.call('PATCH', path, {
      headers: { 'if-match': (await t.call('GET', path)).etag },
      body: { status: 'acknowledged' },
    });
    expect(problem(answer)).toEqual([409, 'findings.finding-resolved']);
  });

  it('accepting what one was not named for', async () => {
    const person = await post('people', {
      userName: 'sample.person.01',
      displayName: 'Sample Person 01',
      email: 'sample.person.01@sample.example',
    });
    const [identity] = (await t.call('GET', '/api/v1/identities?owner=none&limit=1')).body.data;
    const path = `identities/${identity.id}/ownership/accept`;
    const stranger = await t.tokenOf(person.body.id);
    // Who is nobody to an identity does not learn that it is there.
    expect((await post(path, {}, stranger)).status).toBe(404);
    const useCase = await post('use-cases', {
      name: 'Count letters',
      purpose: 'Counts the letters that come in.',
      sponsor: person.body.id,
    });
    await post(`use-cases/${useCase.body.id}/identities`, { add: [identity.id] });
    expect(problem(await post(path, {}, stranger))).toEqual([409, 'ownership.nothing-to-accept']);
  });

  it('a use case of a taken name, and one that is retired', async () => {
    const useCase = { name: 'Sort letters', purpose: 'Sorts the letters that come in.' };
    const made = await post('use-cases', useCase);
    expect(made.status).toBe(201);
    expect(problem(await post('use-cases', useCase))).toEqual([409, 'use-cases.name-taken']);
    const path = `/api/v1/use-cases/${made.body.id}`;
    const retired = await t.call('PATCH', path, { headers: { 'if-match': made.etag }, body: { status: 'retired' } });
    expect(retired.status).toBe(200);
    const again = await t.call('PATCH', path, { headers: { 'if-match': retired.etag }, body: { purpose: 'Other.' } });
    expect(problem(again)).toEqual([409, 'use-cases.retired']);
  });

  it('anything with what is not there', async () => {
    for (const path of [
      'identities',
      'credentials',
      'findings',
      'policies',
      'sources',
      'use-cases',
      'agents',
      'people',
    ])
      expect(problem(await t.call('GET', `/api/v1/${path}/${UNKNOWN}`))).toEqual([404, 'request.not-found']);
  });
});

describe('deciding in a review', () => {
  it('about what is gone meanwhile', async () => {
    const t = await startApp();
    try {
      const organisation = await reviewedOrganisation(t, 3);
      await source(t, 'services', [service('stays'), service('goes')]);
      for (const name of ['stays', 'goes']) await organisation.own(name, 3);
      await t.settle();
      const campaign = await organisation.campaign({
        name: 'All',
        scope: { subject: 'identity' },
        reviewers: ['owner'],
        dueInDays: 14,
      });
      expect((await organisation.launch(campaign.id)).status).toBe(200);
      const items = await organisation.mine(3);
      const item = items.find(({ subject }) => subject.displayName === 'goes');
      await source(t, 'services', [service('stays')]);
      const answer = await organisation.decide(3, item, { verdict: 'keep', reason: 'it is needed' });
      expect([answer.status, answer.body.code]).toEqual([409, 'certification.item-not-decidable']);
    } finally {
      await t.close();
    }
  });
});
