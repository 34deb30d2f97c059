import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { importFile, ndjson } from '../support/files.js';
import { runCli } from '../support/process.js';

describe('policies and exceptions on the command line', () => {
  let t: TestApp;
  let folder: string;
  const tokens: Record<string, string> = {};
  beforeAll(async () => {
    t = await startApp();
    folder = mkdtempSync(join(tmpdir(), 'mandate-policies-'));
    for (const role of ['policy-author', 'iam-engineer', 'risk-acceptor'] as const) tokens[role] = await t.token(role);
    await importFile(
      t,
      { format: 'ndjson', source: 'keys' },
      ndjson([
        { entity: 'identity', id: 'svc', name: 'svc', createdAt: '2024-01-01', environment: 'production' },
        {
          entity: 'credential',
          id: 'key',
          identity: 'svc',
          kind: 'access-key',
          canExpire: false,
          issuedAt: '2025-11-20',
        },
      ]),
    );
  }, 120_000);
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await t.close();
  });
  const run = (role: string, ...args: string[]) =>
    runCli(args, { MANDATE_URL: t.url, MANDATE_TOKEN: tokens[role]!, HOME: folder });
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  it('validates, compares, tries out and applies a file, and exports what came of it', async () => {
    const bad = file('bad.yaml', 'policies:\n  - name: Keys\n    checks: [{ id: no-such-check }]\n');
    const invalid = await run('policy-author', 'policy', 'validate', '-f', bad);
    expect([invalid.code, invalid.stdout]).toEqual([2, expect.stringContaining('/policies/0/checks/0/id')]);
    const good = file(
      'good.yaml',
      `policies:
  - name: Keys
    mode: notify
    selector: { sources: [keys] }
    checks: [{ id: credential-age-within-limit, parameters: { maximumAgeDays: 30 } }]
`,
    );
    const whatIf = JSON.parse((await run('policy-author', 'policy', 'what-if', '-f', good, '-o', 'json')).stdout);
    const diff = await run('policy-author', 'policy', 'diff', '-f', good);
    expect(diff.stdout).toMatch(/added\tKeys/);
    expect((await run('iam-engineer', 'policy', 'apply', '-f', good)).code).toBe(4);
    expect((await run('policy-author', 'policy', 'apply', '-f', good, '--reason', 'a month')).code).toBe(0);
    await t.settle();
    const { data } = (await t.call('GET', '/api/v1/findings?check=credential-age-within-limit&status=open')).body;
    expect([whatIf.opens + whatIf.changesMode, data.length]).toEqual([1, 1]);
    const exported = file('exported.yaml', (await run('policy-author', 'policy', 'export')).stdout);
    const again = JSON.parse((await run('policy-author', 'policy', 'diff', '-f', exported, '-o', 'json')).stdout);
    expect(again).toMatchObject({ changes: [], unchanged: 2 });
    const [policy] = JSON.parse((await run('policy-author', 'policy', 'list', '-o', 'json')).stdout);
    expect((await run('policy-author', 'policy', 'versions', policy.id)).stdout).toContain('a month');
    expect((await run('policy-author', 'policy', 'parameters', policy.id)).stdout).toMatch(
      /maximumAgeDays\t30\tdays\ttrue/,
    );
  }, 400_000);

  it('asks for an exception, approves it, sends a finding on and talks about it', async () => {
    const [finding] = (await t.call('GET', '/api/v1/findings?check=credential-age-within-limit')).body.data;
    const until = new Date(t.clock.now().getTime() + 86_400_000).toISOString();
    const request = ['exception', 'request', finding.id, '--reason', 'waiting', '--control', 'watched', '-o', 'json'];
    const asked = JSON.parse((await run('iam-engineer', ...request, '--until', until)).stdout);
    expect((await run('risk-acceptor', 'exception', 'approve', asked.id, '--comment', 'fine')).code).toBe(0);
    expect((await run('risk-acceptor', 'exception', 'list', '--status', 'approved')).stdout).toContain('waiting');
    expect((await run('iam-engineer', 'finding', 'assign', finding.id, '--queue', 'desk')).stderr).toContain('1 sent');
    expect((await run('iam-engineer', 'finding', 'comment', finding.id, 'seen')).code).toBe(0);
    expect((await t.call('GET', `/api/v1/findings/${finding.id}`)).body).toMatchObject({
      status: 'excepted',
      assignee: { type: 'queue', name: 'desk' },
    });
    const imported = await run(
      'policy-author',
      'calendar',
      'import',
      'Zurich',
      '--country',
      'CH',
      '--state',
      'ZH',
      '--year',
      '2026',
    );
    expect(imported.code).toBe(0);
    expect((await run('policy-author', 'calendar', 'list')).stdout).toMatch(/Zurich\tEurope\/Zurich/);
  }, 400_000);
});
