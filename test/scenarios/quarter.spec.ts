import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { everyRow, type SampleApp, startSample } from '../support/sample.js';
import { type ReceivedMail, SmtpServer } from '../support/smtp.js';

const DAY = 86_400_000;
const EIGHT = 8 * 3_600_000;

const byNumber = ([a]: readonly (number | null)[], [b]: readonly (number | null)[]): number => a! - b!;

/** Two quarters of one certification on the sample organisation, told by the clock. */
describe('a quarter of reviews', () => {
  let sample: SampleApp;
  let smtp: SmtpServer;
  /** What came each morning, and who owed how much then, by the days since the launch. */
  const mornings = new Map<number, { readonly mails: readonly ReceivedMail[]; readonly owed: Map<number, number> }>();
  let people: Map<number, string>;
  let numbers: Map<string, number>;
  let manager: string;
  let campaign: any;
  let preview: any;
  let start: number;
  const keep = { verdict: 'keep', reason: 'still in production' };
  const tokens = new Map<number, Promise<string>>();
  const tokenOf = (person: number): Promise<string> => {
    const known = tokens.get(person) ?? sample.t.tokenOf(people.get(person)!);
    tokens.set(person, known);
    return known;
  };
  const call = (method: string, path: string, token: string, body?: object, headers = {}) =>
    sample.t.call(method, `/api/v1/${path}`, { token, ...(body ? { body } : {}), headers });
  const mine = async (person: number): Promise<any[]> =>
    (await call('GET', 'review-items?reviewer=me&limit=200', await tokenOf(person))).body.data;
  const decide = async (person: number, item: any, body: object) =>
    call('POST', `review-items/${item.id}/decision`, await tokenOf(person), body, { 'if-match': `"${item.version}"` });
  const audit = async (type: string): Promise<any[]> =>
    (await sample.t.call('GET', `/api/v1/audit-entries?limit=200&type=certification.${type}`)).body.data;
  const items = (id: string, query = ''): Promise<any[]> => everyRow<any>(sample.t, `campaigns/${id}/items?${query}`);
  /** Lets time pass and everything happen that is due by then. */
  const at = async (instant: number): Promise<void> => {
    sample.t.clock.set(new Date(instant));
    await sample.t.settle();
  };
  /** The same, morning by morning, when digests come. */
  const morningsUpTo = async (instant: number): Promise<void> => {
    const today = Math.floor(sample.t.clock.now().getTime() / DAY);
    for (let day = today + 1; day * DAY + EIGHT <= instant; day++) {
      await at(day * DAY + EIGHT);
      mornings.set(day - Math.floor(start / DAY), { mails: smtp.take(), owed: await owing(campaign.id) });
    }
    await at(instant);
  };
  const numberOf = ({ to }: ReceivedMail): number => Number(/(\d+)@/.exec(to)![1]);
  /** What a mail says its reader has to decide in the campaign; null = it speaks of no review of theirs. */
  const toldIn = ({ text }: ReceivedMail): number | null => {
    if (!/^You have \d+ reviews? to complete/m.test(text)) return null;
    return Number(/: (\d+) items? to decide/.exec(text)![1]);
  };
  const owing = async (id: string): Promise<Map<number, number>> => {
    const owed = new Map<number, number>();
    for (const { state, reviewer } of await items(id))
      if (state === 'open' && reviewer)
        owed.set(numbers.get(reviewer.id)!, (owed.get(numbers.get(reviewer.id)!) ?? 0) + 1);
    return owed;
  };
  /** Whom the last step told, and of how much. */
  const told = async (step: string): Promise<Map<number, number>> =>
    new Map(
      (await audit('reminder-due'))
        .filter(({ data }) => data.campaigns[0].step === step)
        .map(({ target, data }) => [numbers.get(target.id)!, data.items]),
    );

  beforeAll(async () => {
    smtp = await SmtpServer.start();
    sample = await startSample({ MANDATE_MAIL_URL: smtp.url, MANDATE_MAIL_FROM: 'mandate@sample.example' });
    await sample.load();
    const all = await everyRow<{ id: string; userName: string }>(sample.t, 'people');
    people = new Map(all.map(({ id, userName }) => [Number(/\d+$/.exec(userName)![0]), id]));
    numbers = new Map([...people].map(([number, id]) => [id, number]));
    manager = await sample.t.token('campaign-manager');
    // Whoever was named says yes: what nobody accepts for weeks is a finding, and asked about again.
    const named = await everyRow<{ id: string; ownership: string | null; owner: { id: string } | null }>(
      sample.t,
      'identities',
    );
    for (const { id, ownership, owner } of named)
      if (ownership === 'provisional' && owner && numbers.has(owner.id)) {
        const yes = await call('POST', `identities/${id}/ownership/accept`, await tokenOf(numbers.get(owner.id)!), {});
        // 401: who has left says nothing any more.
        expect([200, 204, 401]).toContain(yes.status);
      }
    const sources = await everyRow<{ id: string; name: string }>(sample.t, 'sources');
    const made = await call('POST', 'campaigns', manager, {
      name: 'AI credentials, first quarter',
      template: 'quarterly-ai-credentials',
      scope: {
        subject: 'credential',
        source: sources.find(({ name }) => name === 'AWS organisation')!.id,
        environment: ['production', 'machine-learning'],
      },
      reviewers: { rules: ['owner', 'use-case-sponsor', 'manager', 'unit-head'], fallback: { person: people.get(39) } },
      manager: people.get(40),
    });
    campaign = made.body;
    preview = (await call('POST', `campaigns/${campaign.id}/preview`, manager, {})).body;
  }, 400_000);
  afterAll(async () => {
    await sample.close();
    await smtp.down();
  }, 120_000);

  it('opens: the population is frozen as previewed, and everybody who owes is told', async () => {
    start = sample.t.clock.now().getTime();
    const { body } = await call('POST', `campaigns/${campaign.id}/launch`, manager, {});
    expect(body).toMatchObject({
      status: 'running',
      population: { count: preview.population },
      counts: { items: preview.items, open: preview.items },
    });
    expect(preview.population).toBeGreaterThan(60);
    expect(preview.preflight.map(({ kind, blocks }: any) => [kind, blocks])).toContainEqual([
      'accounts-not-seen',
      false,
    ]);
    await at(start + 15 * 60_000);
    expect(await told('launch')).toEqual(await owing(campaign.id));
  });

  it("asks nobody about their own access: an account that is a person's goes to their manager", async () => {
    const personal = (await items(campaign.id)).filter(({ subject }) =>
      /sample\.person\.\d\d$/.test(subject.displayName),
    );
    expect(personal.length).toBeGreaterThan(3);
    expect(
      personal.filter(({ subject, reviewer }) => subject.displayName.endsWith(`.${reviewer.displayName.slice(-2)}`)),
    ).toEqual([]);
  });

  it('goes its way: some decide, one hands on and comes back, one leaves in the middle', async () => {
    for (const person of [50, 4, 6])
      for (const item of await mine(person)) expect((await decide(person, item, keep)).status).toBe(200);
    const handed = (await mine(19)).length;
    await call('POST', 'delegations', await tokenOf(19), {
      delegate: people.get(20),
      endsAt: new Date(start + 5 * DAY).toISOString(),
      kind: 'out-of-office',
    });
    expect(await mine(19)).toEqual([]);
    const [one] = (await mine(20)).filter(({ delegatedFrom }) => delegatedFrom !== null);
    expect((await decide(20, one, { verdict: 'rotate', reason: 'too old' })).status).toBe(200);
    const left = await mine(21);
    const { etag } = await sample.t.call('GET', `/api/v1/people/${people.get(21)}`);
    await sample.t.call('PATCH', `/api/v1/people/${people.get(21)}`, {
      body: { status: 'left' },
      headers: { 'if-match': etag },
    });
    await sample.t.settle();
    await morningsUpTo(start + 7 * DAY + 3_600_000);
    expect((await mine(19)).length).toBe(handed - 1);
    const moved = (await items(campaign.id)).filter(({ id }) => left.some((item) => item.id === id));
    expect(moved).toHaveLength(left.length);
    expect(moved.every(({ reviewer, state }) => state === 'open' && numbers.get(reviewer.id) !== 21)).toBe(true);
    const halfway = await told('halfway');
    expect(halfway).toEqual(await owing(campaign.id));
    expect([50, 4, 6, 21].filter((person) => halfway.has(person))).toEqual([]);
  }, 900_000);

  it('ends: what was decided is planned, what nobody answered is disabled or escalated as the rules say', async () => {
    await morningsUpTo(start + 9 * DAY);
    for (const person of [39, 51, 38, 34, 31, 48]) {
      for (const item of await mine(person))
        if (item.state === 'open')
          expect(
            (await decide(person, item, item.recommendation.verdict === 'revoke' ? { verdict: 'revoke' } : keep))
              .status,
          ).toBe(200);
      expect((await call('POST', `campaigns/${campaign.id}/sign`, await tokenOf(person), {})).status).toBe(200);
    }
    await morningsUpTo(start + 14 * DAY + 3_600_000);
    expect(await told('due')).toEqual(await owing(campaign.id));
    const open = (await items(campaign.id)).filter(({ state }) => state === 'open').length;
    const revoked = (await items(campaign.id)).filter(({ decision }) => decision?.verdict === 'revoke').length;
    expect(open).toBeGreaterThan(5);
    await morningsUpTo(start + 21 * DAY + 3_600_000);
    const { body } = await sample.t.call('GET', `/api/v1/campaigns/${campaign.id}`);
    expect(body).toMatchObject({ status: 'closed', counts: { open: 0, revoke: revoked } });
    expect(body.counts.disabled + body.counts.escalated + body.counts.gone).toBe(open);
    const actions = await everyRow<any>(sample.t, 'actions');
    expect(actions.every(({ status, evidence }) => status === 'planned' && evidence.campaign === campaign.id)).toBe(
      true,
    );
    expect(actions.filter(({ kind }) => kind === 'disable')).toHaveLength(revoked + body.counts.disabled);
    expect(actions.filter(({ kind }) => kind === 'rotate')).toHaveLength(body.counts.rotate);
    const asked = await everyRow<any>(sample.t, `risk-acceptances?campaign=${campaign.id}`);
    expect(asked.reduce((sum, one) => sum + one.items, 0)).toBe(body.counts.escalated);
  }, 900_000);

  it('was told in one mail a day, on its days, to exactly those who owed, and of exactly what they owed', async () => {
    const days = [1, 7, 11, 13, 14, 15, 16, 17, 18, 19, 20];
    for (const day of days) {
      const { mails, owed } = mornings.get(day)!;
      const toReviewers = mails.filter((mail) => toldIn(mail) !== null);
      expect([day, toReviewers.map((mail) => [numberOf(mail), toldIn(mail)]).sort(byNumber)]).toEqual([
        day,
        [...owed].sort(byNumber),
      ]);
      expect(owed.size).toBeGreaterThan(0);
    }
    const all = [...mornings.values()].map(({ mails }) => mails);
    for (const mails of all) expect(new Set(mails.map(({ to }) => to)).size).toBe(mails.length);
    // Findings and reviews of one reader are one mail.
    expect(all.flat().some((mail) => toldIn(mail) !== null && /finding.? to work off/.test(mail.text))).toBe(true);
    // On other days a review is told only beside something else that is new.
    const only = [...mornings].filter(([day]) => !days.includes(day)).flatMap(([, { mails }]) => mails);
    expect(only.filter((mail) => /^\d+ reviews? to complete(?:,|$)/.test(mail.subject))).toEqual([]);
    expect(
      [50, 4, 6].flatMap((person) => all.flat().filter((mail) => numberOf(mail) === person && toldIn(mail))),
    ).toEqual([]);
  });

  it('went to those above when it was late: the manager first, then who runs the campaign', () => {
    const sentTo = (day: number, words: string): number[] =>
      mornings
        .get(day)!
        .mails.filter(({ text }) => text.includes(words))
        .map(numberOf);
    const late = /, in a campaign you run, has 1 review to complete overdue/;
    const runs = [...mornings].flatMap(([day, { mails }]) =>
      mails.filter(({ text }) => late.test(text)).map((mail) => [day, numberOf(mail)]),
    );
    expect(runs).toEqual([[17, 40]]);
    expect(sentTo(14, 'whom you manage, has 1 review')).toEqual([]);
    expect(sentTo(15, 'whom you manage, has 1 review').length).toBeGreaterThan(0);
  });

  it('came with a link for its reader and this campaign, which has run out by now', async () => {
    const { mails, owed } = mornings.get(1)!;
    const mail = mails.find((one) => toldIn(one) !== null)!;
    const link = /https?:\/\/[^/\s]+(\/reviews\?link=[\w.-]+)/.exec(mail.text)![1]!;
    const made = JSON.parse(Buffer.from(link.split('.')[1]!, 'base64url').toString());
    expect(made).toMatchObject({ sub: people.get(numberOf(mail)), campaign: campaign.id });
    expect(owed.has(numberOf(mail))).toBe(true);
    expect((await sample.t.call('GET', link, { token: await tokenOf(numberOf(mail)) })).status).toBe(410);
  });

  it('comes again: asked is what changed, what is risky, and a sample; the rest is carried, and everybody is covered', async () => {
    const [next] = (await sample.t.call('GET', '/api/v1/campaigns?status=draft')).body.data;
    expect(next).toMatchObject({ clonedFrom: campaign.id, startsAt: new Date(start + 92 * DAY).toISOString() });
    // The sources are read in the night before.
    await at(start + 92 * DAY - 3_600_000);
    await at(start + 92 * DAY);
    const { body } = await sample.t.call('GET', `/api/v1/campaigns/${next.id}`);
    expect(body.status).toBe('running');
    const all = await items(next.id);
    const carried = all.filter(({ mode }) => mode === 'carried');
    const sampled = all.filter(({ mode }) => mode === 'sample');
    expect(carried.length).toBeGreaterThan(0);
    expect(sampled).toHaveLength(Math.ceil(0.05 * (carried.length + sampled.length)));
    const kept = new Set((await items(campaign.id, 'verdict=keep')).map(({ id }) => id));
    expect(carried.filter(({ cites }) => !kept.has(cites))).toEqual([]);
    const whyAsked = ({ risk, evidence, recommendation }: any): boolean =>
      risk !== 'low' ||
      evidence.earlier?.verdict !== 'keep' ||
      recommendation.use === 'not-seen' ||
      evidence.findings.some(({ severity }: any) => severity !== 'low');
    expect(
      all.filter((item) => item.mode === 'asked' && !whyAsked(item)).map(({ subject }) => subject.displayName),
    ).toEqual([]);
    const { body: results } = await sample.t.call('GET', `/api/v1/campaigns/${next.id}/results`);
    expect(results.completeness).toMatchObject({ matches: true, frozen: body.population.count, present: all.length });
  }, 900_000);
});
