import { ScimRequestRefused } from './scim-errors.js';
import { parsePatchPath, type PatchPath, picks, type ValueFilter } from './scim-filter.js';
import { findAttributePath, sameName, schemaOf } from './scim-paths.js';
import type { Attribute, ResourceType } from './scim-schemas.js';
import { type Document, isObject, readValue } from './scim-values.js';

export interface PatchOperation {
  readonly op: 'add' | 'replace' | 'remove';
  /** Null = the value is an object of places and values. */
  readonly path: string | null;
  readonly value: unknown;
}

const MAXIMUM_OPERATIONS = 1000;

/** The operations of a PATCH body. Entra writes their names with a capital letter. */
export function readPatch(body: unknown): PatchOperation[] {
  const list = isObject(body) ? Object.entries(body).find(([key]) => sameName(key, 'Operations'))?.[1] : undefined;
  if (!Array.isArray(list) || list.length === 0)
    throw new ScimRequestRefused('invalidSyntax', 'Send "Operations": a list of at least one operation.');
  if (list.length > MAXIMUM_OPERATIONS)
    throw new ScimRequestRefused('tooMany', `A request takes at most ${MAXIMUM_OPERATIONS} operations.`);
  return list.map((given: unknown) => {
    const operation = isObject(given) ? given : {};
    const op = typeof operation.op === 'string' ? operation.op.trim().toLowerCase() : '';
    if (op !== 'add' && op !== 'replace' && op !== 'remove')
      throw new ScimRequestRefused('invalidSyntax', 'An operation is none of add, replace and remove.');
    const { path, value } = operation;
    if (path !== undefined && path !== null && typeof path !== 'string')
      throw new ScimRequestRefused('invalidPath', 'The path of an operation is not text.');
    return { op, path: typeof path === 'string' && path.trim() !== '' ? path.trim() : null, value };
  });
}

/** The document with the operations carried out, in order, all or none. */
export function applyPatch(type: ResourceType, document: Document, operations: readonly PatchOperation[]): Document {
  const patched = structuredClone(document);
  for (const { op, path, value } of operations) {
    if (path !== null) apply(patched, op, parsePatchPath(type, path), value);
    else if (op === 'remove') throw new ScimRequestRefused('noTarget', 'A removal needs a path.');
    else for (const place of placesIn(type, value)) apply(patched, op, place.path, place.value);
  }
  for (const { id } of type.extensions)
    if (isObject(patched[id]) && Object.keys(patched[id]).length === 0) delete patched[id];
  return patched;
}

/**
 * The places a value without a path names. Beside plain attributes Entra sends dotted names (`name.givenName`), names
 * with the extension before them, and names with a filter. What we do not know, and what is only ours to set, is left out.
 */
export function placesIn(type: ResourceType, value: unknown): { path: PatchPath; value: unknown }[] {
  if (!isObject(value)) throw new ScimRequestRefused('invalidValue', 'Without a path the value is an object.');
  return Object.entries(value).flatMap(([key, member]) => {
    const schema = /^urn:/i.test(key) ? schemaOf(type, key) : null;
    if (schema !== null && isObject(member))
      return Object.entries(member).flatMap(([name, part]) =>
        placeOf(type, schema === 'core' ? name : `${schema}:${name}`, part),
      );
    return placeOf(type, key, member);
  });
}

function placeOf(type: ResourceType, key: string, value: unknown): { path: PatchPath; value: unknown }[] {
  const known = key.includes('[')
    ? findAttributePath(type, key.slice(0, key.indexOf('[')))
    : findAttributePath(type, key);
  if (!known || known.attribute.mutability === 'readOnly' || known.attribute.name === 'schemas') return [];
  return [{ path: parsePatchPath(type, key), value }];
}

function apply(document: Document, op: PatchOperation['op'], target: PatchPath, value: unknown): void {
  const { path, filter } = target;
  const { attribute } = path;
  const sub = target.sub ?? path.sub;
  if (attribute.mutability === 'readOnly' || sub?.mutability === 'readOnly' || attribute.name === 'schemas')
    throw new ScimRequestRefused('mutability', `"${attribute.name}" cannot be set by a client.`);
  if (op === 'remove' && attribute.required && sub === null && filter === null)
    throw new ScimRequestRefused('mutability', `"${attribute.name}" is required and cannot be removed.`);
  const within = path.extension === null ? document : ((document[path.extension] ??= {}) as Document);
  if (attribute.multiValued) {
    const before = (within[attribute.name] as Document[] | undefined) ?? [];
    assign(within, attribute, changedValues(before, op, { attribute, filter, sub }, value));
  } else if (sub !== null) {
    const before = (within[attribute.name] as Document | undefined) ?? {};
    assign(within, attribute, withPart(before, sub, op === 'remove' ? undefined : readValue(sub, value)));
  } else if (op === 'remove') {
    if (attribute.name === 'active') throw new ScimRequestRefused('invalidValue', '"active" is true or false.');
    delete within[attribute.name];
  } else {
    const read = readValue(attribute, value);
    const before = within[attribute.name];
    // To a complex attribute what is sent is added; the parts it does not name stay.
    assign(within, attribute, isObject(read) && isObject(before) ? { ...before, ...read } : read);
  }
}

