import { join, raw, type Sql, sql } from '../../platform/database/index.js';
import { ScimRequestRefused } from '../scim/scim-errors.js';
import type { Literal, Operator, ResourceFilter, ValueFilter } from '../scim/scim-filter.js';
import type { AttributePath } from '../scim/scim-paths.js';
import type { Attribute, ResourceType } from '../scim/scim-schemas.js';

/** One comparable thing in SQL: its expression, and how it is compared. */
interface Column {
  readonly sql: Sql;
  readonly as: 'text' | 'exact' | 'id' | 'boolean' | 'instant';
}

/** A filter as a condition over the alias `r`. Names come from our schema alone; every value is bound. */
export function scimWhere(type: ResourceType, filter: ResourceFilter): Sql {
  switch (filter.is) {
    case 'and':
    case 'or':
      return sql`(${join(
        filter.of.map((part) => scimWhere(type, part)),
        filter.is === 'and' ? ' AND ' : ' OR ',
      )})`;
    case 'not':
      return sql`(NOT coalesce(${scimWhere(type, filter.of)}, false))`;
    case 'present':
      return present(type, filter.place);
    case 'compare':
      return compare(type, filter.place, filter.operator, filter.value);
    case 'where':
      return someValue(
        type,
        filter.place,
        (value) => valueWhere(filter.place, filter.filter, value),
        addressOf(filter.place, filter.filter),
      );
  }
}

/** What a list is sorted by. Of an attribute with several values it is the primary one, else the first (RFC 7644, 3.4.2.3). */
export function scimOrder(type: ResourceType, path: AttributePath): Sql {
  const column = columnOf(type, path);
  if (column) return column.as === 'text' ? sql`lower(${column.sql})` : column.sql;
  if (!path.attribute.multiValued)
    throw new ScimRequestRefused('invalidPath', 'Sort by an attribute that has a value of its own.');
  const part = path.sub ?? partNamed(path.attribute, 'value');
  const list = listOf(path);
  if (!part || !list) throw new ScimRequestRefused('invalidPath', 'Sort by an attribute that has a value of its own.');
  return sql`(SELECT lower(v->>${part.name}) FROM jsonb_array_elements(${list}) v ORDER BY v->'primary' DESC NULLS LAST LIMIT 1)`;
}

function columnOf(type: ResourceType, { extension, attribute, sub }: AttributePath): Column | null {
  if (extension === null && sub === null) {
    if (attribute.name === 'id') return { sql: raw('r.id'), as: 'id' };
    if (attribute.name === 'externalId') return { sql: raw('r.external_id'), as: 'exact' };
    if (attribute.name === 'userName') return { sql: raw('r.user_name'), as: 'text' };
    if (attribute.name === 'active') return { sql: raw(`(r.status <> 'left')`), as: 'boolean' };
    if (attribute.name === 'displayName' && type.name === 'Group') return { sql: raw('r.display_name'), as: 'text' };
  }
  if (attribute.name === 'meta') {
    if (sub?.name === 'created') return { sql: raw('r.created_at'), as: 'instant' };
    if (sub?.name === 'lastModified') return { sql: raw('r.updated_at'), as: 'instant' };
    if (sub?.name === 'resourceType') return { sql: sql`${type.name}::text`, as: 'exact' };
    throw unfit();
  }
  if (attribute.mutability === 'writeOnly' || attribute.name === 'schemas') throw unfit();
  if (attribute.multiValued || type.name === 'Group') return null;
  if (attribute.type === 'complex' && sub === null) return null;
  const within = extension === null ? sql`r.document` : sql`r.document->${extension}`;
  const text = sub === null ? sql`(${within}->>${attribute.name})` : sql`(${within}->${attribute.name}->>${sub.name})`;
  const leaf = sub ?? attribute;
  if (leaf.type === 'boolean') return { sql: sql`(${text})::boolean`, as: 'boolean' };
  return { sql: text, as: leaf.caseExact ? 'exact' : 'text' };
}

/** The list of values of an attribute, as jsonb; null where it is kept in rows. */
function listOf({ extension, attribute }: AttributePath): Sql | null {
  if (attribute.name === 'groups' || attribute.name === 'members') return null;
  const within = extension === null ? sql`r.document` : sql`r.document->${extension}`;
  return sql`coalesce(${within}->${attribute.name}, '[]'::jsonb)`;
}

function present(type: ResourceType, path: AttributePath): Sql {
  const column = columnOf(type, path);
  if (column) return sql`(${column.sql} IS NOT NULL)`;
  if (!path.attribute.multiValued)
    return path.extension === null
      ? sql`(r.document->${path.attribute.name} IS NOT NULL)`
      : sql`(r.document->${path.extension}->${path.attribute.name} IS NOT NULL)`;
  const { sub } = path;
  return someValue(type, path, (value) => (sub ? sql`${valueOf(value, sub).sql} IS NOT NULL` : sql`TRUE`), null);
}

function compare(type: ResourceType, path: AttributePath, operator: Operator, literal: Literal): Sql {
  const column = columnOf(type, path);
  if (column) return compareColumn(column, operator, literal);
  const part = path.sub ?? (path.attribute.multiValued ? partNamed(path.attribute, 'value') : undefined);
  if (!part) throw unfit();
  const address = path.attribute.name === 'emails' && part.name === 'value' && operator === 'eq' ? literal : null;
  // "Not this" holds of a list in which nothing is this.
  if (operator === 'ne')
    return sql`(NOT ${someValue(type, path, (value) => compareColumn(valueOf(value, part), 'eq', literal), null)})`;
  return someValue(type, path, (value) => compareColumn(valueOf(value, part), operator, literal), address);
}

