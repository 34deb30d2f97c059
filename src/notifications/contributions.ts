import { Injectable } from '@nestjs/common';
import type { Sql, Tx } from '../platform/database/index.js';

/** One kind of thing that people can owe: findings to work off, an ownership to accept, items to review. */
export interface OwedKind {
  readonly kind: string;
  /** How one and how several are called: 'finding to work off'. */
  readonly one: string;
  readonly many: string;
  /**
   * Everything of this kind that the people in `asked` (a relation with `person_id`) owe now, as a SELECT of person_id,
   * item_id, severity, due_at, title. Over the contributing module's own tables and those below it.
   */
  items(asked: Sql, now: Date): Sql;
  /** Where they see and do it, below the public address. */
  path(personId: string): string;
  /** Absent = the common ladder, and escalation as the settings have it. */
  readonly course?: OwedCourse;
}

/**
 * How a kind is told that has steps, an escalation and links of its own. Its rows have more columns: `ref` (uuid: what the link
 * is made for), `steps` (timestamptz[]: on the day of each its person is told), `asked_at` (when somebody had them told by hand;
 * null), `manager_after` and `head_after` (days overdue until those above are told), `named_id` (who is told in the place of the
 * head; null = the head).
 */
export interface OwedCourse {
  /** The same rows, of whatever names one of the people in `readers` (a relation with `person_id`) in `named_id`. */
  naming(readers: Sql, now: Date): Sql;
  /** Where its person sees one of them, below the public address. It may only show: mail is forwarded, and scanners open links. */
  link(tx: Tx, personId: string, ref: string): Promise<string>;
  /** In which words the one who is named is told why: 'in a campaign you run'. */
  readonly because: string;
}

/** One kind of thing the IAM team is told of when it is new. */
export interface NewsKind {
  readonly kind: string;
  readonly one: string;
  readonly many: string;
  /** What became so after `since` and up to `until`, as a SELECT of title. `now` is for asking who is there to answer. */
  items(since: Date, until: Date, now: Date): Sql;
  readonly path: string;
}

/** An ordered story of a module that a SIEM reads on from where it was. */
export interface SiemFeed {
  readonly name: string;
  /** Its log in the order in which it becomes final: a relation with xid and id, and what `toOcsf` reads beside them. */
  readonly rows: Sql;
  toOcsf(row: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
}

/** The port `owes(person)`: modules above contribute what people owe, what is new, and what a SIEM may read. */
@Injectable()
export class Contributions {
  readonly owed: OwedKind[] = [];
  readonly news: NewsKind[] = [];
  readonly logged: SiemFeed[] = [];

  owes(kind: OwedKind): void {
    once(this.owed, kind, ({ kind: name }) => name);
  }

  tells(kind: NewsKind): void {
    once(this.news, kind, ({ kind: name }) => name);
  }

  logs(feed: SiemFeed): void {
    once(this.logged, feed, ({ name }) => name);
  }
}

function once<T>(known: T[], added: T, nameOf: (one: T) => string): void {
  if (known.some((one) => nameOf(one) === nameOf(added)))
    throw new Error(`Two modules contribute ${nameOf(added)} to notifications`);
  known.push(added);
}
