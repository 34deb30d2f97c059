import type { Tx } from '../platform/database/index.js';

export interface SignatureView {
  readonly id: string;
  readonly campaign: string;
  readonly statement: string;
  readonly decisions: number;
  readonly decisionsHash: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly signedAt: string;
}

export interface Signature {
  readonly id: string;
  readonly campaignId: string;
  readonly personId: string;
  readonly actor: string;
  readonly authentication: Readonly<Record<string, unknown>>;
  readonly statement: string;
  readonly decisions: number;
  readonly decisionsHash: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly signedAt: Date;
}

export class SignaturesRepository {
  constructor(private readonly tx: Tx) {}

  async add(s: Signature): Promise<void> {
    await this.tx
      .sql`INSERT INTO review_signatures (id, campaign_id, person_id, actor, authentication, statement, decisions, decisions_hash, counts, signed_at)
      VALUES (${s.id}, ${s.campaignId}, ${s.personId}, ${s.actor}, ${JSON.stringify(s.authentication)}, ${s.statement}, ${s.decisions}, ${s.decisionsHash}, ${JSON.stringify(s.counts)}, ${s.signedAt})`;
  }
}
