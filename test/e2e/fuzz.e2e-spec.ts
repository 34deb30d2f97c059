import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type MatrixWorld, buildMatrixWorld } from '../support/matrix-world.js';

/** How often each route is asked; more in a long run. */
const RUNS = Number(process.env.MANDATE_FUZZ_RUNS ?? 12);
const SEED = Number(process.env.MANDATE_FUZZ_SEED ?? 20260301);
/** Must come back in no answer: whatever a caller sent is not repeated to them. */
const PLANTED = 'planted-4f1c9d';

type Schema = Record<string, any>;
interface Operation {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly { name: string; in: string; schema?: Schema }[];
  readonly body: Schema | null;
}

const NASTY: readonly unknown[] = [
  null,
  '',
  ' ',
  '\u0000',
  `a\u0000${PLANTED}`,
  '\ud800',
  '🦊'.repeat(300),
  "'; DROP TABLE identities; --",
  '%',
  '../../etc/passwd',
  '<script>alert(1)</script>',
  '${jndi:ldap://x}',
  '__proto__',
  'constructor',
  'NaN',
  '-1',
  '1e309',
  '9'.repeat(40),
  'x'.repeat(70_000),
  '0000-00-00T00:00:00Z',
  '+275760-09-13T00:00:00.001Z',
  '99999-12-31',
  '00000000-0000-0000-0000-000000000000',
  PLANTED,
  true,
  0,
  -1,
  1.5,
  2 ** 53,
  1e308,
  [],
  {},
  [[[[[[]]]]]],
  { __proto__: null, constructor: { prototype: {} } },
];
const nasty = fc.constantFrom(...NASTY);
const nastyText = fc.oneof(
  fc.constantFrom(...NASTY.filter((value): value is string => typeof value === 'string')),
  fc.string({ unit: 'binary', maxLength: 60 }),
);

/** A cursor that reads like ours and holds what no list of ours ever put into one. */
const forgedCursor = fc
  .array(fc.constantFrom<unknown>('x', '\u0000', '', null, 0, -1, 1.5, 1e300, '2026-01-01', 'Infinity'), {
    minLength: 1,
    maxLength: 3,
  })
  .map((keys) => Buffer.from(JSON.stringify(keys)).toString('base64url'));

/** Errors are problem details, but where another standard says otherwise. */
const formOf = (path: string): RegExp =>
  path.startsWith('/scim/')
    ? /^application\/scim\+json/
    : path.startsWith('/signals/')
      ? /^application\/json/
      : /^application\/problem\+json/;

