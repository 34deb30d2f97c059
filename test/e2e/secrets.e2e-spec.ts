import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SampleAccount } from '../../src/demo/issuer/index.js';
import { fileForm } from '../support/files.js';
import { type SignInTest, startWithIssuer } from '../support/issuer.js';

/** Assembled at run time, so that no scanner takes this file for a leak. */
const made = (...parts: string[]): string => parts.join('');
const PLANTED: Readonly<Record<string, string>> = {
  'a token of a vendor': made('gh', 'p_', 'Pl4nted'.repeat(6)),
  'a key of an AI vendor': made('sk', '-ant-api03-', 'Pl4nted'.repeat(8)),
  'a password in an address': made('postgres://', 'app:', 'Pl4ntedPassw0rd', '@db.sample.example/x'),
  'a secret of a source': made('s0urce-', 'Pl4nted-secret-value'),
  'a token of ours': made('mdt_', 'Pl4nted', 'x'.repeat(36)),
  'a signed token': made('ey', 'JhbGciOiJub25lIiwi', '.ey', 'JQbDRudGVkUGw0bnRl', '.', 'Pl4nted'.repeat(6)),
  'a private key': made('-----BEGIN ', 'PRIVATE KEY-----\nPl4ntedKeyMaterial'),
};
const MARK = 'Pl4nted';
const person: SampleAccount = {
  sub: 's-1',
  name: 'Sample Person 01',
  userName: 'sample.person.01',
  email: 'sample.person.01@sample.example',
  groups: ['admins'],
  note: '',
};

describe('a secret that was planted', () => {
  let s: SignInTest;
  const answers: string[] = [];
  beforeAll(async () => {
    s = await startWithIssuer(() => [person], {
      MANDATE_LOG_LEVEL: 'trace',
      MANDATE_OIDC_ROLES: JSON.stringify([{ claim: 'groups', value: 'admins', role: 'admin' }]),
      MANDATE_SOURCE_KEY: PLANTED['a secret of a source']!,
    });
  }, 120_000);
  afterAll(() => s.close());

  const send: SignInTest['t']['call'] = async (...args) => {
    const answer = await s.t.call(...args);
    answers.push(JSON.stringify(answer.body) + JSON.stringify([...answer.headers]));
    return answer as never;
  };

  it('is refused, or used and forgotten, wherever it can be put', async () => {
    const { t } = s;
    const admin = await t.token('admin', 'iam-engineer', 'policy-author', 'ai-governance');
    for (const secret of Object.values(PLANTED)) {
      const bodies: [string, string, unknown][] = [
        ['POST', 'people', { userName: secret, displayName: secret, email: secret }],
        ['POST', 'units', { name: secret }],
        ['POST', 'tokens', { name: secret, roles: [{ role: 'viewer', scope: { tag: secret } }] }],
        [
          'POST',
          'sources',
          { name: secret, connector: 'aws-iam', config: { secretAccessKey: secret, externalId: secret } },
        ],
        ['POST', 'use-cases', { name: secret, purpose: secret }],
        ['POST', 'policies', { name: secret, checks: [], reason: secret }],
        ['POST', 'jobs/platform.clear-away/runs', { payload: { secret } }],
        ['POST', 'auth/first-administrator', { secret }],
      ];
      for (const [method, path, body] of bodies) {
        // What no shape gives away may be a name like any other; only what looks like a secret is refused.
        if (secret === PLANTED['a secret of a source'] && path !== 'sources') continue;
        const { status } = await send(method, `/api/v1/${path}`, { token: admin, body });
        expect([path, status >= 400]).toEqual([path, true]);
      }
      const quoted = encodeURIComponent(secret);
      await send('GET', `/api/v1/identities?q=${quoted}`, { token: admin });
      await send('GET', `/api/v1/identities/${quoted}`, { token: admin });
      await send('GET', `/api/v1/checks?access_token=${quoted}`, { token: admin });
      await send('GET', `/api/v1/auth/callback?code=${quoted}&state=${quoted}`, { token: null });
      await send('GET', `/api/v1/auth/sign-in?returnTo=/${quoted}`, { token: null });
      const header = secret.replace(/\n/g, ' ');
      await send('GET', '/api/v1/identities', { token: header });
      for (const name of [
        'cookie',
        'x-api-key',
        'x-request-id',
        'idempotency-key',
        'if-match',
        'user-agent',
        'x-forwarded-for',
      ])
        // An id of a request is told back on purpose; this one nobody could take for a secret.
        if (name !== 'x-request-id' || secret !== PLANTED['a secret of a source'])
          await send('POST', '/api/v1/units', {
            token: admin,
            body: {},
            headers: { [name]: name === 'cookie' ? `mandate-session=${encodeURIComponent(header)}` : header },
          });
      for (const format of ['csv', 'ndjson'])
        await send('POST', '/api/v1/imports', {
          token: admin,
          form: fileForm(
            { format, source: 'a file' },
            format === 'csv'
              ? `type,id,name\nidentity,a,"${secret}"\n`
              : `${JSON.stringify({ entity: 'identity', id: 'a', name: secret })}\n`,
          ),
        });
      await t.settle().catch(() => undefined);
    }
  }, 240_000);

  it('of a sign-in is nowhere either: code, verifier, tokens, cookie, client secret', async () => {
    const visitor = s.visitor();
    const away = await visitor.go('/api/v1/auth/sign-in');
    const attempt = [...visitor.cookies].find(([name]) => name.startsWith('mandate-sign-in'))![1];
    const { verifier, nonce } = JSON.parse(Buffer.from(attempt, 'base64url').toString('utf8'));
    await visitor.follow(away.headers.get('location')!).then(({ url }) => visitor.form(url, { person: 's-1' }));
    const { csrf } = (await visitor.session()).session;
    const session = visitor.cookies.get('mandate-session')!;
    const clientSecret = s.issuer.variables.MANDATE_OIDC_CLIENT_SECRET!;
    const kept = s.t.log() + (await everyRow());
    for (const secret of [verifier, nonce, session, csrf, clientSecret]) {
      expect(String(secret).length).toBeGreaterThan(20);
      expect(kept.includes(secret)).toBe(false);
    }
  });

  /** Every row of every table there is, as text: what a dump would hold. */
  async function everyRow(): Promise<string> {
    const tables = await s.t.sql<{ name: string }>(
      `SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    expect(tables.length).toBeGreaterThan(40);
    let text = '';
    for (const { name } of tables) {
      const rows = await s.t.sql<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
      text += rows.map(({ row }) => `${name}: ${row}\n`).join('');
    }
    return text;
  }

  it('is in no log line, no table, no audit entry and no answer', async () => {
    const place = (text: string): string[] =>
      text
        .split('\n')
        .filter((line) => line.includes(MARK))
        .map((line) => line.slice(0, 300));
    expect({ log: place(s.t.log()), database: place(await everyRow()), answers: place(answers.join('\n')) }).toEqual({
      log: [],
      database: [],
      answers: [],
    });
    // The search itself finds what is there.
    expect(place(`x ${PLANTED['a token of a vendor']!}`)).toHaveLength(1);
  });
});
