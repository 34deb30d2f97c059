import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FollowFindings } from '../../src/remediation/operations/follow-findings.js';
import { startApp, type TestApp } from '../support/app.js';
import { importFile, ndjson } from '../support/files.js';

const DAY = 86_400_000;
const AGE = 'credential-age-within-limit';
const USED = 'credential-is-used';
const EXPIRY = 'credential-has-expiry';

describe('a policy that enforces', () => {
  let t: TestApp;
  let author: string;
  let policy: string;
  const ago = (days: number): string => new Date(t.clock.now().getTime() - days * DAY).toISOString();
  const key = (id: string, days: number, identity: object = {}, more: object = {}) => [
    {
      entity: 'identity',
      id: `svc-${id}`,
      name: `svc-${id}`,
      kind: 'service-account',
      createdAt: '2024-01-01',
      environment: 'production',
      ...identity,
    },
    {
      entity: 'credential',
      id,
      identity: `svc-${id}`,
      name: id,
      kind: 'access-key',
      canExpire: true,
      issuedAt: ago(days),
      lastUsedAt: ago(0),
      useKnownSince: '2020-01-01',
      ...more,
    },
  ];
  let handedOver = false;
  const estate = (ages: Record<string, number>) => [
    ...key('key-a', ages['key-a'] ?? 120),
    ...key('key-b', ages['key-b'] ?? 120),
    ...key('key-glass', 120, { expectedUse: { pattern: 'break-glass' } }),
    ...key('key-handed', 120, { managedBy: handedOver ? 'cloud-provider' : 'us' }),
    ...key('key-young', 1),
  ];
  const read = (ages: Record<string, number> = {}) =>
    importFile(t, { format: 'ndjson', source: 'estate', mode: 'snapshot' }, ndjson(estate(ages)));
  const finding = async (check: string, name: string) =>
    (await t.call('GET', `/api/v1/findings?check=${check}&q=${name}`)).body.data[0];
  const actions = async (query = ''): Promise<any[]> =>
    (await t.call('GET', `/api/v1/actions?limit=200${query}`)).body.data;
  const actionOf = async (check: string, name: string) => await actions(`&basis=${(await finding(check, name)).id}`);
  const entries = async (type: string): Promise<any[]> =>
    (await t.call('GET', `/api/v1/audit-entries?type=${type}&limit=50`)).body.data;
  const put = async (checks: object[], mode = 'enforce') => {
    const { etag } = await t.call('GET', `/api/v1/policies/${policy}`);
    const { status } = await t.call('PUT', `/api/v1/policies/${policy}`, {
      token: author,
      headers: { 'if-match': etag },
      body: { name: 'enforced', mode, selector: { environments: ['production'] }, checks },
    });
    expect(status).toBe(200);
    await t.settle();
  };

  beforeAll(async () => {
    t = await startApp();
    author = await t.token('policy-author');
    policy = (
      await t.call('POST', '/api/v1/policies', {
        token: author,
        body: {
          name: 'enforced',
          mode: 'notify',
          selector: { environments: ['production'] },
          checks: [{ id: AGE, action: 'rotate' }],
        },
      })
    ).body.id;
    await read();
  });
  afterAll(() => t.close());

  it('plans nothing while it only notifies', async () => {
    expect((await finding(AGE, 'key-a')).status).toBe('open');
    expect(await actions()).toEqual([]);
  });

  it('plans what it names, once for each finding, and the action names the finding', async () => {
    await put([{ id: AGE, action: 'rotate' }]);
    const { id, subject, identity } = await finding(AGE, 'key-a');
    const [action, ...more] = await actions(`&basis=${id}`);
    expect(more).toEqual([]);
    expect(action).toMatchObject({
      kind: 'rotate',
      status: 'planned',
      target: { type: 'credential', id: subject.id, displayName: 'key-a' },
      identity: { id: identity.id },
      carriedOutBy: 'mandate',
      basis: { type: 'finding', id },
      bases: [{ type: 'finding', id, withdrawnAt: null, withdrawnBecause: null }],
      requestedBy: 'system:remediation',
      evidence: { finding: id, check: AGE, policy },
    });
    expect(action.reason).toContain('The policy "enforced" enforces it');
    const planned = (await entries('remediation.actions-planned')).map(({ data }) => data);
    expect(planned).toEqual([{ planned: { rotate: 4 }, byPerson: 1 }]);
  });

  it('leaves what is kept for emergencies to a person, and says so', async () => {
    expect(await actionOf(AGE, 'key-glass')).toMatchObject([
      { kind: 'rotate', status: 'planned', carriedOutBy: 'person' },
    ]);
  });

  it('leaves what a provider has come to manage to a person too, and withdraws what no longer applies', async () => {
    const [before] = await actionOf(AGE, 'key-handed');
    expect(before).toMatchObject({ status: 'planned', carriedOutBy: 'mandate', carriedOutByBecause: null });
    handedOver = true;
    await read();
    expect((await t.call('GET', `/api/v1/actions/${before.id}`)).body).toMatchObject({
      status: 'cancelled',
      bases: [{ withdrawnBecause: 'resolved' }],
      carriedOutBy: 'person',
      carriedOutByBecause: 'provider-manages-it',
    });
  });

  it('changes nothing when the same is told twice', async () => {
    const before = await t.sql('SELECT * FROM actions ORDER BY id');
    const bases = await t.sql('SELECT * FROM action_bases ORDER BY action_id, id');
    const [entry] = await entries('findings.actions-asked');
    const told = { findings: entry.data.actions.map((one: { finding: string }) => one.finding), cause: entry.target };
    for (let time = 0; time < 2; time++) {
      const { status } = await t.call('POST', '/api/v1/jobs/remediation.follow-findings/runs', {
        token: await t.token('admin'),
        body: { payload: told },
      });
      expect(status).toBe(202);
      await t.settle();
    }
    expect(await t.sql('SELECT * FROM actions ORDER BY id')).toEqual(before);
    expect(await t.sql('SELECT * FROM action_bases ORDER BY action_id, id')).toEqual(bases);
  });

  it('plans once when two follow the same findings at the same time', async () => {
    const [entry] = await entries('findings.actions-asked');
    const asked = entry.data.actions.map((one: { finding: string }) => one.finding) as string[];
    // As if nobody had followed yet.
    await t.sql('DELETE FROM action_bases');
    await t.sql('DELETE FROM actions');
    const follow = t.app.nest.get(FollowFindings);
    const both = await Promise.all([follow.execute(asked, entry.target), follow.execute(asked, entry.target)]);
    expect(both.map(({ planned }) => planned).sort()).toEqual([0, 3]);
    expect(await actions()).toHaveLength(3);
    const bases = await t.sql('SELECT id FROM action_bases WHERE withdrawn_at IS NULL');
    expect(bases).toHaveLength(3);
  });

  it('withdraws while an exception allows the finding to stand, and asks again when it is over', async () => {
    const { id } = await finding(AGE, 'key-b');
    const asked = await t.call('POST', `/api/v1/findings/${id}/exceptions`, {
      token: await t.token('iam-engineer'),
      body: {
        reason: 'the supplier changes it',
        compensatingControl: 'one address',
        expiresAt: new Date(t.clock.now().getTime() + DAY).toISOString(),
      },
    });
    await t.call('POST', `/api/v1/exceptions/${asked.body.id}/approve`, {
      token: await t.token('risk-acceptor'),
      body: {},
    });
    await t.settle();
    expect(await actions(`&basis=${id}`)).toMatchObject([
      { status: 'cancelled', bases: [{ id, withdrawnBecause: 'excepted' }] },
    ]);
    t.clock.advance({ days: 1 });
    await t.settle();
    expect((await actions(`&basis=${id}`)).map(({ status }) => status).sort()).toEqual(['cancelled', 'planned']);
  });

  it('withdraws when the finding resolves before anything ran, and plans anew when it opens again', async () => {
    await read({ 'key-a': 0 });
    const { id, status } = await finding(AGE, 'key-a');
    expect(status).toBe('resolved');
    expect(await actions(`&basis=${id}`)).toMatchObject([
      { status: 'cancelled', bases: [{ id, withdrawnBecause: 'resolved' }] },
    ]);
    expect((await entries('remediation.actions-withdrawn'))[0].data).toEqual({ withdrawn: { rotate: 1 } });
    await read({ 'key-a': 130 });
    expect((await actions(`&basis=${id}`)).map(({ status: is }) => is).sort()).toEqual(['cancelled', 'planned']);
  });

  it('does not ask again for what a person has called off, as long as the finding stays open', async () => {
    const { id } = await finding(AGE, 'key-a');
    // There is no route for it yet: this is what cancelling does to the row.
    await t.sql("UPDATE actions SET status = 'cancelled' WHERE status = 'planned' AND basis_id = $1", [id]);
    await put([{ id: AGE, action: 'rotate', severity: 'critical' }]);
    expect((await actions(`&basis=${id}`)).map(({ status }) => status)).toEqual(['cancelled', 'cancelled']);
    await read({ 'key-a': 0 });
    await read({ 'key-a': 140 });
    expect((await actions(`&basis=${id}`)).filter(({ status }) => status === 'planned')).toHaveLength(1);
  });

  it('plans one action that two findings ask for, and keeps it until neither does', async () => {
    await put([
      { id: AGE, action: 'disable' },
      { id: EXPIRY, action: 'disable' },
    ]);
    const [age, expiry] = [await finding(AGE, 'key-b'), await finding(EXPIRY, 'key-b')];
    // What it asked for before is called off with the change of the policy.
    expect((await actions(`&basis=${age.id}&kind=rotate`)).map(({ status }) => status)).toEqual([
      'cancelled',
      'cancelled',
    ]);
    const shared = async () => await actions(`&basis=${expiry.id}&kind=disable`);
    const [action] = await shared();
    expect(action.status).toBe('planned');
    expect(action.bases.map(({ id }: { id: string }) => id).sort()).toEqual([age.id, expiry.id].sort());
    await put([{ id: AGE, action: 'disable' }, { id: EXPIRY }]);
    expect((await shared()).map(({ status }) => status)).toEqual(['planned']);
    await put([{ id: AGE }, { id: EXPIRY }]);
    expect((await shared()).map(({ status }) => status)).toEqual(['cancelled']);
    await put([{ id: AGE, action: 'rotate' }]);
    expect(await actions(`&basis=${age.id}&status=planned`)).toMatchObject([{ kind: 'rotate' }]);
  });

  it('leaves what is being carried out alone', async () => {
    const { id } = await finding(AGE, 'key-b');
    await t.sql("UPDATE actions SET status = 'executing' WHERE status = 'planned' AND basis_id = $1", [id]);
    await read({ 'key-b': 0, 'key-a': 140 });
    expect((await finding(AGE, 'key-b')).status).toBe('resolved');
    expect(await actions(`&basis=${id}&status=executing`)).toMatchObject([{ bases: [{ withdrawnAt: null }] }]);
  });

  it('calls everything off when it only notifies again', async () => {
    expect(await actions('&status=planned')).not.toEqual([]);
    await put([{ id: AGE, action: 'rotate' }], 'notify');
    expect(await actions('&status=planned')).toEqual([]);
  });

  it('tells which finding asked for what cannot be done', async () => {
    await put([{ id: AGE, action: 'rotate' }]);
    // A policy of a release that did not look at that yet.
    await t.sql(
      `UPDATE policies SET checks = '[{"id": "${AGE}", "enabled": true, "action": "revoke-grant"}]' WHERE id = $1`,
      [policy],
    );
    await t.call('POST', '/api/v1/jobs/remediation.follow-policy/runs', {
      token: await t.token('admin'),
      body: { payload: { policy } },
    });
    await t.settle();
    const { id } = await finding(AGE, 'key-a');
    expect(await actions(`&basis=${id}&status=planned`)).toEqual([]);
    const [{ data }] = await entries('remediation.actions-refused');
    expect(data.refused).toContainEqual({ finding: id, action: 'revoke-grant', because: 'not-possible-for-this' });
    await put([{ id: AGE, action: 'rotate' }]);
    expect(await actions(`&basis=${id}&status=planned`)).toHaveLength(1);
  });

  it.each([
    [{ id: AGE, action: 'revoke-grant' }, 'cannot be done to a credential; possible are disable, rotate, delete'],
    [
      { id: 'use-case-risk-is-rated', action: 'disable' },
      'cannot be done: what this check is about (use-case) is at no source',
    ],
  ])('cannot name %j', async (check, detail) => {
    const body = { name: 'impossible', checks: [{ id: USED }, check] };
    expect((await t.call('POST', '/api/v1/policies', { token: author, body })).body).toMatchObject({
      status: 422,
      errors: [{ pointer: '/checks/1/action', detail }],
    });
    const set = await t.call('POST', '/api/v1/policies/set/validate', { token: author, body: { policies: [body] } });
    expect(set.body.errors).toEqual([{ pointer: '/policies/0/checks/1/action', detail }]);
  });
});

