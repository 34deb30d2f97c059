import { sql } from '../platform/database/index.js';
import type { Contributions } from './contributions.js';

/** The version of the Open Cybersecurity Schema Framework that every event is written in. */
export const OCSF_VERSION = '1.5.0';

/** What every event of ours has in common. `uid` is the same for the same event, whenever it is read. */
export const ocsfBase = (event: {
  readonly uid: string;
  readonly at: Date;
  readonly category: number;
  readonly class: number;
  readonly activity: number;
  readonly severity: number;
}): Record<string, unknown> => ({
  metadata: {
    version: OCSF_VERSION,
    uid: event.uid,
    logged_time: event.at.getTime(),
    product: { name: 'Mandate', vendor_name: 'Mandate' },
  },
  time: event.at.getTime(),
  category_uid: event.category,
  class_uid: event.class,
  activity_id: event.activity,
  type_uid: event.class * 100 + event.activity,
  severity_id: event.severity,
});

const CATEGORY_IAM = 3;
const ENTITY_MANAGEMENT = 3004;
const [CREATE, UPDATE, DELETE, OTHER] = [1, 3, 4, 99];

/** What the past tense at the end of a type of entry did to its target. */
function activityOf(type: string): number {
  if (/-(?:created|added|registered|received|invited|assigned|linked)$/.test(type)) return CREATE;
  if (/-(?:removed|revoked|ended|deleted)$/.test(type)) return DELETE;
  if (/-(?:changed|set|renewed|accepted|confirmed|merged|overridden|acknowledged|switched-off)$/.test(type))
    return UPDATE;
  return OTHER;
}

interface Entry {
  readonly id: string;
  readonly at: Date;
  readonly actor: string;
  readonly type: string;
  readonly targetType: string;
  readonly targetId: string;
  readonly requestId: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Every entry of the audit log as OCSF Entity Management (3004). */
export function contributeAuditLog(contributions: Contributions): void {
  contributions.logs({
    name: 'audit',
    rows: sql`SELECT a.xid, a.id, a.at, a.actor, a.type, a.target_type AS "targetType", a.target_id AS "targetId", a.request_id AS "requestId", a.data FROM audit_entries a`,
    toOcsf: (row) => {
      const entry = row as unknown as Entry;
      const activity = activityOf(entry.type);
      return {
        ...ocsfBase({
          uid: `audit:${entry.id}`,
          at: entry.at,
          category: CATEGORY_IAM,
          class: ENTITY_MANAGEMENT,
          activity,
          severity: 1,
        }),
        ...(activity === OTHER ? { activity_name: entry.type } : {}),
        message: `${entry.type} ${entry.targetType} ${entry.targetId} by ${entry.actor}`,
        // The log has what was done; what was refused never got there.
        status_id: 1,
        actor: { user: { uid: entry.actor, name: entry.actor } },
        entity: { type: entry.targetType, uid: entry.targetId, name: entry.targetId },
        unmapped: { type: entry.type, data: entry.data, request_id: entry.requestId },
      };
    },
  });
}
