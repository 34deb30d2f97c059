import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RunFullPass } from '../../../src/checks/index.js';
import { startApp, type TestApp } from '../../support/app.js';
import { importFile, ndjson } from '../../support/files.js';

const DAY = 86_400_000;
const ROUNDS = 24;

/** The same numbers every time: a failure can be looked at again. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Finding {
  check: string;
  reason: string;
  severity: string;
  mode: string;
  subject: { id: string };
}

describe('what a what-if says', () => {
  let t: TestApp;
  let author: string;
  const next = numbers(20_260_301);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)]!;
  const maybe = <T>(value: T): T | undefined => (next() < 0.4 ? value : undefined);

  beforeAll(async () => {
    t = await startApp();
    author = await t.token('policy-author');
    const ago = (days: number) => new Date(t.clock.now().getTime() - days * DAY).toISOString();
    await importFile(
      t,
      { format: 'ndjson', source: 'estate' },
      ndjson(
        Array.from({ length: 30 }, (_none, n) => [
          {
            entity: 'identity',
            id: `svc-${n}`,
            name: `svc-${n}`,
            kind: pick(['service-account', 'bot', 'user']),
            createdAt: ago(Math.floor(next() * 500)),
            environment: pick(['production', 'development', undefined]),
            privilege: pick(['admin', 'write', 'read', undefined]),
            aiUse: pick(['yes', 'no', undefined]),
            tags: next() < 0.3 ? { team: pick(['a', 'b']) } : {},
          },
          {
            entity: 'credential',
            id: `key-${n}`,
            identity: `svc-${n}`,
            kind: pick(['access-key', 'certificate', 'client-secret']),
            canExpire: next() < 0.5,
            issuedAt: next() < 0.9 ? ago(Math.floor(next() * 400)) : null,
            expiresAt: next() < 0.3 ? ago(Math.floor(next() * 60) - 30) : null,
            lastUsedAt: next() < 0.6 ? ago(Math.floor(next() * 200)) : null,
            useKnownSince: next() < 0.8 ? ago(700) : null,
          },
        ]).flat(),
      ),
    );
    // One finding that may stand: what it hid is seen, under every policy.
    const [finding] = (await t.call('GET', '/api/v1/findings?check=credential-is-used&status=open')).body.data;
    const asked = await t.call('POST', `/api/v1/findings/${finding.id}/exceptions`, {
      token: await t.token('iam-engineer'),
      body: {
        reason: 'r',
        compensatingControl: 'c',
        expiresAt: new Date(t.clock.now().getTime() + 20 * DAY).toISOString(),
      },
    });
    expect(
      (await t.call('POST', `/api/v1/exceptions/${asked.body.id}/approve`, { token: await t.token('risk-acceptor') }))
        .status,
    ).toBe(200);
    await t.settle();
  });
  afterAll(() => t.close());

  const CHECKS: readonly [string, string, readonly number[]][] = [
    ['credential-age-within-limit', 'maximumAgeDays', [10, 60, 90, 300]],
    ['credential-has-expiry', '', []],
    ['credential-is-used', '', []],
    ['expired-credential-is-off', '', []],
    ['identity-has-accountable-owner', 'graceDays', [0, 30, 400]],
    ['identity-is-used', '', []],
    ['privilege-fits-risk', '', []],
    ['ai-identity-serves-a-use-case', 'graceDays', [0, 30, 400]],
  ];
  const randomPolicy = (name: string) => {
    const selector = {
      environments: maybe([pick(['production', 'development'])]),
      kinds: maybe([pick(['service-account', 'bot', 'user'])]),
      tags: maybe({ team: pick(['a', 'b', null]) }),
      subjects: maybe([pick(['identity', 'credential'])]),
      age: maybe(next() < 0.5 ? { olderThanDays: pick([30, 200]) } : { youngerThanDays: pick([100, 300]) }),
      risks: maybe([pick(['unrated', 'high', 'critical', 'moderate'])]),
    };
    const checks =
      next() < 0.2
        ? []
        : CHECKS.filter(() => next() < 0.5).map(([id, parameter, values]) => ({
            id,
            enabled: next() < 0.7,
            severity: maybe(pick(['low', 'medium', 'high', 'critical'])),
            parameters: parameter === '' ? undefined : maybe({ [parameter]: pick(values) }),
          }));
    return {
      name,
      order: maybe(1 + Math.floor(next() * 4)),
      mode: pick(['observe', 'notify', 'enforce']),
      selector,
      checks,
    };
  };

  const open = async (): Promise<Map<string, Finding>> => {
    const { body } = await t.call<{ data: Finding[]; next: string | null }>(
      'GET',
      '/api/v1/findings?limit=200&status=unresolved',
    );
    expect(body.next).toBeNull();
    return new Map(body.data.map((finding) => [`${finding.check} ${finding.subject.id} ${finding.reason}`, finding]));
  };
  const RANK = ['low', 'medium', 'high', 'critical'];
  const became = (before: Map<string, Finding>, after: Map<string, Finding>) => {
    const pairs = [...after].flatMap(([key, is]) => (before.has(key) ? [[before.get(key)!, is] as const] : []));
    const moved = ([was, is]: readonly [Finding, Finding]) => RANK.indexOf(is.severity) - RANK.indexOf(was.severity);
    return {
      opens: [...after.keys()].filter((key) => !before.has(key)).length,
      closes: [...before.keys()].filter((key) => !after.has(key)).length,
      worsens: pairs.filter((pair) => moved(pair) > 0).length,
      eases: pairs.filter((pair) => moved(pair) < 0).length,
      changesMode: pairs.filter(([was, is]) => was.mode !== is.mode).length,
    };
  };

  it(`is what happens, over ${ROUNDS} changes of whatever kind`, async () => {
    const seen = { opens: 0, closes: 0, worsens: 0, eases: 0, changesMode: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      const own = (await t.call('GET', '/api/v1/policies')).body.data.filter(
        ({ isDefault }: { isDefault: boolean }) => !isDefault,
      ) as { id: string; version: number }[];
      const before = await open();
      const target = own.length > 2 || (own.length > 0 && next() < 0.4) ? pick(own) : null;
      const removes = target !== null && next() < 0.4;
      const body = removes ? undefined : randomPolicy(`policy ${round}`);
      const path = target === null ? '/api/v1/policies/what-if' : `/api/v1/policies/${target.id}/what-if`;
      const foreseen = await t.call('POST', removes ? `${path}-removed` : path, { token: author, body });
      expect([round, foreseen.status]).toEqual([round, 200]);
      const saved = await t.call(
        target === null ? 'POST' : removes ? 'DELETE' : 'PUT',
        target === null ? '/api/v1/policies' : `/api/v1/policies/${target.id}`,
        { token: author, body, headers: target === null ? {} : { 'if-match': `"${target.version}"` } },
      );
      expect([round, saved.status < 300]).toEqual([round, true]);
      await t.settle();
      const happened = became(before, await open());
      const { opens, closes, worsens, eases, changesMode } = foreseen.body;
      expect([round, { opens, closes, worsens, eases, changesMode }]).toEqual([round, happened]);
      for (const [name, count] of Object.entries(happened)) seen[name as keyof typeof seen] += count;
    }
    // A proof over changes that change nothing would prove nothing.
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(5);
    expect(await t.app.nest.get(RunFullPass).execute('self-check')).toMatchObject({ mismatches: 0, changed: 0 });
  }, 240_000);
});