interface ValuesTarget {
  readonly attribute: Attribute;
  readonly filter: ValueFilter | null;
  readonly sub: Attribute | null;
}

function changedValues(
  before: readonly Document[],
  op: PatchOperation['op'],
  target: ValuesTarget,
  value: unknown,
): Document[] {
  const { attribute, filter, sub } = target;
  const picked = (one: Document): boolean => filter === null || picks(filter, one);
  if (op === 'remove') {
    if (sub !== null)
      return before.map((one) => (picked(one) ? withPart(one, sub, undefined) : one)).filter(isWorthKeeping);
    if (filter !== null || value === undefined || value === null) return before.filter((one) => !picked(one));
    // Entra names what is to go by its values, not by a filter.
    const gone = (readValue(attribute, value) as Document[] | undefined) ?? [];
    return before.filter((one) => !gone.some((each) => isSameValue(one, each)));
  }
  if (sub !== null) {
    const read = readValue(sub, value);
    const hits = before.filter(picked);
    if (hits.length > 0)
      return onePrimary(
        before.map((one) => (picked(one) ? withPart(one, sub, read) : one)),
        hits.map((hit) => before.indexOf(hit)),
        sub.name === 'primary' && read === true,
      );
    return read === undefined ? [...before] : [...before, withPart(templateOf(filter), sub, read)];
  }
  const read = (readValue(attribute, value) as Document[] | undefined) ?? [];
  if (filter === null && op === 'replace') return read;
  if (filter !== null) {
    const [first] = read;
    if (!first) return before.filter((one) => !picked(one));
    if (!before.some(picked)) return [...before, { ...templateOf(filter), ...first }];
    return before.map((one) => (picked(one) ? { ...(op === 'add' ? one : {}), ...templateOf(filter), ...first } : one));
  }
  const fresh = read.filter((one) => !before.some((known) => isSameValue(known, one)));
  const kept = before.map((known) => ({ ...known, ...(read.find((one) => isSameValue(known, one)) ?? {}) }));
  const all = [...kept, ...fresh];
  const isPrimary = read.some(({ primary }) => primary === true);
  return onePrimary(
    all,
    all.flatMap((one, at) => (read.some((each) => isSameValue(each, one) && each.primary === true) ? [at] : [])),
    isPrimary,
  );
}

/** Where a new value becomes the primary one, the one before ceases to be (RFC 7644, 3.5.2). */
const onePrimary = (all: readonly Document[], chosen: readonly number[], isChosen: boolean): Document[] =>
  isChosen
    ? all.map((one, at) => (chosen.includes(at) || one.primary !== true ? one : { ...one, primary: false }))
    : [...all];

/** What a filter says of a value that is to be made: `type eq "work"` makes one of type work. Anything else names no target. */
function templateOf(filter: ValueFilter | null): Document {
  if (filter === null) return {};
  if (filter.is === 'and') return Object.assign({}, ...filter.of.map(templateOf)) as Document;
  if (filter.is === 'compare' && filter.operator === 'eq')
    return { [filter.place.name]: readValue(filter.place, filter.value) };
  throw new ScimRequestRefused('noTarget', 'The filter of the path picks nothing.');
}

/** The same value: by `value` where there is one, else by all there is. */
const isSameValue = (a: Document, b: Document): boolean =>
  a.value !== undefined || b.value !== undefined
    ? a.value === b.value && (a.type ?? null) === (b.type ?? a.type ?? null)
    : JSON.stringify(a) === JSON.stringify(b);
const isWorthKeeping = (value: Document): boolean =>
  Object.keys(value).some((name) => name !== 'type' && name !== 'primary');

function withPart(value: Document, part: Attribute, read: unknown): Document {
  const { [part.name]: _before, ...rest } = value;
  return read === undefined ? rest : { ...rest, [part.name]: read };
}

function assign(within: Document, attribute: Attribute, value: unknown): void {
  const isEmpty =
    value === undefined ||
    (Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0);
  if (isEmpty) delete within[attribute.name];
  else within[attribute.name] = value;
}
