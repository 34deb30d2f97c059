/**
 * Why somebody is told of something: it is theirs, it is somebody's they manage, somebody's in the unit they head, or the thing
 * itself names them as the one who comes after the manager.
 */
export type Level = 'own' | 'manager' | 'head' | 'named';
export type Severity = 'critical' | 'high' | 'medium' | 'low';

/** What somebody owes of one kind; what others owe comes one group for each of them. */
export interface OwedGroup {
  readonly level: Level;
  readonly kind: string;
  /** Null for their own. */
  readonly about: { readonly id: string; readonly displayName: string } | null;
  readonly count: number;
  /** How many of them are the reason to write today: new to the reader, or on a new rung of the ladder. */
  readonly calls: number;
  readonly overdue: number;
  readonly nextDueAt: string | null;
  readonly severities: Readonly<Record<Severity, number>>;
  readonly worst: readonly {
    readonly title: string;
    readonly severity: Severity;
    readonly dueAt: string | null;
    readonly ref: string | null;
  }[];
}

export interface NewsGroup {
  readonly kind: string;
  readonly count: number;
  /** The first few of them. */
  readonly named: readonly string[];
}

/** Everything one reader is told at once. */
export interface Digest {
  /** Null where it goes to a chat. */
  readonly reader: { readonly id: string; readonly displayName: string } | null;
  readonly zone: string;
  readonly at: Date;
  readonly owed: readonly OwedGroup[];
  readonly news: readonly NewsGroup[];
  readonly newsSince: Date | null;
}

/** Whether there is a reason to write: somebody who owes nothing new today is left in peace. */
export const isWorthWriting = ({ owed, news }: Pick<Digest, 'owed' | 'news'>): boolean =>
  news.length > 0 || owed.some(({ calls }) => calls > 0);

/** The numbers of a digest, kept with its message. */
export const countsOf = ({ owed, news }: Pick<Digest, 'owed' | 'news'>): Record<string, number> => {
  const counts: Record<string, number> = {};
  const add = (name: string, count: number): void => void (counts[name] = (counts[name] ?? 0) + count);
  for (const { level, kind, count } of owed) add(level === 'own' ? kind : `${kind} escalated`, count);
  for (const { kind, count } of news) add(kind, count);
  return counts;
};
