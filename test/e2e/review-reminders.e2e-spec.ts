import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { key, type ReviewedOrganisation, reviewedOrganisation, service, source, used } from '../support/campaigns.js';
import { type ReceivedMail, SmtpServer } from '../support/smtp.js';

const PUBLIC = 'https://mandate.sample.example';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The next round of planning sets a clock for everybody. */
const startClocks = async (t: TestApp): Promise<void> => {
  await t.settle();
  t.clock.advance({ minutes: 5 });
  await t.settle();
};
/** The number in the address of a sample person. */
const numberOf = ({ to }: ReceivedMail): number => Number(/\.(\d+)@/.exec(to)![1]);
const env = (smtp: SmtpServer) => ({
  MANDATE_MAIL_URL: smtp.url,
  MANDATE_MAIL_FROM: 'mandate@sample.example',
  MANDATE_PUBLIC_URL: PUBLIC,
});

describe('what is owed to a campaign', () => {
  let t: TestApp;
  let o: ReviewedOrganisation;
  let smtp: SmtpServer;
  let campaign: any;
  const mails = new Map<string, ReceivedMail[]>();
  /** Goes on to the morning of a day in March, and keeps what came with each morning on the way. */
  const upTo = async (day: number): Promise<void> => {
    const today = Math.floor(t.clock.now().getTime() / DAY);
    for (let at = today * DAY + 32 * HOUR; at <= Date.UTC(2026, 2, day, 8); at += DAY) {
      t.clock.set(new Date(at));
      await t.settle();
      mails.set(t.clock.now().toISOString().slice(8, 10), smtp.take());
    }
  };
  const daysOf = (person: number): number[] =>
    [...mails].flatMap(([day, all]) => all.filter((mail) => numberOf(mail) === person).map(() => Number(day)));
  const mailOf = (person: number, day: number): ReceivedMail =>
    mails.get(String(day).padStart(2, '0'))!.find((mail) => numberOf(mail) === person)!;

  beforeAll(async () => {
    smtp = await SmtpServer.start();
    t = await startApp({ env: env(smtp) });
    o = await reviewedOrganisation(t, 8);
    await source(t, 'services', [
      ...['a', 'b', 'c', 'd'].flatMap((name) => [service(name), key(`key-${name}`, name, used(t))]),
    ]);
    await o.own('a', 3, { accepts: false });
    await o.own('b', 4);
    await o.own('c', 5);
    await o.own('d', 4);
    campaign = await o.campaign({
      name: 'Spring',
      scope: { subject: 'credential' },
      reviewers: ['owner'],
      manager: o.people[8],
      dueInDays: 10,
    });
    await startClocks(t);
    expect((await o.launch(campaign.id)).status).toBe(200);
    for (const item of await o.mine(5)) expect((await o.decide(5, item, { verdict: 'keep' })).status).toBe(200);
  }, 120_000);
  afterAll(async () => {
    await t.close();
    await smtp.down();
  });

  it('is told at the launch, halfway, three days and one day before, on the day and daily after, to those who owe', async () => {
    await upTo(9);
    for (const item of await o.mine(4)) expect((await o.decide(4, item, { verdict: 'keep' })).status).toBe(200);
    await upTo(17);
    expect(daysOf(3)).toEqual([2, 6, 8, 10, 11, 12, 13, 14, 15, 16, 17]);
    expect(daysOf(4)).toEqual([2, 6, 8]);
    // Who decided before the first digest is told nothing, and neither is who was never asked.
    expect([5, 6, 7, 1].flatMap(daysOf)).toEqual([]);
  });

  it('comes in one mail with everything else that is owed', () => {
    const mail = mailOf(3, 2);
    expect(mail.subject).toBe('1 identity to accept, 1 review to complete, the next by Wed 11 Mar 2026');
    expect(mail.text).toContain('You have 1 review to complete (low). The next is due on Wed 11 Mar 2026.');
    expect(mail.text).toContain('low: Spring: 1 item to decide (due Wed 11 Mar 2026)');
    expect(mailOf(4, 2).text).toContain('low: Spring: 2 items to decide');
    expect(mailOf(3, 12).text).toMatch(/1 review to complete \(low\)\. It is overdue\./);
  });

  it("goes to the manager the day after it was due, and two days later to the campaign's own", () => {
    expect(daysOf(2)).toEqual([12]);
    expect(mailOf(2, 12).text).toContain('Sample Person 03, whom you manage, has 1 review to complete overdue (low).');
    expect(daysOf(8)).toEqual([14]);
    expect(mailOf(8, 14).text).toContain(
      'Sample Person 03, in a campaign you run, has 1 review to complete overdue (low).',
    );
  });

  it('is owed no more once the campaign is closed; the head of the unit is told what nobody decided', async () => {
    await upTo(18);
    t.clock.set('2026-03-18T08:10:00Z');
    await t.settle();
    expect((await t.call('GET', `/api/v1/campaigns/${campaign.id}`)).body.status).toBe('closed');
    await upTo(21);
    const later = ['18', '19', '20', '21'].flatMap((day) => mails.get(day)!);
    expect(later.filter(({ text }) => /review/.test(text))).toEqual([]);
    const toHead = later.filter((mail) => numberOf(mail) === 1);
    expect(toHead).toHaveLength(1);
    expect(toHead[0]!.subject).toMatch(/^1 risk to answer for, the next by /);
    expect(toHead[0]!.text).toContain('high: Spring: 1 item that nobody decided');
  });
});

