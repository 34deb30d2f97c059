import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { sha256Hex } from '../../platform/crypto/index.js';
import type { Tx } from '../../platform/database/index.js';
import type { Actor } from '../../platform/http/index.js';
import { type Move, moveItems } from '../queries/items-to-move.js';

const SHOWN = 100;

/** Gives open items to somebody else; one audit entry for each campaign, reviewer before and reviewer after. */
@Injectable()
export class MoveItems {
  constructor(
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async executeIn(tx: Tx, actor: Actor, moves: readonly Move[]): Promise<number> {
    const real = moves.filter(
      ({ item, to, delegatedFrom }) => item.reviewerId !== to || item.delegatedFrom !== delegatedFrom,
    );
    if (real.length === 0) return 0;
    await moveItems(tx, real, actor.id, this.clock.now());
    const groups = new Map<string, Move[]>();
    for (const move of real) {
      const key = `${move.item.campaignId} ${move.item.reviewerId} ${move.to} ${move.because}`;
      groups.set(key, [...(groups.get(key) ?? []), move]);
    }
    for (const group of groups.values()) {
      const [{ item, to, because }] = group as [Move];
      const ids = group.map((move) => move.item.id).sort();
      await this.audit.record(tx, {
        type: 'certification.items-moved',
        actor,
        target: { type: 'campaign', id: item.campaignId },
        data: {
          from: item.reviewerId,
          to,
          because,
          items: ids.length,
          ids: ids.slice(0, SHOWN),
          digest: `sha256:${sha256Hex(ids.join('\n'))}`,
        },
      });
    }
    return real.length;
  }
}
