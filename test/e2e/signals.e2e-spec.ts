import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CAEP, ISSUER, RISC, startSignals } from '../support/signals.js';

type Signals = Awaited<ReturnType<typeof startSignals>>;

describe('the receiver of security events', () => {
  let signals: Signals;
  let t: Signals['t'];
  let token: Signals['token'];
  let transmitter: Signals['transmitter'];
  let person: Signals['person'];
  let sign: Signals['sign'];
  let push: Signals['push'];
  let standing: Signals['standing'];
  let told: Signals['told'];
  beforeAll(async () => {
    signals = await startSignals();
    ({ t, token, transmitter, person, sign, push, standing, told } = signals);
  });
  afterAll(() => signals.close());

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
