import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { Database } from '../../platform/database/index.js';
import { type Actor, NotFound } from '../../platform/http/index.js';
import { Marks } from '../../subjects/index.js';
import { ConsumersRepository, type NewConsumer } from '../consumers.repository.js';

/** Somebody says where a credential is installed or used from, or that it no longer is. What a source observed stays. */
@Injectable()
export class DeclareConsumer {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly marks: Marks,
    private readonly clock: Clock,
  ) {}

  async execute(actor: Actor, credentialId: string, consumer: NewConsumer, reason: string | null): Promise<void> {
    await this.database.transaction(async (tx) => {
      const consumers = tx.use(ConsumersRepository);
      if (!(await consumers.lockCredential(credentialId))) throw new NotFound('credential');
      if (!(await consumers.declare(credentialId, consumer, actor.id, reason, this.clock.now()))) return;
      await this.marks.mark(tx, 'credential', credentialId);
      await this.audit.record(tx, {
        type: 'inventory.consumer-declared',
        actor,
        target: { type: 'credential', id: credentialId },
        data: { ...consumer, reason },
      });
    });
  }

  async withdraw(actor: Actor, credentialId: string, consumer: NewConsumer): Promise<void> {
    await this.database.transaction(async (tx) => {
      const consumers = tx.use(ConsumersRepository);
      if (!(await consumers.lockCredential(credentialId))) throw new NotFound('credential');
      if (!(await consumers.withdraw(credentialId, consumer))) throw new NotFound('declared consumer');
      await this.marks.mark(tx, 'credential', credentialId);
      await this.audit.record(tx, {
        type: 'inventory.consumer-withdrawn',
        actor,
        target: { type: 'credential', id: credentialId },
        data: { ...consumer },
      });
    });
  }
}
