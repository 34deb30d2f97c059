import type { Condition } from './document.js';

/** Condition keys that pin a trust to one party, by what is trusted. */
export const narrowsAs = {
  account: /^(?:sts:externalid|aws:principal(?:orgid|orgpaths|arn|account)|aws:userid)$/i,
  service: /^aws:source(?:account|arn|orgid|orgpaths)$/i,
  // Of web identities the subject, or what names the repository, project or workload; an audience only where it names one application.
  federation:
    /(?::(?:sub|repository|repository_id|repository_owner|repository_owner_id|job_workflow_ref|workflow_ref|project_id|project_path|namespace_id|terraform_workspace_id)|^saml:sub|^cognito-identity\.amazonaws\.com:aud|^accounts\.google\.com:aud|^www\.amazon\.com:app_id|^graph\.facebook\.com:app_id)$/i,
} as const;

/**
 * Operators that let nobody through who does not carry the value. `...IfExists` and `ForAllValues:` are true when the value
 * is missing altogether, so they pin nothing.
 */
const PINNING = /^(?:ForAnyValue:)?(?:StringEquals|StringEqualsIgnoreCase|StringLike|ArnEquals|ArnLike)$/i;

/** Whether one of the conditions pins the trust to one party. */
export const isPinned = (conditions: readonly Condition[], keys: RegExp): boolean =>
  conditions.some(
    ({ operator, key, values }) =>
      PINNING.test(operator) && keys.test(key) && values.length > 0 && values.every(isSpecific),
  );

/** Words that begin a subject and say of nobody who it is. */
const LEAD = /^(?:system:serviceaccount|[a-z_]+):/;

/** Whether a value names somebody, also with a wildcard at its end: `repo:acme/*` does, `repo:*` and `repo:acme*` do not. */
function isSpecific(value: string): boolean {
  const wildcard = value.search(/[*?]/);
  if (wildcard < 0) return value !== '';
  if (value.startsWith('arn:')) return /^arn:[^:*?]+:[^:]*:[^:]*:\d{12}:/.test(value);
  return /[:/]/.test(value.slice(0, wildcard).replace(LEAD, ''));
}
