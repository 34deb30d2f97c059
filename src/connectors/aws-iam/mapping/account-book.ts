import type { Emitted, LastUse, Ref } from '../../sdk/index.js';
import { aiUseOf } from './ai-use.js';
import type { AttachedPolicy, GroupDetail, ManagedPolicyDetail, RoleDetail, UserDetail } from './details.js';
import { needed } from './details.js';
import { managedPolicy, type PolicyEntry, unseenAwsPolicy } from './entitlements.js';
import type { Frame } from './frame.js';
import { readArn } from './frame.js';
import { grant, type Holdings, holdingsOf, reached } from './holdings.js';
import { type GroupEntry, groupRecord, type UserEntry, userEntry, userRecord, userRef } from './identities.js';
import { iso } from './instants.js';
import type { Judgement } from '../policy/judgement.js';
import { roleUse, roleUseInFile, serviceUse, type ServiceUse } from './last-use.js';
import { aiTrusts, federatedTrusts, roleEntry, roleRecord, roleTrusts } from './roles.js';
import { tagsOf } from './tags.js';

interface GroupBook {
  readonly ref: Ref;
  readonly membership: Ref;
  readonly holdings: Holdings;
}

/** What mapping one identity gave. */
export interface Mapped {
  /** Entitlements first, then the identity, then what refers to both. */
  readonly emitted: readonly Emitted[];
  /** ARNs of policies, and names of groups, it has and nobody described. */
  readonly unseen: readonly string[];
}

/**
 * The services an identity asked, by AWS's record. Null = nobody looks at it here; 'missing' = it could not be read this
 * time, so that what it proved before must stay as it is.
 */
export type FoundUse = ServiceUse | 'missing' | null;

const QUARANTINE = /^arn:[^:]+:iam::aws:policy\/(?:[^/]+\/)*AWSCompromisedKeyQuarantine(?:V\d+)?$/;

/**
 * What is known of an account's policies and groups, in which users and roles are looked up: policies go in first, then
 * groups, then identities come out. It holds what AWS's quotas allow an account to have, and no identity.
 */
export class AccountBook {
  private readonly policies = new Map<string, PolicyEntry>();
  private readonly groups = new Map<string, GroupBook>();
  /** Records of policies that were met before they were described. */
  private standIns: Emitted[] = [];

  constructor(
    private readonly frame: Frame,
    private readonly options: {
      /** Whether a policy of AWS's that was not described is shown all the same: a file may leave them out. */
      readonly showUnseenAwsPolicies?: boolean;
      /** Whether anybody holds a policy: the text of one that nobody holds is not kept. Left out = all are kept. */
      readonly isHeld?: (arn: string) => boolean;
    } = {},
  ) {}

  async addPolicy(detail: ManagedPolicyDetail): Promise<Emitted> {
    const { entry, emitted } = await managedPolicy(this.frame, detail);
    const arn = needed(detail.Arn, 'Arn');
    if (this.options.isHeld?.(arn) ?? true) this.policies.set(arn, entry);
    return emitted;
  }

  async addGroup(detail: GroupDetail): Promise<Mapped> {
    const group: GroupEntry = {
      id: needed(detail.GroupId, 'GroupId'),
      name: needed(detail.GroupName, 'GroupName'),
      arn: needed(detail.Arn, 'Arn'),
      path: detail.Path,
      createdAt: iso(detail.CreateDate),
    };
    const ref: Ref = { type: 'aws.group', id: group.id };
    const membership: Ref = { type: 'aws.group-membership', id: group.id };
    const holdings = await holdingsOf(group, detail.AttachedManagedPolicies, detail.GroupPolicyList, (arn) =>
      this.see(arn),
    );
    this.groups.set(group.name, { ref, membership, holdings });
    const reach = await reached(holdings.policies, holdings.unseen, null);
    const ai = aiUseOf(reach, [], null);
    const entitlement: Emitted = {
      record: {
        entity: 'entitlement',
        ...membership,
        name: group.name,
        kind: 'group-membership',
        privilege: reach.privilege,
        managedBy: 'us',
        aiService: reach.judgement.ai.length > 0,
        attributes: { arn: group.arn },
      },
    };
    const record = groupRecord(this.frame, group, { privilege: reach.privilege, ...(ai ? { aiUse: ai } : {}) });
    return {
      emitted: [
        ...this.takeStandIns(),
        ...holdings.inline,
        entitlement,
        { record },
        ...holdings.policies.map((policy) => grant(ref, policy.ref, null, undefined)),
      ],
      unseen: holdings.unseen,
    };
  }

