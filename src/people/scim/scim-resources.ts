import { ScimRequestRefused } from './scim-errors.js';
import { findAttributePath } from './scim-paths.js';
import {
  type Attribute,
  COMMON,
  CORE_GROUP,
  CORE_USER,
  ENTERPRISE_USER,
  GROUP,
  type ResourceType,
  SCHEMAS,
  USER,
} from './scim-schemas.js';
import type { ScimGroupRow, ScimUserRow } from './scim.repository.js';
import { type Document, isObject } from './scim-values.js';

/** Largest page, and what a client is told of it. */
export const MAXIMUM_RESULTS = 200;
const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
export const etagOf = (version: number): string => `W/"${version}"`;

export function presentUser(row: ScimUserRow, base: string): Document {
  return {
    schemas: [CORE_USER, ...(isObject(row.document[ENTERPRISE_USER]) ? [ENTERPRISE_USER] : [])],
    id: row.id,
    ...(row.externalId === null ? {} : { externalId: row.externalId }),
    ...row.document,
    active: row.active,
    ...(row.groups.length > 0
      ? {
          groups: row.groups.map(({ value, display }) => ({
            value,
            $ref: `${base}/Groups/${value}`,
            display,
            type: 'direct',
          })),
        }
      : {}),
    meta: meta('User', row, `${base}/Users/${row.id}`),
  };
}

export function presentGroup(row: ScimGroupRow, base: string): Document {
  return {
    schemas: [CORE_GROUP],
    id: row.id,
    ...(row.externalId === null ? {} : { externalId: row.externalId }),
    displayName: row.displayName,
    ...(row.members.length > 0
      ? {
          members: row.members.map(({ value, display }) => ({
            value,
            $ref: `${base}/Users/${value}`,
            ...(display === null ? {} : { display }),
            type: 'User',
          })),
        }
      : {}),
    meta: meta('Group', row, `${base}/Groups/${row.id}`),
  };
}

const meta = (
  resourceType: string,
  row: { createdAt: string; updatedAt: string; version: number },
  location: string,
) => ({
  resourceType,
  created: row.createdAt,
  lastModified: row.updatedAt,
  location,
  version: etagOf(row.version),
});

export const listOf = (resources: readonly unknown[], totalResults: number, startIndex: number): Document => ({
  schemas: [LIST],
  totalResults,
  startIndex,
  itemsPerPage: resources.length,
  Resources: resources,
});

/** Which attributes an answer holds: all but some, or some and what is always there (RFC 7644, 3.9). */
export interface Projection {
  readonly only: readonly string[] | null;
  readonly without: readonly string[];
}

export function readProjection(attributes: unknown, excluded: unknown): Projection {
  const names = (given: unknown): string[] =>
    (Array.isArray(given) ? given : typeof given === 'string' ? given.split(',') : [])
      .map((name: unknown) => String(name).trim())
      .filter(Boolean);
  const [only, without] = [names(attributes), names(excluded)];
  if (only.length > 0 && without.length > 0)
    throw new ScimRequestRefused('invalidValue', 'Send attributes or excludedAttributes, not both.');
  return { only: only.length > 0 ? only : null, without };
}

export const leavesOut = (type: ResourceType, name: string, { only, without }: Projection): boolean => {
  const names = (list: readonly string[]): boolean =>
    list.some((text) => findAttributePath(type, text)?.attribute.name === name);
  return only ? !names(only) : names(without);
};

export function project(type: ResourceType, resource: Document, { only, without }: Projection): Document {
  if (only) {
    const kept: Document = { schemas: resource.schemas, id: resource.id };
    for (const text of only) {
      const extension = type.extensions.find(({ id }) => id.toLowerCase() === text.toLowerCase());
      if (extension && resource[extension.id] !== undefined) kept[extension.id] = resource[extension.id];
      copy(type, text, resource, kept);
    }
    return kept;
  }
  if (without.length === 0) return resource;
  const kept = structuredClone(resource);
  for (const text of without) {
    const path = findAttributePath(type, text);
    if (!path || path.attribute.returned === 'always') continue;
    const within = path.extension === null ? kept : kept[path.extension];
    if (!isObject(within)) continue;
    if (path.sub === null) delete within[path.attribute.name];
    else for (const value of [within[path.attribute.name]].flat()) if (isObject(value)) delete value[path.sub.name];
  }
  return kept;
}

function copy(type: ResourceType, text: string, from: Document, to: Document): void {
  const path = findAttributePath(type, text);
  if (!path) return;
  const source = path.extension === null ? from : from[path.extension];
  if (!isObject(source)) return;
  const value = source[path.attribute.name];
  if (value === undefined) return;
  const target = path.extension === null ? to : ((to[path.extension] ??= {}) as Document);
  if (path.sub === null) {
    target[path.attribute.name] = value;
    return;
  }
  const name = path.sub.name;
  const part = (one: unknown): Document => (isObject(one) && one[name] !== undefined ? { [name]: one[name] } : {});
  const merge = (known: unknown, one: unknown): Document => ({ ...(isObject(known) ? known : {}), ...part(one) });
  const known = target[path.attribute.name];
  target[path.attribute.name] = Array.isArray(value)
    ? value.map((one, at) => merge(Array.isArray(known) ? known[at] : undefined, one))
    : merge(known, value);
}

export const serviceProviderConfig = (base: string): Document => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
  patch: { supported: true },
  bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
  filter: { supported: true, maxResults: MAXIMUM_RESULTS },
  changePassword: { supported: false },
  sort: { supported: true },
  etag: { supported: true },
  authenticationSchemes: [
    {
      type: 'oauthbearertoken',
      name: 'Bearer token',
      description: 'A Mandate API token with the role "ingest".',
      specUri: 'https://www.rfc-editor.org/rfc/rfc6750',
      primary: true,
    },
  ],
  meta: { resourceType: 'ServiceProviderConfig', location: `${base}/ServiceProviderConfig` },
});

export const RESOURCE_TYPES: readonly ResourceType[] = [USER, GROUP];
export const presentResourceType = (type: ResourceType, base: string): Document => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
  id: type.name,
  name: type.name,
  description: type.core.description,
  endpoint: type.endpoint,
  schema: type.core.id,
  ...(type.extensions.length > 0
    ? { schemaExtensions: type.extensions.map(({ id }) => ({ schema: id, required: false })) }
    : {}),
  meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/${type.name}` },
});

export const presentSchemas = (base: string): Document[] =>
  SCHEMAS.map((schema) => ({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
    id: schema.id,
    name: schema.name,
    description: schema.description,
    attributes: [
      ...schema.attributes,
      ...(schema.id === ENTERPRISE_USER ? [] : COMMON.filter(({ name }) => name === 'externalId')),
    ].map(presentAttribute),
    meta: { resourceType: 'Schema', location: `${base}/Schemas/${schema.id}` },
  }));

/** RFC 7643, 7: what says nothing about text does not belong to a truth value or a complex attribute. */
function presentAttribute(attribute: Attribute): Document {
  const { caseExact, uniqueness, subAttributes, ...rest } = attribute;
  const isText = attribute.type !== 'complex' && attribute.type !== 'boolean';
  return {
    ...rest,
    ...(isText ? { caseExact, uniqueness } : {}),
    ...(subAttributes ? { subAttributes: subAttributes.map(presentAttribute) } : {}),
  };
}
