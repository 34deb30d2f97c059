import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { importFile, ndjson } from '../support/files.js';

/** 1 works under 2, in the unit that 3 heads; 4 belongs nowhere. */
async function organisation(t: TestApp): Promise<{ people: string[]; tokens: string[] }> {
  const people: string[] = [];
  const add = async (n: number, more: object = {}): Promise<string> => {
    const name = `sample.person.0${n}`;
    const { body } = await t.call('POST', '/api/v1/people', {
      body: { userName: name, displayName: `Sample Person 0${n}`, email: `${name}@sample.example`, ...more },
    });
    people[n] = body.id;
    return body.id;
  };
  await add(2);
  await add(1, { manager: people[2] });
  await add(3);
  await add(4);
  await t.call('POST', '/api/v1/units', { body: { name: 'Logistics', head: people[3] } });
  const tokens: string[] = [];
  for (const n of [1, 2, 3, 4]) tokens[n] = await t.tokenOf(people[n]!);
  return { people, tokens };
}
const services = (t: TestApp, names: readonly string[], more: object = {}) =>
  importFile(
    t,
    { format: 'ndjson', source: 'services', mode: 'append' },
    ndjson(names.map((id) => ({ entity: 'identity', id, name: id, createdAt: '2024-01-01', ...more }))),
  );
const idOf = async (t: TestApp, name: string): Promise<string> =>
  (await t.call('GET', `/api/v1/identities?name=${encodeURIComponent(name)}`)).body.data[0].id;
const pathOf = async (t: TestApp, name: string) => `/api/v1/identities/${await idOf(t, name)}/ownership`;
const entries = (t: TestApp, type: string) =>
  t.sql<{ data: any }>('SELECT data FROM audit_entries WHERE type = $1 ORDER BY id', [type]);

