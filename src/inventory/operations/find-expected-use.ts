import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/index.js';
import { systemActor } from '../../platform/http/index.js';
import { findRhythms } from '../queries/find-rhythms.js';
import { JudgeTouched } from './judge-touched.js';

const CHUNK = 10_000;

/** Finds the expected use of identities out of how they are used. Found is not approved: it is for a person to confirm. */
@Injectable()
export class FindExpectedUse {
  constructor(
    private readonly database: Database,
    private readonly judge: JudgeTouched,
  ) {}

  async execute(runId: string, signal?: AbortSignal): Promise<{ looked: number; changed: number }> {
    let [after, looked, changed]: [string | null, number, number] = [null, 0, 0];
    for (;;) {
      signal?.throwIfAborted();
      const done: { looked: string[]; changed: string[] } = await this.database.transaction(async (tx) => {
        const found = await findRhythms(tx, after, CHUNK);
        if (found.changed.length > 0) await this.judge.judge(tx, found.changed, runId, systemActor('inventory'));
        return found;
      });
      looked += done.looked.length;
      changed += done.changed.length;
      if (done.looked.length < CHUNK) return { looked, changed };
      after = done.looked.at(-1)!;
    }
  }
}
