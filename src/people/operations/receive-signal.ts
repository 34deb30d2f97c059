import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import type { Actor } from '../../platform/http/index.js';
import { OwnFeed } from '../own-feed.js';
import { PeopleRepository } from '../people.repository.js';
import { type PersonRecord, PersonRecordsRepository } from '../person-records.repository.js';
import { type Effect, effectOf } from '../signals/signal-events.js';
import { SecurityEventRefused } from '../signals/signals-errors.js';
import { type SignalEventRow, SignalsRepository, type Transmitter } from '../signals/signals.repository.js';
import { SetVerifier, type VerifiedSet } from '../signals/set-verifier.js';
import { namesOf } from '../signals/subject-identifiers.js';
import { newScimRecord } from '../scim/scim-records.js';
import { SettlePersons } from './settle-persons.js';

/**
 * Takes a security event token: verified outside the transaction, acted on and remembered within it. The same token
 * again is answered as the first time and does nothing (RFC 8935, 2); another one under its id is refused.
 */
@Injectable()
export class ReceiveSignal {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly settle: SettlePersons,
    private readonly verifier: SetVerifier,
    private readonly ownFeed: OwnFeed,
    private readonly clock: Clock,
  ) {}

  async execute(actor: Actor, token: string): Promise<void> {
    const bound = await this.ownFeed.scoped(actor, 'signals');
    const issuer = this.verifier.issuerOf(token);
    const transmitter = await this.database.read((tx) => tx.use(SignalsRepository).byIssuer(issuer));
    if (!transmitter?.enabled) throw new SecurityEventRefused('invalid_issuer', 'Nothing is taken from this issuer.');
    if (bound && bound.id !== transmitter.feedId)
      throw new SecurityEventRefused('access_denied', 'This bearer token does not deliver for this issuer.');
    const set = await this.verifier.verify(token, transmitter);
    const effect = effectOf(set.event, set.payload);
    const names = effect.does === 'nothing' ? null : namesOf(set.subject);
    await this.database.transaction(async (tx) => {
      const signals = tx.use(SignalsRepository);
      const id = newId(this.clock);
      const known = await signals.claim({ id, transmitterId: transmitter.id, ...set, at: this.clock.now() });
      if (known === set.digest) return;
      if (known !== null)
        throw new SecurityEventRefused('invalid_request', 'Another event was received under this "jti".');
      if (names === null) return;
      const person = await signals.personNamed(names.ids, names.logins);
      const outcome = person === null ? 'nobody' : await this.act(tx, actor, transmitter, set, effect, person);
      await signals.finish(id, outcome, person);
      if (outcome !== 'acted')
        await this.audit.record(tx, {
          type: 'people.signal-without-effect',
          actor,
          target: { type: 'signal-event', id },
          data: { transmitter: transmitter.id, event: set.event, jti: set.jti, outcome },
        });
    });
  }

  private async act(
    tx: Tx,
    actor: Actor,
    transmitter: Transmitter,
    set: VerifiedSet,
    effect: Effect,
    person: string,
  ): Promise<SignalEventRow['outcome']> {
    // Locked, so that two events about one person are two steps and not half of each.
    await tx.use(PeopleRepository).forChange(person);
    const about = {
      transmitter: transmitter.id,
      event: set.event,
      jti: set.jti,
      happenedAt: set.happenedAt.toISOString(),
    };
    const tell = (type: `people.${string}`, data: Readonly<Record<string, unknown>> = {}) =>
      this.audit.record(tx, {
        type,
        actor,
        target: { type: 'person', id: person },
        data: { persons: [person], ...about, ...data },
      });
    switch (effect.does) {
      case 'nothing':
        return 'ignored';
      case 'revoke-sessions':
        await tell('people.sessions-revoked', { because: 'session-revoked' });
        return 'acted';
      case 'credential-change': {
        const { credentialType, changeType } = effect;
        await tell('people.credential-changed', { credentialType, changeType });
        // What somebody signed in with may be what was taken away or replaced; a new one beside it changes nothing.
        if (changeType !== 'create') await tell('people.sessions-revoked', { because: `credential-${changeType}` });
        return 'acted';
      }
      case 'switch-off':
        if (!(await this.say(tx, actor, transmitter, set, person, true))) return 'ignored';
        await tell('people.account-switched-off', { reason: effect.reason, purged: effect.purged });
        await tell('people.sessions-revoked', { because: effect.purged ? 'account-purged' : 'account-disabled' });
        return 'acted';
      case 'switch-on':
        if (!(await this.say(tx, actor, transmitter, set, person, false))) return 'ignored';
        await tell('people.account-switched-on');
        return 'acted';
    }
  }

  /**
   * The transmitter's own word on somebody. Switched off, they have left as of now; switched on again, the transmitter
   * says nothing more, and what the other feeds say counts: a leaver does not come back because an account did.
   */
  private async say(
    tx: Tx,
    actor: Actor,
    transmitter: Transmitter,
    set: VerifiedSet,
    person: string,
    off: boolean,
  ): Promise<boolean> {
    const records = tx.use(PersonRecordsRepository);
    await records.adoptPerson(person);
    const now = this.clock.now();
    const id = newId(this.clock);
    const mine = (await records.ofPersonForChange(person)).find(({ feedId }) => feedId === transmitter.feedId);
    // An event that was overtaken by a later one is history.
    if (mine?.document && new Date(String(mine.document.happenedAt)) > set.happenedAt) return false;
    const before: PersonRecord = mine ?? { ...newScimRecord(id, transmitter.feedId, now), personId: person };
    await records.put({
      ...before,
      status: off ? 'left' : null,
      statusAt: now,
      leavesAt: off ? now : null,
      document: { happenedAt: set.happenedAt.toISOString(), event: set.event, jti: set.jti },
      updatedAt: now,
      version: before.version + 1,
    });
    await this.settle.persons(tx, { actor, run: null }, [person]);
    return true;
  }
}