describe('a reminder by hand', () => {
  let t: TestApp;
  let o: ReviewedOrganisation;
  let smtp: SmtpServer;
  let campaign: any;
  const remind = (body: object, token = o.manager) =>
    t.call('POST', `/api/v1/campaigns/${campaign.id}/remind`, { token, body });
  const minutes = async (n: number): Promise<void> => {
    t.clock.advance({ minutes: n });
    await t.settle();
  };
  beforeAll(async () => {
    smtp = await SmtpServer.start();
    t = await startApp({ env: env(smtp) });
    o = await reviewedOrganisation(t, 6);
    await source(
      t,
      'services',
      ['a', 'b'].flatMap((name) => [service(name), key(`key-${name}`, name, used(t))]),
    );
    await o.own('a', 3);
    await o.own('b', 4);
    campaign = await o.campaign({ name: 'Spring', scope: { subject: 'credential' }, reviewers: ['owner'] });
    await startClocks(t);
  }, 120_000);
  afterAll(async () => {
    await t.close();
    await smtp.down();
  });

  it('is refused before anybody was asked', async () => {
    expect((await remind({})).body.code).toBe('certification.campaign-not-in-state');
    expect((await o.launch(campaign.id)).status).toBe(200);
    t.clock.set('2026-03-02T08:00:00Z');
    await t.settle();
    expect(smtp.take().map(numberOf).sort()).toEqual([3, 4]);
  });

  it('reaches one, or all who owe, at once and though they had their digest today', async () => {
    await minutes(1);
    expect((await remind({ reviewer: o.people[4] })).body).toEqual({ people: 1 });
    await minutes(10);
    expect(smtp.take().map(numberOf)).toEqual([4]);
    expect((await remind({ reviewer: o.people[6] })).body).toEqual({ people: 0 });
    await minutes(1);
    expect((await remind({})).body).toEqual({ people: 2 });
    await minutes(10);
    expect(smtp.take().map(numberOf).sort()).toEqual([3, 4]);
    t.clock.set('2026-03-03T08:00:00Z');
    await t.settle();
    expect(smtp.take()).toEqual([]);
  });

  it('waits for the end of quiet hours', async () => {
    const path = `/api/v1/people/${o.people[4]}/notification-preferences`;
    const { etag } = await t.call('GET', path);
    const set = await t.call('PUT', path, {
      token: await t.token('admin'),
      headers: { 'if-match': etag },
      body: { quietHours: { from: '20:00', to: '07:00' } },
    });
    expect(set.status).toBe(200);
    t.clock.set('2026-03-03T21:00:00Z');
    await remind({});
    await minutes(10);
    expect(smtp.take().map(numberOf)).toEqual([3]);
    t.clock.set('2026-03-04T07:00:00Z');
    await t.settle();
    expect(smtp.take().map(numberOf)).toEqual([4]);
  });
});
