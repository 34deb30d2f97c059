import { Injectable } from '@nestjs/common';
import { readCopyField, type Tx } from '../platform/database/index.js';
import { readGaps } from './queries/read-gaps.js';
import type { FactsOf, SubjectType } from '../checks/sdk/index.js';

/** How a column of COPY text becomes a fact. */
export type FactType = 'text' | 'instant' | 'number' | 'boolean' | 'json';

/** One fact: an SQL expression over the relation's aliases. Instants are written `epoch_ms(...)`. */
export interface FactColumn {
  readonly sql: string;
  readonly type: FactType;
  /** It moves with how far use is known: with nearly every reading, that is. */
  readonly ofKnownUse?: true;
}

/** The rows that are subjects of one type: exactly one module contributes them. */
export interface SubjectRelation {
  readonly subject: SubjectType;
  /** The table that holds one row for each. */
  readonly table: string;
  /** `FROM` text; every contribution of this subject may use its alias. */
  readonly from: string;
  readonly id: string;
  /** What lives: what has ceased to be is not evaluated, and its findings end as subject-gone. */
  readonly live: string;
  /** Name shown with a finding. */
  readonly name: string;
  /** For gaps: the scope, the resource type, and the parent below which a gap may lie. Null where it has none. */
  readonly scopeId: string | null;
  readonly resourceType: string | null;
  readonly parentExternalId: string | null;
  /** The identity that holds it; null where none does. */
  readonly holderId: string | null;
  /** Its source; null where it has none. */
  readonly sourceId: string | null;
}

/** Facts a module contributes about subjects of one type, over its own tables. */
export interface FactContribution {
  readonly subject: SubjectType;
  /** Unique with the subject: 'ownership'. */
  readonly name: string;
  /** LEFT JOINs that multiply no row; '' where the relation's own tables suffice. Written for few subjects: what is counted for one is looked up for each. */
  readonly joins: string;
  /** The same written for all subjects at once: what is counted is counted in one go and joined. Left out = `joins`. */
  readonly joinsOfAll?: string;
  readonly columns: Readonly<Record<string, FactColumn>>;
  /** Other contributions whose joins this one builds on. */
  readonly after?: readonly string[];
}

/** How to read facts of a set of columns: the SELECT, and a decoder for its COPY text. */
export interface FactsPlan<S extends SubjectType> {
  readonly relation: SubjectRelation;
  /** Columns of the select list, in order. */
  readonly select: readonly string[];
  /** Joins that come after the relation's own `from`. */
  readonly joins: string;
  /** The SQL of one fact of the plan, over the aliases of the relation and the joins. */
  sqlOf(name: string): string;
  /** The relation with its joins. */
  readonly from: string;
  decode(fields: readonly string[], offset: number): FactsOf[S];
}

/** What could not be read, as far as it lies over one subject. */
export interface GapsOver {
  /** The subject's own resource type could not be read where it lies. */
  readonly own: boolean;
  /** Every resource type that could not be read in its scope, or below its parent; null = none. */
  readonly types: ReadonlySet<string> | null;
}

/** All gaps there are, by scope: few, so they are held in memory for a pass. */
export class Gaps {
  private readonly byScope = new Map<string, { type: string; parent: string | null }[]>();

  constructor(rows: readonly { scopeId: string; type: string; parent: string | null }[]) {
    for (const { scopeId, type, parent } of rows) {
      const known = this.byScope.get(scopeId);
      if (known) known.push({ type, parent });
      else this.byScope.set(scopeId, [{ type, parent }]);
    }
  }

  get areNone(): boolean {
    return this.byScope.size === 0;
  }

  over(scopeId: string | null, resourceType: string | null, parent: string | null): GapsOver {
    const gaps = scopeId === null ? undefined : this.byScope.get(scopeId);
    if (!gaps) return NO_GAPS;
    const types = new Set<string>();
    for (const gap of gaps) if (gap.parent === null || gap.parent === parent) types.add(gap.type);
    return types.size === 0 ? NO_GAPS : { own: resourceType !== null && types.has(resourceType), types };
  }
}
const NO_GAPS: GapsOver = { own: false, types: null };

/** What each module knows of each kind of subject. SQL over several modules' tables is put together here, and nowhere else. */
@Injectable()
export class Facts {
  private readonly relations = new Map<SubjectType, SubjectRelation>();
  private readonly contributions = new Map<string, FactContribution>();

  describe(relation: SubjectRelation): void {
    if (this.relations.has(relation.subject)) throw new Error(`Two modules say what a ${relation.subject} is`);
    this.relations.set(relation.subject, relation);
  }

  contribute(contribution: FactContribution): void {
    const key = `${contribution.subject}/${contribution.name}`;
    if (this.contributions.has(key)) throw new Error(`The facts ${key} are contributed twice`);
    this.contributions.set(key, contribution);
  }

  /** The query that yields every gap, as (scope_id, resource_type, parent_external_id). */
  describeGaps(query: string): void {
    this.gapsQuery = query;
  }
  private gapsQuery: string | null = null;

  async gaps(tx: Tx): Promise<Gaps> {
    if (this.gapsQuery === null) return new Gaps([]);
    return new Gaps(await readGaps(tx, this.gapsQuery));
  }

