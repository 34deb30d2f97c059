import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { importFile, ndjson } from '../support/files.js';

const DAY = 86_400_000;
const AGE = 'credential-age-within-limit';

interface Finding {
  id: string;
  check: string;
  severity: string;
  status: string;
  dueAt: string | null;
  dueBecause: string | null;
  wave: number | null;
  rank: number;
  combination: string[];
  assignee: { type: string; id: string | null; name: string; because: string };
  subject: { displayName: string };
  identity: { id: string } | null;
}

const open = async (t: TestApp, query = '', token?: string): Promise<Finding[]> =>
  (await t.call('GET', `/api/v1/findings?limit=200&status=unresolved&${query}`, token === undefined ? {} : { token }))
    .body.data;
const daysAgo = (t: TestApp, days: number): string => new Date(t.clock.now().getTime() - days * DAY).toISOString();
const daysAhead = (t: TestApp, days: number): string => daysAgo(t, -days);
const key = (t: TestApp, id: string, days: number, more: object = {}, identity: object = {}) => [
  {
    entity: 'identity',
    id: `svc-${id}`,
    name: `svc-${id}`,
    kind: 'service-account',
    createdAt: '2024-01-01',
    ...identity,
  },
  {
    entity: 'credential',
    id,
    identity: `svc-${id}`,
    kind: 'access-key',
    canExpire: false,
    issuedAt: daysAgo(t, days),
    lastUsedAt: daysAgo(t, 0),
    useKnownSince: '2020-01-01',
    ...more,
  },
];

describe('calendars', () => {
  let t: TestApp;
  let author: string;
  beforeAll(async () => {
    t = await startApp();
    author = await t.token('policy-author');
  });
  afterAll(() => t.close());
  const post = (body: object, token = author) => t.call('POST', '/api/v1/calendars', { token, body });

  it('are proposed for a country and its parts, kept, edited, and lost by whoever edits second', async () => {
    const proposed = (await t.call('GET', '/api/v1/calendars/proposals?country=DE&state=BY&year=2026')).body;
    const days = proposed.data.map(({ startsOn, name }: Record<string, string>) => `${startsOn} ${name}`);
    expect(proposed.zone).toBe('Europe/Berlin');
    expect(days).toEqual(
      expect.arrayContaining([expect.stringMatching(/^2026-01-06 /), expect.stringMatching(/^2026-12-25 /)]),
    );
    expect(days.some((day: string) => day.startsWith('2026-06-04'))).toBe(true);
    const made = await post({ name: 'Munich', zone: proposed.zone, days: proposed.data });
    expect(made.status).toBe(201);
    expect(made.body.days).toHaveLength(proposed.data.length);
    const path = `/api/v1/calendars/${made.body.id}`;
    const put = (body: object, etag = made.etag) =>
      t.call('PUT', path, { token: author, headers: { 'if-match': etag }, body });
    const edited = await put({
      name: 'Munich',
      zone: 'Europe/Berlin',
      workingDays: [1, 2, 3, 4],
      days: [{ kind: 'freeze', startsOn: '2026-12-20', endsOn: '2027-01-06', name: 'Year end' }],
    });
    expect(edited.body).toMatchObject({ version: 2, workingDays: [1, 2, 3, 4], days: [{ origin: 'entered' }] });
    expect((await put({ name: 'Late', zone: 'UTC' })).status).toBe(412);
    expect((await t.call('PUT', path, { token: author, body: { name: 'x', zone: 'UTC' } })).status).toBe(428);
    expect((await post({ name: 'Munich', zone: 'UTC' })).body.code).toBe('findings.calendar-name-taken');
    expect((await post({ name: 'n', zone: 'UTC' }, await t.token('viewer'))).status).toBe(403);
    expect((await t.call('GET', '/api/v1/calendars?limit=1')).body).toMatchObject({
      data: [{ name: 'Munich' }],
      next: null,
    });
    expect((await t.call('DELETE', path, { token: author, headers: { 'if-match': '"2"' } })).status).toBe(204);
    expect((await t.call('GET', path)).status).toBe(404);
  });

  it.each([
    [{ name: 'a', zone: 'Mars/Olympus' }, '/zone'],
    [{ name: 'a', zone: 'UTC', workingDays: [] }, '/workingDays'],
    [{ name: 'a', zone: 'UTC', units: ['018f0000-0000-7000-8000-000000000000'] }, '/units/0'],
    [
      { name: 'a', zone: 'UTC', days: [{ kind: 'freeze', startsOn: '2026-02-02', endsOn: '2026-02-01', name: 'x' }] },
      '/days/0/endsOn',
    ],
  ])('are refused as %j', async (body, pointer) => {
    const answer = await post(body);
    expect([answer.status, answer.body.errors[0].pointer]).toEqual([422, pointer]);
  });

  it('know no holidays of a country that is not one', async () => {
    expect((await t.call('GET', '/api/v1/calendars/proposals?country=XX&year=2026')).status).toBe(422);
  });

  it('move due dates and say why, and move them back when they are gone', async () => {
    await t.call('POST', '/api/v1/policies', {
      token: author,
      body: { name: 'Keys', mode: 'notify', checks: [{ id: AGE }] },
    });
    await importFile(t, { format: 'ndjson', source: 'keys' }, ndjson(key(t, 'key-a', 100)));
    const due = async () => {
      const [finding] = await open(t, 'q=key-a');
      return [finding!.dueAt, finding!.dueBecause];
    };
    const plain = daysAhead(t, 14);
    expect(await due()).toEqual([plain, null]);
    const made = await post({
      name: 'Everybody',
      zone: 'Europe/Zurich',
      isDefault: true,
      days: [
        { kind: 'freeze', startsOn: plain.slice(0, 10), endsOn: daysAhead(t, 15).slice(0, 10), name: 'Migration' },
      ],
    });
    await t.settle();
    const [moved, because] = await due();
    expect(Date.parse(moved!)).toBeGreaterThan(Date.parse(daysAhead(t, 15)));
    expect(because).toContain('Migration (freeze)');
    const [finding] = await open(t, 'q=key-a');
    const { body } = await t.call('GET', `/api/v1/findings/${finding!.id}/history`);
    expect(body.data[0]).toMatchObject({ type: 'due-moved', data: { to: moved } });
    await t.call('DELETE', `/api/v1/calendars/${made.body.id}`, { token: author, headers: { 'if-match': made.etag } });
    await t.settle();
    expect(await due()).toEqual([plain, null]);
  });

  it('move due dates where the policy says other days', async () => {
    const policy = (await t.call('GET', '/api/v1/policies')).body.data[0];
    await t.call('PUT', `/api/v1/policies/${policy.id}`, {
      token: author,
      headers: { 'if-match': `"${policy.version}"` },
      body: { name: 'Keys', mode: 'notify', checks: [{ id: AGE }], due: { days: { high: 5 }, count: 'business' } },
    });
    await t.settle();
    // The first of March 2026 is a Sunday: five business days from there are Friday.
    expect((await open(t, 'q=key-a'))[0]!.dueAt).toBe(daysAhead(t, 5));
  });
});

