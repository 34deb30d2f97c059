import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { importFile, ndjson } from '../support/files.js';

const THOUSAND = Array.from({ length: 1000 }, (_, n) => `batch-${String(n).padStart(4, '0')}`);

async function person(t: TestApp, n: number, more: object = {}): Promise<string> {
  const name = `sample.person.${String(n).padStart(2, '0')}`;
  const { body } = await t.call('POST', '/api/v1/people', {
    body: {
      userName: name,
      displayName: `Sample Person ${String(n).padStart(2, '0')}`,
      email: `${name}@sample.example`,
      ...more,
    },
  });
  return body.id;
}
async function services(t: TestApp, names: readonly string[], more: object = {}, source = 'services'): Promise<void> {
  await importFile(
    t,
    { format: 'ndjson', source, mode: 'append' },
    ndjson(names.map((id) => ({ entity: 'identity', id, name: id, createdAt: '2024-01-01', ...more }))),
  );
}
const idOf = async (t: TestApp, name: string): Promise<string> =>
  (await t.call('GET', `/api/v1/identities?name=${encodeURIComponent(name)}`)).body.data[0].id;
const ownershipOf = async (t: TestApp, name: string) =>
  (await t.call('GET', `/api/v1/identities/${await idOf(t, name)}/ownership`)).body;

