import { PoliciesRepository, type PolicyAction } from '../../checks/index.js';
import type { Severity, SubjectType } from '../../checks/sdk/index.js';
import type { Tx } from '../../platform/database/index.js';
import type { FindingStatus } from '../findings.repository.js';

/** What a finding asks to be done at the source now, by the policy that decided on it. */
export interface AskedAction {
  readonly finding: string;
  readonly check: string;
  readonly reason: string;
  readonly severity: Severity;
  readonly subjectType: SubjectType;
  readonly subjectId: string;
  /** How many times it has been open. */
  readonly timesOpened: number;
  /** Null = it asks for nothing: see `because`. */
  readonly action: PolicyAction | null;
  readonly because: 'asked' | 'resolved' | 'excepted' | 'not-asked';
  readonly policy: { readonly id: string; readonly name: string; readonly version: number } | null;
}

interface Row extends Omit<AskedAction, 'action' | 'because' | 'policy'> {
  readonly status: FindingStatus;
  readonly mode: string;
  readonly policyId: string | null;
}

/** What these findings ask for now, one row for each; whatever is resolved, or allowed to stand, asks for nothing. */
export async function askedActions(tx: Tx, findingIds: readonly string[]): Promise<AskedAction[]> {
  const rows =
    await tx.sql<Row>`SELECT f.id AS finding, f.check_id AS check, f.reason, f.severity, f.subject_type AS "subjectType", f.subject_id AS "subjectId", f.times_opened AS "timesOpened", f.status, f.mode, f.policy_id AS "policyId"
    FROM findings f WHERE f.id = ANY(${findingIds}::uuid[]) ORDER BY f.id`;
  const policies = await tx
    .use(PoliciesRepository)
    .byIds([...new Set(rows.flatMap(({ policyId }) => (policyId === null ? [] : [policyId])))]);
  return rows.map(({ status, mode, policyId, ...row }) => {
    const policy = (policyId === null ? undefined : policies.get(policyId)) ?? null;
    const action = policy?.checks.find(({ id, enabled }) => enabled && id === row.check)?.action ?? null;
    const because =
      status === 'resolved' || status === 'excepted'
        ? status
        : mode === 'enforce' && action !== null
          ? 'asked'
          : 'not-asked';
    return {
      ...row,
      action: because === 'asked' ? action : null,
      because,
      policy: policy && { id: policy.id, name: policy.name, version: policy.version },
    };
  });
}

/** Open findings that a policy enforces, in the order of their ids. */
export async function enforcedFindings(
  tx: Tx,
  policyId: string,
  after: string | null,
  limit: number,
): Promise<string[]> {
  const rows = await tx.sql<{
    id: string;
  }>`SELECT id FROM findings WHERE policy_id = ${policyId} AND mode = 'enforce' AND status IN ('open', 'acknowledged') AND id > ${after ?? '00000000-0000-0000-0000-000000000000'}::uuid ORDER BY id LIMIT ${limit}`;
  return rows.map(({ id }) => id);
}
