import { Writable } from 'node:stream';
import { type Application, createApplication, type ApplicationOptions } from '../../src/application.js';
import { ManualClock } from '../../src/platform/clock/index.js';
import { Jobs } from '../../src/platform/jobs/index.js';
import { CreateToken } from '../../src/access-control/operations/create-token.js';
import { type Role, type RoleScope, systemActor } from '../../src/platform/http/index.js';
import { createTestDatabase } from './database.js';

export interface Answer<T = any> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
  readonly etag: string;
}

/** A Mandate in this process, on a database of its own, with a clock that only the test moves. */
export interface TestApp {
  readonly app: Application;
  readonly clock: ManualClock;
  readonly url: string;
  readonly databaseUrl: string;
  /** Everything that was logged so far. */
  log(): string;
  /** A token with these roles, for `call`. */
  token(...roles: readonly (Role | { role: Role; scope: RoleScope })[]): Promise<string>;
  tokenOf(person: string, ...roles: readonly (Role | { role: Role; scope: RoleScope })[]): Promise<string>;
  call<T = any>(
    method: string,
    path: string,
    options?: { token?: string | null; body?: unknown; headers?: Record<string, string>; form?: FormData },
  ): Promise<Answer<T>>;
  /** Runs whatever is scheduled and queued, until nothing is. */
  settle(): Promise<void>;
  sql<R = Record<string, unknown>>(text: string, values?: unknown[]): Promise<R[]>;
  close(): Promise<void>;
}

export const START = '2026-03-01T08:00:00.000Z';

export async function startApp(
  options: Partial<ApplicationOptions> & { env?: Record<string, string> } = {},
): Promise<TestApp> {
  const database = await createTestDatabase();
  const clock = (options.clock as ManualClock | undefined) ?? new ManualClock(START);
  let logged = '';
  const log = new Writable({
    write(chunk: Buffer, _encoding, done) {
      logged += chunk.toString();
      done();
    },
  });
  const app = await createApplication({
    works: false,
    ownInventory: false,
    log,
    ...options,
    clock,
    environment: {
      DATABASE_URL: database.url,
      MANDATE_PORT: '0',
      MANDATE_LOG_LEVEL: 'debug',
      MANDATE_DATABASE_POOL: '6',
      // A suite asks more in a minute than any person would.
      MANDATE_RATE_LIMIT_PER_MINUTE: '0',
      MANDATE_RATE_LIMIT_ANONYMOUS_PER_MINUTE: '0',
      ...options.env,
    },
  });
  const url = await app.listen();
  const create = app.nest.get(CreateToken);
  const mint = async (
    roles: readonly (Role | { role: Role; scope: RoleScope })[],
    ownerId: string | null,
  ): Promise<string> => {
    const assignments = roles.map((role) => (typeof role === 'string' ? { role, scope: {} } : role));
    return (
      await create.execute(systemActor('test'), {
        name: `test ${assignments.map(({ role }) => role).join(' ')}`,
        roles: assignments,
        expiresInDays: 3650,
        ownerId,
      })
    ).token;
  };
  const everything = await mint(['admin', 'auditor'], null);
  const engineer = await mint(['iam-engineer'], null);
  return {
    app,
    clock,
    url,
    databaseUrl: database.url,
    log: () => logged,
    token: (...roles) => mint(roles, null),
    tokenOf: (person, ...roles) => mint(roles, person),
    async call(method, path, { token, body, headers, form } = {}) {
      const bearer =
        token === undefined
          ? method === 'GET' || path.startsWith('/api/v1/sources') || path.startsWith('/api/v1/tokens')
            ? everything
            : engineer
          : token;
      const response = await fetch(new URL(path, url), {
        method,
        headers: {
          ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
          ...(body !== undefined ? { 'content-type': 'application/json' } : {}),
          ...headers,
        },
        ...(form
          ? { body: form }
          : body !== undefined
            ? { body: typeof body === 'string' ? body : JSON.stringify(body) }
            : {}),
      });
      const text = await response.text();
      // A 500 is never what a test wants: say why, at once.
      if (response.status === 500)
        console.error(
          logged
            .split('\n')
            .filter((line) => line.includes('"level":"error"'))
            .at(-1),
        );
      const isJson = /application\/(?:problem\+)?json/.test(response.headers.get('content-type') ?? '');
      return {
        status: response.status,
        headers: response.headers,
        body: isJson && text !== '' ? JSON.parse(text) : text,
        etag: response.headers.get('etag') ?? '',
      };
    },
    async settle() {
      const jobs = app.nest.get(Jobs);
      for (let round = 0; round < 20; round++) {
        const enqueued = await jobs.tick();
        const done = await jobs.settle();
        if (enqueued + done === 0) return;
      }
      throw new Error('the jobs do not settle');
    },
    sql: (text, values = []) =>
      app.database.transaction((tx) => tx.query(text, values).then(({ rows }) => rows as never)),
    async close() {
      await app.close();
      await database.drop();
    },
  };
}
