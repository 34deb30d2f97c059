import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { run } from '../../src/cli/program.js';
import { startApp, type TestApp } from '../support/app.js';
import { key, type ReviewedOrganisation, reviewedOrganisation, service, source, used } from '../support/campaigns.js';

describe('campaigns and reviews on the command line', () => {
  let t: TestApp;
  let o: ReviewedOrganisation;
  let folder: string;
  const before = { ...process.env };
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
  const json = async (token: string, ...words: string[]): Promise<any> =>
    JSON.parse((await mandate(token, ...words, '--output', 'json')).out);
  let campaign: string;

  beforeAll(async () => {
    t = await startApp();
    folder = mkdtempSync(join(tmpdir(), 'mandate-reviews-'));
    process.env.MANDATE_URL = t.url;
    o = await reviewedOrganisation(t);
    await source(
      t,
      'services',
      ['a', 'b', 'c'].flatMap((name) => [service(name), key(`key-${name}`, name, used(t))]),
    );
    for (const name of ['a', 'b']) await o.own(name, 3);
    await o.own('c', 4);
    await t.settle();
  });
  afterAll(async () => {
    process.env = before;
    rmSync(folder, { recursive: true, force: true });
    await t.close();
  });

  it('write a campaign down from a file, show what it would do, and launch it', async () => {
    const file = join(folder, 'campaign.yaml');
    writeFileSync(file, 'name: Keys\nscope: { subject: credential }\nreviewers: { rules: [owner] }\ndueInDays: 14\n');
    campaign = (await json(o.manager, 'campaign', 'create', '-f', file)).id;
    const dry = await mandate(o.manager, 'campaign', 'dry-run', campaign);
    expect(dry.out).toContain('Sample Person 03');
    expect(dry.err).toContain('3 subjects, 3 items, 2 reviewers');
    expect(await json(o.manager, 'campaign', 'launch', campaign)).toMatchObject({ status: 'running' });
    expect((await mandate(o.manager, 'campaign', 'launch', campaign)).code).toBe(6);
    expect(await json(o.manager, 'campaign', 'nudge', campaign, 'sample.person.04')).toEqual({ people: 1 });
  });

  it('let a reviewer see, decide and sign what is theirs', async () => {
    const token = await o.tokenOf(3);
    const mine = await json(token, 'review', 'mine');
    expect(mine.map(({ subject }: any) => subject.displayName).sort()).toEqual(['key-a', 'key-b']);
    const decided = await json(token, 'review', 'decide', mine[0].id, 'rotate', '--reason', 'old');
    expect(decided.decision).toMatchObject({ verdict: 'rotate', channel: 'cli' });
    expect((await mandate(token, 'review', 'sign', campaign)).code).toBe(6);
    expect(await json(token, 'review', 'keep', mine[1].id)).toEqual({ kept: 1 });
    expect(await json(token, 'review', 'sign', campaign)).toMatchObject({ decisions: 2 });
    expect((await mandate(token, 'review', 'decide', mine[0].id, 'perhaps')).code).toBe(2);
    expect((await mandate(await o.tokenOf(4), 'review', 'get', mine[0].id)).code).toBe(5);
  });

  it('set the quality of campaigns side by side', async () => {
    const { out, code } = await mandate(o.manager, 'campaign', 'quality');
    expect(code).toBe(0);
    const [head, row, end] = out.split('\n');
    expect(head!.split('\t')).toEqual(expect.arrayContaining(['SECONDS ON ITEM', 'IN BULK', 'KEPT AGAINST ADVICE']));
    expect(row!.split('\t').slice(0, 9)).toEqual([
      'Keys',
      'running',
      '2026-03-01',
      '2',
      '1',
      'unknown',
      '50 %',
      '50 %',
      '0 %',
    ]);
    expect(end).toBe('');
    expect(await json(o.manager, 'campaign', 'quality', '--status', 'closed')).toEqual([]);
  });

  it('call a campaign off, with a reason', async () => {
    expect((await mandate(o.manager, 'campaign', 'cancel', campaign)).code).toBe(2);
    expect(await json(o.manager, 'campaign', 'cancel', campaign, '--reason', 'asked too early')).toMatchObject({
      status: 'cancelled',
      closeReason: 'asked too early',
    });
    expect((await mandate(await o.tokenOf(3), 'review', 'mine')).err).toContain('Nothing waits for you.');
    const again = await json(o.manager, 'campaign', 'create', 'Keys, later', '--clone', campaign);
    expect(again).toMatchObject({ status: 'draft', clonedFrom: campaign, name: 'Keys, later' });
  });
});
