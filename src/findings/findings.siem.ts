import type { Checks } from '../checks/index.js';
import type { Severity } from '../checks/sdk/index.js';
import { type Contributions, ocsfBase } from '../notifications/index.js';
import { sql } from '../platform/database/index.js';
import type { FindingEvent, FindingStatus } from './findings.repository.js';

const CATEGORY_FINDINGS = 2;
const COMPLIANCE_FINDING = 2003;
const ACTIVITY: Readonly<Record<FindingEvent['type'], 1 | 2 | 3>> = {
  opened: 1,
  reopened: 1,
  worsened: 2,
  eased: 2,
  acknowledged: 2,
  'mode-changed': 2,
  commented: 2,
  assigned: 2,
  'due-moved': 2,
  'exception-requested': 2,
  'exception-approved': 2,
  'exception-rejected': 2,
  'exception-ended': 2,
  resolved: 3,
};
const SEVERITY: Readonly<Record<Severity, number>> = { low: 2, medium: 3, high: 4, critical: 5 };
const STATUS: Readonly<Record<FindingStatus, number>> = { open: 1, acknowledged: 2, excepted: 3, resolved: 4 };
const [UNKNOWN, PASS, FAIL] = [0, 1, 3];
const RULE = 1;

interface Row {
  readonly id: string;
  readonly at: Date;
  readonly type: FindingEvent['type'];
  readonly actor: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly findingId: string;
  readonly check: string;
  readonly subjectType: string;
  readonly subjectId: string;
  readonly subjectName: string | null;
  readonly reason: string;
  readonly severity: Severity;
  readonly status: FindingStatus;
  readonly mode: string;
  readonly since: Date;
  readonly openedAt: Date;
  readonly dueAt: Date | null;
}

/** Every turn in the story of a finding as an OCSF Compliance Finding (2003). */
export function contributeFindingsLog(contributions: Contributions, checks: Checks): void {
  const byId = new Map(checks.all.map((check) => [check.id, check]));
  contributions.logs({
    name: 'findings',
    rows: sql`SELECT e.xid, e.id, e.at, e.type, e.actor, e.data, f.id AS "findingId", f.check_id AS "check", f.subject_type AS "subjectType", f.subject_id AS "subjectId", coalesce(i.display_name, c.display_name) AS "subjectName",
        f.reason, f.severity, f.status, f.mode, f.since, f.opened_at AS "openedAt", f.due_at AS "dueAt"
      FROM finding_events e JOIN findings f ON f.id = e.finding_id LEFT JOIN identities i ON f.subject_type = 'identity' AND i.id = f.subject_id LEFT JOIN credentials c ON f.subject_type = 'credential' AND c.id = f.subject_id`,
    toOcsf: (row) => toOcsf(row as unknown as Row, byId.get((row as unknown as Row).check)),
  });
}

function toOcsf(row: Row, check: Checks['all'][number] | undefined): Record<string, unknown> {
  const severity = severityThen(row);
  const controls = check?.controls ?? [];
  const name = row.subjectName ?? row.subjectId;
  return {
    ...ocsfBase({
      uid: `finding-event:${row.id}`,
      at: row.at,
      category: CATEGORY_FINDINGS,
      class: COMPLIANCE_FINDING,
      activity: ACTIVITY[row.type],
      severity: SEVERITY[severity],
    }),
    message: `${row.type}: ${row.check}: ${name} (${row.reason})`,
    status_id: STATUS[statusThen(row)],
    finding_info: {
      uid: row.findingId,
      title: check?.title ?? row.check,
      desc: check?.risk ?? row.reason,
      types: [row.check],
      analytic: { type_id: RULE, uid: row.check, name: check?.title ?? row.check },
      first_seen_time: row.since.getTime(),
      created_time: row.openedAt.getTime(),
      modified_time: row.at.getTime(),
    },
    compliance: {
      control: row.check,
      standards: [...new Set(controls.map(({ framework }) => framework))],
      requirements: controls.map(({ framework, id }) => `${framework} ${id}`),
      // Resolved is not always mended: the subject may be gone, or something worse may stand in its place.
      status_id: row.type !== 'resolved' ? FAIL : row.data.resolution === 'fixed' ? PASS : UNKNOWN,
      status_detail: row.reason,
    },
    resources: [{ uid: row.subjectId, name, type: row.subjectType }],
    ...(check ? { remediation: { desc: check.remediation } } : {}),
    unmapped: {
      event: row.type,
      actor: row.actor,
      mode: row.mode,
      due_at: row.dueAt?.toISOString() ?? null,
      data: row.data,
    },
  };
}

/** The severity and status the event itself tells; where it does not, what the finding has now. */
function severityThen({ type, data, severity }: Row): Severity {
  const told =
    type === 'opened' || type === 'reopened' ? data.severity : type === 'worsened' || type === 'eased' ? data.to : null;
  return typeof told === 'string' && told in SEVERITY ? (told as Severity) : severity;
}
const statusThen = ({ type, data, status }: Row): FindingStatus =>
  type === 'resolved'
    ? 'resolved'
    : type === 'opened' || type === 'reopened'
      ? 'open'
      : type === 'acknowledged' && typeof data.to === 'string' && data.to in STATUS
        ? (data.to as FindingStatus)
        : status;