  relationOf(subject: SubjectType): SubjectRelation {
    const relation = this.relations.get(subject);
    if (!relation) throw new Error(`No module says what a ${subject} is`);
    return relation;
  }

  subjects(): readonly SubjectType[] {
    return [...this.relations.keys()];
  }

  columnNames(subject: SubjectType): readonly string[] {
    return this.of(subject).flatMap(({ columns }) => Object.keys(columns));
  }

  /** Facts that move with how far use is known. */
  namesOfKnownUse(subject: SubjectType): readonly string[] {
    return this.of(subject).flatMap(({ columns }) =>
      Object.entries(columns).flatMap(([name, { ofKnownUse }]) => (ofKnownUse ? [name] : [])),
    );
  }

  /** The plan that reads `wanted` (or every) facts of a subject, with no join that none of them needs; `of` says whether a few subjects are read or a large share of all. */
  plan<S extends SubjectType>(subject: S, wanted?: ReadonlySet<string>, of: 'some' | 'all' = 'some'): FactsPlan<S> {
    const relation = this.relationOf(subject);
    const select: string[] = [];
    const columns: [string, FactType][] = [];
    const needed = new Set<string>();
    const all = this.of(subject);
    const need = (name: string): void => {
      if (needed.has(name)) return;
      const contribution = all.find((one) => one.name === name);
      if (!contribution) throw new Error(`The facts of ${subject} need "${name}", which nobody contributes`);
      contribution.after?.forEach(need);
      needed.add(name);
    };
    for (const { name, columns: offered } of all) {
      for (const [column, { sql, type }] of Object.entries(offered)) {
        if (wanted && !wanted.has(column)) continue;
        need(name);
        select.push(sql);
        columns.push([column, type]);
      }
    }
    if (wanted) {
      const missing = [...wanted].filter((name) => !columns.some(([column]) => column === name));
      if (missing.length > 0) throw new Error(`Nobody contributes these facts of ${subject}: ${missing.join(', ')}`);
    }
    const joins = [...needed]
      .map((name) => all.find((one) => one.name === name)!)
      .map((one) => (of === 'all' ? (one.joinsOfAll ?? one.joins) : one.joins))
      .filter(Boolean);
    const at = new Map(columns.map(([name], place) => [name, place]));
    return {
      relation,
      select,
      joins: joins.join('\n'),
      from: [relation.from, ...joins].join('\n'),
      decode: decoder<S>(columns),
      sqlOf: (name) => {
        const place = at.get(name);
        if (place === undefined) throw new Error(`The plan does not hold the fact "${name}" of ${subject}`);
        return select[place]!;
      },
    };
  }

  private of(subject: SubjectType): FactContribution[] {
    return [...this.contributions.values()].filter((contribution) => contribution.subject === subject);
  }
}

/**
 * Makes facts of the fields of a row, through accessors of one class for each plan: an object that is given forty
 * members by name costs more than every check that is run on it. A value is decoded when it is first asked for: most
 * checks answer after a look at two or three of them.
 */
function decoder<S extends SubjectType>(
  columns: readonly (readonly [string, FactType])[],
): (fields: readonly string[], offset: number) => FactsOf[S] {
  const count = columns.length;
  class Decoded {
    readonly values = new Array<unknown>(count);
    constructor(
      readonly fields: readonly string[],
      readonly offset: number,
    ) {}
  }
  for (const [at, [name, type]] of columns.entries()) {
    const json = jsonReader();
    Object.defineProperty(Decoded.prototype, name, {
      enumerable: true,
      get(this: Decoded) {
        const known = this.values[at];
        if (known !== undefined) return known;
        const field = this.fields[this.offset + at]!;
        return (this.values[at] = field === '\\N' ? null : read(type, field, json));
      },
    });
  }
  return (fields, offset) => new Decoded(fields, offset) as unknown as FactsOf[S];
}

function read(type: FactType, field: string, json: (field: string) => unknown): unknown {
  switch (type) {
    case 'text':
      return readCopyField(field);
    case 'instant':
    case 'number':
      return Number(field);
    case 'boolean':
      return field === 't';
    case 'json':
      return json(field);
  }
}

const MOST_REMEMBERED = 20_000;
const REMEMBERED_AT_FIRST = 2_000;
/** Of what is remembered, this share has to come again for it to be worth the room. */
const WORTH_REMEMBERING = 0.02;
const NOTHING: readonly unknown[] = Object.freeze([]);

/**
 * Reads the JSON of one fact, and remembers what it read where that comes again and again: owners do, what is told of a
 * single subject does not. Facts are never written to, so they may be shared.
 */
function jsonReader(): (field: string) => unknown {
  let known: Map<string, unknown> | null = new Map();
  let again = 0;
  let room = REMEMBERED_AT_FIRST;
  return (field) => {
    if (field === '[]') return NOTHING;
    if (known === null) return JSON.parse(readCopyField(field)!) as unknown;
    let value = known.get(field);
    if (value !== undefined) again++;
    else {
      value = JSON.parse(readCopyField(field)!) as unknown;
      if (known.size >= room) {
        if (again < known.size * WORTH_REMEMBERING) known = null;
        else if (room >= MOST_REMEMBERED) known = new Map();
        room = Math.min(MOST_REMEMBERED, room * 2);
        again = 0;
      }
      known?.set(field, value);
    }
    return value;
  };
}
