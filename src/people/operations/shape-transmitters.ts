import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database } from '../../platform/database/index.js';
import { type Actor, assertUnchanged, NotFound } from '../../platform/http/index.js';
import { NameTaken } from '../people.errors.js';
import { PeopleFeedsRepository } from '../people-feeds.repository.js';
import { SignalsRepository, type Transmitter } from '../signals/signals.repository.js';

export type TransmitterInput = Pick<Transmitter, 'name' | 'issuer' | 'jwksUrl' | 'audience' | 'algorithms' | 'enabled'>;

/** Says whose security events are taken. Each transmitter has a feed of its own: what it says of people is its word. */
@Injectable()
export class ShapeTransmitters {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async add(actor: Actor, input: TransmitterInput): Promise<string> {
    const id = newId(this.clock);
    const feedId = newId(this.clock);
    const at = this.clock.now();
    await this.database.transaction(async (tx) => {
      const feed = {
        id: feedId,
        name: `signals: ${input.name}`,
        kind: 'signals' as const,
        rank: 15,
        options: {},
        caller: null,
      };
      if (!(await tx.use(PeopleFeedsRepository).insert(feed, at))) throw new NameTaken('feed');
      if (!(await tx.use(SignalsRepository).insert({ id, feedId, ...input }, at))) throw new NameTaken('transmitter');
      await this.audit.record(tx, {
        type: 'people.transmitter-added',
        actor,
        target: { type: 'signal-transmitter', id },
        data: { feed: feedId, ...input },
      });
    });
    return id;
  }

  async change(actor: Actor, id: string, seen: number, input: TransmitterInput): Promise<void> {
    await this.database.transaction(async (tx) => {
      const signals = tx.use(SignalsRepository);
      const before = await signals.forChange(id);
      if (!before) throw new NotFound('transmitter');
      assertUnchanged(before, seen);
      if (await signals.isTaken(input.name, input.issuer, id)) throw new NameTaken('transmitter');
      await signals.save({ ...before, ...input, version: before.version + 1 });
      const { name, issuer, jwksUrl, audience, algorithms, enabled } = before;
      await this.audit.record(tx, {
        type: 'people.transmitter-changed',
        actor,
        target: { type: 'signal-transmitter', id },
        data: { before: { name, issuer, jwksUrl, audience, algorithms, enabled }, after: input },
      });
    });
  }
}
