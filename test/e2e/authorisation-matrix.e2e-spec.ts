import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import {
  ALLOW,
  CREDENTIAL_READERS,
  OPEN,
  READERS,
  type Role,
  ROLES,
  SCOPED_TOO,
} from '../../src/platform/http/index.js';
import { type GuardedRoute, routesOf } from '../support/generated/access-page.js';
import {
  buildMatrixWorld,
  FORMER_DELEGATE,
  inAnotherUnit,
  inThisUnit,
  type MatrixWorld,
  OTHER_OWNER,
  OUTSIDERS,
  OWNER,
} from '../support/matrix-world.js';

/** What a caller gets: in, nothing there to see, forbidden, or not even asked what they want. */
type Outcome = 'in' | 'hidden' | 'refused' | 'unknown';

/** What is expected of one route; test/e2e/authorisation-matrix.md says what each member means. */
interface Row {
  readonly may: string | readonly Role[];
  readonly elsewhere?: Outcome;
  readonly here?: Outcome;
  readonly theirs?: Outcome;
  readonly others?: Outcome;
  readonly with?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly send?: unknown;
}

const FILE = 'test/e2e/authorisation-matrix.json';
const TABLE = JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, Row>;
const GROUPS: Readonly<Record<string, readonly Role[]>> = {
  readers: READERS,
  'credential readers': CREDENTIAL_READERS,
  'every role': ROLES,
  'no role': [],
};
const rolesOf = ({ may }: Row): readonly Role[] => (typeof may === 'string' ? GROUPS[may]! : may);
const nameOf = ({ method, path }: Pick<GuardedRoute, 'method' | 'path'>): string => `${method} ${path}`;

/** A row as the code would have it: to be read and judged before it goes into the table. */
function proposed({ allowance, open, path }: GuardedRoute, scopedToo: boolean): object {
  if (open) return { may: 'everybody' };
  const roles = allowance?.roles ?? [];
  const group = Object.entries(GROUPS).find(([, members]) => members.join() === roles.join())?.[0];
  const id = ID_OF[/^\/api\/v1\/([^/]+)\/:id/.exec(path)?.[1] ?? ''];
  // A list is narrowed, one thing is hidden.
  const outside = id === undefined ? 'in' : 'hidden';
  return {
    may: group ?? roles,
    ...(roles.length === 0 ? {} : { elsewhere: scopedToo ? outside : 'refused' }),
    ...(allowance?.relation ? { theirs: 'in', others: outside } : {}),
    ...(id === undefined ? {} : { with: { id } }),
  };
}

/** Which id of the world goes into the path of which resource. */
const ID_OF: Readonly<Record<string, string>> = {
  identities: '$identity',
  campaigns: '$campaign',
  'review-items': '$reviewItem',
  credentials: '$credential',
  findings: '$finding',
  'use-cases': '$useCase',
  agents: '$agent',
  policies: '$policy',
  tokens: '$token',
  units: '$unit',
  people: '$person',
  sources: '$source',
  'sync-runs': '$syncRun',
  checks: '$check',
  jobs: '$job',
};

/** What everybody is expected to get from a route. */
function expectedOf(row: Row): Map<string, Outcome> {
  const expected = new Map<string, Outcome>(OUTSIDERS.map((outsider) => [outsider, 'unknown']));
  const may = rolesOf(row);
  for (const role of ROLES) {
    const elsewhere = may.includes(role) ? (row.elsewhere ?? 'refused') : 'refused';
    expected.set(role, may.includes(role) ? 'in' : 'refused');
    expected.set(inAnotherUnit(role), elsewhere);
    expected.set(
      inThisUnit(role),
      may.includes(role) ? (row.here ?? (elsewhere === 'hidden' ? 'in' : elsewhere)) : 'refused',
    );
  }
  expected.set(OWNER, row.theirs ?? 'refused');
  expected.set(OTHER_OWNER, row.others ?? 'refused');
  expected.set(FORMER_DELEGATE, row.others ?? 'refused');
  return expected;
}