describe('a policy that holds approvals back', () => {
  const CLASS = 'use-case-ai-act-class-is-recorded';
  let t: TestApp;
  let author: string;
  let engineer: string;
  let governance: string;
  let policy: string;
  let path: string;
  let identity: string;
  const approve = (body: object = {}) => t.call('POST', `${path}/approvals`, { token: governance, body });
  const write = async (name: string, atWork = true) => {
    const made = await t.call('POST', '/api/v1/use-cases', {
      token: engineer,
      body: {
        name,
        purpose: 'Sorts supplier invoices',
        sponsor: (await t.call('GET', '/api/v1/people')).body.data[0].id,
        dataScope: ['financial'],
        risk: { likelihood: 3, consequence: 4 },
        loggingStandard: 'prompts and tool calls',
      },
    });
    expect(made.status).toBe(201);
    path = `/api/v1/use-cases/${made.body.id}`;
    if (atWork) await t.call('POST', `${path}/identities`, { token: engineer, body: { add: [identity] } });
  };
  const put = async (mode: string) => {
    const { etag } = await t.call('GET', `/api/v1/policies/${policy}`);
    const { status } = await t.call('PUT', `/api/v1/policies/${policy}`, {
      token: author,
      headers: { 'if-match': etag },
      body: { name: 'conditions', mode, checks: [{ id: CLASS, blocks: ['approval'] }] },
    });
    expect(status).toBe(200);
  };

  beforeAll(async () => {
    t = await startApp();
    author = await t.token('policy-author');
    engineer = await t.token('iam-engineer');
    governance = await t.token('ai-governance');
    await t.call('POST', '/api/v1/people', { body: { userName: 'sample.person.01', displayName: 'Sample Person 01' } });
    policy = (
      await t.call('POST', '/api/v1/policies', {
        token: author,
        body: { name: 'conditions', mode: 'enforce', checks: [{ id: CLASS, blocks: ['approval'] }] },
      })
    ).body.id;
    await importFile(t, { format: 'ndjson', source: 'services' }, ndjson([{ entity: 'identity', id: 'a', name: 'a' }]));
    identity = (await t.call('GET', '/api/v1/identities')).body.data[0].id;
    await write('Without a class');
  });
  afterAll(() => t.close());

  it('keeps a use case from being approved while it does not hold, and names what does not', async () => {
    expect(await approve()).toMatchObject({
      status: 409,
      body: {
        code: 'use-cases.approval-blocked',
        blockedBy: [{ check: CLASS, result: 'fail', reason: 'no-class', policy: 'conditions' }],
      },
    });
    expect((await t.call('GET', path)).body).toMatchObject({ status: 'draft', approvedAt: null });
    expect((await t.call('GET', `${path}/approvals`)).body.data).toEqual([]);
    expect((await t.call('GET', '/api/v1/audit-entries?type=use-cases.use-case-approved')).body.data).toEqual([]);
  });

  it('never keeps anybody from saying no', async () => {
    expect((await approve({ verdict: 'rejected', comment: 'no class' })).body.status).toBe('rejected');
  });

  it('lets it through as soon as it is mended, without waiting for the next evaluation', async () => {
    const { etag } = await t.call('GET', path);
    await t.call('PATCH', path, { token: engineer, headers: { 'if-match': etag }, body: { euAiActClass: 'minimal' } });
    expect((await approve()).body.status).toBe('approved');
  });

  it('lets through what an exception allows to stand', async () => {
    await write('Class to come');
    await t.settle();
    expect((await approve()).body.code).toBe('use-cases.approval-blocked');
    const [found] = (await t.call('GET', `/api/v1/findings?check=${CLASS}&status=open`)).body.data;
    const asked = await t.call('POST', `/api/v1/findings/${found.id}/exceptions`, {
      token: engineer,
      body: {
        reason: 'counsel decides next week',
        compensatingControl: 'a person reads every answer',
        expiresAt: new Date(t.clock.now().getTime() + 7 * DAY).toISOString(),
      },
    });
    await t.call('POST', `/api/v1/exceptions/${asked.body.id}/approve`, {
      token: await t.token('risk-acceptor'),
      body: {},
    });
    expect((await approve()).body.status).toBe('approved');
  });

  it('asks nothing of what nothing works for, as its check does', async () => {
    await write('A thought', false);
    expect((await approve()).body.status).toBe('approved');
  });

  it('only tells while it notifies', async () => {
    await put('notify');
    await write('Told about');
    expect((await approve()).body.status).toBe('approved');
    await put('enforce');
  });

  it.each([
    [{ id: AGE, blocks: ['approval'] }, 'cannot hold back an approval: a credential is not approved, a use case is'],
    [
      { id: 'use-case-approval-is-independent', blocks: ['approval'] },
      'cannot hold back an approval: the check judges approvals, and needs them to',
    ],
  ])('cannot be made of %j', async (check, detail) => {
    const body = { name: 'impossible', checks: [check] };
    expect((await t.call('POST', '/api/v1/policies', { token: author, body })).body).toMatchObject({
      status: 422,
      errors: [{ pointer: '/checks/0/blocks', detail }],
    });
  });

  it('is kept as code, and comes back as it was', async () => {
    const { body } = await t.call('GET', '/api/v1/policies/set', { token: author });
    const exported = body.policies.find(({ name }: { name: string }) => name === 'conditions');
    expect(exported.checks).toMatchObject([{ id: CLASS, blocks: ['approval'] }]);
    const diff = await t.call('POST', '/api/v1/policies/set/diff', {
      token: author,
      body: { policies: body.policies },
    });
    expect(diff.body.changes).toEqual([]);
  });
});
