import type { TrustRecord } from '../../sdk/index.js';
import type { Condition, PolicyDocument, Statement } from './document.js';
import { speaksOf } from './effective.js';
import { isPinned, narrowsAs } from './trust-conditions.js';

const ASSUMING = ['sts:assumerole', 'sts:assumerolewithwebidentity', 'sts:assumerolewithsaml'];

/**
 * Who may become a role, by its trust policy. A Deny takes a trust away only where it surely does (the same principal or
 * everybody, without conditions); NotPrincipal on an Allow means anybody. Whether a principal is one of ours is judged
 * elsewhere, against the organisation's list of accounts.
 */
export function trustsOf(document: PolicyDocument): TrustRecord[] {
  const statements = document.statements.filter((statement) => ASSUMING.some((action) => speaksOf(statement, action)));
  const denied = statements.filter(
    ({ effect, conditions, isNotPrincipal }) => effect === 'Deny' && conditions.length === 0 && !isNotPrincipal,
  );
  const trusts = statements
    .filter(({ effect }) => effect === 'Allow')
    .flatMap((allow) =>
      principalsOf(allow)
        .filter(([kind, principal]) => !denied.some((deny) => deniesAll(deny, allow, kind, principal)))
        .map(([kind, principal]) => trustIn(kind, principal, allow)),
    );
  return [...new Map(trusts.map((trust) => [JSON.stringify(trust), trust])).values()];
}

const principalsOf = (statement: Statement): [kind: string, principal: string][] => {
  const named = Object.entries(statement.principals ?? {}).flatMap(([kind, names]) =>
    names.map((name): [string, string] => [kind, name]),
  );
  return statement.isNotPrincipal
    ? [['NotPrincipal', `everybody but ${named.map(([, name]) => name).join(', ')}`]]
    : named;
};

/** Whether a Deny surely leaves nothing of what the Allow gives this principal. */
function deniesAll(deny: Statement, allow: Statement, kind: string, principal: string): boolean {
  const speaksOfAll = ASSUMING.filter((action) => speaksOf(allow, action)).every((action) => speaksOf(deny, action));
  return (
    speaksOfAll &&
    principalsOf(deny).some(
      ([deniedKind, name]) => (deniedKind === 'AWS' && name === '*') || (deniedKind === kind && name === principal),
    )
  );
}

const ARN = /^arn:(?:aws|aws-cn|aws-us-gov):(iam|sts)::(\d{12}):(.+)$/;

function trustIn(kind: string, principal: string, { conditions }: Statement): TrustRecord {
  const common = { principal, conditions: shown(conditions) };
  if (kind === 'Service')
    return {
      ...common,
      kind: 'service',
      account: null,
      provider: 'aws',
      narrowed: isPinned(conditions, narrowsAs.service),
    };
  if (kind === 'Federated')
    return {
      ...common,
      kind: 'federation',
      ...partyOf(principal, conditions),
      narrowed: isPinned(conditions, narrowsAs.federation),
    };
  if (kind === 'NotPrincipal')
    return {
      ...common,
      kind: 'anyone',
      account: null,
      provider: 'aws',
      narrowed: isPinned(conditions, narrowsAs.account),
    };
  if (kind !== 'AWS') return { ...common, kind: 'unresolvable', account: null, provider: 'aws', narrowed: false };
  return {
    ...common,
    provider: 'aws',
    narrowed: isPinned(conditions, narrowsAs.account),
    ...awsPrincipal(principal, conditions),
  };
}

function awsPrincipal(principal: string, conditions: readonly Condition[]): Pick<TrustRecord, 'kind' | 'account'> {
  if (principal === '*') {
    // Anybody whose account is pinned by a condition is that account.
    const account = pinnedAccount(conditions);
    return account ? { kind: 'account', account } : { kind: 'anyone', account: null };
  }
  if (/^\d{12}$/.test(principal)) return { kind: 'account', account: principal };
  const found = ARN.exec(principal);
  // AIDA..., AROA...: what stands there once the principal was deleted.
  if (!found) return { kind: 'unresolvable', account: null };
  return { kind: found[3] === 'root' ? 'account' : 'identity', account: found[2]! };
}

function pinnedAccount(conditions: readonly Condition[]): string | null {
  const values = conditions
    .filter((condition) => isPinned([condition], /^aws:principal(?:account|arn)$/i))
    .flatMap(({ values }) => values.map((value) => ARN.exec(value)?.[2] ?? (/^\d{12}$/.test(value) ? value : null)));
  return values.length > 0 && values.every((value) => value !== null && value === values[0]) ? values[0]! : null;
}

/** Whose a federated principal is: the provider's name, and the party there where the conditions pin one. */
function partyOf(principal: string, conditions: readonly Condition[]): Pick<TrustRecord, 'provider' | 'account'> {
  const found = /^arn:[^:]+:iam::(\d{12}):(oidc|saml)-provider\/(.+)$/.exec(principal);
  if (!found) return { provider: principal, account: null };
  const [, account, kind, name] = found;
  if (kind === 'saml') return { provider: 'aws', account: account! };
  const issuer = name!.split('/')[0]!;
  if (issuer === 'token.actions.githubusercontent.com') return { provider: 'github', account: gitHubOwner(conditions) };
  // The issuer of a cluster belongs to the account that runs the cluster, and is registered there.
  if (/^oidc\.eks\./.test(issuer)) return { provider: 'aws', account: account! };
  return { provider: issuer, account: null };
}

function gitHubOwner(conditions: readonly Condition[]): string | null {
  const subjects = conditions
    .filter((condition) => isPinned([condition], /:(?:sub|repository|repository_owner)$/i))
    .flatMap(({ values }) => values);
  const owners = new Set(subjects.map((subject) => /^(?:repo:)?([^/:*?]+)(?:\/|$)/.exec(subject)?.[1] ?? null));
  return owners.size === 1 ? [...owners][0]! : null;
}

/** Conditions in the source's own terms. An external id is agreed between two parties: that one is asked for is shown, not which. */
const shown = (conditions: readonly Condition[]): Record<string, unknown> =>
  Object.fromEntries(
    conditions.map(({ operator, key, values }) => [
      `${operator} ${key}`,
      key.toLowerCase() === 'sts:externalid' ? ['(asked for)'] : [...values],
    ]),
  );
