import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CollectedCredentials, mandateConnector } from '../../src/connectors/mandate/index.js';
import type { OwnCredential } from '../../src/connectors/sdk/index.js';
import { startApp, type TestApp } from '../support/app.js';

describe('the governor is governed', () => {
  let t: TestApp;
  let person: string;
  beforeAll(async () => {
    t = await startApp({ ownInventory: true });
    person = (
      await t.call('POST', '/api/v1/people', {
        body: {
          userName: 'sample.person.07',
          displayName: 'Sample Person 07',
          email: 'sample.person.07@sample.example',
        },
      })
    ).body.id;
  });
  afterAll(() => t.close());

  const make = async (body: object): Promise<any> => (await t.call('POST', '/api/v1/tokens', { body })).body;
  const identityOf = async (name: string): Promise<any> =>
    (await t.call('GET', `/api/v1/identities?q=${name}`)).body.data.find((row: any) => row.displayName === name);
  const credentialsOf = async (identity: string): Promise<any[]> =>
    (await t.call('GET', `/api/v1/credentials?identity=${identity}`)).body.data;

  it('has itself as a source, once, whoever starts it again', async () => {
    const { data } = (await t.call('GET', '/api/v1/sources')).body;
    expect(data.map(({ name, connector }: any) => ({ name, connector }))).toEqual([
      { name: 'Mandate itself', connector: 'mandate' },
    ]);
  });

  it('lists a token as a credential, under an identity with its owner, with expiry and last use', async () => {
    const made = await make({ name: 'nightly-export', roles: [{ role: 'auditor' }], owner: person, expiresInDays: 30 });
    await t.call('GET', '/api/v1/identities', { token: made.token });
    await t.settle();
    const identity = await identityOf('nightly-export');
    expect(identity).toMatchObject({
      kind: 'service-account',
      nature: 'non-human',
      managedBy: 'us',
      privilege: 'read',
      owner: { id: person },
    });
    const [credential] = await credentialsOf(identity.id);
    expect(credential).toMatchObject({
      kind: 'api-key',
      status: 'active',
      expiresAt: made.expiresAt,
      lastUse: { state: 'used', at: t.clock.now().toISOString() },
    });
    const everything = JSON.stringify([
      await t.sql('SELECT * FROM identities'),
      await t.sql('SELECT * FROM credentials'),
      await t.sql('SELECT * FROM audit_entries'),
    ]);
    expect(everything).not.toContain(made.token);
  });

  it('takes a second token of the same name and owner for a rotation, and a revoked one for switched off', async () => {
    const made = await make({ name: 'nightly-export', roles: [{ role: 'auditor' }], owner: person, expiresInDays: 30 });
    await t.settle();
    const identity = await identityOf('nightly-export');
    expect(await credentialsOf(identity.id)).toHaveLength(2);
    await t.call('DELETE', `/api/v1/tokens/${made.id}`, { headers: { 'if-match': '"1"' } });
    await t.settle();
    expect((await credentialsOf(identity.id)).map(({ status }) => status).sort()).toEqual(['active', 'disabled']);
  });

  it('holds findings against its own tokens like against any other', async () => {
    await make({ name: 'about-to-end', roles: [{ role: 'admin' }], owner: person, expiresInDays: 5 });
    await make({ name: 'nobody-answers', roles: [{ role: 'viewer' }], expiresInDays: 365 });
    await t.settle();
    t.clock.advance({ days: 10 });
    await t.settle();
    const findings = (await t.call('GET', '/api/v1/findings?limit=200')).body.data as any[];
    const of = async (name: string): Promise<string[]> => {
      const identity = await identityOf(name);
      const ids = new Set([identity.id, ...(await credentialsOf(identity.id)).map(({ id }) => id)]);
      return findings.filter(({ subject }) => ids.has(subject.id)).map(({ check }) => check);
    };
    expect(await of('about-to-end')).toContain('expired-credential-is-off');
    expect(await of('nobody-answers')).toContain('identity-has-accountable-owner');
    expect(await of('nightly-export')).not.toContain('identity-has-accountable-owner');
  });
});

describe('the built-in connector', () => {
  const credential: OwnCredential = {
    id: 'c1',
    kind: 'api-key',
    name: 'x',
    status: 'active',
    issuedAt: '2026-01-01T00:00:00.000Z',
    expiresAt: null,
    holder: { id: 'h', name: 'x', kind: 'service-account' },
    use: null,
  };
  const read = async (own: CollectedCredentials) => {
    const session = await mandateConnector(own).connect({}, {} as never);
    const [reading] = session.readings;
    const rows: any[] = [];
    for await (const page of reading!.read({ signal: new AbortController().signal } as never, {} as never))
      rows.push(...page);
    return rows.map(({ record }) => `${record.entity} ${record.id}`);
  };

  it('gathers what every module tells, each identity once', async () => {
    const own = new CollectedCredentials();
    own.add({ ownCredentials: async () => [credential] });
    own.add({ ownCredentials: async () => [{ ...credential, id: 'c2' }] });
    expect(await read(own)).toEqual(['identity h', 'credential c1', 'credential c2']);
  });

  it('fails as a whole when one module does not answer: it never looks like nothing', async () => {
    const own = new CollectedCredentials();
    own.add({ ownCredentials: async () => [credential] });
    own.add({ ownCredentials: () => Promise.reject(new Error('down')) });
    await expect(read(own)).rejects.toMatchObject({ name: 'VendorFailure', reason: 'unavailable' });
  });
});
