import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { base64url, CompactEncrypt, exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { CAEP, ISSUER, RISC, makeKeys, startSignals } from '../support/signals.js';

type Signals = Awaited<ReturnType<typeof startSignals>>;

describe('the receiver of security events', () => {
  let signals: Signals;
  let t: Signals['t'];
  let keys: Signals['keys'];
  let foreign: Signals['foreign'];
  let other: Signals['other'];
  let claimsOf: Signals['claimsOf'];
  let sign: Signals['sign'];
  let push: Signals['push'];
  let helpOf: Signals['helpOf'];
  let standing: Signals['standing'];
  let everything: Signals['everything'];
  beforeAll(async () => {
    signals = await startSignals();
    ({ t, keys, foreign, other, claimsOf, sign, push, helpOf, standing, everything } = signals);
  });
  afterAll(() => signals.close());

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
});
