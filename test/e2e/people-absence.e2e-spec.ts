import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';

describe('what is known of people ahead', () => {
  let t: TestApp;
  const ids: string[] = [];
  beforeAll(async () => {
    t = await startApp();
    for (const n of [1, 2, 3])
      ids.push(
        (
          await t.call('POST', '/api/v1/people', {
            body: {
              userName: `p${n}`,
              displayName: `Sample Person 0${n}`,
              workerType: 'contractor',
              department: 'Before',
            },
          })
        ).body.id,
      );
    await t.settle();
  });
  afterAll(() => t.close());
  const person = async (n: number) => (await t.call('GET', `/api/v1/people/${ids[n]}`)).body;
  const post = (path: string, body: object, token?: string) =>
    t.call('POST', `/api/v1/${path}`, { body, ...(token ? { token } : {}) });

  it('a planned move is made when its time comes, unless it was taken back', async () => {
    const plan = (body: object) =>
      post(`people/${ids[0]}/facts`, { kind: 'changed', at: '2026-04-01T00:00:00Z', ...body });
    const kept = await plan({ department: 'After', manager: ids[1] });
    const withdrawn = await plan({ position: 'never' });
    expect([kept.status, withdrawn.status]).toEqual([201, 201]);
    expect((await plan({ at: '2026-01-01T00:00:00Z', department: 'x' })).body.errors).toMatchObject([
      { pointer: '/at' },
    ]);
    expect((await plan({ manager: ids[0] })).body.errors).toMatchObject([{ pointer: '/manager' }]);
    expect((await plan({ shoeSize: 44 })).status).toBe(422);
    expect(
      (await post(`people/${crypto.randomUUID()}/facts`, { kind: 'changed', at: '2026-04-01T00:00:00Z' })).status,
    ).toBe(404);
    expect((await post(`people/${ids[0]}/facts`, {}, await t.token('viewer'))).status).toBe(403);
    const facts = async (): Promise<any[]> =>
      (await t.call('GET', `/api/v1/people/${ids[0]}/facts?limit=200`)).body.data;
    const remove = (fact: string, etag?: string) =>
      t.call('DELETE', `/api/v1/people/${ids[0]}/facts/${fact}`, { headers: etag ? { 'if-match': etag } : {} });
    expect([
      (await remove(withdrawn.body.id)).status,
      (await remove(withdrawn.body.id, '"9"')).status,
      (await remove(withdrawn.body.id, '"1"')).status,
    ]).toEqual([428, 412, 204]);
    expect((await remove(withdrawn.body.id, '"2"')).body.code).toBe('people.fact-not-ahead');
    expect(await person(0)).toMatchObject({ department: 'Before', manager: null });
    t.clock.set('2026-04-01T00:00:00.000Z');
    await t.settle();
    await t.settle();
    expect(await person(0)).toMatchObject({ department: 'After', position: null, manager: { id: ids[1] } });
    expect(
      (await facts()).map(({ kind, planned, appliedAt, withdrawnAt }) => [
        kind,
        planned,
        appliedAt !== null,
        withdrawnAt !== null,
      ]),
    ).toEqual(
      expect.arrayContaining([
        ['changed', true, true, false],
        ['changed', true, false, true],
        ['changed', false, true, false],
        ['joined', false, true, false],
      ]),
    );
    const first = (await t.call('GET', `/api/v1/people/${ids[0]}/facts?limit=1`)).body;
    expect(
      (await t.call('GET', `/api/v1/people/${ids[0]}/facts?limit=200&cursor=${first.next}`)).body.data,
    ).toHaveLength((await facts()).length - 1);
  });

  it('somebody away names who stands in, and is here again when it is over', async () => {
    const own = await t.tokenOf(ids[0]!);
    const path = `/api/v1/people/${ids[0]}/deputies`;
    const read = await t.call('GET', path, { token: own });
    const put = (token: string, deputies: unknown[], etag: string) =>
      t.call('PUT', path, { token, body: { deputies }, headers: { 'if-match': etag } });
    expect((await put(own, [ids[0]], read.etag)).body.errors).toMatchObject([{ pointer: '/deputies/0' }]);
    expect((await put(await t.tokenOf(ids[1]!), [ids[1]], read.etag)).status).toBe(404);
    const both = await Promise.all([put(own, [ids[1]], read.etag), put(own, [ids[2]], read.etag)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
    const [deputy] = (await t.call('GET', path)).body.data;
    const away = await post(
      `people/${ids[0]}/absences`,
      { startsAt: '2026-04-02T00:00:00Z', endsAt: '2026-04-09T00:00:00Z' },
      own,
    );
    expect(away.status).toBe(201);
    expect(
      (
        await post(
          `people/${ids[0]}/absences`,
          { startsAt: '2026-04-09T00:00:00Z', endsAt: '2026-04-09T00:00:00Z' },
          own,
        )
      ).body.errors,
    ).toMatchObject([{ pointer: '/endsAt' }]);
    expect(
      (
        await post(
          `people/${ids[0]}/absences`,
          { startsAt: '2026-04-02T00:00:00Z', endsAt: '2026-04-09T00:00:00Z' },
          await t.tokenOf(ids[1]!),
        )
      ).status,
    ).toBe(404);
    expect((await t.call('GET', `/api/v1/people/${ids[0]}/absences`, { token: await t.tokenOf(ids[1]!) })).status).toBe(
      404,
    );
    expect((await person(0)).away).toBeNull();
    t.clock.set('2026-04-05T00:00:00.000Z');
    expect(await person(0)).toMatchObject({ active: true, away: { until: '2026-04-09T00:00:00.000Z', deputy } });
    t.clock.set('2026-04-09T00:00:00.000Z');
    expect((await person(0)).away).toBeNull();
    const remove = (etag?: string) =>
      t.call('DELETE', `/api/v1/people/${ids[0]}/absences/${away.body.id}`, {
        token: own,
        headers: etag ? { 'if-match': etag } : {},
      });
    expect([
      (await remove()).status,
      (await remove('"7"')).status,
      (await remove('"1"')).status,
      (await remove('"1"')).status,
    ]).toEqual([428, 412, 204, 404]);
  });

  it('a position has a holder, who may be gone', async () => {
    const added = await post('positions', { name: 'Head of Sample', holder: ids[2] });
    expect(added.status).toBe(201);
    expect((await post('positions', { name: 'Head of Sample' })).body.code).toBe('people.name-taken');
    expect((await post('positions', { name: 'x', holder: crypto.randomUUID() })).body.errors).toMatchObject([
      { pointer: '/holder' },
    ]);
    const list = async () => (await t.call('GET', '/api/v1/positions')).body.data;
    expect(await list()).toMatchObject([{ name: 'Head of Sample', holder: { id: ids[2], active: true } }]);
    await t.call('PATCH', `/api/v1/people/${ids[2]}`, {
      body: { status: 'left' },
      headers: { 'if-match': (await t.call('GET', `/api/v1/people/${ids[2]}`)).etag },
    });
    expect(await list()).toMatchObject([{ holder: { active: false } }]);
    const put = (etag: string) =>
      t.call('PUT', `/api/v1/positions/${added.body.id}`, {
        body: { name: 'Head of Sample', holder: null },
        headers: { 'if-match': etag },
      });
    expect([(await put('"1"')).status, (await put('"1"')).status]).toEqual([200, 412]);
    expect(await list()).toMatchObject([{ holder: null, version: 2 }]);
    expect((await post('positions', { name: 'y' }, await t.token('viewer'))).status).toBe(403);
  });
});
