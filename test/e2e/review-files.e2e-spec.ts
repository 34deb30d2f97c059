import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { startApp, type TestApp } from '../support/app.js';
import {
  ago,
  type ReviewedOrganisation,
  reviewedOrganisation,
  service,
  source,
  unused,
  used,
} from '../support/campaigns.js';
import { fileForm } from '../support/files.js';

type Row = Record<string, string>;
const write = (rows: readonly Row[]): string =>
  [Object.keys(rows[0]!), ...rows.map((row) => Object.values(row))]
    .map((cells) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(','))
    .join('\n');

describe('reviews as files', () => {
  let t: TestApp;
  let o: ReviewedOrganisation;
  let campaign: any;
  beforeAll(async () => {
    t = await startApp();
    o = await reviewedOrganisation(t);
    await source(t, 'services', [
      service('=cmd', used(t)),
      service('plain', used(t)),
      service('idle', { ...unused(t), createdAt: ago(t, 500) }),
      service('moved', used(t)),
      service('other', used(t)),
    ]);
    for (const name of ['=cmd', 'plain', 'idle', 'moved']) await o.own(name, 3);
    await o.own('other', 4);
    await t.settle();
    campaign = await o.campaign({ name: 'Files', reviewers: ['owner'] });
    await o.launch(campaign.id);
  });
  afterAll(() => t.close());
  const exported = async (): Promise<Row[]> => {
    const { body, headers } = await t.call('GET', `/api/v1/review-items/export?campaign=${campaign.id}`, {
      token: await o.tokenOf(3),
    });
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    return parse<Row>(body, { columns: true });
  };
  const send = async (rows: readonly Row[] | string, fields: Record<string, string> = {}) =>
    t.call('POST', '/api/v1/review-items/import', {
      token: await o.tokenOf(3),
      form: fileForm(fields, typeof rows === 'string' ? rows : write(rows)),
    });

  it('hold what is theirs, with its version, and nothing a spreadsheet would run', async () => {
    const rows = await exported();
    expect(rows.map(({ subject }) => subject).sort()).toEqual(["'=cmd", 'idle', 'moved', 'plain']);
    expect(rows.find(({ subject }) => subject === 'idle')).toMatchObject({
      expected_version: '1',
      recommended: 'revoke',
      risk: 'low',
      verdict: '',
    });
  });

  it('say what they would decide before they decide it', async () => {
    const rows = (await exported()).map((row) => ({ ...row, verdict: row.subject === 'plain' ? 'keep' : '' }));
    const { body } = await send(rows, { dryRun: 'true' });
    expect(body).toMatchObject({ dryRun: true, counts: { decided: 1, skipped: 3, refused: 0 } });
    expect((await o.mine(3)).every(({ state }) => state === 'open')).toBe(true);
  });

  it("come back row by row: what changed since, what needs a reason and what is somebody else's is refused alone", async () => {
    const rows = await exported();
    const moved = (await o.mine(3)).find(({ subject }) => subject.displayName === 'moved');
    await o.decide(3, moved, { verdict: 'rotate', reason: 'meanwhile' });
    const [others] = await o.mine(4);
    const filled = [
      ...rows.map((row) => ({ ...row, verdict: 'keep', reason: row.subject === "'=cmd" ? "'=because" : '' })),
      { ...rows[0]!, item: others.id, verdict: 'keep' },
      { ...rows[0]!, verdict: 'perhaps' },
      { ...rows[0]!, item: 'x', verdict: 'keep' },
    ];
    const { body } = await send(filled);
    const of = (subject: string) => body.rows[rows.findIndex((row) => row.subject === subject)];
    expect(of("'=cmd")).toMatchObject({ result: 'decided', verdict: 'keep' });
    expect(of('plain')).toMatchObject({ result: 'decided' });
    expect(of('idle')).toMatchObject({ result: 'refused', problem: { code: 'certification.reason-required' } });
    expect(of('moved')).toMatchObject({ result: 'refused', problem: { code: 'certification.item-decided-meanwhile' } });
    expect(body.rows.slice(4).map(({ problem }: any) => problem.code)).toEqual([
      'request.not-found',
      'request.invalid',
      'request.invalid',
    ]);
    const decided = (await o.mine(3)).find(({ subject }) => subject.displayName === '=cmd');
    expect(decided.decision).toMatchObject({ verdict: 'keep', reason: '=because', channel: 'csv' });
  });

  it('are refused whole when they are no such file', async () => {
    expect((await send('a,b\n1,2')).body).toMatchObject({
      code: 'request.invalid',
      errors: [{ detail: 'has no column "item"' }, {}, {}],
    });
    expect((await send('item,"expected')).status).toBe(422);
    expect(
      (await t.call('POST', '/api/v1/review-items/import', { token: o.manager, form: fileForm({}, 'x') })).status,
    ).toBe(403);
  });

  it('result in rows for every subject, and figures for the campaign but not for its reviewers', async () => {
    const idle = (await o.mine(3)).find(({ subject }) => subject.displayName === 'idle');
    await o.decide(3, idle, {
      verdict: 'keep',
      reason: 'needed next week',
      shownAt: new Date(t.clock.now().getTime() - 5000).toISOString(),
    });
    await t.call('POST', `/api/v1/campaigns/${campaign.id}/sign`, { token: await o.tokenOf(3), body: {} });
    await t.call('POST', `/api/v1/campaigns/${campaign.id}/close`, { token: o.manager, body: { reason: 'done' } });
    const { body } = await t.call('GET', `/api/v1/campaigns/${campaign.id}/results`);
    expect(body).toMatchObject({
      completeness: { frozen: 5, present: 5, decided: 4, unanswered: 1, matches: true },
      quality: {
        decisions: 4,
        keeps: 3,
        keepsAgainstAdvice: 1,
        revokedOrRotated: 1,
        bulk: 0,
        medianSecondsOnItem: 5,
        timeOnItem: { from3to10s: 1, unknown: 3 },
      },
      signatures: [{ person: { displayName: 'Sample Person 03' }, decisions: 4 }],
      counts: { escalated: 1 },
    });
    expect(JSON.stringify(body.quality)).not.toMatch(/Sample Person/);
    const csv = await t.call('GET', `/api/v1/campaigns/${campaign.id}/results.csv`);
    const rows = parse<Row>(csv.body, { columns: true });
    expect(rows).toHaveLength(5);
    expect(rows.find(({ subject }) => subject === 'idle')).toMatchObject({
      verdict: 'keep',
      reason: 'needed next week',
      decided_by: 'Sample Person 03',
      state: 'decided',
    });
    expect(
      (await t.call('GET', `/api/v1/campaigns/${campaign.id}/results`, { token: await o.tokenOf(3) })).status,
    ).toBe(403);
  });

  it('are set side by side with those of other campaigns, in shares, and never by person', async () => {
    const later = await o.campaign({ name: 'Untouched', reviewers: ['owner'] });
    t.clock.advance({ minutes: 1 });
    await o.launch(later.id);
    await o.campaign({ name: 'Never launched' });
    const { body } = await t.call('GET', '/api/v1/campaigns/quality');
    expect(body.data).toEqual([
      expect.objectContaining({
        name: 'Untouched',
        status: 'running',
        decisions: 0,
        reviewers: 0,
        timeOnItem: { medianSeconds: null, known: 0 },
        bulkShare: null,
        changedShare: null,
        keepShare: null,
        keepsAgainstAdviceShare: null,
        hastyShare: null,
      }),
      {
        id: campaign.id,
        name: 'Files',
        kind: 'campaign',
        status: 'closed',
        launchedAt: expect.any(String),
        closedAt: expect.any(String),
        decisions: 4,
        reviewers: 1,
        timeOnItem: { medianSeconds: 5, known: 1 },
        bulkShare: 0,
        changedShare: 0,
        keepShare: 0.75,
        keepsAgainstAdviceShare: 0.3333,
        hastyShare: 0,
        secondLooks: 0,
      },
    ]);
    const page = await t.call('GET', '/api/v1/campaigns/quality?limit=1');
    expect(page.body.data).toHaveLength(1);
    const rest = await t.call('GET', `/api/v1/campaigns/quality?limit=1&cursor=${encodeURIComponent(page.body.next)}`);
    expect(rest.body).toMatchObject({ data: [{ name: 'Files' }], next: null });
    expect((await t.call('GET', '/api/v1/campaigns/quality?status=closed')).body.data).toHaveLength(1);
    expect((await t.call('GET', '/api/v1/campaigns/quality', { token: await o.tokenOf(3) })).status).toBe(403);
  });

  it('tell when a row of the frozen population is missing', async () => {
    await t.sql(
      'DELETE FROM review_items WHERE campaign_id = $1 AND subject_id = (SELECT subject_id FROM review_items WHERE campaign_id = $1 LIMIT 1)',
      [campaign.id],
    );
    const { body } = await t.call('GET', `/api/v1/campaigns/${campaign.id}/results`);
    expect(body.completeness).toMatchObject({ frozen: 5, present: 4, matches: false });
  });
});
