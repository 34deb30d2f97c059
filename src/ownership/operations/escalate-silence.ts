import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { Database } from '../../platform/database/index.js';
import { systemActor } from '../../platform/http/index.js';
import { OwnershipRulesRepository } from '../ownership-rules.repository.js';
import { type Broken, breakSilence } from '../queries/silence.js';

const CHUNK = 5_000;

/** Silence is not acceptance: it reminds, and then asks the next. Nobody is told from here; who tells them follows the entries. */
@Injectable()
export class EscalateSilence {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async execute(runId: string, signal?: AbortSignal): Promise<{ reminded: number; escalated: number }> {
    const counts = { reminded: 0, escalated: 0 };
    for (;;) {
      signal?.throwIfAborted();
      const broken = await this.database.transaction(async (tx) => {
        const now = this.clock.now();
        const rows = await breakSilence(tx, await tx.use(OwnershipRulesRepository).heads(now), now, CHUNK);
        for (const what of ['reminded', 'escalated'] as const) {
          const some = rows.filter((row) => row.what === what);
          if (some.length === 0) continue;
          counts[what] += some.length;
          await this.audit.record(tx, {
            type: `ownership.acceptances-${what}`,
            actor: systemActor('ownership'),
            target: { type: 'ownership-escalation-run', id: runId },
            data: told(some),
          });
        }
        return rows.length;
      });
      if (broken < CHUNK) return counts;
    }
  }
}

/** Each person once, with how many are waited for: three hundred identities are one reminder. */
function told(rows: readonly Broken[]): Record<string, unknown> {
  const persons = new Map<string, { person: string; step: string; identities: number }>();
  for (const { personId, step } of rows) {
    if (personId === null) continue;
    const key = `${personId} ${step}`;
    const known = persons.get(key);
    if (known) known.identities++;
    else persons.set(key, { person: personId, step, identities: 1 });
  }
  return {
    identities: rows.length,
    queued: rows.filter(({ step }) => step === 'queue').length,
    persons: [...persons.values()],
  };
}