describe('a first run', () => {
  let t: TestApp;
  let author: string;
  let policy: { id: string; version: number };
  const body = (more: object = {}) => ({
    name: 'All keys',
    mode: 'notify',
    checks: [{ id: AGE }, { id: 'leaked-credential-is-off' }],
    waves: { weeks: 4 },
    ...more,
  });
  beforeAll(async () => {
    t = await startApp();
    author = await t.token('policy-author');
    // Twelve keys that worsen with their number: the last is the most severe.
    await importFile(
      t,
      { format: 'ndjson', source: 'keys' },
      ndjson(Array.from({ length: 12 }, (_none, n) => key(t, `key-${n}`, n < 6 ? 100 : 250)).flat()),
    );
    policy = (await t.call('POST', '/api/v1/policies', { token: author, body: body() })).body;
    await t.settle();
  });
  afterAll(() => t.close());

  it('becomes a plan over weeks, what ranks first in the first of them', async () => {
    const findings = await open(t, `check=${AGE}`);
    expect(findings).toHaveLength(12);
    const byWave = [1, 2, 3, 4].map((wave) => findings.filter((finding) => finding.wave === wave));
    expect(byWave.map(({ length }) => length)).toEqual([3, 3, 3, 3]);
    for (const [at, wave] of byWave.entries()) {
      expect(wave.every(({ dueAt }) => dueAt === daysAhead(t, (at + 1) * 7))).toBe(true);
      expect(new Set(wave.map(({ severity }) => severity))).toEqual(new Set([at < 2 ? 'critical' : 'high']));
    }
    const waves = (await t.call('GET', `/api/v1/policies/${policy.id}/waves`)).body;
    expect(waves).toMatchObject({ weeks: 4, baselineAt: t.clock.now().toISOString() });
    expect(waves.settledAt).not.toBeNull();
    expect(waves.data.map(({ wave, open: left }: Record<string, number>) => [wave, left])).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
      [4, 3],
    ]);
    expect((await t.call('GET', '/api/v1/policies/018f0000-0000-7000-8000-000000000000/waves')).status).toBe(404);
  });

  it('holds what is new to the policy at once', async () => {
    t.clock.advance({ days: 2 });
    await importFile(t, { format: 'ndjson', source: 'newcomers' }, ndjson(key(t, 'key-new', 250)));
    const [finding] = await open(t, 'q=key-new');
    expect(finding).toMatchObject({ wave: null, dueAt: t.clock.now().toISOString() });
  });

  it('keeps its plan when it is run again, and when the policy is saved again', async () => {
    const before = await open(t, `check=${AGE}`);
    t.clock.advance({ minutes: 10 });
    await t.settle();
    expect(await open(t, `check=${AGE}`)).toEqual(before);
    const saved = await t.call('PUT', `/api/v1/policies/${policy.id}`, {
      token: author,
      headers: { 'if-match': `"${policy.version}"` },
      body: body({ reason: 'a word' }),
    });
    expect(saved.body.waves.baselineAt).toBe(
      (await t.call('GET', `/api/v1/policies/${policy.id}/waves`)).body.baselineAt,
    );
    await t.settle();
    const dates = (all: Finding[]) => all.map(({ id, dueAt, wave }) => [id, dueAt, wave]);
    expect(dates(await open(t, `check=${AGE}`))).toEqual(dates(before));
  });

  it('is spread over other weeks when the policy says so, and over none when it says no more of them', async () => {
    const put = async (more: object) => {
      const { version } = (await t.call('GET', `/api/v1/policies/${policy.id}`)).body;
      await t.call('PUT', `/api/v1/policies/${policy.id}`, {
        token: author,
        headers: { 'if-match': `"${version}"` },
        body: body(more),
      });
      await t.settle();
    };
    await put({ waves: { weeks: 2 } });
    const waves = async () => new Set((await open(t, `check=${AGE}&q=key`)).map(({ wave }) => wave));
    expect(await waves()).toEqual(new Set([null, 1, 2]));
    await put({ waves: null });
    expect(await waves()).toEqual(new Set([null]));
    const [critical] = (await open(t, `check=${AGE}&severity=critical`)).filter(
      ({ subject }) => subject.displayName !== 'key-new',
    );
    expect(critical!.dueAt).toBe(daysAhead(t, 3));
  });
});