describe('a rule over a thousand', () => {
  let t: TestApp;
  let author: string;
  let [one, two, three]: string[] = [];
  beforeAll(async () => {
    t = await startApp();
    author = await t.token('policy-author');
    [one, two, three] = [await person(t, 1), await person(t, 2), await person(t, 3)];
    await services(t, THOUSAND, { tags: { system: 'batch' } });
    await services(t, ['other']);
  });
  afterAll(() => t.close());

  const put = async (id: string, body: object) =>
    t.call('PUT', `/api/v1/ownership-rules/${id}`, {
      token: author,
      body,
      headers: { 'if-match': (await t.call('GET', `/api/v1/ownership-rules/${id}`)).etag },
    });
  const applied = async () =>
    await t.sql<{ target: string; data: { identities: number } }>(
      `SELECT target_id AS target, data FROM audit_entries WHERE type = 'ownership.rules-applied' ORDER BY id`,
    );

  it('gives all of them their owner, who has not accepted yet, and is one audited set', async () => {
    const rule = await t.call('POST', '/api/v1/ownership-rules', {
      token: author,
      body: {
        name: 'Batch',
        selector: { tags: { system: 'batch' } },
        owner: { person: one },
        deputies: [{ person: three }],
      },
    });
    expect(rule.status).toBe(201);
    await t.settle();
    expect((await t.call('GET', `/api/v1/ownership-rules/${rule.body.id}`)).body).toMatchObject({ identities: 1000 });
    const sets = await applied();
    expect(sets).toHaveLength(1);
    expect(sets[0]!.data).toMatchObject({ identities: 1000, given: 1000, rules: { [rule.body.id]: 1000 } });
    expect(await ownershipOf(t, 'batch-0500')).toMatchObject({
      owner: { id: one },
      deputies: [{ id: three }],
      state: 'provisional',
      basis: 'rule',
      rule: { id: rule.body.id, name: 'Batch' },
      run: sets[0]!.target,
    });
    expect((await t.call('GET', `/api/v1/identities/${await idOf(t, 'batch-0999')}`)).body).toMatchObject({
      owner: { id: one },
      ownershipRule: { name: 'Batch' },
    });
    expect((await ownershipOf(t, 'other')).owner).toBeNull();
  });

  it('moves them all when it changes, as one set that each shows in its history', async () => {
    const [{ id }] = (await t.call('GET', '/api/v1/ownership-rules')).body.data;
    const kept = await idOf(t, 'batch-0001');
    const owner = await t.tokenOf(one!);
    await t.call('POST', `/api/v1/identities/${kept}/ownership/accept`, { token: owner, body: {} });
    t.clock.advance({ hours: 1 });
    expect(
      (await put(id, { name: 'Batch', selector: { tags: { system: 'batch' } }, owner: { person: two } })).status,
    ).toBe(200);
    await t.settle();
    const sets = await applied();
    expect(sets).toHaveLength(2);
    expect(sets[1]!.data).toMatchObject({ identities: 1000, moved: 1000 });
    for (const name of ['batch-0000', 'batch-0001', 'batch-0999'])
      expect(await ownershipOf(t, name)).toMatchObject({
        owner: { id: two },
        state: 'provisional',
        run: sets[1]!.target,
      });
    const history = (await t.call('GET', `/api/v1/identities/${kept}/history`)).body.data;
    expect(history[0]).toMatchObject({ what: 'ownership' });
    expect((await t.call('GET', `/api/v1/identities/${kept}?asOf=2026-03-01T08:30:00Z`)).body.owner).toMatchObject({
      id: one,
    });
  });

  it('keeps what was accepted when only its name or company changes', async () => {
    const [{ id }] = (await t.call('GET', '/api/v1/ownership-rules')).body.data;
    const kept = await idOf(t, 'batch-0002');
    await t.call('POST', `/api/v1/identities/${kept}/ownership/accept`, { token: await t.tokenOf(two!), body: {} });
    await put(id, {
      name: 'Batch jobs',
      selector: { tags: { system: 'batch' } },
      owner: { person: two },
      deputies: [{ person: one }],
    });
    await t.settle();
    expect(await ownershipOf(t, 'batch-0002')).toMatchObject({
      state: 'accepted',
      deputies: [{ id: one }],
      rule: { name: 'Batch jobs' },
    });
  });

  it('is given to what comes, taken from what no longer matches, and nothing is written twice', async () => {
    await services(t, ['late'], { tags: { system: 'batch' } });
    expect((await ownershipOf(t, 'late')).owner).toMatchObject({ id: two });
    const before = await applied();
    t.clock.advance({ minutes: 30 });
    await t.settle();
    expect(await applied()).toHaveLength(before.length);
    await services(t, ['late'], { tags: { system: 'other' } });
    expect(await ownershipOf(t, 'late')).toMatchObject({ owner: null, state: null, rule: null });
  });

  it('loses to an assignment by hand, unless it says otherwise', async () => {
    const path = `/api/v1/identities/${await idOf(t, 'batch-0003')}/ownership`;
    const by = async (owner: string) =>
      t.call('PUT', path, { body: { owner }, headers: { 'if-match': (await t.call('GET', path)).etag } });
    expect((await by(three!)).body).toMatchObject({ owner: { id: three }, rule: null, basis: 'assignment' });
    await t.settle();
    expect(await ownershipOf(t, 'batch-0003')).toMatchObject({ owner: { id: three } });
    const [{ id }] = (await t.call('GET', '/api/v1/ownership-rules')).body.data;
    await put(id, {
      name: 'Batch',
      selector: { tags: { system: 'batch' } },
      owner: { person: two },
      replacesAssignments: true,
    });
    await t.settle();
    expect(await ownershipOf(t, 'batch-0003')).toMatchObject({ owner: { id: two }, rule: { name: 'Batch' } });
    expect((await by(three!)).body.code).toBe('ownership.rule-decides');
    expect((await by(two!)).status).toBe(200);
  });

  it('ends with its rule', async () => {
    const { body, etag } = await t.call(
      'GET',
      `/api/v1/ownership-rules/${(await t.call('GET', '/api/v1/ownership-rules')).body.data[0].id}`,
    );
    expect(
      (await t.call('DELETE', `/api/v1/ownership-rules/${body.id}`, { token: author, headers: { 'if-match': etag } }))
        .status,
    ).toBe(204);
    await t.settle();
    expect(await ownershipOf(t, 'batch-0000')).toMatchObject({ owner: null, state: null });
    expect(await ownershipOf(t, 'batch-0003')).toMatchObject({ owner: { id: two }, basis: 'assignment' });
  });
});

