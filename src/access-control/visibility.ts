import { Injectable } from '@nestjs/common';
import { join, raw, type Sql, sql } from '../platform/database/index.js';
import { type Actor, NotAllowed, READERS, type RoleScope } from '../platform/http/index.js';

/** Kinds of record an actor may or may not see. */
export type RecordKind =
  | 'identity'
  | 'credential'
  | 'grant'
  | 'use-case'
  | 'agent'
  | 'person'
  | 'source'
  | 'finding'
  | 'campaign'
  | 'review-item'
  | 'case'
  | 'action'
  | 'programme-day';

/** How a kind of record lies in the organisation, as SQL over an alias of its row. */
export interface Placement {
  readonly kind: RecordKind;
  /** Each narrows by one member of a role's scope; a member left out cannot be satisfied by this kind. */
  readonly scope: {
    readonly unit?: (alias: Sql, value: string) => Sql;
    readonly source?: (alias: Sql, value: string) => Sql;
    readonly environment?: (alias: Sql, value: string) => Sql;
    readonly tag?: (alias: Sql, value: string) => Sql;
  };
}

/** Who sees a record because of what they are to it: its owner, its sponsor, its reviewer. */
export interface Relation {
  readonly kind: RecordKind;
  readonly name: string;
  predicate(alias: Sql, personId: string): Sql;
}

/**
 * What an actor may see of one kind of record, as one SQL predicate that every operation, query and list uses. Put
 * together from what the modules contribute about their own tables.
 */
@Injectable()
export class Visibility {
  private readonly placements = new Map<RecordKind, Placement>();
  private readonly relations: Relation[] = [];

  place(placement: Placement): void {
    if (this.placements.has(placement.kind)) throw new Error(`Two modules say where a ${placement.kind} lies`);
    this.placements.set(placement.kind, placement);
  }

  relate(relation: Relation): void {
    this.relations.push(relation);
  }

  /** `alias` is the alias of the record's row in the surrounding query. */
  visibleTo(actor: Actor, kind: RecordKind, alias: string): Sql {
    const row = raw(alias);
    const ways = this.byRole(actor, kind, row);
    if (ways === 'everything') return sql`TRUE`;
    if (actor.person !== null)
      for (const relation of this.relations)
        if (relation.kind === kind) ways.push(relation.predicate(row, actor.person));
    return ways.length === 0 ? sql`FALSE` : sql`(${join(ways, ' OR ')})`;
  }

  /**
   * Looks for one record on behalf of an actor. While they change something it has to be theirs to change: who may read it
   * all the same is refused, and for whoever may not even read it there is nothing (null).
   */
  async look<T>(
    actor: Actor,
    kind: RecordKind,
    alias: string,
    find: (visible: Sql) => Promise<T | null>,
    refusal: () => Error = () => new NotAllowed('You may read this, and not change it.'),
  ): Promise<T | null> {
    const found = await find(this.visibleTo(actor, kind, alias));
    if (found !== null || actor.readsBy === undefined) return found;
    if ((await find(this.visibleTo({ ...actor, roles: actor.readsBy }, kind, alias))) !== null) throw refusal();
    return null;
  }

  /**
   * What the actor's roles reach, whatever they are to it besides. For what only a role may do: whoever is asked by a campaign
   * sees it, and must not run it for that.
   */
  reachableBy(actor: Actor, kind: RecordKind, alias: string): Sql {
    const ways = this.byRole(actor, kind, raw(alias));
    return ways === 'everything' ? sql`TRUE` : ways.length === 0 ? sql`FALSE` : sql`(${join(ways, ' OR ')})`;
  }

  /**
   * The actor with the roles alone that reach this one record. For routes that also let somebody in because the record is
   * theirs: a role they hold somewhere else must not count here for that.
   */
  async narrowedTo(
    actor: Actor,
    kind: RecordKind,
    alias: string,
    isAmong: (reachable: Sql) => Promise<boolean>,
  ): Promise<Actor> {
    const roles = [];
    for (const assignment of actor.roles)
      if (
        Object.keys(assignment.scope).length === 0 ||
        (await isAmong(this.reachableBy({ ...actor, roles: [assignment] }, kind, alias)))
      )
        roles.push(assignment);
    return { ...actor, roles };
  }

  private byRole(actor: Actor, kind: RecordKind, row: Sql): Sql[] | 'everything' {
    const ways: Sql[] = [];
    for (const { role, scope } of actor.roles) {
      if (!READERS.includes(role)) continue;
      const within = this.within(kind, scope, row);
      if (within === 'everything') return 'everything';
      if (within !== 'nothing') ways.push(within);
    }
    return ways;
  }

  private within(kind: RecordKind, scope: RoleScope, row: Sql): Sql | 'everything' | 'nothing' {
    const members = Object.entries(scope).filter((entry): entry is [keyof RoleScope, string] => entry[1] !== undefined);
    if (members.length === 0) return 'everything';
    const placement = this.placements.get(kind);
    const conditions: Sql[] = [];
    for (const [member, value] of members) {
      const condition = placement?.scope[member];
      // A scope this kind of record has no place in shows nothing of it: narrower is the safe reading.
      if (!condition) return 'nothing';
      conditions.push(condition(row, value));
    }
    return sql`(${join(conditions, ' AND ')})`;
  }
}
