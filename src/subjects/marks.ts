import { Injectable } from '@nestjs/common';
import { type Sql, sql, type Tx } from '../platform/database/index.js';
import type { SubjectType } from '../checks/sdk/index.js';
import { MarksRepository } from './marks.repository.js';

/**
 * A set of subjects as a query that yields their ids in a column named `id`. Contributed by the module whose tables it
 * reads.
 */
export interface MarkExpansion {
  /** What was marked ... */
  readonly from: SubjectType;
  /** ... and what must be looked at again because of it. */
  readonly to: SubjectType;
  /** Marks what the query yields and nothing that hangs on it: for a fact that only counts what was marked. */
  readonly alone?: boolean;
  /** `marked` is a query that yields the ids of what was marked. */
  query(marked: Sql): Sql;
}

/** Change marks: what must be evaluated again. Inserted and deleted, never updated. */
@Injectable()
export class Marks {
  private readonly expansions: MarkExpansion[] = [];

  contribute(expansion: MarkExpansion): void {
    this.expansions.push(expansion);
  }

  /** Marks one subject, and in the same transaction everything that hangs on it. */
  mark(tx: Tx, type: SubjectType, ...ids: readonly string[]): Promise<number> {
    return ids.length === 0 ? Promise.resolve(0) : this.markSet(tx, type, sql`SELECT unnest(${ids}::uuid[]) AS id`);
  }

  /** Marks these alone, not what hangs on them: for whoever already knows everything that differs. */
  async markOnly(tx: Tx, type: SubjectType, ids: readonly string[]): Promise<void> {
    await tx.use(MarksRepository).add(type, sql`SELECT unnest(${ids}::uuid[]) AS id`);
    await this.wakeOnce(tx);
  }

  /**
   * Last use moved: marks those of the subjects on which an outcome may turn for the better. A use only ever prolongs
   * a pass, and a pass is looked at again when its time is up, so the rest need no mark.
   */
  async useMoved(tx: Tx, type: SubjectType, ids: readonly string[]): Promise<number> {
    if (ids.length === 0) return 0;
    const moved = sql`SELECT unnest(${ids}::uuid[]) AS id`;
    return this.markSet(tx, type, this.mayTurn ? this.mayTurn(type, moved) : moved);
  }

  /** Given by whoever keeps the outcomes: narrows a set of ids to those whose outcome is not simply a pass. */
  narrowUseBy(mayTurn: (type: SubjectType, ids: Sql) => Sql): void {
    this.mayTurn = mayTurn;
  }
  private mayTurn: ((type: SubjectType, ids: Sql) => Sql) | null = null;

  /** Scopes were read again and their usage data spans another time now: what could not be evaluated there may be now. */
  async useKnownMoved(tx: Tx, scopeIds: readonly string[]): Promise<void> {
    if (scopeIds.length === 0) return;
    for (const { type, ids } of this.notEvaluated?.(scopeIds) ?? []) await this.markSet(tx, type, ids);
  }

  /** Given by whoever keeps the outcomes: the subjects of some scopes that could not be evaluated. */
  findNotEvaluatedBy(notEvaluated: (scopeIds: readonly string[]) => readonly { type: SubjectType; ids: Sql }[]): void {
    this.notEvaluated = notEvaluated;
  }
  private notEvaluated: ((scopeIds: readonly string[]) => readonly { type: SubjectType; ids: Sql }[]) | null = null;

  /** For whoever keeps something that follows from a kind of subject: hears of every set that is marked, in its transaction. */
  follow(type: SubjectType, follower: (tx: Tx, ids: Sql) => Promise<void>): void {
    this.followers.push({ type, follower });
  }
  private readonly followers: { type: SubjectType; follower: (tx: Tx, ids: Sql) => Promise<void> }[] = [];

  /** Given by whoever evaluates: called once in each transaction that marks something. */
  wakeBy(wake: (tx: Tx) => Promise<void>): void {
    this.wake = wake;
  }
  private wake: ((tx: Tx) => Promise<void>) | null = null;
  private readonly woken = new WeakSet<Tx>();

  /** The same for a set that a query yields, in one statement for each kind of subject it reaches. */
  async markSet(tx: Tx, type: SubjectType, ids: Sql): Promise<number> {
    let marked = await tx.use(MarksRepository).add(type, ids);
    if (marked > 0) {
      await this.wakeOnce(tx);
      for (const { type: followed, follower } of this.followers) if (followed === type) await follower(tx, ids);
    }
    for (const expansion of this.expansions)
      if (expansion.from === type)
        marked += expansion.alone
          ? await tx.use(MarksRepository).add(expansion.to, expansion.query(ids))
          : await this.markSet(tx, expansion.to, expansion.query(ids));
    return marked;
  }

  private async wakeOnce(tx: Tx): Promise<void> {
    if (!this.wake || this.woken.has(tx)) return;
    this.woken.add(tx);
    await this.wake(tx);
  }
}