/** That some value of a list meets a condition. `address` narrows by index before the lists are opened. */
function someValue(type: ResourceType, path: AttributePath, condition: (value: Sql) => Sql, address: Literal): Sql {
  if (path.attribute.name === 'groups' || path.attribute.name === 'members') {
    const rows =
      type.name === 'User'
        ? raw(
            `(SELECT g.id::text AS value, g.display_name AS display, 'direct' AS type FROM people_group_members gm JOIN people_groups g ON g.id = gm.group_id WHERE gm.record_id = r.id) v`,
          )
        : raw(
            `(SELECT p.id::text AS value, coalesce(p.display_name, p.user_name) AS display, 'User' AS type FROM people_group_members gm JOIN person_records p ON p.id = gm.record_id WHERE gm.group_id = r.id AND p.deleted_at IS NULL) v`,
          );
    return sql`EXISTS (SELECT 1 FROM ${rows} WHERE ${condition(raw('to_jsonb(v)'))})`;
  }
  const list = listOf(path)!;
  const some = sql`EXISTS (SELECT 1 FROM jsonb_array_elements(${list}) AS l(v) WHERE ${condition(raw('l.v'))})`;
  return typeof address === 'string' && address.includes('@')
    ? sql`(r.addresses @> ARRAY[lower(${address}::text)] AND ${some})`
    : some;
}

function valueWhere(path: AttributePath, filter: ValueFilter, value: Sql): Sql {
  switch (filter.is) {
    case 'and':
    case 'or':
      return sql`(${join(
        filter.of.map((part) => valueWhere(path, part, value)),
        filter.is === 'and' ? ' AND ' : ' OR ',
      )})`;
    case 'not':
      return sql`(NOT coalesce(${valueWhere(path, filter.of, value)}, false))`;
    case 'present':
      return sql`(${valueOf(value, filter.place).sql} IS NOT NULL)`;
    case 'compare':
      return compareColumn(valueOf(value, filter.place), filter.operator, filter.value);
    case 'where':
      throw unfit();
  }
}

/** The address a filter of mail addresses asks for, where it surely asks for one. */
function addressOf(path: AttributePath, filter: ValueFilter): Literal {
  if (path.attribute.name !== 'emails') return null;
  if (filter.is === 'and')
    return filter.of.map((part) => addressOf(path, part)).find((found) => found !== null) ?? null;
  return filter.is === 'compare' && filter.operator === 'eq' && filter.place.name === 'value' ? filter.value : null;
}

const partNamed = (attribute: Attribute, name: string): Attribute | undefined =>
  attribute.subAttributes?.find((part) => part.name === name);
function valueOf(value: Sql, part: Attribute): Column {
  if (part.type === 'boolean') return { sql: sql`coalesce((${value}->>${part.name})::boolean, false)`, as: 'boolean' };
  return { sql: sql`(${value}->>${part.name})`, as: part.caseExact ? 'exact' : 'text' };
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const COMPARISON = { gt: raw('>'), ge: raw('>='), lt: raw('<'), le: raw('<=') };

function compareColumn(column: Column, operator: Operator, literal: Literal): Sql {
  const { sql: left } = column;
  if (literal === null) {
    if (operator === 'eq') return sql`(${left} IS NULL)`;
    if (operator === 'ne') return sql`(${left} IS NOT NULL)`;
    throw unfit();
  }
  if (column.as === 'boolean') {
    // Entra writes truth values as text, in filters too.
    const text = String(literal).toLowerCase();
    if ((operator !== 'eq' && operator !== 'ne') || (text !== 'true' && text !== 'false')) throw unfit();
    const wanted = (text === 'true') === (operator === 'eq');
    return sql`(coalesce(${left}, false) = ${wanted})`;
  }
  if (column.as === 'instant') {
    const text = String(literal);
    const at = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)?)?$/.test(text)
      ? new Date(text)
      : null;
    if (at === null || Number.isNaN(at.getTime())) throw unfit();
    if (operator === 'eq') return sql`(${left} = ${at})`;
    if (operator === 'ne') return sql`(${left} <> ${at})`;
    if (operator === 'co' || operator === 'sw' || operator === 'ew') throw unfit();
    return sql`(${left} ${COMPARISON[operator]} ${at})`;
  }
  if (typeof literal !== 'string') throw unfit();
  if (column.as === 'id') {
    if (operator === 'eq') return UUID.test(literal) ? sql`(${left} = ${literal}::uuid)` : sql`FALSE`;
    if (operator === 'ne') return UUID.test(literal) ? sql`(${left} <> ${literal}::uuid)` : sql`TRUE`;
    return compareText(sql`${left}::text`, operator, literal);
  }
  return column.as === 'exact'
    ? compareText(left, operator, literal)
    : compareText(sql`lower(${left})`, operator, literal.toLowerCase());
}

function compareText(left: Sql, operator: Operator, text: string): Sql {
  switch (operator) {
    case 'eq':
      return sql`(${left} = ${text})`;
    case 'ne':
      return sql`(${left} IS DISTINCT FROM ${text})`;
    case 'co':
      return sql`(position(${text} IN ${left}) > 0)`;
    case 'sw':
      return sql`starts_with(${left}, ${text})`;
    case 'ew':
      return sql`(right(${left}, ${[...text].length}) = ${text})`;
    case 'gt':
    case 'ge':
    case 'lt':
    case 'le':
      return sql`(${left} ${COMPARISON[operator]} ${text} COLLATE "C")`;
  }
}

const unfit = (): ScimRequestRefused =>
  new ScimRequestRefused('invalidFilter', 'The filter compares an attribute in a way that it cannot be compared.');
