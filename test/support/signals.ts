import type { webcrypto } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { startApp } from './app.js';

export const CAEP = 'https://schemas.openid.net/secevent/caep/event-type/';
export const RISC = 'https://schemas.openid.net/secevent/risc/event-type/';
export const AUDIENCE = 'https://mandate.sample.example';
export const ISSUER = 'https://idp.sample.example';

export type CryptoKey = webcrypto.CryptoKey;
export interface Keys {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly kid: string;
}
export const makeKeys = async (kid: string, alg = 'RS256'): Promise<Keys> => ({
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
export interface Shape {
  readonly event?: string;
  readonly payload?: unknown;
  readonly claims?: Record<string, unknown>;
  readonly header?: Record<string, unknown>;
  readonly keys?: Keys;
  readonly key?: CryptoKey | Uint8Array;
}

/** An installation with two transmitters of security events, and somebody whom they may tell of. */
export async function startSignals() {
  const t = await startApp();
  const keys = await makeKeys('key-1');
  const foreign = await makeKeys('key-1');
  const [mine, others] = [await serveKeys(keys), await serveKeys(foreign)];
  const token = await t.token('ingest');
  const admin = await t.token('admin');
  const add = async (body: object) =>
    (await t.call('POST', '/api/v1/people/signals/transmitters', { token: admin, body })).body;
  const transmitter = await add({
    name: 'Sample identity provider',
    issuer: ISSUER,
    jwksUrl: mine.url,
    audience: AUDIENCE,
  });
  const other = await add({
    name: 'Another one',
    issuer: 'https://other.sample.example',
    jwksUrl: others.url,
    audience: AUDIENCE,
  });
  const person = (
    await t.call('POST', '/api/v1/people', {
      body: {
        userName: 'sample.person.01',
        displayName: 'Sample Person 01',
        email: 'sample.person.01@sample.example',
      },
    })
  ).body;
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

  return {
    t,
    keys,
    foreign,
    token,
    transmitter,
    other,
    person,
    claimsOf,
    sign,
    push,
    helpOf,
    standing,
    told,
    everything,
    close: async () => {
      mine.server.close();
      others.server.close();
      await t.close();
    },
  };
}
