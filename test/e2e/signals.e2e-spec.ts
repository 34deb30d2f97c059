import type { webcrypto } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { base64url, CompactEncrypt, exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { startApp, type TestApp } from '../support/app.js';

const CAEP = 'https://schemas.openid.net/secevent/caep/event-type/';
const RISC = 'https://schemas.openid.net/secevent/risc/event-type/';
const AUDIENCE = 'https://mandate.sample.example';
const ISSUER = 'https://idp.sample.example';

type CryptoKey = webcrypto.CryptoKey;
interface Keys {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly kid: string;
}
const makeKeys = async (kid: string, alg = 'RS256'): Promise<Keys> => ({
  ...(await generateKeyPair(alg, { extractable: true })),
  kid,
});

/** A transmitter's key set, over HTTP. */
async function serveKeys(...keys: Keys[]): Promise<{ url: string; server: Server }> {
  const set = {
    keys: await Promise.all(
      keys.map(async ({ publicKey, kid }) => ({ ...(await exportJWK(publicKey)), kid, use: 'sig' })),
    ),
  };
  const server = createServer(
    (_request, reply) => void reply.setHeader('content-type', 'application/json').end(JSON.stringify(set)),
  );
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`, server };
}

let made = 0;
interface Shape {
  readonly event?: string;
  readonly payload?: unknown;
  readonly claims?: Record<string, unknown>;
  readonly header?: Record<string, unknown>;
  readonly keys?: Keys;
  readonly key?: CryptoKey | Uint8Array;
}

describe('the receiver of security events', () => {
  let t: TestApp;
  let keys: Keys;
  let foreign: Keys;
  let servers: Server[];
  let token: string;
  let transmitter: any;
  let other: any;
  let person: any;

  const claimsOf = ({
    event = `${RISC}account-disabled`,
    payload = {},
    claims = {},
  }: Shape): Record<string, unknown> => {
    const all: Record<string, unknown> = {
      iss: ISSUER,
      aud: AUDIENCE,
      iat: Math.floor(t.clock.now().getTime() / 1000),
      jti: `jti-${++made}`,
      sub_id: { format: 'email', email: 'Sample.Person.01@sample.example' },
      events: { [event]: payload },
      ...claims,
    };
    for (const name of Object.keys(all)) if (all[name] === undefined) delete all[name];
    return all;
  };
  const sign = (shape: Shape = {}): Promise<string> =>
    new SignJWT(claimsOf(shape))
      .setProtectedHeader({ alg: 'RS256', typ: 'secevent+jwt', kid: (shape.keys ?? keys).kid, ...shape.header })
      .sign(shape.key ?? (shape.keys ?? keys).privateKey);
  const push = async (set: string, more: { token?: string | null; type?: string } = {}) => {
    const answer = await t.call('POST', '/signals/events', {
      token: more.token === undefined ? token : more.token,
      body: set,
      headers: { 'content-type': more.type ?? 'application/secevent+jwt' },
    });
    return { ...answer, brief: [answer.status, answer.status === 202 ? '' : answer.body.err] };
  };
  /** The problem that the answer links to. */
  const helpOf = ({ headers }: { headers: Headers }): string | undefined =>
    /\/problems\/([^>]+)>; rel="help"/.exec(headers.get('link') ?? '')?.[1];
  const standing = async (): Promise<unknown[]> => {
    const { body } = await t.call('GET', `/api/v1/people/${person.id}`);
    return [body.active, body.status];
  };
  const told = async (type: string): Promise<number> =>
    (await t.sql(`SELECT 1 FROM audit_entries WHERE type = $1`, [type])).length;
  /** Everything that an event could have moved. */
  const everything = () =>
    t.sql(
      `SELECT (SELECT json_agg(p ORDER BY p.id) FROM persons p) AS persons, (SELECT json_agg(r ORDER BY r.id) FROM person_records r) AS records, (SELECT count(*) FROM signal_events) AS events, (SELECT count(*) FROM audit_entries) AS entries`,
    );

  beforeAll(async () => {
    t = await startApp();
    keys = await makeKeys('key-1');
    foreign = await makeKeys('key-1');
    const [mine, others] = [await serveKeys(keys), await serveKeys(foreign)];
    servers = [mine.server, others.server];
    token = await t.token('ingest');
    const admin = await t.token('admin');
    const add = async (body: object) =>
      (await t.call('POST', '/api/v1/people/signals/transmitters', { token: admin, body })).body;
    transmitter = await add({
      name: 'Sample identity provider',
      issuer: ISSUER,
      jwksUrl: mine.url,
      audience: AUDIENCE,
    });
    other = await add({
      name: 'Another one',
      issuer: 'https://other.sample.example',
      jwksUrl: others.url,
      audience: AUDIENCE,
    });
    person = (
      await t.call('POST', '/api/v1/people', {
        body: {
          userName: 'sample.person.01',
          displayName: 'Sample Person 01',
          email: 'sample.person.01@sample.example',
        },
      })
    ).body;
  });
  afterAll(async () => {
    for (const server of servers) server.close();
    await t.close();
  });

  describe('refuses', () => {
    const now = () => Math.floor(t.clock.now().getTime() / 1000);
    const cases: [string, () => Promise<string>, string][] = [
      ['an empty body', async () => ' ', 'invalid_request'],
      ['what is no token', async () => 'hello', 'invalid_request'],
      ['a token of broken parts', async () => 'eyJ.eyJ.x', 'invalid_request'],
      ['an unsigned token (alg none)', async () => new UnsecuredJWT(claimsOf({})).encode(), 'invalid_key'],
      [
        'alg none with a signature',
        async () => `${base64url.encode('{"alg":"none","typ":"secevent+jwt"}')}.${(await sign()).split('.')[1]}.c2ln`,
        'invalid_key',
      ],
      [
        'a symmetric signature made with the public key',
        async () => sign({ header: { alg: 'HS256' }, key: new TextEncoder().encode(await exportSPKI(keys.publicKey)) }),
        'invalid_key',
      ],
      [
        'a symmetric signature made with anything',
        () => sign({ header: { alg: 'HS256' }, key: new Uint8Array(64).fill(7) }),
        'invalid_key',
      ],
      [
        'an asymmetric algorithm that this transmitter does not use',
        async () => sign({ header: { alg: 'PS256' }, key: (await makeKeys('key-1', 'PS256')).privateKey }),
        'invalid_key',
      ],
      ['a signature by a stranger who took the name of the key', () => sign({ keys: foreign }), 'invalid_key'],
      ['a key the issuer does not have', async () => sign({ keys: await makeKeys('unknown') }), 'invalid_key'],
      [
        'a key that the token brings along',
        async () => sign({ keys: foreign, header: { jwk: await exportJWK(foreign.publicKey) } }),
        'invalid_key',
      ],
      [
        'content that was changed after it was signed',
        async () => {
          const [head, , signature] = (await sign()).split('.');
          return `${head}.${base64url.encode(JSON.stringify(claimsOf({})))}.${signature}`;
        },
        'invalid_key',
      ],
      [
        'a token without its signature',
        async () => `${(await sign()).split('.').slice(0, 2).join('.')}.`,
        'invalid_key',
      ],
      [
        'an encrypted token',
        async () =>
          new CompactEncrypt(new TextEncoder().encode('{}'))
            .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM' })
            .encrypt((await generateKeyPair('RSA-OAEP-256')).publicKey),
        'invalid_request',
      ],
      [
        'an extension that must be understood and is not',
        () =>
          new SignJWT(claimsOf({}))
            .setProtectedHeader({ alg: 'RS256', typ: 'secevent+jwt', kid: keys.kid, crit: ['exotic'], exotic: true })
            .sign(keys.privateKey, { crit: { exotic: true } }),
        'invalid_key',
      ],
      ['an ordinary token (typ JWT)', () => sign({ header: { typ: 'JWT' } }), 'invalid_request'],
      ['a token without a type', () => sign({ header: { typ: undefined } }), 'invalid_request'],
      ['an issuer nobody knows', () => sign({ claims: { iss: 'https://nobody.sample.example' } }), 'invalid_issuer'],
      ['no issuer', () => sign({ claims: { iss: undefined } }), 'invalid_issuer'],
      [
        'one transmitter that speaks for another',
        () => sign({ keys: foreign, claims: { iss: ISSUER } }),
        'invalid_key',
      ],
      [
        'an audience that is somebody else',
        () => sign({ claims: { aud: 'https://elsewhere.sample.example' } }),
        'invalid_audience',
      ],
      ['no audience', () => sign({ claims: { aud: undefined } }), 'invalid_audience'],
      ['a token with "sub"', () => sign({ claims: { sub: 'x' } }), 'invalid_request'],
      ['a token with "exp"', () => sign({ claims: { exp: now() + 3600 } }), 'invalid_request'],
      ['a token that has run out', () => sign({ claims: { exp: now() - 3600 } }), 'invalid_request'],
      ['no id', () => sign({ claims: { jti: undefined } }), 'invalid_request'],
      ['no time of issue', () => sign({ claims: { iat: undefined } }), 'invalid_request'],
      ['a token of the future', () => sign({ claims: { iat: now() + 3600 } }), 'invalid_request'],
      ['a token somebody kept for a month', () => sign({ claims: { iat: now() - 30 * 86_400 } }), 'invalid_request'],
      ['no event', () => sign({ claims: { events: {} } }), 'invalid_request'],
      ['events that are no object', () => sign({ claims: { events: ['x'] } }), 'invalid_request'],
      [
        'two events',
        () => sign({ claims: { events: { [`${RISC}account-disabled`]: {}, [`${RISC}account-enabled`]: {} } } }),
        'invalid_request',
      ],
      ['an event that is no object', () => sign({ payload: 'x' }), 'invalid_request'],
      ['an event about nobody', () => sign({ claims: { sub_id: undefined } }), 'invalid_request'],
      [
        'a subject without a format',
        () => sign({ claims: { sub_id: { email: 'a@sample.example' } } }),
        'invalid_request',
      ],
      [
        'a subject that is not what its format says',
        () => sign({ claims: { sub_id: { format: 'iss_sub', iss: ISSUER } } }),
        'invalid_request',
      ],
      [
        'aliases within aliases',
        () =>
          sign({ claims: { sub_id: { format: 'aliases', identifiers: [{ format: 'aliases', identifiers: [] }] } } }),
        'invalid_request',
      ],
      [
        'a credential change that does not say what changed',
        () => sign({ event: `${CAEP}credential-change`, payload: { credential_type: 'password' } }),
        'invalid_request',
      ],
      [
        'a credential change of no kind there is',
        () =>
          sign({ event: `${CAEP}credential-change`, payload: { credential_type: 'password', change_type: 'guess' } }),
        'invalid_request',
      ],
    ];
    it.each(cases)('%s', async (_title, make, err) => {
      const set = await make();
      const before = await everything();
      const answer = await push(set);
      expect([answer.brief, Object.keys(answer.body).sort()]).toEqual([
        [400, err],
        ['description', 'err'],
      ]);
      expect(await everything()).toEqual(before);
    });

    it('an event from whoever has no bearer token, before it is looked at', async () => {
      for (const [bearer, expected] of [
        [null, [401, 'authentication_failed']],
        ['mdt_wrong', [401, 'authentication_failed']],
        [await t.token('admin'), [403, 'access_denied']],
      ] as const) {
        expect((await push(await sign(), { token: bearer })).brief).toEqual(expected);
        expect((await push('not even a token', { token: bearer })).brief).toEqual(expected);
      }
      expect((await push(await sign(), { token: null })).headers.get('www-authenticate')).toBe('Bearer');
    });

    it('an event that comes with the bearer token of another transmitter, or of another kind of feed', async () => {
      const bound = await t.token({ role: 'ingest', scope: { source: other.feedId } });
      expect((await push(await sign(), { token: bound })).brief).toEqual([400, 'access_denied']);
      const scim = (
        await t.call('POST', '/api/v1/people/feeds', {
          token: await t.token('admin'),
          body: { kind: 'scim', name: 'bound' },
        })
      ).body;
      expect(
        (await push(await sign(), { token: await t.token({ role: 'ingest', scope: { source: scim.id } }) })).brief,
      ).toEqual([403, 'access_denied']);
    });

    it('other media types, and a body larger than any event', async () => {
      const set = await sign();
      expect((await push(JSON.stringify({ set }), { type: 'application/json' })).brief).toEqual([
        400,
        'invalid_request',
      ]);
      expect((await push('{', { type: 'application/json' })).brief).toEqual([400, 'invalid_request']);
      expect((await push(set, { type: 'text/plain' })).brief).toEqual([400, 'invalid_request']);
      expect((await push('x'.repeat(200_000))).brief).toEqual([400, 'invalid_request']);
      expect((await push('x'.repeat(2_000_000))).brief).toEqual([400, 'invalid_request']);
    });

    it('another event under an id it knows', async () => {
      const jti = 'taken-once';
      expect((await push(await sign({ event: `${RISC}opt-in`, claims: { jti } }))).brief).toEqual([202, '']);
      expect((await push(await sign({ claims: { jti } }))).brief).toEqual([400, 'invalid_request']);
      // Ids are the transmitter's own: another one may use the same.
      expect(
        (
          await push(
            await sign({ keys: foreign, event: `${RISC}opt-in`, claims: { jti, iss: 'https://other.sample.example' } }),
          )
        ).brief,
      ).toEqual([202, '']);
      expect(await standing()).toEqual([true, 'active']);
    });

    it('everything of a transmitter that is switched off; and asks for it again when its keys cannot be fetched', async () => {
      const admin = await t.token('admin');
      const path = `/api/v1/people/signals/transmitters/${other.id}`;
      const change = async (more: object) => {
        const { etag, body } = await t.call('GET', path);
        const { name, issuer, jwksUrl, audience, algorithms, enabled } = body;
        return t.call('PUT', path, {
          token: admin,
          body: { name, issuer, jwksUrl, audience, algorithms, enabled, ...more },
          headers: { 'if-match': etag },
        });
      };
      const set = () =>
        sign({ keys: foreign, event: `${RISC}opt-in`, claims: { iss: 'https://other.sample.example' } });
      expect((await change({ enabled: false })).status).toBe(200);
      const refused = await push(await set());
      expect(refused.brief).toEqual([400, 'invalid_issuer']);
      expect(helpOf(refused)).toBe('people.security-event-refused');
      await change({ enabled: true, jwksUrl: 'http://127.0.0.1:9/jwks' });
      const later = await push(await set());
      expect(later.brief).toEqual([503, 'unavailable']);
      expect(helpOf(later)).toBe('people.transmitter-keys-unavailable');
      expect((await change({ jwksUrl: 'http://keys.sample.example/jwks' })).body.errors).toMatchObject([
        { pointer: '/jwksUrl' },
      ]);
      expect((await change({ algorithms: ['HS256'] })).status).toBe(422);
      expect((await change({ issuer: ISSUER })).status).toBe(409);
      expect((await t.call('PUT', path, { token: admin, body: {}, headers: {} })).status).toBe(428);
      expect((await t.call('PUT', path, { token: await t.token('viewer'), body: {} })).status).toBe(403);
    });
  });

  describe('acts once on', () => {
    it('an account that is disabled, and on its being enabled again', async () => {
      const off = await sign({ payload: { reason: 'hijacking' } });
      expect(await standing()).toEqual([true, 'active']);
      const first = await push(off);
      expect([first.status, first.body]).toEqual([202, '']);
      expect(await standing()).toEqual([false, 'left']);
      const counts = async () => [
        await told('people.persons-ended'),
        await told('people.account-switched-off'),
        await told('people.sessions-revoked'),
      ];
      expect(await counts()).toEqual([1, 1, 1]);
      // Sent again, as transmitters do when our answer got lost: answered alike, done once.
      expect((await push(off)).brief).toEqual([202, '']);
      const again = await Promise.all([push(off), push(off), push(off)]);
      expect(again.map(({ status }) => status)).toEqual([202, 202, 202]);
      expect(await counts()).toEqual([1, 1, 1]);
      t.clock.advance({ minutes: 1 });
      expect((await push(await sign({ event: `${RISC}account-enabled` }))).status).toBe(202);
      expect(await standing()).toEqual([true, 'active']);
    });

    it('two of the same that arrive at the same instant', async () => {
      const before = await told('people.credential-changed');
      const set = await sign({
        event: `${CAEP}credential-change`,
        payload: { credential_type: 'fido2-roaming', change_type: 'create' },
      });
      const both = await Promise.all([push(set), push(set)]);
      expect(both.map(({ status }) => status)).toEqual([202, 202]);
      expect((await told('people.credential-changed')) - before).toBe(1);
    });

    it('an account that is purged', async () => {
      t.clock.advance({ minutes: 1 });
      await push(await sign({ event: `${RISC}account-purged` }));
      expect(await standing()).toEqual([false, 'left']);
      t.clock.advance({ minutes: 1 });
      await push(await sign({ event: `${RISC}account-enabled` }));
      expect(await standing()).toEqual([true, 'active']);
    });

    it('sessions that are revoked and credentials that change, which leaves the person as they are', async () => {
      const [sessions, changes] = [await told('people.sessions-revoked'), await told('people.credential-changed')];
      await push(
        await sign({ event: `${CAEP}session-revoked`, payload: { event_timestamp: 1, reason_admin: { en: 'x' } } }),
      );
      expect(await told('people.sessions-revoked')).toBe(sessions + 1);
      const change = (change_type: string) =>
        sign({ event: `${CAEP}credential-change`, payload: { credential_type: 'password', change_type } });
      await push(await change('create'));
      expect([await told('people.sessions-revoked'), await told('people.credential-changed')]).toEqual([
        sessions + 1,
        changes + 1,
      ]);
      await push(await change('revoke'));
      expect([await told('people.sessions-revoked'), await told('people.credential-changed')]).toEqual([
        sessions + 2,
        changes + 2,
      ]);
      expect(await standing()).toEqual([true, 'active']);
      const [entry] = await t.sql<any>(
        `SELECT data FROM audit_entries WHERE type = 'people.sessions-revoked' ORDER BY id DESC LIMIT 1`,
      );
      expect(entry.data).toMatchObject({
        persons: [person.id],
        because: 'credential-revoke',
        transmitter: transmitter.id,
      });
    });

    it('the later of two events, whichever comes first', async () => {
      t.clock.advance({ minutes: 10 });
      const at = Math.floor(t.clock.now().getTime() / 1000);
      await push(await sign({ event: `${RISC}account-enabled`, payload: { event_timestamp: at - 10 } }));
      await push(await sign({ payload: { event_timestamp: at - 300 } }));
      expect(await standing()).toEqual([true, 'active']);
      const { data } = (await t.call('GET', '/api/v1/people/signals/events?limit=2')).body;
      expect(data.map(({ outcome }: any) => outcome)).toEqual(['ignored', 'acted']);
    });

    it.each([
      ['an address', { format: 'email', email: 'sample.person.01@SAMPLE.example' }],
      ['an account', { format: 'account', uri: 'acct:sample.person.01@sample.example' }],
      ['the id the SCIM client knows', { format: 'iss_sub', iss: ISSUER, sub: 'idp-id-01' }],
      ['an opaque id', { format: 'opaque', id: 'idp-id-01' }],
      [
        'one part of several',
        {
          format: 'complex',
          user: { format: 'email', email: 'sample.person.01@sample.example' },
          session: { format: 'opaque', id: 's' },
        },
      ],
      [
        'several names of one person',
        {
          format: 'aliases',
          identifiers: [
            { format: 'email', email: 'sample.person.01@sample.example' },
            { format: 'opaque', id: 'idp-id-01' },
          ],
        },
      ],
    ])('a subject that is named by %s', async (_title, sub_id) => {
      await t.call('POST', '/scim/v2/Users', {
        token,
        body: {
          userName: 'sp01',
          externalId: 'idp-id-01',
          emails: [{ value: 'sample.person.01@sample.example', type: 'work' }],
        },
      });
      await push(await sign({ event: `${CAEP}session-revoked`, claims: { sub_id } }));
      const [event] = (await t.call('GET', '/api/v1/people/signals/events?limit=1')).body.data;
      expect(event).toMatchObject({
        outcome: 'acted',
        person: { id: person.id },
        transmitter: { name: 'Sample identity provider' },
      });
    });

    it('nothing where the subject is nobody, or not one person alone', async () => {
      await t.call('POST', '/api/v1/people', {
        body: { userName: 'sample.person.02', displayName: 'Sample Person 02', email: 'two@sample.example' },
      });
      const before = await told('people.persons-ended');
      for (const sub_id of [
        { format: 'email', email: 'nobody@sample.example' },
        { format: 'phone_number', phone_number: '+41' },
        {
          format: 'aliases',
          identifiers: [
            { format: 'email', email: 'two@sample.example' },
            { format: 'email', email: 'sample.person.01@sample.example' },
          ],
        },
      ]) {
        expect((await push(await sign({ claims: { sub_id } }))).status).toBe(202);
        expect((await t.call('GET', '/api/v1/people/signals/events?limit=1')).body.data).toMatchObject([
          { outcome: 'nobody', person: null },
        ]);
      }
      expect(await told('people.persons-ended')).toBe(before);
    });
  });

  it('accepts and ignores what it does not know, and the verification of a stream', async () => {
    const before = await t.sql(`SELECT json_agg(p ORDER BY p.id) AS persons FROM persons p`);
    for (const event of [
      `${CAEP}assurance-level-change`,
      `${RISC}recovery-activated`,
      'https://schemas.openid.net/secevent/ssf/event-type/verification',
      'urn:example:anything',
    ])
      expect(
        (await push(await sign({ event, claims: { sub_id: { format: 'opaque', id: 'stream-1' } } }))).brief,
      ).toEqual([202, '']);
    expect(
      (await push(await sign({ event: 'urn:example:about-nobody', claims: { sub_id: undefined } }))).brief,
    ).toEqual([202, '']);
    expect(await t.sql(`SELECT json_agg(p ORDER BY p.id) AS persons FROM persons p`)).toEqual(before);
  });

  it('takes the media type within the type of the token too', async () => {
    expect(
      (await push(await sign({ event: 'urn:example:x', header: { typ: 'application/secevent+jwt' } }))).brief,
    ).toEqual([202, '']);
  });

  it('does not bring a leaver back because their account came back', async () => {
    const hr = await t.call('PATCH', `/api/v1/people/${person.id}`, {
      body: { status: 'left' },
      headers: { 'if-match': (await t.call('GET', `/api/v1/people/${person.id}`)).etag },
    });
    expect(hr.status).toBe(200);
    t.clock.advance({ minutes: 1 });
    await push(await sign({ event: `${RISC}account-enabled` }));
    expect(await standing()).toEqual([false, 'left']);
  });
});
