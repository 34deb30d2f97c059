import { ScimRequestRefused, type ScimType } from './scim-errors.js';
import { type AttributePath, partOf, readAttributePath } from './scim-paths.js';
import type { Attribute, ResourceType } from './scim-schemas.js';

export type Operator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le';
export type Literal = string | number | boolean | null;

/** What a filter compares: a place in the resource, or, within brackets, a part of one value. */
export type Filter<Place> =
  | { readonly is: 'and' | 'or'; readonly of: readonly Filter<Place>[] }
  | { readonly is: 'not'; readonly of: Filter<Place> }
  | { readonly is: 'present'; readonly place: Place }
  | { readonly is: 'compare'; readonly place: Place; readonly operator: Operator; readonly value: Literal }
  | { readonly is: 'where'; readonly place: Place; readonly filter: Filter<Attribute> };
export type ResourceFilter = Filter<AttributePath>;
export type ValueFilter = Filter<Attribute>;

/** The place a PATCH operation is for: an attribute, those of its values that a filter picks, and a part of them. */
export interface PatchPath {
  readonly path: AttributePath;
  readonly filter: ValueFilter | null;
  readonly sub: Attribute | null;
}

/** More than any client sends; a longer one is an attack or a mistake. */
const MAXIMUM_LENGTH = 4000;
const MAXIMUM_DEPTH = 20;
const MAXIMUM_COMPARISONS = 100;
const OPERATORS: ReadonlySet<string> = new Set(['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le']);
const TOKEN =
  /\s*(?:([()[\]])|("(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|([A-Za-z$][A-Za-z0-9$_:.-]*)|(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?))/uy;

type Token = { readonly kind: 'mark' | 'text' | 'word' | 'number'; readonly text: string };

/** RFC 7644, 3.4.2.2. Names and operators without regard to case; `and` binds closer than `or`. */
export function parseFilter(type: ResourceType, text: string): ResourceFilter {
  const parser = new Parser(text, 'invalidFilter');
  const filter = parser.any((name) => readAttributePath(type, name, 'invalidFilter'), true);
  parser.end();
  return filter;
}

/** RFC 7644, 3.5.2: `attribute`, `attribute.part`, `attribute[filter]`, `attribute[filter].part`. */
export function parsePatchPath(type: ResourceType, text: string): PatchPath {
  const open = text.indexOf('[');
  if (open < 0) return { path: readAttributePath(type, text.trim(), 'invalidPath'), filter: null, sub: null };
  const close = text.lastIndexOf(']');
  const path = readAttributePath(type, text.slice(0, open).trim(), 'invalidPath');
  const after = text.slice(close + 1).trim();
  if (close < open || path.sub !== null || !path.attribute.multiValued || (after !== '' && !after.startsWith('.')))
    throw new ScimRequestRefused('invalidPath', 'The path is not one.');
  const parser = new Parser(text.slice(open + 1, close), 'invalidFilter');
  const filter = parser.any((name) => partOf(path, name, 'invalidFilter'), false) as ValueFilter;
  parser.end();
  return { path, filter, sub: after === '' ? null : partOf(path, after.slice(1), 'invalidPath') };
}

class Parser {
  private readonly tokens: Token[] = [];
  private at = 0;
  private comparisons = 0;

  constructor(
    text: string,
    private readonly fault: ScimType,
  ) {
    if (text.length > MAXIMUM_LENGTH) this.refuse('The filter is too long.');
    TOKEN.lastIndex = 0;
    const trimmed = text.trimEnd();
    while (TOKEN.lastIndex < trimmed.length) {
      const found = TOKEN.exec(trimmed);
      if (!found) this.refuse('The filter cannot be read.');
      const [, mark, quoted, word, number] = found;
      this.tokens.push(
        mark !== undefined
          ? { kind: 'mark', text: mark }
          : quoted !== undefined
            ? { kind: 'text', text: quoted }
            : word !== undefined
              ? { kind: 'word', text: word }
              : { kind: 'number', text: number! },
      );
    }
  }

  /** `brackets`: whether values may be picked by a filter of their own; within brackets they may not. */
  any<Place>(placeOf: (name: string) => Place, brackets: boolean, depth = 0): Filter<Place> {
    if (depth > MAXIMUM_DEPTH) this.refuse('The filter is nested too deeply.');
    const alternatives = [this.all(placeOf, brackets, depth)];
    while (this.skipWord('or')) alternatives.push(this.all(placeOf, brackets, depth));
    return alternatives.length === 1 ? alternatives[0]! : { is: 'or', of: alternatives };
  }

  end(): void {
    if (this.at < this.tokens.length) this.refuse('The filter goes on where it should end.');
  }

  private all<Place>(placeOf: (name: string) => Place, brackets: boolean, depth: number): Filter<Place> {
    const parts = [this.one(placeOf, brackets, depth)];
    while (this.skipWord('and')) parts.push(this.one(placeOf, brackets, depth));
    return parts.length === 1 ? parts[0]! : { is: 'and', of: parts };
  }

  private one<Place>(placeOf: (name: string) => Place, brackets: boolean, depth: number): Filter<Place> {
    if (this.skipMark('(')) {
      const inner = this.any(placeOf, brackets, depth + 1);
      this.needMark(')');
      return inner;
    }
    const word = this.next();
    if (word?.kind !== 'word') this.refuse('The filter lacks an attribute.');
    if (word.text.toLowerCase() === 'not' && this.skipMark('(')) {
      const inner = this.any(placeOf, brackets, depth + 1);
      this.needMark(')');
      return { is: 'not', of: inner };
    }
    const place = placeOf(word.text);
    if (this.skipMark('[')) {
      const { attribute, sub } = (brackets ? place : {}) as Partial<AttributePath>;
      if (!attribute?.multiValued || sub) this.refuse('Only the values of a list can be picked by a filter.');
      const filter = this.any((name) => partOf(place as AttributePath, name, 'invalidFilter'), false, depth + 1);
      this.needMark(']');
      return { is: 'where', place, filter: filter as ValueFilter };
    }
    const operator = this.next()?.text.toLowerCase() ?? '';
    if (++this.comparisons > MAXIMUM_COMPARISONS) this.refuse('The filter compares too much.');
    if (operator === 'pr') return { is: 'present', place };
    if (!OPERATORS.has(operator)) this.refuse('The filter uses an operator there is not.');
    return { is: 'compare', place, operator: operator as Operator, value: this.literal() };
  }

  private literal(): Literal {
    const token = this.next();
    if (token?.kind === 'text') {
      const text = JSON.parse(token.text) as string;
      // No text of ours holds one, and PostgreSQL takes none.
      if (text.includes('\0')) this.refuse('The filter holds a character that no value has.');
      return text;
    }
    if (token?.kind === 'number') return Number(token.text);
    const word = token?.kind === 'word' ? token.text.toLowerCase() : '';
    if (word === 'true') return true;
    if (word === 'false') return false;
    if (word === 'null') return null;
    return this.refuse('The filter lacks a value: text in double quotes, a number, true, false or null.');
  }

  private next(): Token | undefined {
    return this.tokens[this.at++];
  }
  private skipWord(word: string): boolean {
    const token = this.tokens[this.at];
    if (token?.kind !== 'word' || token.text.toLowerCase() !== word) return false;
    this.at++;
    return true;
  }
  private skipMark(mark: string): boolean {
    const token = this.tokens[this.at];
    if (token?.kind !== 'mark' || token.text !== mark) return false;
    this.at++;
    return true;
  }
  private needMark(mark: string): void {
    if (!this.skipMark(mark)) this.refuse(`The filter lacks a "${mark}".`);
  }
  private refuse(message: string): never {
    throw new ScimRequestRefused(this.fault, message);
  }
}

/** Whether one value of a list is among those a filter picks. */
export function picks(filter: ValueFilter, value: Readonly<Record<string, unknown>>): boolean {
  switch (filter.is) {
    case 'and':
      return filter.of.every((part) => picks(part, value));
    case 'or':
      return filter.of.some((part) => picks(part, value));
    case 'not':
      return !picks(filter.of, value);
    case 'present':
      return value[filter.place.name] !== undefined && value[filter.place.name] !== null;
    case 'compare':
      return compares(filter.place, filter.operator, value[filter.place.name] ?? null, filter.value);
    case 'where':
      return false;
  }
}

function compares(attribute: Attribute, operator: Operator, given: unknown, wanted: Literal): boolean {
  const fold = (value: unknown): unknown =>
    typeof value === 'string' && !attribute.caseExact ? value.toLowerCase() : value;
  // Entra writes truth values as text, in filters too.
  const literal = attribute.type === 'boolean' && typeof wanted === 'string' ? wanted.toLowerCase() === 'true' : wanted;
  const [a, b] = [attribute.type === 'boolean' ? (given ?? false) : fold(given), fold(literal)];
  if (operator === 'eq') return a === b;
  if (operator === 'ne') return a !== b;
  if (typeof a !== 'string' || typeof b !== 'string') return false;
  switch (operator) {
    case 'co':
      return a.includes(b);
    case 'sw':
      return a.startsWith(b);
    case 'ew':
      return a.endsWith(b);
    case 'gt':
      return a > b;
    case 'ge':
      return a >= b;
    case 'lt':
      return a < b;
    case 'le':
      return a <= b;
  }
}
