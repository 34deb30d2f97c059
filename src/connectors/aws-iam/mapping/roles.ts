import type {
  CredentialRecord,
  Emitted,
  IdentityRecord,
  ManagedBy,
  Nature,
  Stated,
  TrustRecord,
} from '../../sdk/index.js';
import { aiServiceOfPrincipal } from '../policy/ai-services.js';
import { trustsOf } from '../policy/trust.js';
import { needed, type RoleDetail } from './details.js';
import { readable } from './entitlements.js';
import type { Frame } from './frame.js';
import { circumstances, hints, present } from './identities.js';
import { iso } from './instants.js';
import { tagsOf } from './tags.js';

export interface RoleEntry {
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  readonly createdAt: string | null;
}

export const roleEntry = (detail: RoleDetail): RoleEntry => ({
  id: needed(detail.RoleId, 'RoleId'),
  name: needed(detail.RoleName, 'RoleName'),
  arn: needed(detail.Arn, 'Arn'),
  createdAt: iso(detail.CreateDate),
});

/** Who may become the role. A trust policy that cannot be read is one trust nobody can resolve, never none. */
export function roleTrusts(detail: RoleDetail): readonly TrustRecord[] {
  const document = readable(detail.AssumeRolePolicyDocument);
  if (document) return trustsOf(document);
  return [
    {
      principal: 'a trust policy that could not be read',
      kind: 'unresolvable',
      account: null,
      provider: 'aws',
      conditions: {},
      narrowed: false,
    },
  ];
}

/** Roles AWS runs itself: listed, and never asked of an owner. */
export function managedBy(path: string | undefined): Stated<ManagedBy> | undefined {
  if (path?.startsWith('/aws-service-role/'))
    return { value: 'cloud-provider', because: 'its path is /aws-service-role/: a service of AWS made it for itself' };
  if (path?.startsWith('/aws-reserved/'))
    return { value: 'cloud-provider', because: 'its path is /aws-reserved/: IAM Identity Center made it' };
  return undefined;
}

type Party = 'people' | 'machines' | 'open';

function partyOf({ kind, principal }: TrustRecord): Party {
  if (kind === 'service') return 'machines';
  if (kind !== 'federation') return 'open';
  if (/:saml-provider\//.test(principal)) return 'people';
  return /:oidc-provider\/(?:token\.actions\.githubusercontent\.com|oidc\.eks\.|gitlab\.|app\.terraform\.io|[^/]*\.oidc\.circleci)/.test(
    principal,
  )
    ? 'machines'
    : 'open';
}

/** Whether people or machines take the role, as far as its trust policy tells. */
export function natureOf(path: string | undefined, trusts: readonly TrustRecord[]): Stated<Nature> | undefined {
  if (path?.startsWith('/aws-reserved/sso.amazonaws.com/'))
    return { value: 'human', because: 'people take it through IAM Identity Center' };
  const parties = new Set(trusts.map(partyOf));
  if (parties.size === 0) return undefined;
  const named = [...new Set(trusts.map(({ principal }) => principal))].slice(0, 3).join(', ');
  if (parties.has('open'))
    return { value: 'undetermined', because: `it trusts ${named}: people and machines may be behind it` };
  if (parties.size === 2) return { value: 'mixed', because: `it trusts ${named}` };
  return parties.has('people')
    ? { value: 'human', because: `it trusts ${named}, through which people sign in` }
    : { value: 'non-human', because: `it trusts only ${named}` };
}

/** AI services the role trusts: an agent or a model acts as it. */
export const aiTrusts = (trusts: readonly TrustRecord[]): string[] =>
  trusts.flatMap(({ kind, principal }) =>
    kind === 'service' && aiServiceOfPrincipal(principal) ? [`trusts ${principal}`] : [],
  );

/** The record of a role, as far as the detail goes. */
export function roleRecord(
  frame: Frame,
  detail: RoleDetail,
  role: RoleEntry,
  trusts: readonly TrustRecord[],
  more: Partial<IdentityRecord> = {},
): IdentityRecord {
  const tags = tagsOf(detail.Tags);
  const provider = managedBy(detail.Path);
  const nature = natureOf(detail.Path, trusts);
  return {
    entity: 'identity',
    type: 'aws.role',
    id: role.id,
    name: role.name,
    kind: 'role',
    status: 'active',
    createdAt: role.createdAt,
    custody: 'assumable',
    ...(nature ? { nature } : {}),
    ...(provider ? { managedBy: provider } : {}),
    ...circumstances(frame, tags),
    trusts,
    ...more,
    attributes: present({
      arn: role.arn,
      path: detail.Path,
      permissionsBoundary: detail.PermissionsBoundary?.PermissionsBoundaryArn,
      instanceProfiles: detail.InstanceProfileList?.flatMap(({ InstanceProfileName: name }) => (name ? [name] : [])),
      ...hints(tags),
    }),
  };
}

/** What lets somebody outside become the role without a secret of AWS's: one for each provider it trusts. */
export function federatedTrusts(role: RoleEntry, trusts: readonly TrustRecord[]): Emitted[] {
  const federated = trusts.filter(({ kind }) => kind === 'federation');
  return [...new Set(federated.map(({ principal }) => principal))].map((principal) => {
    const through = federated.filter((trust) => trust.principal === principal);
    const record: CredentialRecord = {
      entity: 'credential',
      type: 'aws.federated-trust',
      id: `${role.id}/${principal}`,
      name: principal.slice(principal.indexOf('/') + 1),
      identity: { type: 'aws.role', id: role.id },
      kind: 'federated-trust',
      status: 'active',
      issuedAt: null,
      expiresAt: null,
      rotatedAt: null,
      rotatedBasis: 'unknown',
      attributes: {
        provider: principal,
        narrowed: through.every(({ narrowed }) => narrowed),
        conditions: through.map(({ conditions }) => conditions),
      },
    };
    return { record };
  });
}
