import { ScimRequestRefused, type ScimType } from './scim-errors.js';
import { type Attribute, COMMON, type ResourceType } from './scim-schemas.js';

/** A place in a resource: an attribute of the core or of an extension, and maybe a part of it. */
export interface AttributePath {
  /** The extension it is in; null for the core. */
  readonly extension: string | null;
  readonly attribute: Attribute;
  readonly sub: Attribute | null;
}

const NAME = /^[A-Za-z$][A-Za-z0-9$_-]*$/;
export const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
const find = (attributes: readonly Attribute[], name: string): Attribute | undefined =>
  attributes.find((attribute) => sameName(attribute.name, name));

/** The extension a URN names, `core` for the core schema, or null for neither. */
export function schemaOf(type: ResourceType, urn: string): string | null {
  if (sameName(type.core.id, urn)) return 'core';
  return type.extensions.find(({ id }) => sameName(id, urn))?.id ?? null;
}

/**
 * Reads `userName`, `name.givenName`, `urn:…:User:employeeNumber`, `urn:…:User:manager.value`: names without regard to
 * case. What the schema does not have is refused with `fault`.
 */
export function readAttributePath(type: ResourceType, text: string, fault: ScimType): AttributePath {
  const path = findAttributePath(type, text);
  if (!path)
    throw new ScimRequestRefused(fault, 'The request names an attribute that this kind of resource does not have.');
  return path;
}

/** The same, null for what there is not. */
export function findAttributePath(type: ResourceType, text: string): AttributePath | null {
  let extension: string | null = null;
  let rest = text;
  if (/^urn:/i.test(text)) {
    const at = text.lastIndexOf(':');
    const schema = schemaOf(type, text.slice(0, at));
    if (schema === null) return null;
    extension = schema === 'core' ? null : schema;
    rest = text.slice(at + 1);
  }
  const [name, sub, more] = rest.split('.');
  if (more !== undefined || !name || !NAME.test(name) || (sub !== undefined && !NAME.test(sub))) return null;
  const attributes = extension
    ? type.extensions.find(({ id }) => id === extension)!.attributes
    : [...type.core.attributes, ...COMMON];
  const attribute = find(attributes, name);
  if (!attribute) return null;
  if (sub === undefined) return { extension, attribute, sub: null };
  const part = find(attribute.subAttributes ?? [], sub);
  return part ? { extension, attribute, sub: part } : null;
}

/** A part of a complex attribute, as a filter within brackets names it. */
export function partOf({ attribute }: AttributePath, name: string, fault: ScimType): Attribute {
  const part = find(attribute.subAttributes ?? [], name);
  if (!part) throw new ScimRequestRefused(fault, 'The filter names a part that the attribute does not have.');
  return part;
}
