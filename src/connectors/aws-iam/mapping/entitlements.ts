import { createHash } from 'node:crypto';
import type { Emitted, PrivilegeStatement, Ref } from '../../sdk/index.js';
import { type PolicyDocument, readPolicy, UnreadablePolicy } from '../policy/document.js';
import { judge, type Judgement } from '../policy/judgement.js';
import { type InlinePolicy, type ManagedPolicyDetail, needed } from './details.js';
import type { Frame } from './frame.js';
import { readArn } from './frame.js';
import { iso } from './instants.js';

/** A policy that can be granted: what records say of it, and what it takes to judge who holds it. */
export interface PolicyEntry {
  readonly ref: Ref;
  readonly name: string;
  readonly arn: string | null;
  /** Null = its text could not be read. */
  readonly document: PolicyDocument | null;
  readonly judgement: Judgement | null;
}

const POLICY_ONLY = ['what other policies of its holder add or deny', 'organisation policies', 'policies of resources'];
const SHOWN_SERVICES = 40;

/** AWS's own policies have the same id in every account: the account's number makes each account's one its own. */
export const awsPolicyId = (frame: Frame, id: string): string => `${frame.account}/${id}`;

/** AWS gives inline policies no id of their own: the owner's, and a digest of the name. */
export const inlinePolicyId = (ownerId: string, name: string): string =>
  `${ownerId}/inline/${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;

export async function managedPolicy(
  frame: Frame,
  detail: ManagedPolicyDetail,
): Promise<{ entry: PolicyEntry; emitted: Emitted }> {
  const arn = needed(detail.Arn, 'Arn');
  const name = detail.PolicyName ?? arn.slice(arn.lastIndexOf('/') + 1);
  const isOurs = readArn(arn)?.account !== null && readArn(arn) !== null;
  const policyId = needed(detail.PolicyId, 'PolicyId');
  const version = detail.PolicyVersionList?.find(
    ({ IsDefaultVersion: isDefault, VersionId: id }) =>
      isDefault === true || (isDefault === undefined && id === detail.DefaultVersionId),
  );
  const ref: Ref = isOurs
    ? { type: 'aws.managed-policy', id: policyId }
    : { type: 'aws.aws-managed-policy', id: awsPolicyId(frame, policyId) };
  const entry = await entryOf(ref, name, arn, version?.Document);
  return {
    entry,
    emitted: entitlement(entry, isOurs ? 'managed-policy' : 'aws-managed-policy', {
      path: detail.Path,
      version: detail.DefaultVersionId,
      createdAt: iso(detail.CreateDate),
      updatedAt: iso(detail.UpdateDate),
    }),
  };
}

export async function inlinePolicy(
  owner: { readonly id: string; readonly name: string },
  policy: InlinePolicy,
): Promise<{ entry: PolicyEntry; emitted: Emitted }> {
  const name = needed(policy.PolicyName, 'PolicyName');
  const entry = await entryOf(
    { type: 'aws.inline-policy', id: inlinePolicyId(owner.id, name) },
    name,
    null,
    policy.PolicyDocument,
  );
  return { entry, emitted: entitlement(entry, 'inline-policy', { of: owner.name }) };
}

/** What AWS's policies of these names say, and have said ever since. Of the others nobody knows without seeing them. */
const WELL_KNOWN: Readonly<Record<string, unknown>> = {
  AdministratorAccess: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
};

/** A policy of AWS's own that somebody holds and whose text a file does not bring along. */
export async function unseenAwsPolicy(frame: Frame, arn: string): Promise<{ entry: PolicyEntry; emitted: Emitted }> {
  const name = arn.slice(arn.lastIndexOf('/') + 1);
  const entry = await entryOf(
    { type: 'aws.aws-managed-policy', id: awsPolicyId(frame, arn) },
    name,
    arn,
    WELL_KNOWN[name],
  );
  return { entry, emitted: entitlement(entry, 'aws-managed-policy', {}) };
}

async function entryOf(ref: Ref, name: string, arn: string | null, text: unknown): Promise<PolicyEntry> {
  const document = readable(text);
  return { ref, name, arn, document, judgement: document && (await judge({ policies: [{ name, document }] })) };
}

/** The document, or null where it cannot be read: then nobody knows what it allows. */
export function readable(text: unknown): PolicyDocument | null {
  try {
    return readPolicy(text);
  } catch (error) {
    if (error instanceof UnreadablePolicy) return null;
    throw error;
  }
}

function entitlement(
  { ref, name, arn, document, judgement }: PolicyEntry,
  kind: string,
  more: Record<string, unknown>,
): Emitted {
  const services = judgement?.services ?? [];
  const attributes = {
    ...(arn ? { arn } : {}),
    ...Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined && value !== null)),
    ...(document ? { digest: document.digest } : {}),
    ...(services === 'all'
      ? { services: ['*'] }
      : {
          services: services.slice(0, SHOWN_SERVICES),
          ...(services.length > SHOWN_SERVICES ? { servicesInAll: services.length } : {}),
        }),
  };
  return {
    record: {
      entity: 'entitlement',
      ...ref,
      name,
      kind,
      privilege: judgement
        ? privilegeOf(judgement, POLICY_ONLY)
        : { level: 'unknown', because: ['its text could not be read'], notConsidered: ['the policy itself'] },
      managedBy: ref.type === 'aws.aws-managed-policy' ? 'cloud-provider' : 'us',
      aiService: (judgement?.ai.length ?? 0) > 0,
      attributes,
    },
  };
}

export const privilegeOf = (
  { level, because, notConsidered, escalation }: Judgement,
  always: readonly string[],
): PrivilegeStatement => ({
  level,
  because,
  notConsidered: [...always, ...notConsidered],
  ...(escalation.length > 0 ? { escalation } : {}),
});
