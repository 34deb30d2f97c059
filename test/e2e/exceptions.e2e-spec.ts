import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { importFile, ndjson } from '../support/files.js';

const DAY = 86_400_000;
const HOUR = 3_600_000;

describe('exceptions', () => {
  let t: TestApp;
  let people: string[];
  let engineer: string;
  let acceptor: string;
  let author: string;

  const ago = (days: number): string => new Date(t.clock.now().getTime() - days * DAY).toISOString();
  const ahead = (days: number, ms = 0): string => new Date(t.clock.now().getTime() + days * DAY + ms).toISOString();
  const key = (id: string, days: number, more: object = {}) => [
    { entity: 'identity', id: `svc-${id}`, name: `svc-${id}`, kind: 'service-account', createdAt: '2024-01-01' },
    {
      entity: 'credential',
      id,
      identity: `svc-${id}`,
      kind: 'access-key',
      canExpire: false,
      issuedAt: ago(days),
      lastUsedAt: ago(0),
      useKnownSince: '2020-01-01',
      ...more,
    },
  ];
  const finding = async (check: string, name: string) =>
    (await t.call('GET', `/api/v1/findings?check=${check}&q=${name}`)).body.data[0];
  const ask = (id: string, body: object, token = engineer) =>
    t.call('POST', `/api/v1/findings/${id}/exceptions`, { token, body });
  const wanted = (more: object = {}) => ({
    reason: 'the supplier changes it in April',
    compensatingControl: 'its address range is the only one let in',
    expiresAt: ahead(20),
    ...more,
  });
  const decide = (id: string, verdict: string, token = acceptor, body: object = {}) =>
    t.call('POST', `/api/v1/exceptions/${id}/${verdict}`, { token, body });
  const AGE = 'credential-age-within-limit';

  beforeAll(async () => {
    t = await startApp();
    people = [];
    for (const n of [1, 2, 3])
      people.push(
        (
          await t.call('POST', '/api/v1/people', {
            body: {
              userName: `sample.person.0${n}`,
              displayName: `Sample Person 0${n}`,
              email: `s${n}@sample.example`,
            },
          })
        ).body.id,
      );
    engineer = await t.token('iam-engineer');
    acceptor = await t.tokenOf(people[0]!, 'risk-acceptor');
    author = await t.token('policy-author');
    await t.call('POST', '/api/v1/policies', {
      token: author,
      body: { name: 'Keys', mode: 'notify', checks: [{ id: AGE }, { id: 'credential-is-used' }] },
    });
    await importFile(
      t,
      { format: 'ndjson', source: 'keys' },
      ndjson(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].flatMap((id) => key(`key-${id}`, 100))),
    );
  });
  afterAll(() => t.close());

  it('let a finding stand once somebody else has approved, are shown wherever it is, and end by themselves', async () => {
    const before = await finding(AGE, 'key-a');
    expect(before).toMatchObject({ status: 'open', exception: null, severity: 'high' });
    const asked = await ask(before.id, wanted());
    expect(asked).toMatchObject({
      status: 201,
      body: { finding: before.id, status: 'requested', approvedBy: null, policy: { name: 'Keys' }, severity: 'high' },
    });
    expect(await finding(AGE, 'key-a')).toMatchObject({ status: 'open', exception: { status: 'requested' } });
    const approved = await decide(asked.body.id, 'approve', acceptor, { comment: 'for April' });
    expect(approved).toMatchObject({ status: 200, body: { status: 'approved', comment: 'for April' } });
    expect(approved.body.approvedBy).toMatch(/^token:|^person:/);
    const excepted = await finding(AGE, 'key-a');
    expect(excepted).toMatchObject({ status: 'excepted', dueAt: before.dueAt, exception: { status: 'approved' } });
    expect((await t.call('GET', '/api/v1/exceptions?status=approved')).body.data).toHaveLength(1);
    const noted = await t.call('PATCH', `/api/v1/findings/${before.id}`, {
      token: engineer,
      headers: { 'if-match': `"${excepted.version}"` },
      body: { status: 'acknowledged' },
    });
    expect([noted.status, noted.body.code]).toEqual([409, 'findings.finding-excepted']);
    const checks = (await t.call('GET', `/api/v1/checks/${AGE}`)).body;
    expect(checks.outcomes).toMatchObject({ excepted: 1 });
    const outcomes = (await t.call('GET', `/api/v1/credentials/${before.subject.id}/outcomes`)).body.data;
    expect(outcomes.find(({ check }: { check: string }) => check === AGE)).toMatchObject({ excepted: true });
    const summary = (await t.call('GET', '/api/v1/findings/summary')).body.data;
    expect(summary.find(({ check }: { check: string }) => check === AGE)).toMatchObject({ excepted: 1 });
    t.clock.advance({ days: 20, ms: -1 });
    await t.settle();
    expect((await finding(AGE, 'key-a')).status).toBe('excepted');
    t.clock.advance({ ms: 1 });
    await t.settle();
    // Open again, and due when it was due all along: fourteen days after it was found.
    expect(await finding(AGE, 'key-a')).toMatchObject({ status: 'open', dueAt: before.dueAt, exception: null });
    expect((await t.call('GET', `/api/v1/exceptions/${asked.body.id}`)).body).toMatchObject({
      status: 'expired',
      endedBecause: 'time',
    });
    const { body } = await t.call('GET', `/api/v1/findings/${before.id}/history`);
    expect(body.data.slice(0, 4).map(({ type }: { type: string }) => type)).toEqual([
      'exception-ended',
      'exception-approved',
      'exception-requested',
      'opened',
    ]);
    const types = (await t.call('GET', '/api/v1/audit-entries?limit=200')).body.data.map(
      ({ type }: { type: string }) => type,
    );
    expect(types).toEqual(
      expect.arrayContaining([
        'findings.exception-requested',
        'findings.exception-approved',
        'findings.exception-ended',
      ]),
    );
  });

  it('are never approved by whoever asked, owns, or writes policies, nor beyond the right to accept', async () => {
    const { id, identity } = await finding(AGE, 'key-b');
    const mine = await t.tokenOf(people[1]!, 'risk-acceptor', 'incident-responder');
    const own = await ask(id, wanted(), mine);
    expect(own.status).toBe(201);
    expect(await decide(own.body.id, 'approve', mine)).toMatchObject({
      status: 403,
      body: { code: 'findings.own-exception' },
    });
    // The same person with another token is the same person.
    expect((await decide(own.body.id, 'approve', await t.tokenOf(people[1]!, 'risk-acceptor'))).status).toBe(403);
    await t.call('PUT', `/api/v1/identities/${identity.id}/ownership`, {
      token: engineer,
      headers: { 'if-match': (await t.call('GET', `/api/v1/identities/${identity.id}/ownership`)).etag },
      body: { owner: people[2] },
    });
    expect(await decide(own.body.id, 'approve', await t.tokenOf(people[2]!, 'risk-acceptor'))).toMatchObject({
      status: 403,
      body: { code: 'findings.own-exception' },
    });
    for (const role of ['policy-author', 'iam-engineer', 'admin', 'auditor'] as const)
      expect([role, (await decide(own.body.id, 'approve', await t.token(role))).status]).toEqual([role, 403]);
    const elsewhere = { role: 'risk-acceptor', scope: { environment: 'nowhere' } } as const;
    expect((await decide(own.body.id, 'approve', await t.token(elsewhere))).status).toBe(404);
    // A role that reads everywhere does not widen the one that decides; what it shows is not denied.
    expect(await decide(own.body.id, 'approve', await t.token(elsewhere, 'viewer'))).toMatchObject({
      status: 403,
      body: { code: 'findings.exception-beyond-right' },
    });
    expect((await finding(AGE, 'key-b')).status).toBe('open');
    expect((await decide(own.body.id, 'reject', acceptor, { comment: 'rotate it' })).body).toMatchObject({
      status: 'rejected',
      approvedBy: null,
    });
    expect((await finding(AGE, 'key-b')).status).toBe('open');
  });

  it('are decided once: the second of two at once loses', async () => {
    const { id } = await finding(AGE, 'key-c');
    const asked = await ask(id, wanted());
    expect(await ask(id, wanted())).toMatchObject({ status: 409, body: { code: 'findings.exception-waits' } });
    const answers = await Promise.all([
      decide(asked.body.id, 'approve'),
      decide(asked.body.id, 'reject', await t.token('risk-acceptor')),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)!.body.code).toBe('findings.exception-decided');
  });

  it.each([
    [{ expiresAt: '2020-01-01T00:00:00.000Z' }, '/expiresAt'],
    [{ reason: '' }, '/reason'],
    [{ compensatingControl: undefined }, '/compensatingControl'],
    [{ expiresAt: 'soon' }, '/expiresAt'],
    [{ surprise: 1 }, '/surprise'],
  ])('are refused with %j, and the place is named', async (more, pointer) => {
    const { id } = await finding(AGE, 'key-d');
    const { status, body } = await ask(id, wanted(more));
    expect([status, body.errors[0].pointer]).toEqual([422, pointer]);
  });

  it('last no longer than the policy allows for the severity, and none is given where it allows none', async () => {
    const { id, severity } = await finding(AGE, 'key-d');
    const limit = severity === 'critical' ? 30 : 90;
    expect(await ask(id, wanted({ expiresAt: ahead(limit, 1) }))).toMatchObject({
      status: 422,
      body: { code: 'findings.exception-too-long', maximumDays: limit, errors: [{ pointer: '/expiresAt' }] },
    });
    const policy = (await t.call('GET', '/api/v1/policies')).body.data.find(
      ({ name }: { name: string }) => name === 'Keys',
    );
    const put = (maximumDays: object, version: number) =>
      t.call('PUT', `/api/v1/policies/${policy.id}`, {
        token: author,
        headers: { 'if-match': `"${version}"` },
        body: {
          name: 'Keys',
          mode: 'notify',
          checks: [{ id: AGE }, { id: 'credential-is-used' }],
          exceptions: { maximumDays },
        },
      });
    expect((await put({ [severity]: 0 }, policy.version)).status).toBe(200);
    expect((await ask(id, wanted({ expiresAt: ahead(0, HOUR) }))).body).toMatchObject({
      code: 'findings.exception-too-long',
      maximumDays: 0,
    });
    await put({}, policy.version + 1);
    expect((await ask(id, wanted({ expiresAt: ahead(limit) }))).status).toBe(201);
  });

  it('belong to what was approved: a finding that worsens is open again', async () => {
    const { id } = await finding(AGE, 'key-e');
    const asked = await ask(id, wanted({ expiresAt: ahead(80) }));
    expect(asked.status).toBe(201);
    await decide(asked.body.id, 'approve');
    expect(await finding(AGE, 'key-e')).toMatchObject({ status: 'excepted', severity: 'high' });
    t.clock.advance({ days: 70 });
    await t.settle();
    expect(await finding(AGE, 'key-e')).toMatchObject({ status: 'open', severity: 'critical', exception: null });
    expect((await t.call('GET', `/api/v1/exceptions/${asked.body.id}`)).body).toMatchObject({
      status: 'expired',
      endedBecause: 'worsened',
    });
  });

  it('hide nothing: what an excepted finding would supersede is seen, until the exception ends', async () => {
    await importFile(
      t,
      { format: 'ndjson', source: 'unused' },
      ndjson(key('key-u', 300, { lastUsedAt: null, issuedAt: ago(300) })),
    );
    const unused = await finding('credential-is-used', 'key-u');
    expect(unused.status).toBe('open');
    expect(await finding(AGE, 'key-u')).toBeUndefined();
    const asked = await ask(unused.id, wanted());
    await decide(asked.body.id, 'approve');
    await t.settle();
    expect(await finding('credential-is-used', 'key-u')).toMatchObject({ status: 'excepted' });
    expect(await finding(AGE, 'key-u')).toMatchObject({ status: 'open' });
    await t.call('POST', `/api/v1/exceptions/${asked.body.id}/close`, { token: acceptor, body: { comment: 'over' } });
    await t.settle();
    expect(await finding('credential-is-used', 'key-u')).toMatchObject({ status: 'open' });
    expect(await finding(AGE, 'key-u')).toMatchObject({
      status: 'resolved',
      resolution: 'superseded',
      supersededBy: unused.id,
    });
  });

  it('are prolonged by another one that is approved, end when the finding is fixed, and are withdrawn by who asked', async () => {
    const { id } = await finding(AGE, 'key-f');
    const first = await ask(id, wanted());
    await decide(first.body.id, 'approve');
    const second = await ask(id, wanted({ expiresAt: ahead(25) }));
    await decide(second.body.id, 'approve');
    const state = async (one: { body: { id: string } }) => {
      const { body } = await t.call('GET', `/api/v1/exceptions/${one.body.id}`);
      return [body.status, body.endedBecause];
    };
    expect([await state(first), await state(second)]).toEqual([
      ['expired', 'replaced'],
      ['approved', null],
    ]);
    expect((await finding(AGE, 'key-f')).status).toBe('excepted');
    const other = await ask((await finding(AGE, 'key-g')).id, wanted());
    expect(
      (
        await t.call('POST', `/api/v1/exceptions/${other.body.id}/close`, {
          token: await t.token('incident-responder'),
        })
      ).status,
    ).toBe(403);
    expect((await t.call('POST', `/api/v1/exceptions/${other.body.id}/close`, { token: engineer })).body).toMatchObject(
      { status: 'expired', endedBecause: 'withdrawn' },
    );
    await importFile(
      t,
      { format: 'ndjson', source: 'keys' },
      ndjson(['a', 'b', 'c', 'd', 'e', 'g', 'h'].flatMap((one) => key(`key-${one}`, 100)).concat(key('key-f', 1))),
    );
    expect((await finding(AGE, 'key-f')).status).toBe('resolved');
    expect(await state(second)).toEqual(['expired', 'resolved']);
  });

  it('are seen by whoever sees the finding, and asked for by whoever it concerns', async () => {
    const { id, identity } = await finding(AGE, 'key-h');
    const stranger = await t.tokenOf(people[1]!);
    expect((await ask(id, wanted(), stranger)).status).toBe(404);
    expect((await t.call('GET', '/api/v1/exceptions', { token: stranger })).body.data).toEqual([]);
    expect(await ask(id, wanted(), await t.tokenOf(people[1]!, 'viewer'))).toMatchObject({
      status: 403,
      body: { code: 'access.not-allowed' },
    });
    await t.call('PUT', `/api/v1/identities/${identity.id}/ownership`, {
      token: engineer,
      headers: { 'if-match': (await t.call('GET', `/api/v1/identities/${identity.id}/ownership`)).etag },
      body: { owner: people[1] },
    });
    const asked = await ask(id, wanted(), stranger);
    expect(asked.status).toBe(201);
    expect((await t.call('GET', '/api/v1/exceptions', { token: stranger })).body.data).toHaveLength(1);
    expect((await decide('018f0000-0000-7000-8000-000000000000', 'approve')).status).toBe(404);
  });

  it('leaves nothing that a full evaluation would find otherwise', async () => {
    const { RunFullPass } = await import('../../src/checks/index.js');
    await t.settle();
    expect(await t.app.nest.get(RunFullPass).execute('self-check')).toMatchObject({ mismatches: 0 });
  });
});