describe('silence', () => {
  let t: TestApp;
  let people: string[];
  let tokens: string[];
  const assign = async (name: string, body: object) =>
    t.call('PUT', await pathOf(t, name), {
      body,
      headers: { 'if-match': (await t.call('GET', await pathOf(t, name))).etag },
    });
  const waiting = async (name: string) => (await t.call('GET', await pathOf(t, name))).body.waiting;
  const days = async (n: number) => {
    t.clock.advance({ days: n });
    await t.settle();
  };
  beforeAll(async () => {
    t = await startApp();
    ({ people, tokens } = await organisation(t));
    await services(t, ['a', 'b', 'c', 'yes'], { unit: 'Logistics' });
    await services(t, ['nowhere']);
    for (const name of ['a', 'b', 'yes']) await assign(name, { owner: people[1] });
    await assign('c', { owner: people[1], state: 'proposed' });
    await assign('nowhere', { owner: people[4] });
  });
  afterAll(() => t.close());

  it('is no answer: who was asked is waited for, and an owner who is only proposed is no owner', async () => {
    expect(await waiting('a')).toMatchObject({
      step: 'owner',
      person: { id: people[1] },
      remindAt: '2026-03-03T08:00:00.000Z',
      escalateAt: '2026-03-04T08:00:00.000Z',
    });
    expect((await t.call('GET', await pathOf(t, 'c'))).body).toMatchObject({
      owner: null,
      proposed: { id: people[1] },
      state: 'proposed',
    });
    expect((await t.call('GET', `/api/v1/identities/${await idOf(t, 'c')}`)).body.owner).toBeNull();
    expect(
      (await t.call('POST', `${await pathOf(t, 'yes')}/accept`, { token: tokens[1]!, body: { purpose: 'sorts' } }))
        .body,
    ).toMatchObject({
      state: 'accepted',
      waiting: null,
      accepted: { purpose: 'sorts', privilege: expect.any(String), useCases: [], grants: 0 },
    });
  });

  it('reminds each person once, however much waits for them', async () => {
    await days(2);
    const [reminder, ...more] = await entries(t, 'ownership.acceptances-reminded');
    expect(more).toEqual([]);
    expect(reminder!.data.persons).toHaveLength(2);
    expect(reminder!.data.persons).toContainEqual({ person: people[1], step: 'owner', identities: 3 });
    expect(await waiting('a')).toMatchObject({ step: 'owner', reminders: 1, remindAt: null });
    expect(await waiting('yes')).toBeNull();
  });

  it('asks the manager, then the head of the unit, and then it waits in the queue', async () => {
    expect((await t.call('GET', await pathOf(t, 'a'), { token: tokens[2]! })).status).toBe(404);
    await days(1);
    expect(await waiting('a')).toMatchObject({ step: 'manager', person: { id: people[2] }, reminders: 0 });
    expect((await t.call('GET', await pathOf(t, 'a'), { token: tokens[2]! })).status).toBe(200);
    // Neither manager nor unit: there is nobody to ask.
    expect(await waiting('nowhere')).toMatchObject({ step: 'queue', person: null });
    await days(3);
    expect(await waiting('a')).toMatchObject({ step: 'unit-head', person: { id: people[3] } });
    await days(3);
    expect(await waiting('a')).toMatchObject({ step: 'queue', person: null, escalateAt: null });
    const queue = (await t.call('GET', '/api/v1/ownership-queue')).body.data;
    expect(queue.map(({ identity, because }: any) => [identity.displayName, because])).toEqual([
      ['a', 'silent'],
      ['b', 'silent'],
      ['c', 'silent'],
      ['nowhere', 'silent'],
    ]);
    expect(queue[0]).toMatchObject({
      asked: { id: people[1] },
      since: '2026-03-01T08:00:00.000Z',
      unit: { name: 'Logistics' },
    });
    const before = (await entries(t, 'ownership.acceptances-escalated')).length;
    await days(30);
    expect(await entries(t, 'ownership.acceptances-escalated')).toHaveLength(before);
  });

  it('ends when somebody claims it, and what somebody holds cannot be claimed', async () => {
    const path = await pathOf(t, 'b');
    expect((await t.call('POST', `${path}/claim`, { token: tokens[4]!, body: {} })).status).toBe(404);
    expect(
      (await t.call('POST', `${path}/claim`, { token: await t.token('campaign-manager'), body: {} })).body.code,
    ).toBe('ownership.not-a-person');
    const four = await t.tokenOf(people[4]!, 'campaign-manager');
    expect((await t.call('POST', `${path}/claim`, { token: four, body: { reason: 'I run it' } })).body).toMatchObject({
      owner: { id: people[4] },
      state: 'accepted',
      basis: 'claim',
      waiting: null,
    });
    expect((await t.call('POST', `${await pathOf(t, 'yes')}/claim`, { token: four, body: {} })).body.code).toBe(
      'ownership.owned-already',
    );
    expect((await t.call('GET', '/api/v1/ownership-queue')).body.data).toHaveLength(3);
  });

  it('is not the only no: who is asked declines, names somebody instead, and is not asked again', async () => {
    const path = await pathOf(t, 'nowhere');
    await assign('nowhere', { owner: people[1] });
    const decline = (token: string, body: object) => t.call('POST', `${path}/decline`, { token, body });
    expect((await decline(tokens[1]!, {})).body.errors).toMatchObject([{ pointer: '/reason' }]);
    // Who sees it and is not asked is told so; who does not see it learns nothing.
    expect((await decline(await t.tokenOf(people[4]!, 'viewer'), { reason: 'x' })).body.code).toBe(
      'access.not-allowed',
    );
    expect((await decline(await t.tokenOf(people[4]!), { reason: 'x' })).status).toBe(404);
    await assign('nowhere', { owner: people[1], sponsor: people[2] });
    expect((await decline(tokens[2]!, { reason: 'x' })).body.code).toBe('ownership.not-yours-to-decline');
    expect((await decline(tokens[1]!, { reason: 'moved team', instead: people[4] })).status).toBe(204);
    expect((await t.call('GET', path)).body).toMatchObject({
      state: 'proposed',
      proposed: { id: people[4] },
      basis: 'handed-on',
    });
    expect((await decline(tokens[4]!, { reason: 'not me either' })).status).toBe(204);
    expect((await t.call('GET', path)).body).toMatchObject({ owner: null, proposed: null, state: null });
    expect((await t.call('GET', '/api/v1/ownership-queue?because=declined')).body.data).toMatchObject([
      { identity: { displayName: 'nowhere' } },
    ]);
    const author = await t.token('policy-author');
    await t.call('POST', '/api/v1/ownership-rules', {
      token: author,
      body: { name: 'x', selector: { names: ['nowhere'] }, owner: { person: people[4] } },
    });
    await t.settle();
    expect((await t.call('GET', path)).body.state).toBeNull();
    expect((await decline(tokens[1]!, { reason: 'x' })).status).toBe(404);
    expect(
      (await t.call('POST', `${await pathOf(t, 'yes')}/decline`, { token: tokens[1]!, body: { reason: 'x' } })).body
        .code,
    ).toBe('ownership.accepted-already');
  });

  it('lets the owner name deputies without asking them again', async () => {
    const path = await pathOf(t, 'yes');
    const { etag } = await t.call('GET', path);
    const put = (token: string, deputies: unknown[], seen = etag) =>
      t.call('PUT', `${path}/deputies`, { token, body: { deputies }, headers: { 'if-match': seen } });
    expect((await put(await t.tokenOf(people[4]!, 'viewer'), [people[4]])).status).toBe(403);
    expect((await put(tokens[1]!, ['x'])).body.errors).toMatchObject([{ pointer: '/deputies/0' }]);
    expect((await put(tokens[1]!, [await idOf(t, 'yes')])).body.code).toBe('request.reference-unknown');
    expect((await put(tokens[1]!, [people[4]])).body).toMatchObject({
      state: 'accepted',
      deputies: [{ id: people[4] }],
    });
    expect((await put(tokens[1]!, [people[4]])).status).toBe(412);
    // A deputy stands in for the owner, and does not choose who else does.
    const now = (await t.call('GET', path)).etag;
    expect((await put(tokens[4]!, [people[2]], now)).body.code).toBe('ownership.not-yours-to-depute');
    // Nor by a role that holds somewhere else.
    const elsewhere = { role: 'iam-engineer', scope: { environment: 'nowhere' } } as const;
    const both = await t.tokenOf(people[4]!, elsewhere);
    expect((await put(both, [people[2]], now)).body.code).toBe('ownership.not-yours-to-depute');
  });

  it('asks again when more is reached, or something else is served, than was accepted', async () => {
    const id = await idOf(t, 'yes');
    const engineer = await t.token('iam-engineer');
    const { body: useCase } = await t.call('POST', '/api/v1/use-cases', {
      token: engineer,
      body: { name: 'Sorting', purpose: 'sorts' },
    });
    await t.call('POST', `/api/v1/use-cases/${useCase.id}/identities`, { token: engineer, body: { add: [id] } });
    await t.settle();
    const asked = (await t.call('GET', await pathOf(t, 'yes'))).body;
    expect(asked).toMatchObject({
      owner: { id: people[1] },
      state: 'provisional',
      acceptedAt: null,
      waiting: { step: 'owner' },
      deputies: [{ id: people[4] }],
    });
    const path = await pathOf(t, 'yes');
    expect((await t.call('POST', `${path}/accept`, { token: tokens[1]!, body: {} })).body).toMatchObject({
      state: 'accepted',
      accepted: { useCases: [{ name: 'Sorting' }] },
    });
    await services(t, ['yes'], { unit: 'Logistics', privilege: 'admin' });
    expect((await t.call('GET', path)).body.state).toBe('provisional');
    await t.call('POST', `${path}/accept`, { token: tokens[1]!, body: {} });
    await services(t, ['yes'], { unit: 'Logistics', privilege: 'read' });
    expect((await t.call('GET', path)).body).toMatchObject({ state: 'accepted', accepted: { privilege: 'admin' } });
    expect(await entries(t, 'ownership.acceptances-outdated')).toHaveLength(2);
  });
});

