import { Injectable } from '@nestjs/common';
import { Config } from '../../platform/config/index.js';
import type { Tx } from '../../platform/database/index.js';
import { Contributions } from '../contributions.js';
import { countsOf, type Digest, isWorthWriting, type NewsGroup } from '../digest.js';
import { writeDigest } from '../digest-text.js';
import type { MessageContent } from '../messages.repository.js';
import { newsSince } from '../queries/news-since.js';
import { owedNow } from '../queries/owed-now.js';

export interface Reader {
  readonly personId: string;
  readonly displayName: string;
  readonly zone: string;
  /** Null = they are not told what is new. */
  readonly newsSince: Date | null;
  readonly newsUntil: Date;
}

export interface Composed {
  /** Written out when it is asked for, within the same transaction: most readers have nothing to be told on most days. */
  content(): Promise<MessageContent>;
  readonly hasNews: boolean;
  /** They owe something, or something is new. */
  readonly isWorthWriting: boolean;
  readonly isEmpty: boolean;
}

/** Puts together what each reader is to be told as things stand now. Leaves `owed_now` behind for whoever notes it. */
@Injectable()
export class ComposeDigests {
  constructor(
    private readonly contributions: Contributions,
    private readonly config: Config,
  ) {}

  async executeIn(tx: Tx, readers: readonly Reader[], now: Date): Promise<Map<string, Composed>> {
    const owed = await owedNow(
      tx,
      readers.map(({ personId }) => personId),
      this.contributions.owed,
      now,
    );
    const known = new Map<string, NewsGroup[]>();
    const composed = new Map<string, Composed>();
    for (const reader of readers) {
      composed.set(
        reader.personId,
        this.written(tx, {
          reader: { id: reader.personId, displayName: reader.displayName },
          zone: reader.zone,
          at: now,
          owed: owed.get(reader.personId) ?? [],
          news: reader.newsSince === null ? [] : await this.news(tx, known, reader.newsSince, reader.newsUntil, now),
          newsSince: reader.newsSince,
        }),
      );
    }
    return composed;
  }

  /** What is new, for a chat. */
  async newsIn(tx: Tx, since: Date, until: Date, zone: string, now: Date): Promise<Composed> {
    const news = await newsSince(tx, this.contributions.news, since, until, now);
    return this.written(tx, { reader: null, zone, at: now, owed: [], news, newsSince: since });
  }

  /** Ways to what is the reader's own, as their kinds make them, by kind and ref. */
  private async links(tx: Tx, { reader, owed }: Digest): Promise<Map<string, string>> {
    const links = new Map<string, string>();
    for (const { level, kind, worst } of owed) {
      const course = this.contributions.owed.find((one) => one.kind === kind)?.course;
      if (level !== 'own' || !course || !reader) continue;
      for (const { ref } of worst) if (ref !== null) links.set(`${kind} ${ref}`, await course.link(tx, reader.id, ref));
    }
    return links;
  }

  /** Many are told of the same span: it is looked at once. */
  private async news(
    tx: Tx,
    known: Map<string, NewsGroup[]>,
    since: Date,
    until: Date,
    now: Date,
  ): Promise<NewsGroup[]> {
    const span = `${since.getTime()} ${until.getTime()}`;
    const found = known.get(span) ?? (await newsSince(tx, this.contributions.news, since, until, now));
    known.set(span, found);
    return found;
  }

  private written(tx: Tx, digest: Digest): Composed {
    return {
      content: async () => ({
        ...writeDigest(digest, this.contributions, this.config.publicUrl(), await this.links(tx, digest)),
        counts: countsOf(digest),
      }),
      hasNews: digest.news.length > 0,
      isWorthWriting: isWorthWriting(digest),
      isEmpty: digest.news.length === 0 && digest.owed.length === 0,
    };
  }
}
