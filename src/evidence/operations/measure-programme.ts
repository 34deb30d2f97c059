import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Checks, Engine } from '../../checks/index.js';
import { Clock, DAY_MS } from '../../platform/clock/index.js';
import { Database } from '../../platform/database/index.js';
import { systemActor } from '../../platform/http/index.js';
import { ProgrammeDaysRepository } from '../programme-days.repository.js';
import { writeFigures } from '../queries/write-figures.js';

/** The checks whose outcomes the figures count. */
const COUNTED = {
  identityUse: 'identity-is-used',
  credentialUse: 'credential-is-used',
  credentialAge: 'credential-age-within-limit',
} as const;

/** What is younger may belong to a transaction that is not over: it is counted the next time. */
const STILL_WRITTEN_MS = 5 * 60_000;

/**
 * Writes down the figures of today, unit by unit, in one statement over the tables. Measured again on the same day it
 * replaces what it wrote. What opened and closed is counted from the measurement of an earlier day, so that a day on
 * which nothing ran loses none of it.
 */
@Injectable()
export class MeasureProgramme {
  constructor(
    private readonly database: Database,
    private readonly engine: Engine,
    private readonly checks: Checks,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async execute(evidence?: {
    readInput(input: unknown): void;
    usedParameters(parameters: unknown): void;
  }): Promise<{ units: number; identities: number; findings: number }> {
    return this.database.transaction(async (tx) => {
      const days = tx.use(ProgrammeDaysRepository);
      const now = this.clock.now();
      const day = now.toISOString().slice(0, 10);
      await days.lock();
      const countedUntil = new Date(now.getTime() - STILL_WRITTEN_MS);
      const countedFrom = (await days.lastBefore(day)) ?? new Date(countedUntil.getTime() - DAY_MS);
      const places = await this.engine.placesOf(tx);
      const place = (check: string): number => {
        const at = this.checks.get(check) ? places.get(check) : undefined;
        if (at === undefined) throw new Error(`The figures count the outcomes of ${check}, which is no check`);
        return at;
      };
      const letters = {
        identityUse: place(COUNTED.identityUse),
        credentialUse: place(COUNTED.credentialUse),
        credentialAge: place(COUNTED.credentialAge),
      };
      const before = await days.digestOf(day);
      await days.forget(day);
      const written = await writeFigures(tx, { day, now, countedFrom, countedUntil, letters });
      const total = (count: (row: (typeof written)[number]) => string): number =>
        written.reduce((sum, row) => sum + Number(count(row)), 0);
      const counts = {
        units: written.length,
        identities: total(({ identities }) => identities),
        findings: total(({ findings }) => findings),
      };
      evidence?.readInput({ day, countedFrom: countedFrom.toISOString(), written });
      evidence?.usedParameters(COUNTED);
      // Measuring the same again is no change.
      if ((await days.digestOf(day)) !== before)
        await this.audit.record(tx, {
          type: 'evidence.programme-measured',
          actor: systemActor('evidence'),
          target: { type: 'programme-day', id: day },
          data: { ...counts, countedFrom: countedFrom.toISOString() },
        });
      return counts;
    });
  }
}