describe('who carries what', () => {
  let t: TestApp;
  let people: string[];
  let tokens: string[];
  const three = Array.from({ length: 300 }, (_, n) => `job-${String(n).padStart(3, '0')}`);
  beforeAll(async () => {
    t = await startApp();
    ({ people, tokens } = await organisation(t));
    await services(t, three, { tags: { owner: 'sample.person.01' } });
    await services(t, ['sample-person-03-bot', 'unknown']);
    await services(t, ['made'], { tags: { 'created-by': 'sample.person.02' } });
  });
  afterAll(() => t.close());

  it('is suggested in bulk with reason and confidence, and taken in bulk', async () => {
    const list = async (query: string) => (await t.call('GET', `/api/v1/ownership-suggestions?${query}`)).body;
    expect((await list('confidence=high&limit=200')).data).toHaveLength(200);
    expect((await list('confidence=low')).data).toMatchObject([
      {
        identity: { displayName: 'sample-person-03-bot' },
        person: { id: people[3] },
        because: 'its name holds theirs',
      },
    ]);
    const first = await list('limit=1');
    const second = await list(`limit=1&cursor=${first.next}`);
    expect(second.data[0].identity.id > first.data[0].identity.id).toBe(true);
    const decide = (body: object, token?: string) =>
      t.call('POST', '/api/v1/ownership-suggestions/decisions', { body, ...(token ? { token } : {}) });
    expect((await decide({ verdict: 'assign', reason: 'x', matching: {} }, await t.token('viewer'))).status).toBe(403);
    expect((await decide({ verdict: 'assign', reason: 'x' })).body.errors).toMatchObject([{ pointer: '/items' }]);
    const taken = await decide({ verdict: 'assign', matching: { confidence: 'high' }, reason: 'tags are kept' });
    expect(taken.body).toEqual({ done: 300, skipped: [], more: false });
    const proposed = await decide({
      verdict: 'propose',
      items: [
        { identity: await idOf(t, 'made'), person: people[2] },
        { identity: await idOf(t, 'unknown'), person: people[2] },
      ],
      reason: 'they made it',
    });
    expect(proposed.body).toMatchObject({ done: 1, skipped: [{ because: 'is not suggested' }] });
    expect((await t.call('GET', await pathOf(t, 'made'))).body).toMatchObject({
      state: 'proposed',
      basis: 'suggestion',
      reason: 'they made it (suggested: the tag created-by says that they made it)',
    });
    const bot = { identity: await idOf(t, 'sample-person-03-bot'), person: people[3] };
    expect((await decide({ verdict: 'dismiss', items: [bot], reason: 'only the name' })).body.done).toBe(1);
    await t.call('POST', '/api/v1/jobs/ownership.suggest-owners/runs', { token: await t.token('admin'), body: {} });
    await t.settle();
    expect((await list('')).data).toEqual([]);
    expect(await entries(t, 'ownership.owner-assigned')).toHaveLength(301);
  });

  it('is one entry for an owner of three hundred', async () => {
    const { data } = (await t.call('GET', '/api/v1/ownership-load')).body;
    expect(data).toMatchObject([
      { person: { id: people[1], active: true }, owned: 300, accepted: 0, provisional: 300, waitingFor: 300 },
      { person: { id: people[2] }, owned: 0, proposed: 1, waitingFor: 1 },
    ]);
    const page = (await t.call('GET', '/api/v1/ownership-load?limit=1')).body;
    expect((await t.call('GET', `/api/v1/ownership-load?limit=1&cursor=${page.next}`)).body).toMatchObject({
      data: [{ person: { id: people[2] } }],
      next: null,
    });
    expect((await t.call('GET', '/api/v1/ownership-load', { token: tokens[4]! })).body.data).toEqual([]);
    expect((await t.call('GET', '/api/v1/ownership-load', { token: tokens[2]! })).body.data).toHaveLength(1);
  });

  it('is measured: the share that somebody accepted, and the hours without', async () => {
    const one = three[0]!;
    await t.call('POST', `${await pathOf(t, one)}/accept`, { token: tokens[1]!, body: {} });
    t.clock.advance({ hours: 10 });
    await t.settle();
    const [now] = (await t.call('GET', '/api/v1/ownership-measures')).body.data;
    expect(now).toMatchObject({ unit: null, governed: 303, accepted: 1, provisional: 299, proposed: 1, unowned: 2 });
    expect(now.shareAccepted).toBeCloseTo(1 / 303, 6);
    expect(now.hoursWithout.total).toBeCloseTo(302 * 10, 3);
    expect(now.hoursWithout).toMatchObject({ median: 10, longest: 10 });
    expect(now.shareOfTimeAccepted).toBeCloseTo(1 / 303, 6);
    // The one who accepted leaves: nobody does any more, from that hour.
    await t.call('PATCH', `/api/v1/people/${people[1]}`, {
      body: { leavesAt: t.clock.now().toISOString() },
      headers: { 'if-match': (await t.call('GET', `/api/v1/people/${people[1]}`)).etag },
    });
    t.clock.advance({ hours: 6 });
    await t.settle();
    const [later] = (await t.call('GET', '/api/v1/ownership-measures?limit=1')).body.data;
    expect(later).toMatchObject({ accepted: 0, unowned: 3 });
    expect(later.hoursWithout.total).toBeCloseTo(302 * 16 + 6, 3);
    expect(later.shareOfTimeAccepted).toBeCloseTo(10 / (303 * 16), 6);
    expect((await t.call('GET', '/api/v1/ownership-queue?because=owner-gone')).body.data).toHaveLength(50);
  });
});
