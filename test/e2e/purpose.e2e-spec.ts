import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { importFile, ndjson } from '../support/files.js';

const findings = async (t: TestApp, identity: string): Promise<string[]> =>
  (await t.call('GET', `/api/v1/findings?limit=200&status=unresolved&identity=${identity}`)).body.data
    .map(({ check, reason }: { check: string; reason: string }) => `${check}: ${reason}`)
    .sort();

/** People, and services that nobody answers for yet. */
async function organisation(t: TestApp): Promise<{ people: string[]; identities: Record<string, string> }> {
  const people: string[] = [];
  for (const n of [1, 2, 3, 4])
    people.push(
      (
        await t.call('POST', '/api/v1/people', {
          body: {
            userName: `sample.person.0${n}`,
            displayName: `Sample Person 0${n}`,
            email: `sample.person.0${n}@sample.example`,
          },
        })
      ).body.id,
    );
  await importFile(
    t,
    { format: 'ndjson', source: 'services' },
    ndjson(
      ['plain', 'tagged', 'sample.person.03-bot', 'agent-runtime', 'other'].map((id) => ({
        entity: 'identity',
        id,
        name: id,
        createdAt: '2024-01-01',
        ...(id === 'tagged' ? { owner: 'Sample.Person.02@sample.example' } : {}),
      })),
    ),
  );
  const { body } = await t.call('GET', '/api/v1/identities?limit=200');
  return {
    people,
    identities: Object.fromEntries(
      body.data.map(({ displayName, id }: { displayName: string; id: string }) => [displayName, id]),
    ),
  };
}

