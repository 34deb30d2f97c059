import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/index.js';
import { Database } from '../../platform/database/index.js';
import { systemActor } from '../../platform/http/index.js';
import { EndExceptions } from '../end-exceptions.js';
import { ExceptionsRepository } from '../exceptions.repository.js';

const CHUNK = 200;

/** Ends the exceptions whose time is up. What they allowed is open again, due when it was due all along. */
@Injectable()
export class ExpireExceptions {
  constructor(
    private readonly database: Database,
    private readonly endExceptions: EndExceptions,
    private readonly clock: Clock,
  ) {}

  async execute(signal?: AbortSignal): Promise<{ expired: number }> {
    let expired = 0;
    for (;;) {
      signal?.throwIfAborted();
      const done = await this.database.transaction(async (tx) => {
        const exceptions = tx.use(ExceptionsRepository);
        const at = this.clock.now();
        const findings = await exceptions.runningOut(at, CHUNK);
        await exceptions.lockFindings(findings);
        const ended = await this.endExceptions.execute(tx, systemActor('findings'), findings, 'time', at, {
          runOutBy: at,
        });
        expired += ended.length;
        return findings.length;
      });
      if (done === 0) return { expired };
    }
  }
}
