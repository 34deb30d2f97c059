import type { Actions, Call } from '../call.js';
import { noSuchEntity } from '../errors.js';
import { page } from '../paging.js';
import type { AwsAccount, ManagedPolicy, PolicyHolder } from '../world.js';
import { encoded } from './shapes.js';

const holders = (account: AwsAccount): PolicyHolder[] => [
  ...account.users.values(),
  ...account.groups.values(),
  ...account.roles.values(),
];
const bounded = (account: AwsAccount): (string | undefined)[] =>
  [...account.users.values(), ...account.roles.values()].map(({ boundary }) => boundary);

/** The policies of AWS that the account uses in some way. */
export function awsPoliciesInUse(account: AwsAccount): ManagedPolicy[] {
  const used = new Set([...holders(account).flatMap(({ attached }) => [...attached]), ...bounded(account)]);
  return [...account.world.awsPolicies.values()].filter(({ arn }) => used.has(arn));
}

/** How often each policy is attached, counted once for a whole answer. */
export function attachmentCounts(account: AwsAccount): {
  attached: Map<string, number>;
  bounding: Map<string, number>;
} {
  const attached = new Map<string, number>();
  const bounding = new Map<string, number>();
  const count = (counts: Map<string, number>, arn: string) => counts.set(arn, (counts.get(arn) ?? 0) + 1);
  for (const holder of holders(account)) for (const arn of holder.attached) count(attached, arn);
  for (const arn of bounded(account)) if (arn !== undefined) count(bounding, arn);
  return { attached, bounding };
}

export const policyFacts = (policy: ManagedPolicy, counts: ReturnType<typeof attachmentCounts>) => ({
  PolicyName: policy.name,
  PolicyId: policy.id,
  Arn: policy.arn,
  Path: policy.path,
  DefaultVersionId: policy.defaultVersion,
  AttachmentCount: counts.attached.get(policy.arn) ?? 0,
  PermissionsBoundaryUsageCount: counts.bounding.get(policy.arn) ?? 0,
  IsAttachable: true,
  Description: policy.description,
  CreateDate: new Date(policy.createdAt),
  UpdateDate: new Date(policy.updatedAt),
});

function named(call: Call): ManagedPolicy {
  const arn = call.needed('PolicyArn');
  const policy = call.account.policies.get(arn) ?? call.world.awsPolicies.get(arn);
  if (!policy) throw noSuchEntity(`policy ${arn}`);
  return policy;
}

export const policyActions: Actions = {
  ListPolicies(call) {
    const scope = call.text('Scope') ?? 'All';
    const attachedOnly = call.text('OnlyAttached') === 'true';
    const counts = attachmentCounts(call.account);
    const policies = [
      ...(scope === 'AWS' ? [] : call.account.policies.values()),
      ...(scope === 'Local' ? [] : call.world.awsPolicies.values()),
    ];
    return page(
      call,
      'Policies',
      policies.filter(({ arn }) => !attachedOnly || counts.attached.has(arn)),
      (policy) => policyFacts(policy, counts),
    );
  },

  GetPolicy: (call) => ({ Policy: policyFacts(named(call), attachmentCounts(call.account)) }),

  GetPolicyVersion(call) {
    const policy = named(call);
    const version = policy.versions.find(({ id }) => id === call.needed('VersionId'));
    if (!version) throw noSuchEntity(`policy version ${call.needed('VersionId')}`);
    return {
      PolicyVersion: {
        VersionId: version.id,
        IsDefaultVersion: version.id === policy.defaultVersion,
        CreateDate: new Date(version.createdAt),
        Document: encoded(version.document),
      },
    };
  },
};