describe('who answers', () => {
  let t: TestApp;
  let people: string[];
  let identities: Record<string, string>;
  const ownership = (id: string) => `/api/v1/identities/${id}/ownership`;
  beforeAll(async () => {
    t = await startApp();
    ({ people, identities } = await organisation(t));
    t.clock.advance({ days: 8 });
    await t.settle();
  });
  afterAll(() => t.close());

  it('is suggested from tags and names, with reason and confidence, and never assigned by itself', async () => {
    const tagged = await t.call('GET', ownership(identities.tagged!));
    expect(tagged.body).toMatchObject({
      owner: null,
      state: null,
      suggestions: [
        { person: { displayName: 'Sample Person 02' }, confidence: 'high', because: 'the tag owner names them' },
      ],
    });
    const named = await t.call('GET', ownership(identities['sample.person.03-bot']!));
    expect(named.body.suggestions).toMatchObject([{ person: { displayName: 'Sample Person 03' }, confidence: 'low' }]);
    expect((await t.call('GET', ownership(identities.plain!))).body.suggestions).toEqual([]);
    expect(await findings(t, identities.tagged!)).toContain('identity-has-accountable-owner: no-owner');
  });

  it('is assigned, is provisional until they accept, and only they can', async () => {
    const put = await t.call('PUT', ownership(identities.plain!), {
      body: { owner: people[0], deputies: [people[1]], reason: 'runs the job' },
      headers: { 'if-match': '"0"' },
    });
    expect(put.body).toMatchObject({
      owner: { id: people[0], active: true },
      state: 'provisional',
      deputies: [{ id: people[1] }],
    });
    expect((await t.call('GET', `/api/v1/identities/${identities.plain!}`)).body).toMatchObject({
      owner: { displayName: 'Sample Person 01' },
      ownership: 'provisional',
    });
    const other = await t.tokenOf(people[1]!);
    expect((await t.call('POST', `${ownership(identities.plain!)}/accept`, { token: other, body: {} })).body.code).toBe(
      'ownership.not-yours-to-accept',
    );
    const stranger = await t.tokenOf(people[3]!);
    expect((await t.call('POST', `${ownership(identities.plain!)}/accept`, { token: stranger, body: {} })).status).toBe(
      404,
    );
    const owner = await t.tokenOf(people[0]!);
    expect(
      (await t.call('POST', `${ownership(identities.plain!)}/accept`, { token: owner, body: {} })).body,
    ).toMatchObject({ state: 'accepted', acceptedAt: t.clock.now().toISOString() });
    await t.settle();
    expect(await findings(t, identities.plain!)).not.toContain('identity-has-accountable-owner: no-owner');
  });

  it('sees what is theirs and nothing else', async () => {
    const owner = await t.tokenOf(people[0]!);
    expect(
      (await t.call('GET', '/api/v1/identities', { token: owner })).body.data.map(
        ({ displayName }: { displayName: string }) => displayName,
      ),
    ).toEqual(['plain']);
    expect((await t.call('GET', `/api/v1/identities/${identities.other!}`, { token: owner })).status).toBe(404);
    expect(
      (await t.call('GET', '/api/v1/findings?limit=200', { token: owner })).body.data.every(
        ({ identity }: { identity: { id: string } }) => identity.id === identities.plain,
      ),
    ).toBe(true);
  });

  it('cannot be overwritten unseen, and must be somebody who is there', async () => {
    const put = (body: object, etag: string) =>
      t.call('PUT', ownership(identities.other!), { body, headers: { 'if-match': etag } });
    const statuses = await Promise.all([put({ owner: people[0] }, '"0"'), put({ owner: people[1] }, '"0"')]);
    expect(statuses.map(({ status }) => status).sort()).toEqual([200, 412]);
    const { etag } = await t.call('GET', ownership(identities.other!));
    await t.call('PATCH', `/api/v1/people/${people[3]}`, { body: { status: 'left' }, headers: { 'if-match': '"1"' } });
    expect((await put({ owner: people[3] }, etag)).body).toMatchObject({
      code: 'ownership.owner-cannot-answer',
      errors: [{ pointer: '/owner' }],
    });
    expect((await put({ owner: '00000000-0000-7000-8000-000000000000' }, etag)).body.code).toBe(
      'request.reference-unknown',
    );
  });

  it('is a live fact: the day an owner is gone the deputy shows, and the day both are gone nobody answers', async () => {
    const leave = async (person: string, at: string) => {
      const { etag } = await t.call('GET', `/api/v1/people/${person}`);
      await t.call('PATCH', `/api/v1/people/${person}`, { body: { leavesAt: at }, headers: { 'if-match': etag } });
    };
    await leave(people[0]!, '2026-03-20T17:00:00Z');
    await t.settle();
    const owners = async () => (await findings(t, identities.plain!)).filter((one) => /owner|orphan/.test(one));
    expect(await owners()).toEqual([]);
    t.clock.set('2026-03-20T17:00:00Z');
    await t.settle();
    expect(await owners()).toEqual(['owner-is-active: owner-left']);
    await leave(people[1]!, '2026-03-25T17:00:00Z');
    t.clock.set('2026-03-25T17:00:00Z');
    await t.settle();
    expect(await owners()).toEqual(['identity-is-not-orphaned: nobody-left']);
  });

  it('can be asked for as of any instant', async () => {
    const then = '2026-03-10T00:00:00Z';
    expect((await t.call('GET', `/api/v1/identities/${identities.plain!}?asOf=${then}`)).body.owner).toMatchObject({
      displayName: 'Sample Person 01',
    });
    expect(
      (await t.call('GET', `/api/v1/identities/${identities.plain!}?asOf=2026-03-02T00:00:00Z`)).body.owner,
    ).toBeNull();
  });
});

