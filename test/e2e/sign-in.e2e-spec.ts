import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SampleAccount } from '../../src/demo/issuer/index.js';
import { Audit } from '../../src/audit/index.js';
import { systemActor } from '../../src/platform/http/index.js';
import { startApp } from '../support/app.js';
import { startWithIssuer, type SignInTest, type Visitor } from '../support/issuer.js';

const two = (n: number) => String(n).padStart(2, '0');
const account = (n: number, groups: string[] = []): SampleAccount => ({
  sub: `s-${n}`,
  name: `Sample Person ${two(n)}`,
  userName: `sample.person.${two(n)}`,
  email: `sample.person.${two(n)}@sample.example`,
  groups,
  note: '',
});
const RULES = [
  { claim: 'groups', value: 'admins', role: 'admin' },
  { claim: 'groups', value: 'auditors', role: 'auditor' },
  { claim: 'groups', value: 'authors', role: 'policy-author' },
  { claim: 'groups', value: 'acceptors', role: 'risk-acceptor' },
  { claim: 'groups', value: 'parcels', role: 'campaign-manager', scope: { unit: 'Sample Parcels' } },
  { claim: 'groups', value: 'lost', role: 'viewer', scope: { unit: 'No such unit' } },
];
const people = [
  account(1, ['admins']),
  account(2),
  account(3, ['authors', 'acceptors']),
  account(4, ['parcels', 'lost']),
  account(5),
  account(6, ['auditors']),
  account(7),
  account(8),
  account(9, ['authors']),
  // In no people record, with and without a role.
  account(20, ['auditors']),
  account(21),
];

