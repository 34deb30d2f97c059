import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/index.js';
import type { Tx } from '../../platform/database/index.js';
import { DigestClocksRepository } from '../clocks.repository.js';

/** Has people told now what they owe, because somebody asked for it: beside the digest of the day, and within their quiet hours still not. */
@Injectable()
export class SummonDigests {
  constructor(private readonly clock: Clock) {}

  executeIn(tx: Tx, people: readonly string[]): Promise<void> {
    return tx.use(DigestClocksRepository).summon(people, this.clock.now());
  }
}