describe('the authorisation matrix', () => {
  let world: MatrixWorld;
  let routes: GuardedRoute[];
  let handlers: Map<string, { handler: () => void; type: object }>;

  beforeAll(async () => {
    world = await buildMatrixWorld();
    routes = routesOf(world.t.app.nest);
    handlers = handlersOf();
  }, 120_000);
  afterAll(() => world.close());

  /** The methods behind the routes, to take a guard away from one. */
  function handlersOf(): Map<string, { handler: () => void; type: object }> {
    const found = new Map<string, { handler: () => void; type: object }>();
    for (const { metatype } of world.t.app.nest.get(DiscoveryService).getControllers()) {
      if (!metatype) continue;
      const prototype = (metatype as { prototype: Record<string, () => void> }).prototype;
      for (const name of new MetadataScanner().getAllMethodNames(prototype)) {
        const handler = prototype[name]!;
        const own = Reflect.getMetadata('path', handler) as string | undefined;
        if (own === undefined) continue;
        const base = [Reflect.getMetadata('path', metatype) as string | string[]].flat()[0] ?? '';
        const method = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'][Reflect.getMetadata('method', handler) as number];
        const path = [base, own]
          .map((part) => part.replace(/^\/|\/$/g, ''))
          .filter(Boolean)
          .join('/');
        found.set(`${method} ${path}`, { handler, type: metatype });
      }
    }
    return found;
  }
  const handlerOf = (route: GuardedRoute) =>
    handlers.get(`${route.method} ${route.path.replace(/^\/(?:api\/v1\/?)?/, '')}`)!;

  /** Ids by name in what is sent: "$identity" is the id of the identity. */
  const filled = (value: unknown): unknown =>
    typeof value === 'string' && value.startsWith('$')
      ? (world.ids[value.slice(1)] ?? value)
      : Array.isArray(value)
        ? value.map(filled)
        : value !== null && typeof value === 'object'
          ? Object.fromEntries(Object.entries(value).map(([key, member]) => [key, filled(member)]))
          : value;

  async function ask(
    route: GuardedRoute,
    row: Row,
    caller: string,
  ): Promise<{ outcome: Outcome; problem: string | null }> {
    const isFixed = [...route.path.matchAll(/:([a-z]+)/gi)].every(([, name]) => row.with?.[name!] !== undefined);
    const path = route.path.replace(/:([a-z]+)/gi, (_all, name: string) => {
      const given = row.with?.[name];
      return given === undefined ? '00000000-0000-7000-8000-000000000000' : String(filled(given));
    });
    const reads = route.method === 'GET';
    const answer = await world.t.call(route.method, `${path}${row.query ?? ''}`, {
      token: world.callers.get(caller) ?? null,
      ...(reads || route.method === 'DELETE'
        ? {}
        : { body: row.send === undefined ? { matrix: 'no body' } : filled(row.send) }),
      ...(reads || route.method === 'POST' ? {} : { headers: { 'if-match': '"999999"' } }),
    });
    const outcome: Outcome =
      answer.status === 401
        ? 'unknown'
        : answer.status === 403
          ? 'refused'
          : answer.status === 404 && isFixed
            ? 'hidden'
            : 'in';
    if (answer.status >= 500) return { outcome, problem: `answered ${answer.status}` };
    const mayNotRead =
      [OTHER_OWNER, FORMER_DELEGATE].includes(caller) || ROLES.some((role) => caller === inAnotherUnit(role));
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
    const leaked = mayNotRead ? world.marks.find((mark) => text.includes(mark) && !path.includes(mark)) : undefined;
    return { outcome, problem: leaked === undefined ? null : `showed ${leaked}` };
  }

  /** Everything about a route that is not as the table has it. `among` = only these callers. */
  async function unexpected(route: GuardedRoute, row: Row, among?: readonly string[]): Promise<string[]> {
    const wrong: string[] = [];
    // Whoever is let in may change something: those who are kept out ask first.
    const expected = [...expectedOf(row)].sort(([, a], [, b]) => Number(a === 'in') - Number(b === 'in'));
    for (const [caller, wanted] of expected) {
      if (among && !among.includes(caller)) continue;
      const { outcome, problem } = await ask(route, row, caller);
      if (outcome !== wanted) wrong.push(`${nameOf(route)}: ${caller} is ${outcome}, expected ${wanted}`);
      if (problem) wrong.push(`${nameOf(route)}: ${caller} ${problem}`);
    }
    return wrong;
  }

  it('has a row for every route, and none for a route that is gone', () => {
    const missing = routes.filter((route) => TABLE[nameOf(route)] === undefined);
    const rows = missing.map((route) => {
      const { handler, type } = handlerOf(route);
      const scoped = (Reflect.getMetadata(SCOPED_TOO, handler) ?? Reflect.getMetadata(SCOPED_TOO, type)) === true;
      return `  ${JSON.stringify(nameOf(route))}: ${JSON.stringify(proposed(route, scoped))}`;
    });
    if (rows.length > 0)
      throw new Error(
        `${rows.length} routes are not in ${FILE}. This is what their @Allow says; judge each before you add it (the members are explained in test/e2e/authorisation-matrix.md):\n\n${rows.join(',\n')}\n`,
      );
    const known = new Set(routes.map(nameOf));
    expect(Object.keys(TABLE).filter((name) => !known.has(name))).toEqual([]);
  });

  it('has every route of the API description', () => {
    const described = Object.entries(world.t.app.openapi.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
    );
    expect(described.length).toBeGreaterThan(60);
    expect(described.filter((name) => TABLE[name] === undefined)).toEqual([]);
  });

  it('lets in whom each row lets in, and nobody else', async () => {
    const wrong: string[] = [];
    for (const route of routes) {
      const row = TABLE[nameOf(route)];
      if (row && row.may !== 'everybody') wrong.push(...(await unexpected(route, row)));
    }
    expect(wrong).toEqual([]);
  }, 600_000);

  it('is open where a row says so, and nowhere else', () => {
    const open = routes.filter((route) => route.open).map(nameOf);
    const rows = Object.entries(TABLE)
      .filter(([, { may }]) => may === 'everybody')
      .map(([name]) => name);
    expect(open.sort()).toEqual(rows.sort());
  });

  it('notices when the guard of any one route is taken away', async () => {
    const unnoticed: string[] = [];
    for (const route of routes) {
      const row = TABLE[nameOf(route)];
      if (!row || row.may === 'everybody') continue;
      const { handler } = handlerOf(route);
      // Whoever is refused today would get in.
      const refused = [...expectedOf(row)].flatMap(([caller, wanted]) =>
        wanted === 'refused' && !/unit$/.test(caller) ? [caller] : [],
      );
      const own = Reflect.getOwnMetadata(ALLOW, handler) as unknown;
      Reflect.defineMetadata(OPEN, true, handler);
      try {
        const noticed =
          refused.length > 0
            ? (await unexpected(route, row, refused)).length > 0
            : routesOf(world.t.app.nest).some((now) => nameOf(now) === nameOf(route) && now.open);
        if (!noticed) unnoticed.push(nameOf(route));
      } finally {
        Reflect.deleteMetadata(OPEN, handler);
        expect(Reflect.getOwnMetadata(ALLOW, handler)).toBe(own);
      }
    }
    expect(unnoticed).toEqual([]);
  }, 120_000);
});