  async user(detail: UserDetail, found: FoundUse): Promise<Mapped & { readonly entry: UserEntry }> {
    const services = found === 'missing' ? null : found;
    const entry = userEntry(detail, quarantine(detail.AttachedManagedPolicies));
    const holdings = await holdingsOf(entry, detail.AttachedManagedPolicies, detail.UserPolicyList, (arn) =>
      this.see(arn),
    );
    const memberships = (detail.GroupList ?? []).map((name) => ({ name, group: this.groups.get(name) }));
    const groups = memberships.flatMap(({ group }) => (group ? [group] : []));
    const unseen = [...holdings.unseen, ...memberships.flatMap(({ name, group }) => (group ? [] : [`group ${name}`]))];
    const all = [...holdings.policies, ...groups.flatMap((group) => group.holdings.policies)];
    const reach = await reached(
      all,
      [...unseen, ...groups.flatMap((group) => group.holdings.unseen)],
      this.boundaryOf(detail),
    );
    const ai = aiUseOf(reach, [], services);
    const record = userRecord(
      this.frame,
      entry,
      { path: detail.Path, tags: tagsOf(detail.Tags), boundary: detail.PermissionsBoundary?.PermissionsBoundaryArn },
      { privilege: reach.privilege, ...(ai ? { aiUse: ai } : {}) },
    );
    const use = this.useOf('all', services, entry.createdAt);
    const ref = userRef(entry);
    const through = (policy: PolicyEntry, via: Ref | null) =>
      grant(ref, policy.ref, via, this.useOf(policy.judgement?.services ?? [], services, entry.createdAt));
    return {
      entry,
      unseen,
      emitted: [
        ...this.takeStandIns(),
        ...holdings.inline,
        { record, ...(use ? { use } : {}), ...(found === 'missing' && !ai ? { partial: true } : {}) },
        ...holdings.policies.map((policy) => through(policy, null)),
        ...groups.flatMap((group) => [
          grant(ref, group.membership, null, undefined),
          ...group.holdings.policies.map((policy) => through(policy, group.ref)),
        ]),
      ],
    };
  }

  async role(detail: RoleDetail, found: FoundUse): Promise<Mapped> {
    const services = found === 'missing' ? null : found;
    const entry = roleEntry(detail);
    const trusts = roleTrusts(detail);
    const holdings = await holdingsOf(entry, detail.AttachedManagedPolicies, detail.RolePolicyList, (arn) =>
      this.see(arn),
    );
    const reach = await reached(holdings.policies, holdings.unseen, this.boundaryOf(detail));
    const ai = aiUseOf(reach, aiTrusts(trusts), services);
    const record = roleRecord(this.frame, detail, entry, trusts, {
      privilege: reach.privilege,
      ...(ai ? { aiUse: ai } : {}),
    });
    const lastUsed = detail.RoleLastUsed
      ? { at: iso(detail.RoleLastUsed.LastUsedDate), region: detail.RoleLastUsed.Region }
      : null;
    const { asOf } = this.frame;
    const use =
      asOf === null
        ? roleUseInFile(lastUsed)
        : roleUse(lastUsed, serviceUse(services, 'all', entry.createdAt, asOf), entry.createdAt, asOf);
    const ref: Ref = { type: 'aws.role', id: entry.id };
    return {
      unseen: holdings.unseen,
      emitted: [
        ...this.takeStandIns(),
        ...holdings.inline,
        { record, ...(use ? { use } : {}), ...(found === 'missing' && !ai ? { partial: true } : {}) },
        ...federatedTrusts(entry, trusts),
        ...holdings.policies.map((policy) =>
          grant(ref, policy.ref, null, this.useOf(policy.judgement?.services ?? [], services, entry.createdAt)),
        ),
      ],
    };
  }

  /** A file tells nothing of services. */
  private useOf(
    granted: Judgement['services'],
    services: ServiceUse | null,
    createdAt: string | null,
  ): LastUse | undefined {
    const { asOf } = this.frame;
    return asOf === null ? undefined : serviceUse(services, granted, createdAt, asOf);
  }

  private boundaryOf({ PermissionsBoundary: boundary }: UserDetail | RoleDetail): PolicyEntry | 'unread' | null {
    const arn = boundary?.PermissionsBoundaryArn;
    return arn ? (this.policies.get(arn) ?? 'unread') : null;
  }

  private async see(arn: string): Promise<PolicyEntry | null> {
    const known = this.policies.get(arn);
    if (known || !this.options.showUnseenAwsPolicies || readArn(arn)?.account !== null || !readArn(arn))
      return known ?? null;
    const { entry, emitted } = await unseenAwsPolicy(this.frame, arn);
    this.policies.set(arn, entry);
    this.standIns.push(emitted);
    return entry;
  }

  private takeStandIns(): Emitted[] {
    const taken = this.standIns;
    this.standIns = [];
    return taken;
  }
}

/** The policy that shows that AWS found a key of the user in public, by its name; null = none. */
function quarantine(attached: readonly AttachedPolicy[] | undefined): string | null {
  const found = attached?.find(({ PolicyArn: arn }) => arn !== undefined && QUARANTINE.test(arn))?.PolicyArn;
  return found ? found.slice(found.lastIndexOf('/') + 1) : null;
}
