import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SampleAccount } from '../../src/demo/issuer/index.js';
import { importFile, ndjson } from '../support/files.js';
import { routesOf } from '../support/generated/access-page.js';
import { startWithIssuer, type SignInTest, type Visitor } from '../support/issuer.js';

const NOTHING = '00000000-0000-7000-8000-000000000000';
const ROLES = ['admin', 'risk-acceptor', 'ai-governance', 'campaign-manager'] as const;
const people: SampleAccount[] = ROLES.map((role, n) => ({
  sub: role,
  name: `Sample Person 0${n + 1}`,
  userName: `sample.person.0${n + 1}`,
  email: `sample.person.0${n + 1}@sample.example`,
  groups: [role],
  note: '',
}));

/** What must not happen on a forgotten browser: each needs a second factor that was proved a short while ago. */
describe('a fresh second factor', () => {
  let s: SignInTest;
  const visitors = new Map<string, Visitor>();
  const signedIn = async (role: string, query = ''): Promise<Visitor> => {
    const visitor = visitors.get(role) ?? s.visitor();
    visitors.set(role, visitor);
    await visitor.signIn(role, query);
    return visitor;
  };
  const ask = async (visitor: Visitor, method: string, path: string, body: unknown = {}) => {
    const { csrf } = (await visitor.session()).session;
    const { status, text } = await visitor.go(path, {
      method,
      body: JSON.stringify(body),
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        'x-csrf-token': csrf,
        'if-match': '"1"',
      },
    });
    const answer = JSON.parse(text);
    return { status, code: answer.code as string | undefined, body: answer };
  };

  beforeAll(async () => {
    s = await startWithIssuer(() => people, {
      MANDATE_OIDC_ROLES: JSON.stringify(ROLES.map((role) => ({ claim: 'groups', value: role, role }))),
    });
    for (const { userName, name, email } of people)
      await s.t.call('POST', '/api/v1/people', { body: { userName, displayName: name, email } });
  });
  afterAll(() => s.close());

  const FRESH = [
    'POST /api/v1/exceptions/:id/approve',
    'POST /api/v1/people/imports/:id/confirm',
    'POST /api/v1/risk-acceptances/:id/sign',
    'POST /api/v1/sync-runs/:id/confirm',
    'POST /api/v1/tokens',
    'POST /api/v1/tokens/first-administrator',
    'POST /api/v1/use-cases/:id/approvals',
    'POST /api/v1/webhooks',
    'POST /api/v1/webhooks/:id/secret',
  ];

  it('is asked for wherever a route says so, and the routes are these', () => {
    const fresh = routesOf(s.t.app.nest).filter((route) => route.fresh);
    expect(fresh.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(FRESH);
  });

  it.each(FRESH)('%s: is refused with a password alone, and let through after a step-up', async (name) => {
    const [method, path] = name.split(' ') as [string, string];
    const { allowance } = routesOf(s.t.app.nest).find((route) => `${route.method} ${route.path}` === name)!;
    const role = ROLES.find((one) => allowance!.roles.includes(one)) ?? 'admin';
    s.advance({ minutes: 16 });
    const visitor = await signedIn(role);
    const before = await s.t.sql('SELECT count(*) AS n FROM audit_entries');
    const there = path.replace(':id', NOTHING);
    expect(await ask(visitor, method, there)).toMatchObject({ status: 401, code: 'access.fresh-sign-in-needed' });
    expect(await s.t.sql('SELECT count(*) AS n FROM audit_entries')).toEqual(before);
    await signedIn(role, '?stepUp=true');
    // Nothing of that id, or nothing in the body: but no longer who is asking.
    const { status } = await ask(visitor, method, there);
    expect([201, 404, 409, 422]).toContain(status);
  });

  it('lets an exception be approved by the person who proved it, and is not asked of a token', async () => {
    const ago = (days: number) => new Date(s.t.clock.now().getTime() - days * 86_400_000).toISOString();
    await importFile(
      s.t,
      { format: 'ndjson', source: 'keys' },
      ndjson(
        ['one', 'two'].flatMap((id) => [
          { entity: 'identity', id: `svc-${id}`, name: `svc-${id}`, createdAt: '2024-01-01' },
          {
            entity: 'credential',
            id,
            identity: `svc-${id}`,
            kind: 'access-key',
            issuedAt: ago(100),
            lastUsedAt: ago(0),
          },
        ]),
      ),
    );
    const { data } = (await s.t.call('GET', '/api/v1/findings?check=credential-age-within-limit')).body;
    const [one, two] = await Promise.all(
      data.map(async ({ id }: { id: string }) => {
        const body = {
          reason: 'x',
          compensatingControl: 'y',
          expiresAt: new Date(s.t.clock.now().getTime() + 86_400_000 * 5).toISOString(),
        };
        return (await s.t.call('POST', `/api/v1/findings/${id}/exceptions`, { body })).body.id as string;
      }),
    );
    s.advance({ minutes: 16 });
    const visitor = await signedIn('risk-acceptor');
    const path = `/api/v1/exceptions/${one}/approve`;
    expect((await ask(visitor, 'POST', path)).code).toBe('access.fresh-sign-in-needed');
    // Saying no is always possible.
    expect((await s.t.call('GET', `/api/v1/exceptions/${one}`)).body.status).toBe('requested');
    await signedIn('risk-acceptor', '?stepUp=true');
    expect(await ask(visitor, 'POST', path)).toMatchObject({ status: 200, body: { status: 'approved' } });
    const token = await s.t.token('risk-acceptor');
    expect((await s.t.call('POST', `/api/v1/exceptions/${two}/approve`, { token, body: {} })).body.status).toBe(
      'approved',
    );
  });

  it('is asked of whoever launches a campaign over what speaks against it, and of nobody else', async () => {
    s.advance({ minutes: 16 });
    const visitor = await signedIn('campaign-manager');
    const campaign = async (name: string): Promise<string> => {
      const answer = await ask(visitor, 'POST', '/api/v1/campaigns', { name, scope: { subject: 'identity' } });
      expect(answer.status).toBe(201);
      return `/api/v1/campaigns/${answer.body.id}`;
    };
    const [plain, over] = [await campaign('Plain'), await campaign('Over')];
    const override = { override: { reason: 'the source is being replaced' } };
    expect((await ask(visitor, 'POST', `${over}/launch`, override)).code).toBe('access.fresh-sign-in-needed');
    expect((await s.t.call('GET', over)).body.status).toBe('draft');
    expect((await ask(visitor, 'POST', `${plain}/launch`)).status).not.toBe(401);
    await signedIn('campaign-manager', '?stepUp=true');
    expect(await ask(visitor, 'POST', `${over}/launch`, override)).toMatchObject({ status: 200 });
    expect((await s.t.call('GET', over)).body.status).not.toBe('draft');
  });
});
