import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultDataFolder } from '../platform/database/index.js';
import { CommandFailed, EXIT } from './exit.js';

export interface Problem {
  readonly title?: string;
  readonly detail?: string;
  readonly code?: string;
  readonly status?: number;
  readonly instance?: string;
  readonly errors?: readonly { readonly pointer?: string; readonly parameter?: string; readonly detail: string }[];
}

export interface Page<T> {
  readonly data: readonly T[];
  readonly next: string | null;
}

const CODE_OF_STATUS: Record<number, number> = {
  401: EXIT.signInNeeded,
  403: EXIT.signInNeeded,
  404: EXIT.notFound,
  409: EXIT.conflict,
  412: EXIT.conflict,
  428: EXIT.conflict,
  422: EXIT.usage,
  400: EXIT.usage,
};

/** A client of Mandate's API: the CLI can do nothing the API does not let it. */
export class Client {
  constructor(
    readonly url: string,
    private readonly token: string,
  ) {}

  /** `path` is below the API, or, with a slash before it, a page beside it. */
  async call<T>(
    method: string,
    path: string,
    options: { body?: unknown; form?: FormData; etag?: string } = {},
  ): Promise<{ body: T; etag: string }> {
    const { text, headers } = await this.send(method, path, options);
    return {
      body: (text === '' ? null : /\bjson\b/.test(headers.get('content-type') ?? '') ? JSON.parse(text) : text) as T,
      etag: headers.get('etag') ?? '',
    };
  }

  /** What is not one JSON document: lines, with what their headers say. */
  async text(path: string): Promise<{ body: string; headers: Headers }> {
    const { text, headers } = await this.send('GET', path, {});
    return { body: text, headers };
  }

  private async send(
    method: string,
    path: string,
    options: { body?: unknown; form?: FormData; etag?: string },
  ): Promise<{ text: string; headers: Headers }> {
    let response: Response;
    try {
      response = await fetch(new URL(path.startsWith('/') ? path : `/api/v1/${path}`, this.url), {
        method,
        headers: {
          authorization: `Bearer ${this.token}`,
          ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(options.etag ? { 'if-match': options.etag } : {}),
        },
        ...(options.form
          ? { body: options.form }
          : options.body === undefined
            ? {}
            : { body: JSON.stringify(options.body) }),
      });
    } catch (error) {
      throw new CommandFailed(
        `Mandate does not answer at ${this.url}. Is it running? ("mandate serve" or "mandate demo" starts it; MANDATE_URL points elsewhere.)`,
        EXIT.failure,
        { cause: String((error as Error).cause ?? error) },
      );
    }
    const text = await response.text();
    if (!response.ok) throw failed(response.status, text);
    return { text, headers: response.headers };
  }

  async get<T>(path: string, query: Readonly<Record<string, string | number | boolean | undefined>> = {}): Promise<T> {
    return (await this.call<T>('GET', `${path}${queryString(query)}`)).body;
  }

  async post<T>(path: string, body: unknown = {}): Promise<T> {
    return (await this.call<T>('POST', path, { body })).body;
  }

  /** Reads a list to its end, or until there are enough. */
  async list<T>(
    path: string,
    query: Readonly<Record<string, string | number | boolean | undefined>>,
    enough: number,
  ): Promise<T[]> {
    const all: T[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.get<Page<T>>(path, { ...query, limit: Math.min(200, enough - all.length), cursor });
      all.push(...page.data);
      cursor = page.next ?? undefined;
    } while (cursor !== undefined && all.length < enough);
    return all;
  }
}

function failed(status: number, text: string): CommandFailed {
  let problem: Problem = {};
  try {
    problem = JSON.parse(text) as Problem;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const places = (problem.errors ?? [])
    .map(({ pointer, parameter, detail }) => `\n  ${pointer ?? parameter ?? ''}: ${detail}`)
    .join('');
  const request = problem.instance ? `\n(request ${problem.instance.replace('urn:request:', '')})` : '';
  return new CommandFailed(
    `${problem.detail ?? `Mandate answered ${status}.`}${places}${request}`,
    CODE_OF_STATUS[status] ?? EXIT.failure,
    problem,
  );
}

const queryString = (query: Readonly<Record<string, string | number | boolean | undefined>>): string => {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) params.set(name, String(value));
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
};

export const checkout = (): string => {
  const here = dirname(fileURLToPath(import.meta.url));
  return here.includes(`${join('dist', 'src', 'cli')}`) ? dirname(dirname(dirname(here))) : dirname(dirname(here));
};

/**
 * The client of whoever calls: MANDATE_URL with MANDATE_TOKEN_FILE, or, on the machine of an embedded instance, its
 * local administrator token; the main instance before the demo.
 */
export function connect(environment: NodeJS.ProcessEnv = process.env): Client {
  const url = environment.MANDATE_URL;
  if (url !== undefined && url !== '') {
    const file = environment.MANDATE_TOKEN_FILE;
    const token = environment.MANDATE_TOKEN ?? (file ? readToken(file) : undefined);
    if (!token)
      throw new CommandFailed(
        'MANDATE_URL is set, but no token: put one into a file and name it in MANDATE_TOKEN_FILE.',
        EXIT.signInNeeded,
      );
    return new Client(url, token);
  }
  const folders = environment.MANDATE_DATA_DIR
    ? [environment.MANDATE_DATA_DIR]
    : [defaultDataFolder(checkout(), 'main'), defaultDataFolder(checkout(), 'demo')];
  for (const folder of folders) {
    const address = join(folder, 'address');
    if (!existsSync(address)) continue;
    return new Client(readFileSync(address, 'utf8').trim(), readToken(join(folder, 'admin-token')));
  }
  throw new CommandFailed(
    `No Mandate runs here (looked in ${folders.join(' and ')}). Start one with "mandate serve" or "mandate demo", or set MANDATE_URL and MANDATE_TOKEN_FILE.`,
    EXIT.signInNeeded,
  );
}

function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new CommandFailed(
      `The token file ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}).`,
      EXIT.signInNeeded,
    );
  }
}