describe('what it is for', () => {
  let t: TestApp;
  let people: string[];
  let identities: Record<string, string>;
  let author: string;
  let governance: string;
  beforeAll(async () => {
    t = await startApp();
    ({ people, identities } = await organisation(t));
    author = await t.token('iam-engineer');
    governance = await t.token('ai-governance');
  });
  afterAll(() => t.close());

  const useCase = {
    name: 'Invoice triage',
    purpose: 'Sorts supplier invoices',
    dataScope: ['financial'],
    risk: { likelihood: 3, consequence: 4 },
    loggingStandard: 'prompts and tool calls',
    reviewCadence: 'quarterly',
    euAiActClass: 'minimal',
  };

  it('is written down as a draft, and approved by somebody else, once it says enough', async () => {
    const made = await t.call('POST', '/api/v1/use-cases', { token: author, body: { ...useCase, sponsor: people[0] } });
    expect(made.body).toMatchObject({
      status: 'draft',
      risk: { likelihood: 3, consequence: 4, level: 'high' },
      reviewCadence: 'P92D',
      sponsor: { displayName: 'Sample Person 01' },
    });
    const path = `/api/v1/use-cases/${made.body.id}/approvals`;
    expect((await t.call('POST', path, { token: author, body: {} })).status).toBe(403);
    const approved = await t.call('POST', path, { token: governance, body: { comment: 'fine' } });
    expect(approved.body).toMatchObject({
      status: 'approved',
      approvedDigest: made.body.digest,
      reviewDueAt: new Date(t.clock.now().getTime() + 92 * 86_400_000).toISOString(),
    });
    const thin = await t.call('POST', '/api/v1/use-cases', { token: author, body: { name: 'Thin', purpose: 'x' } });
    expect(
      (await t.call('POST', `/api/v1/use-cases/${thin.body.id}/approvals`, { token: governance, body: {} })).body,
    ).toMatchObject({
      code: 'use-cases.not-approvable',
      errors: [
        { pointer: '/sponsor' },
        { pointer: '/dataScope' },
        { pointer: '/risk' },
        { pointer: '/loggingStandard' },
      ],
    });
    const own = await t.call('POST', '/api/v1/use-cases', {
      token: governance,
      body: { ...useCase, name: 'Own', sponsor: people[0] },
    });
    expect(
      (await t.call('POST', `/api/v1/use-cases/${own.body.id}/approvals`, { token: governance, body: {} })).body.code,
    ).toBe('use-cases.own-approval');
  });

  it('has to be approved again after a material change, and only then', async () => {
    const { body, etag } = await t.call(
      'GET',
      `/api/v1/use-cases/${(await t.call('GET', '/api/v1/use-cases?name=Invoice%20triage')).body.data[0].id}`,
    );
    const renamed = await t.call('PATCH', `/api/v1/use-cases/${body.id}`, {
      token: author,
      body: { name: 'Invoice sorting' },
      headers: { 'if-match': etag },
    });
    expect(renamed.body).toMatchObject({ status: 'approved', digest: body.digest });
    const wider = await t.call('PATCH', `/api/v1/use-cases/${body.id}`, {
      token: author,
      body: { dataScope: ['financial', 'personal'] },
      headers: { 'if-match': renamed.etag },
    });
    expect(wider.body.status).toBe('draft');
    const back = await t.call('POST', `/api/v1/use-cases/${body.id}/approvals`, { token: governance, body: {} });
    expect(back.body.status).toBe('approved');
    expect((await t.call('GET', `/api/v1/use-cases/${body.id}/approvals`)).body.data).toHaveLength(2);
  });

  it('ties identities through agents, many to many, and an agent that authenticates as one makes its use of AI known', async () => {
    const [triage] = (await t.call('GET', '/api/v1/use-cases?name=Invoice%20sorting')).body.data;
    const agent = await t.call('POST', '/api/v1/agents', {
      token: author,
      body: {
        name: 'invoice-bot',
        owner: people[0],
        useCases: [triage.id],
        identities: [identities['agent-runtime'], identities.plain],
        model: { name: 'sample-model', version: '3' },
        tools: [{ name: 'b' }, { name: 'a' }],
      },
    });
    expect(agent.status).toBe(201);
    // Theirs: the owner sees it, the sponsor of what it serves does, nobody else without a role.
    const seen = async (person: number) => {
      const token = await t.tokenOf(people[person]!);
      const { status } = await t.call('GET', `/api/v1/agents/${agent.body.id}`, { token });
      return [status, (await t.call('GET', '/api/v1/agents', { token })).body.data.length];
    };
    expect([await seen(0), await seen(3)]).toEqual([
      [200, 1],
      [404, 0],
    ]);
    await t.settle();
    const about = (await t.call('GET', '/api/v1/findings?limit=200&subjectType=agent')).body.data;
    expect(about.length).toBeGreaterThan(0);
    const [one] = about;
    for (const [person, status] of [
      [0, 200],
      [3, 404],
    ] as const)
      expect(
        (await t.call('GET', `/api/v1/findings/${one.id}`, { token: await t.tokenOf(people[person]!) })).status,
      ).toBe(status);
    const runtime = await t.call('GET', `/api/v1/identities/${identities['agent-runtime']!}`);
    expect(runtime.body).toMatchObject({
      aiUse: 'yes',
      because: { aiUse: 'an agent authenticates as it: invoice-bot' },
      useCases: [{ name: 'Invoice sorting' }],
      risk: { level: 'high' },
    });
    const same = await t.call('PATCH', `/api/v1/agents/${agent.body.id}`, {
      token: author,
      body: { tools: [{ name: 'a' }, { name: 'b' }] },
      headers: { 'if-match': agent.etag },
    });
    expect(same.body.digest).toBe(agent.body.digest);
    const other = await t.call('PATCH', `/api/v1/agents/${agent.body.id}`, {
      token: author,
      body: { model: { name: 'sample-model', version: '4' } },
      headers: { 'if-match': same.etag },
    });
    expect(other.body.digest).not.toBe(agent.body.digest);
    const retired = await t.call('PATCH', `/api/v1/agents/${agent.body.id}`, {
      token: author,
      body: { status: 'retired' },
      headers: { 'if-match': other.etag },
    });
    expect(retired.body.status).toBe('retired');
    expect((await t.call('GET', `/api/v1/identities/${identities.plain!}`)).body).toMatchObject({
      aiUse: 'unknown',
      useCases: [],
    });
  });

  it('ties identities by hand, and an AI identity without any is a finding', async () => {
    const patch = await t.call('PATCH', `/api/v1/identities/${identities.other!}`, {
      token: author,
      body: { aiUse: 'yes', reason: 'it calls a model, I built it' },
      headers: { 'if-match': (await t.call('GET', `/api/v1/identities/${identities.other!}`)).etag },
    });
    expect(patch.body).toMatchObject({
      aiUse: 'yes',
      because: { aiUse: 'set by a person: it calls a model, I built it' },
    });
    t.clock.advance({ days: 10 });
    await t.settle();
    expect(await findings(t, identities.other!)).toContain('ai-identity-serves-a-use-case: no-use-case');
    const [triage] = (await t.call('GET', '/api/v1/use-cases?name=Invoice%20sorting')).body.data;
    await t.call('POST', `/api/v1/use-cases/${triage.id}/identities`, {
      token: author,
      body: { add: [identities.other] },
    });
    await t.settle();
    expect(await findings(t, identities.other!)).not.toContain('ai-identity-serves-a-use-case: no-use-case');
    await t.call('POST', `/api/v1/use-cases/${triage.id}/identities`, {
      token: author,
      body: { remove: [identities.other] },
    });
    await t.settle();
    expect(await findings(t, identities.other!)).toContain('ai-identity-serves-a-use-case: no-use-case');
  });

  it('can be set on an identity with a reason, and taken back', async () => {
    const path = `/api/v1/identities/${identities.tagged!}`;
    const change = async (body: object) =>
      t.call('PATCH', path, { token: author, body, headers: { 'if-match': (await t.call('GET', path)).etag } });
    expect((await change({ environment: 'production' })).body).toMatchObject({
      code: 'request.invalid',
      errors: [{ pointer: '/reason' }],
    });
    expect(
      (
        await change({
          environment: 'production',
          nature: 'mixed',
          expectedUse: { pattern: 'standby', approvedUntil: '2027-01-01T00:00:00Z' },
          reason: 'known',
        })
      ).body,
    ).toMatchObject({
      environment: 'production',
      nature: 'mixed',
      expectedUse: { pattern: 'standby', approvedBy: expect.any(String) },
    });
    expect((await change({ expectedUse: { pattern: 'seasonal' }, reason: 'x' })).body).toMatchObject({
      errors: [{ pointer: '/expectedUse/nextDueAt' }],
    });
    expect(
      (await change({ environment: null, nature: null, expectedUse: null, reason: 'was wrong' })).body,
    ).toMatchObject({ environment: null, nature: 'non-human', expectedUse: null });
    // What was set survives the next reading, until it is taken back.
    await change({ environment: 'staging', reason: 'known' });
    await importFile(
      t,
      { format: 'ndjson', source: 'services', mode: 'append' },
      ndjson([{ entity: 'identity', id: 'tagged', name: 'tagged', createdAt: '2024-01-01', environment: 'test' }]),
    );
    expect((await t.call('GET', path)).body.environment).toBe('staging');
  });
});
