import { ScimRequestRefused } from './scim-errors.js';
import { sameName, schemaOf } from './scim-paths.js';
import { type Attribute, COMMON, type ResourceType } from './scim-schemas.js';

/** A resource as it is kept: names as the schema writes them, values of the schema's types, nothing read-only. */
export type Document = Record<string, unknown>;

const MAXIMUM_TEXT = 4000;
const MAXIMUM_VALUES = 200;
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A whole resource as a client sends it. What the schema does not know, and what only we may set, is left out. */
export function readDocument(type: ResourceType, body: unknown): Document {
  if (!isObject(body)) throw new ScimRequestRefused('invalidSyntax', 'Send the resource as a JSON object.');
  const document: Document = {};
  for (const [key, value] of Object.entries(body)) {
    const schema = /^urn:/i.test(key) ? schemaOf(type, key) : null;
    if (schema !== null && isObject(value)) {
      const attributes =
        schema === 'core' ? type.core.attributes : type.extensions.find(({ id }) => id === schema)!.attributes;
      const within = schema === 'core' ? document : ((document[schema] ??= {}) as Document);
      for (const [name, member] of Object.entries(value)) put(within, attributes, name, member);
      if (schema !== 'core' && Object.keys(within).length === 0) delete document[schema];
      continue;
    }
    put(document, [...type.core.attributes, ...COMMON], key, value);
  }
  return document;
}

function put(document: Document, attributes: readonly Attribute[], name: string, value: unknown): void {
  const attribute = attributes.find((known) => sameName(known.name, name));
  if (!attribute || attribute.mutability === 'readOnly' || attribute.name === 'schemas') return;
  const read = readValue(attribute, value);
  if (read === undefined) delete document[attribute.name];
  else document[attribute.name] = read;
}

/** A value as the schema wants it; undefined for none (null, an empty list, an empty object). */
export function readValue(attribute: Attribute, value: unknown): unknown {
  // A password is taken from nobody, so that none can be stored.
  if (attribute.name === 'password') return undefined;
  if (value === null || value === undefined) return absent(attribute);
  if (!attribute.multiValued) return readSingle(attribute, value);
  const values = (Array.isArray(value) ? value : [value]).flatMap((one: unknown) => readSingle(attribute, one) ?? []);
  if (values.length > MAXIMUM_VALUES && attribute.name !== 'members')
    throw invalid(attribute, `has more than ${MAXIMUM_VALUES} values`);
  if (values.filter((one) => isObject(one) && one.primary === true).length > 1)
    throw invalid(attribute, 'has more than one primary value');
  return values.length === 0 ? undefined : values;
}

/** Whether somebody works here is never left open: to say nothing of it is not to say that they do. */
function absent(attribute: Attribute): undefined {
  if (attribute.name === 'active') throw invalid(attribute, 'is neither true nor false');
  return undefined;
}

function readSingle(attribute: Attribute, value: unknown): unknown {
  if (value === null || value === undefined) return absent(attribute);
  switch (attribute.type) {
    case 'boolean':
      return readBoolean(attribute, value);
    case 'complex':
      return readComplex(attribute, value);
    case 'string':
    case 'reference':
    case 'dateTime':
    case 'binary': {
      const text = typeof value === 'number' ? String(value) : value;
      if (typeof text !== 'string') throw invalid(attribute, 'is not text');
      if (text.length > MAXIMUM_TEXT) throw invalid(attribute, `is longer than ${MAXIMUM_TEXT} characters`);
      if (text.includes('\0') || /\p{Cs}/u.test(text)) throw invalid(attribute, 'holds a character that no text may');
      return text === '' ? undefined : text;
    }
  }
}

/** Entra sends truth values as text ("False"), which in JavaScript is true: the leaver would stay. */
function readBoolean(attribute: Attribute, value: unknown): boolean {
  const text = typeof value === 'string' ? value.trim().toLowerCase() : value;
  if (text === true || text === 'true') return true;
  if (text === false || text === 'false') return false;
  throw invalid(attribute, 'is neither true nor false');
}

function readComplex(attribute: Attribute, value: unknown): Document | undefined {
  // Entra sends a manager as an id, as a list of one, or as an object.
  const one: unknown = !attribute.multiValued && Array.isArray(value) ? value[0] : value;
  if (one === null || one === undefined || one === '') return undefined;
  const parts = attribute.subAttributes ?? [];
  if (!isObject(one)) {
    const part = parts.find(({ name }) => name === 'value');
    if (!part || Array.isArray(one)) throw invalid(attribute, 'is not an object');
    const read = readSingle(part, one);
    return read === undefined ? undefined : { value: read };
  }
  const document: Document = {};
  for (const [name, member] of Object.entries(one)) {
    const part = parts.find((known) => sameName(known.name, name));
    if (!part || (part.mutability === 'readOnly' && attribute.mutability !== 'readOnly')) continue;
    const read = readValue(part, member);
    if (read !== undefined) document[part.name] = read;
  }
  return Object.keys(document).length === 0 ? undefined : document;
}

const invalid = (attribute: Attribute, what: string): ScimRequestRefused =>
  new ScimRequestRefused('invalidValue', `"${attribute.name}" ${what}.`);