describe('signing in', () => {
  let s: SignInTest;
  const ids = new Map<number, string>();
  const call: SignInTest['t']['call'] = (...args) => s.t.call(...args);
  const signedIn = async (n: number): Promise<Visitor> => {
    const visitor = s.visitor();
    await visitor.signIn(`s-${n}`);
    return visitor;
  };

  beforeAll(async () => {
    s = await startWithIssuer(() => people, { MANDATE_OIDC_ROLES: JSON.stringify(RULES) });
    for (const { name, userName, email } of people.slice(0, 9)) {
      const { body } = await call('POST', '/api/v1/people', { body: { userName, displayName: name, email } });
      ids.set(Number(/\d+$/.exec(userName)![0]), body.id);
    }
    await call('POST', '/api/v1/units', { body: { name: 'Sample Parcels' } });
  });
  afterAll(() => s.close());

  it('leads to the issuer with a code challenge, and back to a session with the roles of the claims', async () => {
    const visitor = s.visitor();
    const away = await visitor.go('/api/v1/auth/sign-in?returnTo=/docs');
    const at = new URL(away.headers.get('location')!);
    expect(at.origin).toBe(s.issuer.url);
    expect(Object.fromEntries(at.searchParams)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      scope: 'openid profile email',
      redirect_uri: `${s.t.url}/api/v1/auth/callback`,
    });
    expect(away.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Lax/);
    expect((await visitor.signIn('s-1', '?returnTo=/docs')).url.pathname).toBe('/docs');
    expect(await visitor.session()).toMatchObject({
      id: `person:${ids.get(1)}`,
      kind: 'person',
      name: 'Sample Person 01',
      roles: [{ role: 'admin', scope: {} }],
      session: { amr: ['pwd'], isFresh: false },
    });
    const page = await visitor.go('/');
    expect(page.text).toContain('Signed in as Sample Person 01');
    expect((await visitor.go('/api/v1/sources', { headers: { accept: 'application/json' } })).status).toBe(200);
  });

  it('sets a cookie that no script reads and no other site sends along', async () => {
    const visitor = s.visitor();
    let answer = await visitor.follow('/api/v1/auth/sign-in');
    answer = await visitor.go(answer.url.href, { method: 'POST', body: new URLSearchParams({ person: 's-1' }) });
    const lines: string[] = [];
    while (answer.status >= 300 && answer.status < 400) {
      answer = await visitor.go(new URL(answer.headers.get('location')!, answer.url).href);
      lines.push(...answer.headers.getSetCookie());
    }
    const line = lines.find((one) => one.startsWith('mandate-session='))!;
    expect(line).toMatch(/Path=\/; .*HttpOnly.*SameSite=Lax/);
    const secret = visitor.cookies.get('mandate-session')!;
    const dump =
      JSON.stringify(await s.t.sql('SELECT * FROM sessions')) +
      JSON.stringify(await s.t.sql('SELECT * FROM audit_entries')) +
      s.t.log();
    expect(dump).not.toContain(secret);
  });

  it('gives a role within its unit, and none for a unit that does not exist', async () => {
    const [unit] = (await call('GET', '/api/v1/units')).body.data;
    const visitor = await signedIn(4);
    expect((await visitor.session()).roles).toEqual([{ role: 'campaign-manager', scope: { unit: unit.id } }]);
    const [entry] = await s.t.sql<any>(
      `SELECT data FROM audit_entries WHERE type = 'access.signed-in' AND actor = $1`,
      [`person:${ids.get(4)}`],
    );
    expect(entry.data.unknownUnits).toEqual(['No such unit']);
  });

  it('lets a person without a role in, to what is theirs', async () => {
    const visitor = await signedIn(2);
    expect(await visitor.session()).toMatchObject({ person: ids.get(2), roles: [] });
    expect((await visitor.go('/api/v1/identities')).status).toBe(200);
    expect((await visitor.go('/api/v1/audit-entries')).status).toBe(403);
  });

  it('knows somebody without a people record by their role alone, and nobody without either', async () => {
    expect(await (await signedIn(20)).session()).toMatchObject({ id: 'subject:s-20', person: null });
    const visitor = s.visitor();
    const { status, text } = await visitor.signIn('s-21');
    expect({ status, session: await visitor.session() }).toEqual({ status: 403, session: null });
    expect(text).toContain('Nobody here knows you');
  });

  it('refuses duties that exclude each other', async () => {
    const { status, text } = await s.visitor().signIn('s-3');
    expect(status).toBe(403);
    expect(text).toContain('policy-author and risk-acceptor');
  });

  it('refuses duties that exclude each other with those of a token of the same person', async () => {
    const token = async (role: string) =>
      call('POST', '/api/v1/tokens', { body: { name: role, roles: [{ role }], owner: ids.get(9) } });
    const visitor = await signedIn(9);
    expect((await visitor.session()).roles).toEqual([{ role: 'policy-author', scope: {} }]);
    // While they are signed in as the one, no token makes them the other.
    expect((await token('risk-acceptor')).body.code).toBe('access.roles-exclude-each-other');
    const { csrf } = (await visitor.session()).session;
    await visitor.form('/api/v1/auth/sign-out', { csrf });
    expect((await token('risk-acceptor')).status).toBe(201);
    const { status, text } = await s.visitor().signIn('s-9');
    expect(status).toBe(403);
    expect(text).toContain('With a token of yours your groups give you policy-author and risk-acceptor');
  });

  it('refuses a callback that was not begun here, was used, or carries another state', async () => {
    const visitor = s.visitor();
    expect((await visitor.go('/api/v1/auth/callback?code=x&state=y')).status).toBe(403);
    const plainly = await visitor.go('/api/v1/auth/callback?code=x&state=y', { headers: { accept: '*/*' } });
    expect([plainly.status, JSON.parse(plainly.text).code]).toEqual([403, 'access.sign-in-refused']);
    const away = await visitor.go('/api/v1/auth/sign-in');
    const state = new URL(away.headers.get('location')!).searchParams.get('state');
    expect((await s.visitor().go(`/api/v1/auth/callback?code=x&state=${state}`)).status).toBe(403);
    expect((await visitor.go(`/api/v1/auth/callback?code=forged&state=${state}`)).status).toBe(403);
    expect((await visitor.go(`/api/v1/auth/callback?code=forged&state=${state}`)).text).toContain('not begun in this');
    expect((await visitor.go('/api/v1/auth/callback?error=access_denied')).status).toBe(403);
  });

  it.each(['//evil.example', 'https://evil.example/', '/\\evil.example', '/..//evil.example', 'javascript:alert(1)'])(
    'never leads on to %s',
    async (returnTo) => {
      const visitor = s.visitor();
      const { url } = await visitor.signIn('s-2', `?returnTo=${encodeURIComponent(returnTo)}`);
      expect(url.origin).toBe(s.t.url);
    },
  );

  it('changes the session at each sign-in: one that was planted before is worth nothing after', async () => {
    const visitor = await signedIn(2);
    const before = visitor.cookies.get('mandate-session')!;
    await visitor.signIn('s-2');
    const after = visitor.cookies.get('mandate-session')!;
    expect(after).not.toBe(before);
    visitor.cookies.set('mandate-session', before);
    expect(await visitor.session()).toBeNull();
  });

  it('takes a change from a session only with the token of our pages, and never from another site', async () => {
    const visitor = await signedIn(1);
    const { csrf } = (await visitor.session()).session;
    const add = async (headers: Record<string, string>) => {
      const { status, text } = await visitor.go('/api/v1/units', {
        method: 'POST',
        body: JSON.stringify({ name: `unit ${Math.random()}` }),
        headers: { 'content-type': 'application/json', ...headers },
      });
      return status === 201 ? 'added' : JSON.parse(text).code;
    };
    const answers = [
      await add({}),
      await add({ 'x-csrf-token': 'wrong' }),
      await add({ 'x-csrf-token': csrf, origin: 'https://evil.example' }),
      await add({ 'x-csrf-token': csrf, 'sec-fetch-site': 'cross-site' }),
      await add({ 'x-csrf-token': csrf, 'sec-fetch-site': 'same-site' }),
      await add({ 'x-csrf-token': csrf, origin: s.t.url, 'sec-fetch-site': 'same-origin' }),
    ];
    expect(answers).toEqual([...Array<string>(5).fill('access.cross-site-request'), 'added']);
  });

  it('asks for a fresh second factor where an action needs one, and says where', async () => {
    const visitor = await signedIn(1);
    const make = async () => {
      const { csrf } = (await visitor.session()).session;
      return visitor.go('/api/v1/tokens', {
        method: 'POST',
        body: JSON.stringify({ name: 'x', roles: [{ role: 'viewer' }] }),
        headers: { 'content-type': 'application/json', 'x-csrf-token': csrf },
      });
    };
    const refused = await make();
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toContain('insufficient_user_authentication');
    const { code, signIn } = JSON.parse(refused.text);
    expect(code).toBe('access.fresh-sign-in-needed');
    await visitor.signIn('s-1', signIn.slice(signIn.indexOf('?')));
    expect((await visitor.session()).session).toMatchObject({ amr: ['pwd', 'otp'], isFresh: true });
    expect((await make()).status).toBe(201);
    s.advance({ minutes: 16 });
    expect((await make()).status).toBe(401);
    await visitor.signIn('s-1', '?stepUp=true');
    expect((await make()).status).toBe(201);
  });

  it('ends with signing out, here and at the issuer', async () => {
    const visitor = await signedIn(2);
    const secret = visitor.cookies.get('mandate-session')!;
    expect((await visitor.form('/api/v1/auth/sign-out', {})).status).toBe(403);
    expect(await visitor.session()).not.toBeNull();
    const { csrf } = (await visitor.session()).session;
    const page = await visitor.form('/api/v1/auth/sign-out', { csrf });
    expect(page.text).toContain('Signed out of Mandate');
    const elsewhere = /url=([^"]+)"/.exec(page.text)![1]!.replaceAll('&amp;', '&');
    const asked = await visitor.follow(elsewhere);
    expect(asked.text).toContain('Yes, sign me out');
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(asked.text)![1]!;
    const back = await visitor.form(`${s.issuer.url}/session/end/confirm`, { xsrf, logout: 'yes' });
    expect([back.url.origin, back.url.pathname]).toEqual([s.t.url, '/']);
    visitor.cookies.set('mandate-session', secret);
    expect(await visitor.session()).toBeNull();
    expect((await visitor.follow('/api/v1/auth/sign-in')).text).toContain('Who are you?');
  });

  it('ends by itself when nobody uses it, and after its longest time whoever does', async () => {
    const idle = await signedIn(2);
    s.advance({ minutes: 59 });
    expect(await idle.session()).not.toBeNull();
    s.advance({ minutes: 61 });
    expect(await idle.session()).toBeNull();
    const busy = await signedIn(2);
    for (let hour = 0; hour < 13; hour++) {
      s.advance({ minutes: 55 });
      if ((await busy.session()) === null) break;
    }
    expect(await busy.session()).not.toBeNull();
    s.advance({ minutes: 20 });
    expect(await busy.session()).toBeNull();
  });

  it('ends when the identity provider calls it back, and a later one stands', async () => {
    const called = await signedIn(2);
    const audit = s.t.app.nest.get(Audit);
    const person = ids.get(2)!;
    await s.t.app.database.transaction((tx) =>
      audit.record(tx, {
        type: 'people.sessions-revoked',
        actor: systemActor('test'),
        target: { type: 'person', id: person },
        data: { persons: [person], because: 'session-revoked' },
      }),
    );
    s.advance({ minutes: 1 });
    const later = await signedIn(2);
    await s.t.settle();
    expect(await called.session()).toBeNull();
    expect(await later.session()).not.toBeNull();
    const rows = await s.t.sql<any>(
      'SELECT ended_because FROM sessions WHERE person_id = $1 ORDER BY id DESC LIMIT 2',
      [person],
    );
    expect(rows.map(({ ended_because }) => ended_because)).toEqual([null, 'revoked']);
  });

  it('ends when the person leaves: at their next request, and within a minute without one', async () => {
    const [asks, sleeps] = [await signedIn(5), await signedIn(7)];
    for (const n of [5, 7]) {
      const { etag } = await call('GET', `/api/v1/people/${ids.get(n)}`);
      const { status } = await call('PATCH', `/api/v1/people/${ids.get(n)}`, {
        body: { status: 'left' },
        headers: { 'if-match': etag },
      });
      expect(status).toBe(200);
    }
    expect(await asks.session()).toBeNull();
    await s.t.settle();
    const rows = await s.t.sql<any>('SELECT person_id, ended_because FROM sessions WHERE person_id = ANY($1)', [
      [ids.get(5), ids.get(7)],
    ]);
    expect(rows.map(({ ended_because }) => ended_because)).toEqual(['person-left', 'person-left']);
    expect(await sleeps.session()).toBeNull();
    expect((await s.visitor().signIn('s-5')).text).toContain('You have left the organisation');
  });

  it('ends on the last day of somebody who gave notice, without anybody saying so again', async () => {
    const visitor = await signedIn(8);
    const { etag } = await call('GET', `/api/v1/people/${ids.get(8)}`);
    await call('PATCH', `/api/v1/people/${ids.get(8)}`, {
      body: { leavesAt: new Date(s.t.clock.now().getTime() + 30 * 60_000).toISOString() },
      headers: { 'if-match': etag },
    });
    expect(await visitor.session()).not.toBeNull();
    s.advance({ minutes: 30 });
    await s.t.settle();
    expect(await s.t.sql<any>('SELECT ended_because FROM sessions WHERE person_id = $1', [ids.get(8)])).toEqual([
      { ended_because: 'person-left' },
    ]);
    expect(await visitor.session()).toBeNull();
  });

  it('survives a rotation of the issuer’s keys: who is in stays in, and who comes gets in', async () => {
    const visitor = await signedIn(6);
    const between = s.visitor();
    const chosen = await between.follow('/api/v1/auth/sign-in');
    await s.issuer.rotateKeys({ withdrawOld: true });
    expect(await visitor.session()).not.toBeNull();
    await between.form(chosen.url, { person: 's-6' });
    expect(await between.session()).not.toBeNull();
    await s.issuer.rotateKeys();
    expect(await (await signedIn(6)).session()).not.toBeNull();
  });

  it('shows who is signed in to administrators and auditors, and to others their own', async () => {
    const [admin, other] = [await signedIn(6), await signedIn(2)];
    const list = async (visitor: Visitor) =>
      JSON.parse((await visitor.go('/api/v1/sessions')).text).data as { id: string; person: string; version: number }[];
    expect((await list(admin)).length).toBeGreaterThan(1);
    const own = await list(other);
    expect(own.map(({ person }) => person)).toEqual(own.map(() => ids.get(2)));
    const [mine] = own;
    const theirs = (await list(admin)).find(({ person }) => person === ids.get(6))!;
    const end = async (visitor: Visitor, id: string, match?: string) => {
      const { csrf } = (await visitor.session()).session;
      return (
        await visitor.go(`/api/v1/sessions/${id}`, {
          method: 'DELETE',
          headers: { 'x-csrf-token': csrf, ...(match ? { 'if-match': match } : {}) },
        })
      ).status;
    };
    expect(await end(other, theirs.id, `"${theirs.version}"`)).toBe(404);
    expect(await end(other, mine!.id)).toBe(428);
    expect(await end(other, mine!.id, '"9"')).toBe(412);
    expect(await end(other, 'nonsense', '"1"')).toBe(422);
    expect(await end(other, mine!.id, `"${mine!.version}"`)).toBe(204);
    expect(await other.session()).toBeNull();
  });

  it('is over under rules that no longer hold', async () => {
    const visitor = await signedIn(6);
    await s.t.sql(`UPDATE sessions SET rules_digest = 'sha256:of-other-rules'`);
    expect(await visitor.session()).toBeNull();
  });
});

describe('without a sign-in service', () => {
  it('nobody can sign in, and the start page says so', async () => {
    const { startApp } = await import('../support/app.js');
    const t = await startApp();
    try {
      expect((await t.call('GET', '/api/v1/auth/sign-in', { token: null })).status).toBe(404);
      const home = await t.call('GET', '/', { token: null });
      expect([home.status, home.body.includes('No sign-in service is configured')]).toEqual([200, true]);
    } finally {
      await t.close();
    }
  });
});

describe('signing in where it cannot work', () => {
  const begin = async (env: Record<string, string>): Promise<unknown[]> => {
    const t = await startApp({ env });
    try {
      const { status, body } = await t.call('GET', '/api/v1/auth/sign-in', { token: null });
      return [status, body.code];
    } finally {
      await t.close();
    }
  };

  it('says that no sign-in service is configured', async () => {
    expect(await begin({})).toEqual([404, 'access.sign-in-not-configured']);
  });

  it('says that the sign-in service does not answer', async () => {
    expect(
      await begin({
        // The discard port: nobody listens there.
        MANDATE_OIDC_ISSUER: 'http://127.0.0.1:9',
        MANDATE_OIDC_CLIENT_ID: 'mandate',
        MANDATE_OIDC_CLIENT_SECRET: 'not-a-real-one-not-a-real-one',
      }),
    ).toEqual([503, 'access.sign-in-service-failed']);
  });
});
