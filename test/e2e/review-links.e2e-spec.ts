import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import type { SampleAccount } from '../../src/demo/issuer/index.js';
import { derivedKey } from '../../src/platform/crypto/index.js';
import { key, type ReviewedOrganisation, reviewedOrganisation, service, source, used } from '../support/campaigns.js';
import { type SignInTest, startWithIssuer, type Visitor } from '../support/issuer.js';
import { SmtpServer } from '../support/smtp.js';

const account = (n: number): SampleAccount => ({
  sub: `s-${n}`,
  name: `Sample Person 0${n}`,
  userName: `sample.person.0${n}`,
  email: `sample.person.0${n}@sample.example`,
  groups: n === 9 ? ['auditors'] : [],
  note: '',
});
const RULES = [{ claim: 'groups', value: 'auditors', role: 'auditor' }];
/** Sample Person 09 signs in by a role, and is in no people record. */
const ACCOUNTS = [1, 2, 3, 4, 5, 6, 9].map(account);

describe('the link in a mail about reviews', () => {
  let s: SignInTest;
  let o: ReviewedOrganisation;
  let smtp: SmtpServer;
  let campaign: any;
  let link: string;
  const as = async (n: number): Promise<Visitor> => {
    const visitor = s.visitor();
    await visitor.signIn(`s-${n}`);
    return visitor;
  };
  const forged = async (
    over: { alg?: string; typ?: string; aud?: string; key?: Uint8Array; sub?: string; days?: number } = {},
  ): Promise<string> => {
    const [{ secret }] = (await s.t.sql<{ secret: string }>('SELECT hash_key AS secret FROM installation')) as [
      { secret: string },
    ];
    const now = Math.floor(s.t.clock.now().getTime() / 1000);
    const token = await new SignJWT({ campaign: campaign.id })
      .setProtectedHeader({ alg: over.alg ?? 'HS256', typ: over.typ ?? 'review-link+jwt' })
      .setAudience(over.aud ?? 'mandate:review-link')
      .setSubject(over.sub ?? o.people[3]!)
      .setIssuedAt(now)
      .setExpirationTime(now + (over.days ?? 1) * 86_400)
      .sign(over.key ?? derivedKey(secret, 'mandate review link'));
    return `/reviews?link=${token}`;
  };
  /** Every row of every table, but for what signing in is made of, and the queue's own clockwork, which ticks by itself. */
  const everything = async (): Promise<Record<string, string>> => {
    const tables = await s.t.sql<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND tablename NOT IN ('sessions', 'api_tokens') AND NOT (schemaname = 'queue' AND tablename <> 'job') ORDER BY 1`,
    );
    const rows: Record<string, string> = {};
    for (const { name } of tables) {
      const [row] = await s.t.sql<{ hash: string }>(
        `SELECT count(*) || ' ' || coalesce(md5(string_agg(x::text, ',' ORDER BY x::text)), '') AS hash FROM ${name} x`,
      );
      rows[name] = row!.hash;
    }
    return rows;
  };

  beforeAll(async () => {
    smtp = await SmtpServer.start();
    s = await startWithIssuer(() => ACCOUNTS, {
      MANDATE_MAIL_URL: smtp.url,
      MANDATE_MAIL_FROM: 'mandate@sample.example',
      MANDATE_OIDC_ROLES: JSON.stringify(RULES),
    });
    o = await reviewedOrganisation(s.t);
    await source(
      s.t,
      'services',
      ['a', 'b', 'c'].flatMap((name) => [service(name), key(`key-${name}`, name, used(s.t))]),
    );
    for (const name of ['a', 'b']) await o.own(name, 3);
    await o.own('c', 4);
    await s.t.settle();
    campaign = await o.campaign({
      name: 'Spring <b>clean</b>',
      scope: { subject: 'credential' },
      reviewers: ['owner'],
      dueInDays: 30,
    });
    await o.launch(campaign.id);
    s.advance({ minutes: 5 });
    await s.t.settle();
    s.advance({ days: 1 });
    await s.t.settle();
    const mail = smtp.take().find(({ to }) => to === 'sample.person.03@sample.example')!;
    const found = /https?:\/\/[^\s]+\/reviews\?link=[\w.-]+/.exec(mail.text)![0];
    expect(mail.html).toContain(`href="${found}"`);
    expect(found.startsWith(`${s.t.url.replace(/\/$/, '')}/reviews?link=`)).toBe(true);
    link = found;
  }, 120_000);
  afterAll(async () => {
    await s.close();
    await smtp.down();
  });

  it('leads through the sign-in to what its reader is asked', async () => {
    const visitor = s.visitor();
    const away = await visitor.go(link);
    expect(away.status).toBe(302);
    expect(away.headers.get('location')).toMatch(/^\/api\/v1\/auth\/sign-in\?returnTo=%2Freviews%3Flink%3D/);
    const page = await visitor.signIn('s-3', new URL(away.headers.get('location')!, s.t.url).search);
    expect(page.url.pathname).toBe('/reviews');
    expect(page.status).toBe(200);
    expect(page.text).toContain('You are signed in as Sample Person 03.');
    expect([...page.text.matchAll(/key-[abc]/g)].map(([name]) => name).sort()).toEqual(['key-a', 'key-b']);
    expect(page.text).toContain('Spring &lt;b&gt;clean&lt;/b&gt;');
    expect(page.text).not.toMatch(/<(?:form|button|input|script)/i);
  });

  it('changes nothing, however often it is opened', async () => {
    const visitor = await as(3);
    const before = await everything();
    expect(Object.keys(before).length).toBeGreaterThan(60);
    expect(Object.keys(before)).toContain('queue.job');
    for (let n = 0; n < 3; n++) expect((await visitor.go(link)).status).toBe(200);
    // A scanner that is not signed in follows it as far as the sign-in.
    expect((await s.visitor().go(link)).status).toBe(302);
    expect(await everything()).toEqual(before);
    for (const method of ['POST', 'PUT', 'DELETE'])
      expect((await visitor.go(link, { method, headers: { accept: 'application/json' } })).status).toBeGreaterThan(400);
    expect(await everything()).toEqual(before);
  });

  it('shows nobody but its reader what they are asked', async () => {
    const other = await (await as(4)).go(link);
    expect(other.status).toBe(200);
    expect(other.text).toContain('was made for somebody else');
    expect(other.text).toContain('key-c');
    expect(other.text).not.toMatch(/key-[ab]|Sample Person 03/);
    const nobody = await (await as(6)).go(link);
    expect(nobody.text).toContain('Nothing waits for you here.');
    const auditor = await (await as(9)).go(link);
    expect(auditor.text).toContain('You are in no people record');
    expect(auditor.text).not.toMatch(/key-/);
  });

  it.each([
    ['signed with another key', () => forged({ key: new Uint8Array(32) })],
    ['with another signature algorithm', () => forged({ alg: 'HS512' })],
    ['made for another purpose', () => forged({ typ: 'session+jwt' })],
    ['for another audience', () => forged({ aud: 'mandate' })],
    ['for nobody', () => forged({ sub: 'everybody' })],
    ['cut short', async () => link.slice(0, -4)],
    ['without a signature', async () => `/reviews?link=${link.split('link=')[1]!.split('.').slice(0, 2).join('.')}.`],
  ])('is refused when it is %s', async (_what, make) => {
    const visitor = await as(3);
    const page = await visitor.go(await make());
    expect(page.status).toBe(404);
    expect(page.text).toContain('This link is not one of ours');
    expect(page.text).not.toContain('key-a');
    const problem = await visitor.go(await make(), { headers: { accept: 'application/json' } });
    expect(JSON.parse(problem.text)).toMatchObject({ status: 404, code: 'certification.link-not-ours' });
  });

  it('is one that was made as ours are, to begin with', async () => {
    expect((await (await as(3)).go(await forged())).status).toBe(200);
  });

  it('pages through what is asked', async () => {
    await source(
      s.t,
      'many',
      Array.from({ length: 60 }, (_none, n) => service(`many-${n}`, { unit: 'Operations', ...used(s.t) })),
    );
    const many = await o.campaign({ name: 'Many', scope: { unit: o.unit }, reviewers: ['unit-head'] });
    await o.launch(many.id);
    const visitor = await as(1);
    const first = await visitor.go(`/reviews?campaign=${many.id}`);
    const next = /href="(\/reviews\?[^"]*cursor=[^"]*)">More/.exec(first.text)![1]!.replaceAll('&amp;', '&');
    const second = await visitor.go(next);
    const names = (text: string): string[] => [...text.matchAll(/many-\d+/g)].map(([name]) => name);
    expect(names(first.text)).toHaveLength(50);
    expect(new Set([...names(first.text), ...names(second.text)]).size).toBe(60);
  });

  it('runs out after the days that are configured', async () => {
    s.advance({ days: 6, hours: 23 });
    expect((await (await as(3)).go(link)).status).toBe(200);
    s.advance({ hours: 2 });
    const page = await (await as(3)).go(link);
    expect(page.status).toBe(410);
    expect(page.text).toContain('This link has run out.');
    expect(page.text).toContain('<a class="button" href="/reviews">My reviews</a>');
    const anonymous = await s.visitor().go(link, { headers: { accept: 'application/json' } });
    expect(JSON.parse(anonymous.text)).toMatchObject({ status: 410, code: 'certification.link-ran-out' });
    expect((await (await as(3)).go('/reviews')).text).toContain('key-a');
  });
});