describe('whatever is sent to whatever route', () => {
  let world: MatrixWorld;
  let operations: Operation[];
  let tokens: string[];
  beforeAll(async () => {
    world = await buildMatrixWorld();
    const { paths } = world.t.app.openapi;
    operations = Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item as Record<string, any>).map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        parameters: operation.parameters ?? [],
        body: resolved(operation.requestBody?.content?.['application/json']?.schema ?? null),
      })),
    );
    tokens = [
      await world.t.token(
        'admin',
        'iam-engineer',
        'campaign-manager',
        'policy-author',
        'ai-governance',
        'incident-responder',
        'auditor',
        'viewer',
        'hr-status',
        'ingest',
      ),
      await world.t.token('admin', 'risk-acceptor', 'action-approver', 'auditor'),
    ];
  }, 120_000);
  afterAll(() => world.close());

  function resolved(schema: Schema | null): Schema | null {
    const ref = schema?.$ref as string | undefined;
    return ref
      ? ((world.t.app.openapi.components!.schemas as Record<string, Schema>)[ref.split('/').at(-1)!] ?? null)
      : schema;
  }

  const uuids = () => fc.constantFrom(...Object.values(world.ids));

  /** Values that are nearly what a schema asks for: right in most places, hostile in some. */
  function nearly(given: Schema | null | undefined, depth = 0): fc.Arbitrary<unknown> {
    const schema = resolved(given ?? null);
    if (!schema || depth > 5) return nasty;
    const alternatives = (schema.anyOf ?? schema.oneOf) as Schema[] | undefined;
    const right: fc.Arbitrary<unknown> = alternatives
      ? fc.oneof(...alternatives.map((one) => nearly(one, depth + 1)))
      : schema.const !== undefined
        ? fc.constant(schema.const)
        : schema.enum
          ? fc.constantFrom(...(schema.enum as unknown[]))
          : schema.type === 'object'
            ? objectOf(schema, depth)
            : schema.type === 'array'
              ? fc.array(nearly(schema.items, depth + 1), { maxLength: 4 })
              : schema.type === 'integer' || schema.type === 'number'
                ? fc.oneof(
                    fc.integer({ min: schema.minimum ?? 0, max: Math.min(schema.maximum ?? 1000, 2 ** 31) }),
                    fc.double(),
                  )
                : schema.type === 'boolean'
                  ? fc.boolean()
                  : schema.format === 'uuid'
                    ? fc.oneof(uuids(), fc.uuid())
                    : schema.format === 'date-time'
                      ? fc.constantFrom('2026-03-01T00:00:00Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z')
                      : fc.oneof(fc.string({ maxLength: 40 }), nastyText);
    return fc.oneof({ weight: 9, arbitrary: right }, { weight: 1, arbitrary: nasty });
  }

  function objectOf(schema: Schema, depth: number): fc.Arbitrary<unknown> {
    const members = Object.entries((schema.properties ?? {}) as Record<string, Schema>);
    const required = new Set<string>(schema.required ?? []);
    return fc.record(Object.fromEntries(members.map(([name, member]) => [name, nearly(member, depth + 1)])), {
      requiredKeys: members.map(([name]) => name).filter((name) => required.has(name)),
    });
  }

  const requestFor = ({ method, path, parameters, body }: Operation) =>
    fc.record({
      path: fc.record(
        Object.fromEntries(
          [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name, fc.oneof(uuids(), nastyText, fc.uuid())]),
        ),
      ),
      query: fc.record(
        Object.fromEntries(
          parameters
            .filter((one) => one.in === 'query')
            .map(({ name, schema }) => [
              name,
              name === 'cursor' ? fc.oneof(forgedCursor, nearly(schema)) : nearly(schema),
            ]),
        ),
        { requiredKeys: [] },
      ),
      body:
        method === 'GET' || method === 'DELETE' ? fc.constant(undefined) : fc.option(nearly(body), { nil: undefined }),
      raw: fc.oneof(
        { weight: 9, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: fc.constantFrom('{', '[', '"', 'null', '{"a":', `{"a":1}${PLANTED}`, '\u0000') },
      ),
      ifMatch: fc.constantFrom(undefined, '"1"', '"0"', 'W/"1"', '*', PLANTED, '"99999999999"'),
      type: fc.constantFrom(
        'application/json',
        'application/json',
        'application/json',
        'text/plain',
        'multipart/form-data',
        'a/b; c',
      ),
      key: fc.constantFrom(undefined, undefined, 'k', 'x'.repeat(300)),
      token: fc.constantFrom(0, 1),
    });

  it('is answered with what was wrong about it, never with a failure of ours', async () => {
    const failures: string[] = [];
    const asked = new Map<number, number>();
    for (const operation of operations) {
      const samples = fc.sample(requestFor(operation), { numRuns: RUNS, seed: SEED });
      for (const sample of samples) {
        const path = operation.path.replace(/\{(\w+)\}/g, (_all, name: string) =>
          encodeURIComponent(
            String((sample.path as Record<string, unknown>)[name])
              .slice(0, 400)
              .replace(/[\ud800-\udfff]/g, '?'),
          ),
        );
        const query = new URLSearchParams();
        for (const [name, value] of Object.entries(sample.query))
          if (value !== undefined)
            query.append(
              name,
              (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
                .slice(0, 3000)
                .replace(/[\ud800-\udfff]/g, '?'),
            );
        const answer = await world.t.call(operation.method, `${path}?${query.toString()}`, {
          token: tokens[sample.token]!,
          ...(operation.method === 'GET' || (sample.body === undefined && sample.raw === null)
            ? {}
            : { body: sample.raw ?? JSON.stringify(sample.body) ?? '' }),
          headers: {
            'content-type': sample.type,
            ...(sample.ifMatch ? { 'if-match': sample.ifMatch } : {}),
            ...(sample.key && operation.method === 'POST' ? { 'idempotency-key': sample.key } : {}),
          },
        });
        asked.set(answer.status, (asked.get(answer.status) ?? 0) + 1);
        const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
        const what = `${operation.method} ${operation.path} (${answer.status}) for ${JSON.stringify(sample).slice(0, 700)}`;
        if (answer.status >= 500) failures.push(`failed: ${what}`);
        if (answer.status >= 400) {
          if (!formOf(operation.path).test(answer.headers.get('content-type') ?? ''))
            failures.push(`no problem: ${what}`);
          if (text.includes(PLANTED)) failures.push(`repeats what was sent: ${what}`);
          if (/node_modules|\.ts:\d|\bat \w+ \(|SELECT |syntax error/.test(text))
            failures.push(`tells of itself: ${what}`);
        }
      }
    }
    console.info(
      `fuzz: ${operations.length} operations, ${JSON.stringify(Object.fromEntries([...asked].sort(([a], [b]) => a - b)))}`,
    );
    expect(failures).toEqual([]);
    // It got past the door often enough to mean something.
    expect((asked.get(200) ?? 0) + (asked.get(201) ?? 0) + (asked.get(202) ?? 0)).toBeGreaterThan(operations.length);
  }, 900_000);
});
