import type { IdentityRecord } from '../../sdk/index.js';
import { struckOut } from './strike-out.js';

export type TagList = readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[];
export type Tags = Readonly<Record<string, string>>;

/** Tags as we keep them: a value that looks like a secret is struck out. */
export const tagsOf = (tags: TagList | undefined): Tags =>
  Object.fromEntries(
    (tags ?? []).flatMap(({ Key: key, Value: value }) => (key ? [[struckOut(key), struckOut(value ?? '', key)]] : [])),
  );

const ENVIRONMENTS: Readonly<Record<string, RegExp>> = {
  production: /^(?:prod|production|prd|live)$/,
  staging: /^(?:stage|staging|stg|preprod|pre-?prod(?:uction)?|uat|acceptance)$/,
  test: /^(?:test|testing|tst|qa|integration|int|ci)$/,
  development: /^(?:dev|development|develop)$/,
  sandbox: /^(?:sandbox|sbx|playground|poc)$/,
};

/** What people call an environment, in one spelling. */
export function environmentNamed(value: string): string | undefined {
  const name = value.trim().toLowerCase();
  const known = Object.entries(ENVIRONMENTS).find(([, spelling]) => spelling.test(name))?.[0];
  return known ?? (/^[a-z0-9][a-z0-9 ._-]{0,39}$/.test(name) ? name : undefined);
}

/** The last part of a tag's name, without a company's prefix: `acme:environment` is `environment`. */
const plain = (key: string): string =>
  key
    .slice(Math.max(key.lastIndexOf(':'), key.lastIndexOf('/')) + 1)
    .toLowerCase()
    .replace(/[ _]/g, '-');

const first = (tags: Tags, names: readonly string[]): string | undefined => {
  for (const name of names) {
    const found = Object.entries(tags).find(([key, value]) => plain(key) === name && value !== '');
    if (found) return found[1];
  }
  return undefined;
};

export function environmentOf(tags: Tags, fallback: string | undefined): string | undefined {
  const tagged = first(tags, ['environment', 'env', 'stage', 'deployment-environment']);
  return (
    (tagged === undefined ? undefined : environmentNamed(tagged)) ??
    (fallback === undefined ? undefined : environmentNamed(fallback))
  );
}

const HINTS = [
  'owner',
  'team',
  'email',
  'contact',
  'cost-center',
  'costcenter',
  'created-by',
  'createdby',
  'creator',
  'department',
  'product-owner',
  'technical-owner',
  'service',
  'application',
];

/** Tags that tell who may answer for a thing: for the search for an owner, never an owner by themselves. */
export function ownerHints(tags: Tags): Tags | undefined {
  const hints = Object.entries(tags).filter(([key, value]) => HINTS.includes(plain(key)) && value !== '');
  return hints.length > 0 ? Object.fromEntries(hints) : undefined;
}

/** The template a thing was made from, where its tags say so. */
export function collectionOf(tags: Tags): IdentityRecord['collection'] {
  const stack = tags['aws:cloudformation:stack-name'];
  if (stack) {
    const set = /^StackSet-(.+)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.exec(stack)?.[1];
    const because = `tag aws:cloudformation:stack-name is ${stack}`;
    if (set) return { id: `cloudformation-stack-set:${set}`, name: set, template: 'CloudFormation stack set', because };
    return {
      id: `cloudformation:${tags['aws:cloudformation:stack-id'] ?? stack}`,
      name: stack,
      template: 'CloudFormation stack',
      because,
    };
  }
  const named = (template: string, prefix: string, wanted: RegExp): IdentityRecord['collection'] => {
    const found = Object.entries(tags).find(([key, value]) => wanted.test(key) && value !== '');
    return (
      found && { id: `${prefix}:${found[1]}`, name: found[1], template, because: `tag ${found[0]} is ${found[1]}` }
    );
  };
  const cluster = Object.keys(tags)
    .find((key) => key.startsWith('kubernetes.io/cluster/'))
    ?.slice('kubernetes.io/cluster/'.length);
  return (
    named(
      'Terraform module',
      'terraform',
      /^(?:(?:terraform|tf)[:_-]?(?:module|stack|workspace|project)|terraform-module-name|module)$/i,
    ) ??
    named('EKS cluster', 'eks', /^(?:(?:aws:)?eks:cluster-name|alpha\.eksctl\.io\/cluster-name)$/) ??
    (cluster
      ? {
          id: `eks:${cluster}`,
          name: cluster,
          template: 'EKS cluster',
          because: `tag kubernetes.io/cluster/${cluster}`,
        }
      : undefined)
  );
}
