import { type Sql, sql } from '../../platform/database/index.js';

/** An action that a finding asks for. */
export interface RowToPlan {
  readonly kind: string;
  readonly targetType: string;
  readonly targetId: string;
  readonly identityId: string;
  readonly sourceId: string;
  readonly finding: string;
  readonly reason: string;
  readonly evidence: Readonly<Record<string, unknown>>;
}

/** The rows as `ActionsRepository.plan` takes them. */
export const rowsToPlan = (rows: readonly RowToPlan[]): Sql =>
  sql`SELECT r.kind, r."targetType" AS target_type, r."targetId" AS target_id, r."identityId" AS identity_id, r."sourceId" AS source_id, 'finding' AS basis_type, r.finding AS basis_id, r.reason, NULL::timestamptz AS not_before, r.evidence
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(kind text, "targetType" text, "targetId" uuid, "identityId" uuid, "sourceId" uuid, finding uuid, reason text, evidence jsonb)`;
