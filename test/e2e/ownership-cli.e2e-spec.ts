import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { run } from '../../src/cli/program.js';
import { startApp, type TestApp } from '../support/app.js';
import { importFile, ndjson } from '../support/files.js';

describe('ownership on the command line', () => {
  let t: TestApp;
  let folder: string;
  const before = { ...process.env };
  const people: string[] = [];
  let tokens: Record<string, string>;

  /** What a command wrote to stdout, and how it ended. */
  async function mandate(token: string, ...words: string[]): Promise<{ out: string; err: string; code: number }> {
    process.env.MANDATE_TOKEN = token;
    let [out, err] = ['', ''];
    const stdout = jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
    const stderr = jest.spyOn(process.stderr, 'write').mockImplementation((text) => ((err += String(text)), true));
    process.exitCode = 0;
    try {
      await run(['node', 'mandate', ...words]);
    } finally {
      stdout.mockRestore();
      stderr.mockRestore();
    }
    const code = Number(process.exitCode ?? 0);
    process.exitCode = 0;
    return { out, err, code };
  }

  beforeAll(async () => {
    t = await startApp();
    folder = mkdtempSync(join(tmpdir(), 'mandate-ownership-'));
    process.env.MANDATE_URL = t.url;
    for (const n of [1, 2])
      people.push(
        (
          await t.call('POST', '/api/v1/people', {
            body: {
              userName: `sample.person.0${n}`,
              displayName: `Sample Person 0${n}`,
              email: `sample.person.0${n}@sample.example`,
            },
          })
        ).body.id,
      );
    await importFile(
      t,
      { format: 'ndjson', source: 'services' },
      ndjson([
        { entity: 'identity', id: 'a', name: 'a', createdAt: '2024-01-01', tags: { system: 'x' } },
        { entity: 'identity', id: 'b', name: 'b', createdAt: '2024-01-01', owner: 'sample.person.02' },
        { entity: 'credential', id: 'key-b', identity: 'b', kind: 'api-key', issuedAt: '2025-12-01' },
      ]),
    );
    tokens = {
      author: await t.token('policy-author'),
      engineer: await t.token('iam-engineer'),
      one: await t.tokenOf(people[0]!, 'viewer'),
    };
  });
  afterAll(async () => {
    process.env = before;
    rmSync(folder, { recursive: true, force: true });
    await t.close();
  });
  const idOf = async (name: string): Promise<string> =>
    (await t.call('GET', `/api/v1/identities?name=${name}`)).body.data[0].id;

  it('writes rules from a file and gives them back as one', async () => {
    const file = join(folder, 'rules.yaml');
    writeFileSync(
      file,
      `rules:\n  - name: X\n    selector: { tags: { system: x } }\n    owner: { person: ${people[0]} }\n`,
    );
    const put = await mandate(tokens.author!, 'ownership', 'rule', 'put', file);
    expect(put).toMatchObject({ code: 0, out: expect.stringContaining('\tX\t') });
    await t.settle();
    expect((await mandate(tokens.author!, 'ownership', 'rule', 'list', '-o', 'json')).out).toContain('"identities": 1');
    const exported = await mandate(tokens.author!, 'ownership', 'rule', 'export');
    writeFileSync(file, exported.out);
    const { etag } = await t.call('GET', '/api/v1/ownership-rules');
    expect((await mandate(tokens.author!, 'ownership', 'rule', 'put', file)).code).toBe(0);
    // The same again is no change.
    expect((await t.call('GET', '/api/v1/ownership-rules')).etag).toBe(etag);
    writeFileSync(file, 'rules: [{ name: ');
    expect(await mandate(tokens.author!, 'ownership', 'rule', 'put', file)).toMatchObject({
      code: 2,
      err: expect.stringContaining('neither YAML nor JSON'),
    });
    expect((await mandate(tokens.engineer!, 'ownership', 'rule', 'put', join(folder, 'none'))).code).toBe(2);
  });

  it('shows queue, suggestions and load, and takes what is suggested', async () => {
    expect((await mandate(tokens.engineer!, 'ownership', 'queue')).out).toContain('Sample Person 02 (high)');
    expect((await mandate(tokens.engineer!, 'ownership', 'suggestions', '--confidence', 'high')).out).toContain(
      'the tag owner names them',
    );
    const taken = await mandate(
      tokens.engineer!,
      'ownership',
      'take-suggestions',
      '--confidence',
      'high',
      '--reason',
      'tags are kept',
      '-o',
      'json',
    );
    expect(JSON.parse(taken.out)).toEqual({ done: 1, skipped: [] });
    const load = await mandate(tokens.engineer!, 'ownership', 'load', '-o', 'json');
    expect(JSON.parse(load.out)).toHaveLength(2);
    expect((await mandate(tokens.engineer!, 'ownership', 'measures')).code).toBe(0);
    expect((await mandate(tokens.engineer!, 'ownership', 'queue', '-o', 'json')).out.trim()).toBe('[]');
  });

  it('accepts, declines and claims as a person', async () => {
    const a = await idOf('a');
    expect(
      (await mandate(tokens.one!, 'ownership', 'accept', a, '--purpose', 'moves boxes', '-o', 'json')).out,
    ).toContain('"moves boxes"');
    expect((await mandate(tokens.one!, 'ownership', 'decline', a, '--reason', 'x')).code).toBe(6);
    const b = await idOf('b');
    // Who only reads claims nothing; who works on it is told that somebody holds it.
    expect((await mandate(tokens.one!, 'ownership', 'claim', b)).code).toBe(4);
    const worker = await t.tokenOf(people[0]!, 'campaign-manager');
    expect((await mandate(worker, 'ownership', 'claim', b)).code).toBe(6);
    expect(
      (
        await mandate(
          tokens.engineer!,
          'ownership',
          'assign',
          b,
          '--owner',
          'sample.person.01',
          '--propose',
          '-o',
          'json',
        )
      ).out,
    ).toContain('"proposed"');
    expect(
      (await mandate(tokens.one!, 'ownership', 'decline', b, '--reason', 'not me', '--instead', 'sample.person.02'))
        .code,
    ).toBe(0);
    expect((await mandate(tokens.engineer!, 'ownership', 'get', b)).out).toContain('handed-on');
  });

  it('says what is normal, and where a credential is used', async () => {
    const b = await idOf('b');
    const expected = await mandate(
      tokens.engineer!,
      'identity',
      'expect',
      b,
      '--pattern',
      'scheduled',
      '--next-due',
      '2026-04-01T00:00:00Z',
      '--every',
      '31',
      '--reason',
      'monthly',
      '-o',
      'json',
    );
    expect(JSON.parse(expected.out)).toMatchObject({ expectedUse: { pattern: 'scheduled', everyDays: 31 } });
    expect((await mandate(tokens.engineer!, 'identity', 'review-use', b, '--reason', 'x')).code).toBe(6);
    expect((await mandate(tokens.engineer!, 'identity', 'use-reviews', b)).code).toBe(0);
    const key = (await t.call('GET', `/api/v1/credentials?identity=${b}`)).body.data[0].id;
    expect(
      (
        await mandate(
          tokens.engineer!,
          'credential',
          'declare-consumer',
          key,
          'host',
          'crane-7',
          '--reason',
          'put there',
        )
      ).code,
    ).toBe(0);
    expect((await mandate(tokens.engineer!, 'credential', 'consumers', key)).out).toContain('host\tcrane-7\tdeclared');
    expect(
      (await mandate(tokens.engineer!, 'credential', 'declare-consumer', key, 'host', 'crane-7', '--withdraw')).code,
    ).toBe(0);
  });
});