describe('rules among each other', () => {
  let t: TestApp;
  let author: string;
  let people: string[];
  let unit: string;
  let below: string;
  beforeAll(async () => {
    t = await startApp();
    author = await t.token('policy-author');
    people = [
      await person(t, 1),
      await person(t, 2),
      await person(t, 3, { position: 'Platform Lead' }),
      await person(t, 4),
    ];
    unit = (await t.call('POST', '/api/v1/units', { body: { name: 'Logistics', head: people[3] } })).body.id;
    below = (await t.call('POST', '/api/v1/units', { body: { name: 'Harbour', parent: unit } })).body.id;
    await services(t, ['plain', 'prod-a', 'prod-b']);
    await services(t, ['in-unit'], { unit: 'Harbour' });
    await services(t, ['template-1'], { collection: 'crane-controller' });
  });
  afterAll(() => t.close());

  const putAll = async (rules: readonly object[], more: { token?: string; etag?: string } = {}) =>
    t.call('PUT', '/api/v1/ownership-rules', {
      token: more.token ?? author,
      body: { rules },
      headers: { 'if-match': more.etag ?? (await t.call('GET', '/api/v1/ownership-rules')).etag },
    });
  const owners = async () =>
    Object.fromEntries(
      await Promise.all(
        ['plain', 'prod-a', 'prod-b', 'in-unit', 'template-1'].map(async (name) => {
          const { owner } = await ownershipOf(t, name);
          return [name, owner ? people.indexOf(owner.id) + 1 : 0] as const;
        }),
      ),
    );

  it('decide in their order: the first that matches gives the owner, whatever the order they were written in', async () => {
    const answer = await putAll([
      { name: 'Production', selector: { names: ['prod-*'] }, owner: { person: people[0] } },
      { name: 'All', selector: {}, owner: { person: people[1] } },
    ]);
    expect(answer.body.data.map(({ name, order }: { name: string; order: number }) => [name, order])).toEqual([
      ['Production', 1],
      ['All', 2],
    ]);
    await t.settle();
    expect(await owners()).toEqual({ plain: 2, 'prod-a': 1, 'prod-b': 1, 'in-unit': 2, 'template-1': 2 });
    await putAll([
      { name: 'All', selector: {}, owner: { person: people[1] } },
      { name: 'Production', selector: { names: ['prod-*'] }, owner: { person: people[0] } },
    ]);
    await t.settle();
    expect(await owners()).toEqual({ plain: 2, 'prod-a': 2, 'prod-b': 2, 'in-unit': 2, 'template-1': 2 });
  });

  it('name by position, by unit, collection and account, and the identity says what it inherits from', async () => {
    const source = (await t.call('GET', '/api/v1/identities?name=plain')).body.data[0];
    const collection = (await t.call('GET', '/api/v1/collections')).body.data[0].id;
    await putAll([
      { name: 'Cranes', selector: { collections: [collection] }, owner: { person: people[0] } },
      { name: 'Units', selector: { units: [below] }, owner: { headOf: 'unit' } },
      {
        name: 'Account',
        selector: { accounts: [source.scope.id], names: ['prod-*'] },
        owner: { position: 'platform lead' },
      },
    ]);
    await t.settle();
    expect(await owners()).toEqual({ plain: 0, 'prod-a': 3, 'prod-b': 3, 'in-unit': 4, 'template-1': 1 });
    expect(await ownershipOf(t, 'template-1')).toMatchObject({
      inheritedFrom: { kind: 'collection', name: 'crane-controller' },
    });
    expect(await ownershipOf(t, 'in-unit')).toMatchObject({ inheritedFrom: { kind: 'unit', name: 'Harbour' } });
    expect(await ownershipOf(t, 'prod-a')).toMatchObject({ inheritedFrom: { kind: 'account', id: source.scope.id } });
  });

  it('follow the position when somebody else holds it, and take nothing away while nobody does', async () => {
    const move = async (n: number, change: object) =>
      t.call('PATCH', `/api/v1/people/${people[n]}`, {
        body: change,
        headers: { 'if-match': (await t.call('GET', `/api/v1/people/${people[n]}`)).etag },
      });
    await move(2, { position: 'Adviser' });
    await t.settle();
    expect((await owners())['prod-a']).toBe(3);
    await move(1, { position: 'Platform Lead' });
    await t.settle();
    expect((await owners())['prod-a']).toBe(2);
    // Two holders mean nobody in particular: it stays as it is.
    await move(2, { position: 'Platform Lead' });
    await t.settle();
    expect((await owners())['prod-a']).toBe(2);
    // Time alone ends one of them.
    await move(1, { leavesAt: '2026-03-05T17:00:00Z' });
    await t.settle();
    expect((await owners())['prod-a']).toBe(2);
    t.clock.set('2026-03-05T17:10:00Z');
    await t.settle();
    expect((await owners())['prod-a']).toBe(3);
  });

  it('go past a rule that names somebody who is gone, to the next that names somebody', async () => {
    await putAll([
      { name: 'First', selector: {}, owner: { person: people[0] } },
      { name: 'Second', selector: { names: ['plain'] }, owner: { person: people[3] } },
    ]);
    await t.settle();
    expect((await owners()).plain).toBe(1);
    await t.call('PATCH', `/api/v1/people/${people[0]}`, {
      body: { status: 'left' },
      headers: { 'if-match': (await t.call('GET', `/api/v1/people/${people[0]}`)).etag },
    });
    await t.settle();
    expect(await owners()).toEqual({ plain: 4, 'prod-a': 1, 'prod-b': 1, 'in-unit': 1, 'template-1': 1 });
    expect((await t.call('GET', '/api/v1/ownership-rules')).body.data[0].names).toEqual({
      person: null,
      because: 'can no longer answer',
    });
  });

  it('are written by policy authors, unseen changes are not overwritten, and what they name exists', async () => {
    const { etag } = await t.call('GET', '/api/v1/ownership-rules');
    expect((await putAll([], { token: await t.token('iam-engineer') })).status).toBe(403);
    expect((await t.call('PUT', '/api/v1/ownership-rules', { token: author, body: { rules: [] } })).status).toBe(428);
    const answers = await Promise.all(
      ['x', 'y'].map((name) =>
        putAll([{ name, owner: { person: people[3] }, selector: { names: ['nothing'] } }], { etag }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    const bad = (rule: object) =>
      t.call('POST', '/api/v1/ownership-rules', { token: author, body: { name: 'Bad', ...rule } });
    expect((await bad({})).body.errors).toMatchObject([{ pointer: '/owner' }]);
    expect((await bad({ owner: { person: people[0] } })).body).toMatchObject({
      code: 'ownership.owner-cannot-answer',
      errors: [{ pointer: '/owner/person' }],
    });
    expect((await bad({ owner: { person: below } })).body).toMatchObject({
      code: 'request.reference-unknown',
      errors: [{ pointer: '/owner/person' }],
    });
    expect((await bad({ owner: { position: 'x', unit: people[1] } })).body.errors).toMatchObject([
      { pointer: '/owner/unit' },
    ]);
    expect((await bad({ team: people[1] })).body.errors).toMatchObject([{ pointer: '/team' }]);
    expect(
      (
        await putAll([
          { name: 'a', owner: { person: people[3] } },
          { name: 'a', owner: { person: people[3] } },
        ])
      ).body.errors,
    ).toMatchObject([{ pointer: '/rules/1/name' }]);
    const [{ name, id }] = (await t.call('GET', '/api/v1/ownership-rules')).body.data;
    expect((await bad({ name, owner: { person: people[3] } })).body.code).toBe('ownership.rule-name-taken');
    expect((await t.call('GET', `/api/v1/ownership-rules/${people[1]}`)).status).toBe(404);
    expect(
      (await t.call('DELETE', `/api/v1/ownership-rules/${id}`, { token: author, headers: { 'if-match': '"99"' } }))
        .status,
    ).toBe(412);
  });
});