describe('findings', () => {
  let t: TestApp;
  let engineer: string;
  let people: string[];
  let team: string;
  beforeAll(async () => {
    t = await startApp();
    engineer = await t.token('iam-engineer');
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
    team = (await t.call('POST', '/api/v1/teams', { body: { name: 'Payments', members: [people[2]] } })).body.id;
    await t.call('POST', '/api/v1/policies', {
      token: await t.token('policy-author'),
      body: { name: 'Keys', mode: 'notify', queue: 'key-desk', checks: [{ id: AGE }] },
    });
    await importFile(
      t,
      { format: 'ndjson', source: 'keys' },
      ndjson(['a', 'b', 'c', 'd'].flatMap((id) => key(t, `key-${id}`, 100))),
    );
  });
  afterAll(() => t.close());
  const one = async (q: string, token?: string): Promise<Finding> => (await open(t, `check=${AGE}&q=${q}`, token))[0]!;
  const own = async (q: string, body: object): Promise<void> => {
    const path = `/api/v1/identities/${(await one(q)).identity!.id}/ownership`;
    await t.call('PUT', path, { token: engineer, headers: { 'if-match': (await t.call('GET', path)).etag }, body });
  };
  const assign = (body: object, token = engineer) => t.call('POST', '/api/v1/findings/assign', { token, body });

  it('go to the owner, else to the team, else to the queue of the policy', async () => {
    expect((await one('key-a')).assignee).toEqual({ type: 'queue', id: null, name: 'key-desk', because: 'policy' });
    await own('key-a', { team });
    expect((await one('key-a')).assignee).toMatchObject({ type: 'team', id: team, because: 'team' });
    await own('key-a', { owner: people[0], team });
    expect((await one('key-a')).assignee).toMatchObject({ type: 'person', id: people[0], because: 'owner' });
    const named = async (query: string) =>
      (await open(t, `check=${AGE}&${query}`)).map(({ subject }) => subject.displayName);
    expect(await named(`assignee=${people[0]}`)).toEqual(['key-a']);
    expect((await named('queue=key-desk')).sort()).toEqual(['key-b', 'key-c', 'key-d']);
    expect(await named(`team=${team}`)).toEqual([]);
    // Who left is sent nothing.
    await t.sql(`UPDATE persons SET status = 'left' WHERE id = $1`, [people[0]]);
    expect((await one('key-a')).assignee).toMatchObject({ type: 'team', id: team });
    expect(await named(`team=${team}`)).toEqual(['key-a']);
  });

  it('are sent elsewhere many at once, and whoever is sent one sees it', async () => {
    const [b, c] = [await one('key-b'), await one('key-c')];
    const person = await t.tokenOf(people[1]!);
    expect(await open(t, '', person)).toEqual([]);
    const sent = await assign({ findings: [b.id, c.id], to: { type: 'person', id: people[1] }, comment: 'yours' });
    expect(sent).toMatchObject({ status: 200, body: { assigned: 2, unchanged: 0 } });
    expect((await assign({ findings: [b.id, c.id], to: { type: 'person', id: people[1] } })).body).toEqual({
      assigned: 0,
      unchanged: 2,
    });
    expect((await open(t, '', person)).map(({ subject }) => subject.displayName).sort()).toEqual(['key-b', 'key-c']);
    expect((await one('key-b')).assignee).toMatchObject({ type: 'person', because: 'assigned' });
    await assign({ findings: [c.id], to: { type: 'team', id: team } });
    expect((await open(t, '', await t.tokenOf(people[2]!))).map(({ id }) => id)).toEqual([c.id]);
    await assign({ findings: [c.id], to: { type: 'queue', name: 'night-shift' } });
    expect((await open(t, 'queue=night-shift')).map(({ id }) => id)).toEqual([c.id]);
    await assign({ findings: [b.id, c.id], to: null });
    expect((await one('key-b')).assignee).toMatchObject({ name: 'key-desk' });
  });

  it('are sent nowhere that does not exist, all or none, and only by whoever may', async () => {
    const { id } = await one('key-b');
    const nobody = '018f0000-0000-7000-8000-000000000000';
    const to = { type: 'queue', name: 'desk' };
    expect(await assign({ findings: [id], to: { type: 'person', id: nobody } })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/to/id' }] },
    });
    expect((await assign({ findings: [id], to: { type: 'team', id: nobody } })).status).toBe(422);
    expect((await assign({ findings: [id], to: { type: 'queue', name: 'Not A Queue' } })).status).toBe(422);
    expect((await assign({ findings: [], to })).status).toBe(422);
    expect((await assign({ findings: [id, nobody], to })).status).toBe(404);
    expect((await one('key-b')).assignee.name).toBe('key-desk');
    expect((await assign({ findings: [id], to }, await t.token('viewer'))).status).toBe(403);
    const elsewhere = await t.token({ role: 'iam-engineer', scope: { environment: 'nowhere' } });
    expect((await assign({ findings: [id], to }, elsewhere)).status).toBe(404);
  });

  it('keep what people say of them', async () => {
    const { id } = await one('key-d');
    const say = (comment: string, token = engineer) =>
      t.call('POST', `/api/v1/findings/${id}/comments`, { token, body: { comment } });
    expect((await say('asked the supplier')).status).toBe(201);
    expect((await say('they answer on Monday')).status).toBe(201);
    expect((await say('')).status).toBe(422);
    expect((await say('not mine', await t.tokenOf(people[1]!))).status).toBe(404);
    const list = async (query: string) => (await t.call('GET', `/api/v1/findings/${id}/comments?${query}`)).body;
    const first = await list('limit=1');
    expect(first.data.map(({ comment }: { comment: string }) => comment)).toEqual(['they answer on Monday']);
    expect((await list(`limit=1&cursor=${first.next}`)).data[0].comment).toBe('asked the supplier');
  });

  it('stand in the order of what stands together: admin, ownerless, trusted from outside and unused come first', async () => {
    const unused = { lastUsedAt: null, useKnownSince: '2020-01-01' };
    await importFile(
      t,
      { format: 'ndjson', source: 'ranks' },
      ndjson([
        ...key(t, 'rank-leaked-age', 250),
        ...key(t, 'rank-admin', 100, {}, { privilege: 'admin' }),
        ...key(t, 'rank-all', 100, unused, { privilege: 'admin' }),
      ]),
    );
    // A file tells no trusts; what reads roles does. The mark is what its merge leaves behind.
    await t.sql(`UPDATE identities SET outside_trust = 'outside' WHERE display_name = 'svc-rank-all'`);
    await t.sql(
      `INSERT INTO changed_subjects (subject_type, subject_id) SELECT 'identity', id FROM identities WHERE display_name LIKE 'svc-rank-%'`,
    );
    t.clock.advance({ minutes: 1 });
    await t.settle();
    const findings = await open(t);
    const of = (check: string, name: string) =>
      findings.find((finding) => finding.check === check && finding.subject.displayName === name)!;
    expect(findings[0]).toMatchObject({
      identity: { displayName: 'svc-rank-all' },
      combination: ['admin', 'ownerless', 'outside-trust', 'unused'],
    });
    expect(of(AGE, 'rank-leaked-age')).toMatchObject({ severity: 'critical', combination: ['ownerless'], rank: 43 });
    expect(of(AGE, 'rank-admin')).toMatchObject({ severity: 'high', combination: ['admin', 'ownerless'], rank: 42 });
    expect(findings.map(({ rank }) => rank)).toEqual(findings.map(({ rank }) => rank).sort((a, b) => b - a));
    const together = await open(t, 'combination=admin,ownerless,outside-trust,unused');
    expect(new Set(together.map(({ identity }) => identity!.id))).toEqual(new Set([findings[0]!.identity!.id]));
    // Page by page it is the same order.
    const { body } = await t.call('GET', '/api/v1/findings?limit=2&status=unresolved');
    const next = (await t.call('GET', `/api/v1/findings?limit=2&status=unresolved&cursor=${body.next}`)).body.data;
    expect([...body.data, ...next].map(({ id }: Finding) => id)).toEqual(findings.slice(0, 4).map(({ id }) => id));
    // Somebody answers for it now: it falls back.
    const path = `/api/v1/identities/${findings[0]!.identity!.id}/ownership`;
    await t.call('PUT', path, {
      token: engineer,
      headers: { 'if-match': (await t.call('GET', path)).etag },
      body: { owner: people[1] },
    });
    await t.settle();
    expect((await t.call('GET', `/api/v1/findings/${findings[0]!.id}`)).body.combination).toEqual([
      'admin',
      'outside-trust',
      'unused',
    ]);
  });

  it('ranks what time alone opens as a look at everything about its holder would', async () => {
    const unused = { lastUsedAt: daysAgo(t, 200), useKnownSince: '2020-01-01' };
    const second = (id: string, identity: string, more: object) => ({
      ...key(t, id, 89.5, more)[1],
      identity: `svc-${identity}`,
    });
    await importFile(
      t,
      { format: 'ndjson', source: 'timed' },
      ndjson([
        ...key(t, 'timed-plain', 89.5),
        ...key(t, 'timed-admin', 89.5, {}, { privilege: 'admin' }),
        // One key that works is unused; of the other nobody tells whether it works.
        ...key(t, 'timed-unused', 300, unused),
        second('timed-of-unused', 'timed-unused', { status: 'unknown' }),
        // One key that works is unused, the other is used.
        ...key(t, 'timed-half-used', 300, unused),
        second('timed-of-half-used', 'timed-half-used', {}),
      ]),
    );
    await t.settle();
    const tooOld = async (): Promise<Record<string, unknown>> =>
      Object.fromEntries(
        (await open(t, `check=${AGE}`))
          .filter(({ subject }) => subject.displayName.startsWith('timed-'))
          .map(({ subject, combination, rank }) => [subject.displayName, { combination, rank }]),
      );
    expect(await tooOld()).toEqual({});
    t.clock.advance({ days: 1 });
    await t.settle();
    const byTime = await tooOld();
    expect(byTime).toEqual({
      'timed-plain': { combination: ['ownerless'], rank: 33 },
      'timed-admin': { combination: ['admin', 'ownerless'], rank: 42 },
      'timed-of-unused': { combination: ['ownerless', 'unused'], rank: 42 },
      'timed-of-half-used': { combination: ['ownerless'], rank: 33 },
    });
    await t.sql(
      `INSERT INTO changed_subjects (subject_type, subject_id) SELECT 'identity', id FROM identities WHERE display_name LIKE 'svc-timed-%'`,
    );
    t.clock.advance({ minutes: 1 });
    await t.settle();
    expect(await tooOld()).toEqual(byTime);
  });
});
