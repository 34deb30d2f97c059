import { readFileSync } from 'node:fs';
import type { AwsServer } from '../../src/demo/aws/index.js';
import { startSampleAws } from '../../src/demo/sample/aws-stand-in.js';
import { actingIn } from '../../src/demo/sample/load/acting.js';
import { loadSample } from '../../src/demo/sample/load/load-sample.js';
import { SampleTime } from '../../src/demo/sample/sample-time.js';
import { START, startApp, type TestApp } from './app.js';

export interface Truth {
  readonly findings: Readonly<
    Record<string, readonly { readonly subject: string; readonly reason: string; readonly severity: string }[]>
  >;
  readonly outcomes: Readonly<
    Record<string, readonly { readonly subject: string; readonly outcome: string; readonly because?: string }[]>
  >;
  readonly lookAlikes: readonly {
    readonly story: string;
    readonly check: string;
    readonly guilty: string;
    readonly innocent: string;
    readonly outcome: string;
    readonly because?: string;
  }[];
}

export const TRUTH = JSON.parse(readFileSync('src/demo/sample/truth.json', 'utf8')) as Truth;

export interface SampleApp {
  readonly t: TestApp;
  readonly aws: AwsServer;
  /** Puts the sample in place; a second time, reads it again. */
  load(): Promise<'loaded' | 'was-there'>;
  close(): Promise<void>;
}

/** The demo's organisation in a Mandate of the test's own. */
export async function startSample(env: Record<string, string> = {}): Promise<SampleApp> {
  const time = new SampleTime(Date.parse(START));
  let now = (): number => time.start;
  const { server, environment } = await startSampleAws(time, () => now());
  const t = await startApp({ env: { ...environment, ...env } });
  now = () => t.clock.now().getTime();
  return {
    t,
    aws: server,
    async load() {
      const { acting, retire } = actingIn(t.app, t.url);
      const done = await loadSample({
        time,
        acting,
        waiting: { breathe: () => t.settle(), evaluated: () => t.settle() },
      });
      await retire();
      return done;
    },
    async close() {
      await t.close();
      await server.close();
    },
  };
}

export interface Subject {
  readonly type: 'identity' | 'credential' | 'source' | 'use-case' | 'agent' | 'person';
  readonly id: string;
}

interface Placed {
  readonly id: string;
  readonly displayName: string;
  readonly source: { readonly name: string };
  readonly scope: { readonly name: string };
}
interface Credential {
  readonly id: string;
  readonly kind: string;
  readonly identity: { readonly id: string };
  readonly issuedAt: string | null;
}

/** What has a name of its own: 'use case Plan delivery routes', 'agent route-planner', 'person Sample Person 07'. */
const NAMED = [
  { words: 'use case', type: 'use-case', path: 'use-cases' },
  { words: 'agent', type: 'agent', path: 'agents' },
  { words: 'person', type: 'person', path: 'people' },
] as const;
interface NamedSubject extends Subject {
  readonly words: string;
}

/** Subjects of the truth by the words it uses for them, and back. */
export class Subjects {
  private constructor(
    private readonly identities: readonly Placed[],
    private readonly credentials: readonly Credential[],
    private readonly sources: readonly { id: string; name: string }[],
    private readonly named: readonly NamedSubject[],
  ) {}

  static async read(t: TestApp): Promise<Subjects> {
    const [identities, credentials, sources] = await Promise.all([
      everyRow<Placed>(t, 'identities'),
      everyRow<Credential>(t, 'credentials'),
      everyRow<{ id: string; name: string }>(t, 'sources'),
    ]);
    const named = await Promise.all(
      NAMED.map(async ({ words, type, path }) =>
        (await everyRow<{ id: string; name?: string; displayName?: string }>(t, path)).map((row) => ({
          type,
          id: row.id,
          words: `${words} ${row.name ?? row.displayName}`,
        })),
      ),
    );
    return new Subjects(identities, credentials, sources, named.flat());
  }

  find(words: string): Subject {
    const subject = this.named.find((one) => one.words === words);
    if (subject) return { type: subject.type, id: subject.id };
    const source = /^source (.+)$/.exec(words)?.[1];
    if (source !== undefined)
      return {
        type: 'source',
        id: one(
          words,
          this.sources.filter(({ name }) => name === source),
        ).id,
      };
    const [, which, kind, name, place] =
      /^(?:(older|newer) )?(?:([a-z-]+) of )?(.+) @ (.+)$/.exec(words) ?? /^()()(.+) @ (.+)$/.exec(words)!;
    // "root of 111122223333" is a name, not a kind of credential.
    const isKind = kind !== undefined && kind !== '' && kind !== 'root';
    const called = isKind ? name! : [kind, name].filter(Boolean).join(' of ');
    const holder = one(
      words,
      this.identities.filter((identity) => identity.displayName === called && place === placeOf(identity)),
    );
    if (!isKind) return { type: 'identity', id: holder.id };
    const held = this.credentials
      .filter((credential) => credential.identity.id === holder.id && credential.kind === kind)
      .sort((a, b) => (a.issuedAt ?? '').localeCompare(b.issuedAt ?? ''));
    const chosen = which === 'older' ? held.slice(0, 1) : which === 'newer' ? held.slice(-1) : held;
    return { type: 'credential', id: one(words, chosen).id };
  }

  /** Words for a subject nobody spoke of. */
  describe({ type, id }: { type: string; id: string }): string {
    if (type === 'source') return `source ${this.sources.find((source) => source.id === id)?.name ?? id}`;
    const subject = this.named.find((one) => one.type === type && one.id === id);
    if (subject) return subject.words;
    const credential = this.credentials.find((one) => one.id === id);
    const identity = this.identities.find((one) => one.id === (credential?.identity.id ?? id));
    const words = identity ? `${identity.displayName} @ ${placeOf(identity)}` : id;
    return credential ? `${credential.kind} of ${words}` : words;
  }
}

/** An account goes by its own name, what came by a file by its source's. */
const placeOf = ({ source, scope }: Placed): string => (source.name === 'AWS organisation' ? scope.name : source.name);

function one<T>(words: string, found: readonly T[]): T {
  if (found.length !== 1) throw new Error(`${found.length} subjects are "${words}"`);
  return found[0]!;
}

/** A list of the API, whole. */
export async function everyRow<T>(t: TestApp, path: string): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | null = null;
  do {
    const query: string = `${path.includes('?') ? '&' : '?'}limit=200${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
    const { body } = await t.call<{ data: T[]; next: string | null }>('GET', `/api/v1/${path}${query}`);
    all.push(...body.data);
    cursor = body.next;
  } while (cursor !== null);
  return all;
}

const WORDS: Readonly<Record<string, string>> = {
  p: 'pass',
  n: 'not-applicable',
  e: 'not-evaluated',
  f: 'fail',
  s: 'superseded',
  '-': 'off',
};

/** What is stored of every subject, check by check: what lists and counts show. */
export async function storedOutcomes(t: TestApp): Promise<(check: string, subject: Subject) => string> {
  const places = await t.sql<{ id: string; place: number }>('SELECT check_id AS id, place FROM check_places');
  const rows = await t.sql<{ type: string; id: string; results: string }>(
    'SELECT subject_type AS type, subject_id AS id, results FROM evaluations',
  );
  const stored = new Map(rows.map(({ type, id, results }) => [`${type} ${id}`, results]));
  return (check, { type, id }) => {
    const place = places.find((one) => one.id === check)!.place;
    return WORDS[stored.get(`${type} ${id}`)?.[place] ?? '-']!;
  };
}
