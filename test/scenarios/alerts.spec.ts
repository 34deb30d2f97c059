import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type SampleApp, startSample } from '../support/sample.js';
import { type ReceivedMail, SmtpServer } from '../support/smtp.js';
import { START } from '../support/app.js';

const DAY = 86_400_000;
const DAYS = 60;
const MAIL_FROM = 'mandate@sample.example';
/** The server takes mails and says nothing more, and Mandate loses its database at that moment. */
const CRASH_DAY = 11;
/** Down from half past seven to half past seven: what waited goes out late. */
const LATE_DAY = 14;
/** Down from half past seven to half past eight of the next day: what waited is told by the next digest. */
const MERGED_DAY = 28;

/** In the afternoon of this day whoever has the most to accept accepts all of it. */
const ACCEPTING_DAY = 8;

const BEFORE = [30, 14, 7, 3, 1, 0];
const MANAGER_AFTER = 14;
const HEAD_AFTER = 28;

interface Person {
  readonly id: string;
  readonly email: string;
  readonly status: string;
  readonly leaves: number | null;
  readonly manager: string | null;
  readonly unit: string | null;
}
interface Item {
  readonly id: string;
  readonly due: number;
  readonly owner: string | null;
  readonly deputies: readonly string[];
  readonly isAcceptance: boolean;
}
interface World {
  readonly people: ReadonlyMap<string, Person>;
  readonly units: ReadonlyMap<string, { readonly parent: string | null; readonly head: string | null }>;
  readonly items: readonly Item[];
  readonly iam: readonly string[];
}

const dayOf = (instant: number): number => Math.floor(instant / DAY);

/** The ladder as people are told it, worked out day by day from what the organisation looks like, and from nothing else. */
class Expected {
  /** The day on which somebody was last told of something: reader, item, why. */
  private readonly told = new Map<string, number>();

  /** Who is to get a digest today, and what they have not been told of. */
  callsOn(now: number, world: World, hasNews: boolean): Map<string, string[]> {
    const today = dayOf(now);
    const calls = new Map<string, string[]>();
    const call = (reader: string, key: string): void => void calls.set(reader, [...(calls.get(reader) ?? []), key]);
    const isThere = (id: string | null): id is string => {
      const person = id === null ? undefined : world.people.get(id);
      return person !== undefined && person.status !== 'left' && (person.leaves === null || person.leaves > now);
    };
    const headAbove = (person: Person): string | null => {
      for (let unit = person.unit; unit !== null; unit = world.units.get(unit)!.parent) {
        const { head } = world.units.get(unit)!;
        if (isThere(head) && head !== person.id) return head;
      }
      return null;
    };
    for (const item of world.items) {
      const owner = isThere(item.owner) ? item.owner : item.isAcceptance ? null : (item.deputies.find(isThere) ?? null);
      if (owner === null) continue;
      const dueDay = dayOf(item.due);
      const left = dueDay - today;
      const rungs = [...BEFORE.map((days) => dueDay - days), ...weekly(dueDay + 7, today)];
      this.climb(`${owner} ${item.id} own`, rungs, left <= 30, today, () => call(owner, `${owner} ${item.id} own`));
      const person = world.people.get(owner)!;
      const head = headAbove(person);
      const manager = isThere(person.manager) && person.manager !== owner ? person.manager : head;
      const iam = world.iam.filter((id) => isThere(id) && id !== owner);
      const heads = head === null ? iam : [head];
      for (const reader of heads)
        if (-left >= HEAD_AFTER) {
          const key = `${reader} ${item.id} head`;
          this.climb(key, weekly(dueDay + HEAD_AFTER, today), true, today, () => call(reader, key));
        }
      for (const reader of manager === null ? iam : [manager])
        if (-left >= MANAGER_AFTER && !(-left >= HEAD_AFTER && heads.includes(reader))) {
          const key = `${reader} ${item.id} manager`;
          this.climb(key, weekly(dueDay + MANAGER_AFTER, today), true, today, () => call(reader, key));
        }
    }
    if (hasNews) for (const reader of world.iam) if (isThere(reader)) calls.set(reader, calls.get(reader) ?? []);
    return calls;
  }

  wasTold(keys: readonly string[], now: number): void {
    for (const key of keys) this.told.set(key, dayOf(now));
  }

  /** Nobody knows whether they were: they are told again. */
  mayNotHaveBeenTold(keys: readonly string[]): void {
    for (const key of keys) this.told.delete(key);
  }

  private climb(key: string, rungs: readonly number[], isOnLadder: boolean, today: number, call: () => void): void {
    const last = this.told.get(key);
    if (last === undefined ? isOnLadder : rungs.some((day) => day > last && day <= today)) call();
  }
}

const weekly = (first: number, today: number): number[] => {
  const days: number[] = [];
  for (let day = first; day <= today; day += 7) days.push(day);
  return days;
};

describe('sixty days of the sample organisation', () => {
  let sample: SampleApp;
  let smtp: SmtpServer;
  let outside: pg.Client;
  let world: () => Promise<World>;
  const expected = new Expected();
  const all: { day: number; mail: ReceivedMail }[] = [];
  const personOf = (now: World, mail: ReceivedMail): string =>
    [...now.people.values()].find(({ email }) => email === mail.to)!.id;

  beforeAll(async () => {
    smtp = await SmtpServer.start();
    sample = await startSample({ MANDATE_MAIL_URL: smtp.url, MANDATE_MAIL_FROM: MAIL_FROM });
    const { t } = sample;
    await sample.load();
    const { body: teams } = await t.call('GET', '/api/v1/teams');
    const security = teams.data.find(({ name }: { name: string }) => name === 'Security').id;
    const settings = await t.call('GET', '/api/v1/notification-settings');
    const changed = await t.call('PUT', '/api/v1/notification-settings', {
      token: await t.token('admin'),
      headers: { 'if-match': settings.etag },
      body: {
        iamTeam: security,
        digestHour: 8,
        zone: 'UTC',
        managerAfterDays: MANAGER_AFTER,
        headAfterDays: HEAD_AFTER,
      },
    });
    expect(changed.status).toBe(200);
    // The accounts are read every other week: what is told is the story here, not the reading.
    const aws = (await t.call('GET', '/api/v1/sources')).body.data.find(
      ({ name }: { name: string }) => name === 'AWS organisation',
    );
    const source = await t.call('GET', `/api/v1/sources/${aws.id}`);
    expect(
      (
        await t.call('PATCH', `/api/v1/sources/${aws.id}`, {
          headers: { 'if-match': source.etag },
          body: { schedule: '0 8 1,15 * *' },
        })
      ).status,
    ).toBe(200);
    t.clock.advance({ minutes: 5 });
    await t.settle();
    const server = new URL(t.databaseUrl);
    server.pathname = '/postgres';
    outside = new pg.Client({ connectionString: server.href });
    await outside.connect();
    world = async () => {
      const people = await t.sql<Person & { leaves: string | null }>(
        'SELECT id, email, status, (extract(epoch FROM leaves_at) * 1000)::text AS leaves, manager_id AS manager, unit_id AS unit FROM persons',
      );
      const units = await t.sql<{ id: string; parent: string | null; head: string | null }>(
        'SELECT id, parent_id AS parent, head_id AS head FROM units',
      );
      const findings = await t.sql<{ id: string; due: Date; owner: string | null; deputies: string[] | null }>(
        `SELECT f.id, f.due_at AS due, o.owner_id AS owner, o.deputies FROM findings f
         JOIN ownerships o ON o.state IN ('provisional', 'accepted') AND o.identity_id = CASE f.subject_type WHEN 'identity' THEN f.subject_id WHEN 'credential' THEN (SELECT identity_id FROM credentials WHERE id = f.subject_id) ELSE (SELECT identity_id FROM grants WHERE id = f.subject_id) END
         WHERE f.mode = 'notify' AND f.status IN ('open', 'acknowledged')
         UNION ALL SELECT f.id, f.due_at, u.sponsor_id, '{}' FROM findings f JOIN use_cases u ON u.id = f.subject_id WHERE f.mode = 'notify' AND f.status IN ('open', 'acknowledged')
         UNION ALL SELECT f.id, f.due_at, a.owner_id, '{}' FROM findings f JOIN agents a ON a.id = f.subject_id WHERE f.mode = 'notify' AND f.status IN ('open', 'acknowledged')`,
      );
      const acceptances = await t.sql<{ id: string; assigned: Date; owner: string }>(
        `SELECT o.id, o.assigned_at AS assigned, o.owner_id AS owner FROM ownerships o JOIN identities i ON i.id = o.identity_id AND i.removed_at IS NULL WHERE o.state = 'provisional' AND o.owner_id IS NOT NULL`,
      );
      const iam = await t.sql<{ id: string }>(
        'SELECT m.person_id AS id FROM team_members m JOIN notification_settings s ON s.iam_team_id = m.team_id',
      );
      return {
        people: new Map(
          people.map((row) => [row.id, { ...row, leaves: row.leaves === null ? null : Number(row.leaves) }]),
        ),
        units: new Map(units.map((row) => [row.id, row])),
        iam: iam.map(({ id }) => id),
        items: [
          ...findings.map(({ id, due, owner, deputies }) => ({
            id,
            due: due.getTime(),
            owner,
            deputies: deputies ?? [],
            isAcceptance: false,
          })),
          ...acceptances.map(({ id, assigned, owner }) => ({
            id,
            due: assigned.getTime() + 14 * DAY,
            owner,
            deputies: [],
            isAcceptance: true,
          })),
        ],
      };
    };
  }, 400_000);
  afterAll(async () => {
    await outside?.end();
    await sample?.close();
    await smtp?.down();
  }, 60_000);

  /** Whether anything is new for the IAM team, asked of the history the long way round. */
  async function isNews(since: number, until: number): Promise<boolean> {
    const [from, to] = [new Date(since), new Date(until)];
    const [row] = await sample.t.sql<{ news: boolean }>(
      `SELECT EXISTS (SELECT id FROM identities_as_of($2) WHERE removed_at IS NULL AND privilege = 'admin' EXCEPT SELECT id FROM identities_as_of($1) WHERE removed_at IS NULL AND privilege = 'admin')
        OR EXISTS (SELECT id FROM identities_as_of($2) WHERE removed_at IS NULL AND outside_trust IN ('outside', 'anyone') EXCEPT SELECT id FROM identities_as_of($1) WHERE removed_at IS NULL AND outside_trust IN ('outside', 'anyone'))
        OR EXISTS (SELECT 1 FROM credentials WHERE first_seen_at > $1 AND first_seen_at <= $2 AND removed_at IS NULL AND kind NOT IN ('password', 'federated-trust'))
        OR EXISTS (SELECT 1 FROM gaps WHERE since > $1 AND since <= $2)
        OR EXISTS (SELECT 1 FROM notification_messages WHERE state IN ('failed', 'unknown') AND ended_at > $1 AND ended_at <= $2) AS news`,
      [from, to],
    );
    if (row!.news) return true;
    const now = await world();
    const there = (id: string | null): boolean => {
      const person = id === null ? undefined : now.people.get(id);
      return (
        person !== undefined &&
        person.status !== 'left' &&
        (person.leaves === null || person.leaves > sample.t.clock.now().getTime())
      );
    };
    const answered = new Set(
      now.items.filter(({ owner, deputies }) => there(owner) || deputies.some(there)).map(({ id }) => id),
    );
    const turned = await sample.t.sql<{ id: string }>(
      `SELECT DISTINCT f.id FROM findings f JOIN finding_events e ON e.finding_id = f.id WHERE f.mode = 'notify' AND f.status IN ('open', 'acknowledged') AND e.type IN ('opened', 'reopened', 'mode-changed') AND e.at > $1 AND e.at <= $2`,
      [from, to],
    );
    return turned.some(({ id }) => !answered.has(id));
  }

  /** Whoever has the most to accept accepts all of it; returns their address. */
  async function acceptAll(): Promise<string> {
    const { t } = sample;
    const [owner] = await t.sql<{ id: string; email: string }>(
      `SELECT p.id, p.email FROM ownerships o JOIN persons p ON p.id = o.owner_id AND p.status = 'active' AND p.leaves_at IS NULL WHERE o.state = 'provisional' GROUP BY p.id ORDER BY count(*) DESC, p.id LIMIT 1`,
    );
    const token = await t.tokenOf(owner!.id);
    const theirs = await t.sql<{ id: string }>(
      `SELECT identity_id AS id FROM ownerships WHERE state = 'provisional' AND owner_id = $1`,
      [owner!.id],
    );
    for (const { id } of theirs)
      expect((await t.call('POST', `/api/v1/identities/${id}/ownership/accept`, { token, body: {} })).status).toBe(200);
    return owner!.email;
  }

  /** The database is gone for Mandate, as it is when the process is. */
  async function cutOff(): Promise<void> {
    const name = new URL(sample.t.databaseUrl).pathname.slice(1);
    await outside.query(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS false`);
    await outside.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
  }
  async function comeBack(): Promise<void> {
    const name = new URL(sample.t.databaseUrl).pathname.slice(1);
    await outside.query(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS true`);
    smtp.mood = { kind: 'well' };
    // The queue finds out that whoever had the work is gone when nothing is heard of them.
    for (let waited = 0; ; waited++) {
      try {
        sample.t.clock.advance({ minutes: 1 });
        await sample.t.settle();
        const [left] = await sample.t.sql<{ count: string }>(
          "SELECT count(*) FROM notification_messages WHERE state IN ('queued', 'sending', 'handed')",
        );
        if (left!.count === '0') return;
      } catch (error) {
        if (waited > 60) throw error;
      }
      if (waited > 60) throw new Error('Mandate did not come back');
      await new Promise((done) => setTimeout(done, 1000));
    }
  }

  it(
    'bring exactly the expected mails to exactly the expected people, through a crash and a mail server that is down for a day',
    async () => {
      const { t } = sample;
      const start = dayOf(Date.parse(START));
      const got: Record<number, string[]> = {};
      const wanted: Record<number, string[]> = {};
      let newsSince = Date.parse(START) + 5 * 60_000 - DAY;
      let newsUntold = false;
      let accepted = '';
      for (let day = 1; day <= DAYS; day++) {
        const morning = (start + day) * DAY + 8 * 3_600_000;
        t.clock.set(new Date(morning - 30 * 60_000));
        if (day === LATE_DAY || day === MERGED_DAY) await smtp.down();
        if (day === LATE_DAY + 1) {
          await smtp.up();
          await t.settle();
        }
        const late = smtp.take();
        t.clock.set(new Date(morning));
        const cuts: Promise<void>[] = [];
        const silent: ReceivedMail[] = [];
        if (day === CRASH_DAY)
          smtp.mood = {
            kind: 'falls-silent',
            taken: (mail) => {
              silent.push(mail);
              if (cuts.length === 0) cuts.push(cutOff());
            },
          };
        const settled = await t.settle().then(
          () => null,
          (error: unknown) => error,
        );
        if (day === CRASH_DAY) {
          expect(settled).not.toBeNull();
          await Promise.all(cuts);
          await smtp.down();
          await smtp.up();
          await comeBack();
        } else expect(settled).toBeNull();
        const now = await world();
        const settledNews = morning - 10 * 60_000;
        const hasNews: boolean = newsUntold || (await isNews(day === 1 ? settledNews - DAY : newsSince, settledNews));
        newsSince = settledNews;
        const calls = expected.callsOn(morning, now, hasNews);
        if (day === MERGED_DAY) {
          newsUntold = hasNews;
        } else {
          newsUntold = false;
          for (const keys of calls.values()) expected.wasTold(keys, morning);
        }
        if (day === MERGED_DAY + 1) {
          expect(smtp.mails).toEqual([]);
          await smtp.up();
          t.clock.set(new Date(morning + 30 * 60_000));
          await t.settle();
        }
        const mails = smtp.take();
        const arrived = day === LATE_DAY + 1 ? late : [];
        if (day !== LATE_DAY + 1) expect(late).toEqual([]);
        for (const mail of [...arrived, ...mails]) all.push({ day, mail });
        const emails = (ids: Iterable<string>): string[] => [...ids].map((id) => now.people.get(id)!.email).sort();
        if (arrived.length > 0) got[LATE_DAY] = arrived.map(({ to }) => to).sort();
        if (day === LATE_DAY || day === MERGED_DAY) expect(mails).toEqual([]);
        if (day !== MERGED_DAY) wanted[day] = emails(calls.keys());
        if (day !== LATE_DAY && day !== MERGED_DAY) got[day] = mails.map(({ to }) => to).sort();
        if (day === CRASH_DAY)
          for (const mail of silent) expected.mayNotHaveBeenTold(calls.get(personOf(now, mail)) ?? []);
        if (day === CRASH_DAY) expect(silent.length).toBeGreaterThan(0);
        if (day === ACCEPTING_DAY) accepted = await acceptAll();
      }
      expect(got).toEqual(wanted);
      const toThem = all
        .filter(({ mail }) => mail.to === accepted)
        .map(({ day, mail }) => ({ day, subject: mail.subject }));
      expect(toThem.some(({ day, subject }) => day <= ACCEPTING_DAY && subject.includes('to accept'))).toBe(true);
      expect(toThem.filter(({ day, subject }) => day > ACCEPTING_DAY && subject.includes('to accept'))).toEqual([]);
      expect(all.length).toBeGreaterThan(100);
    },
    20 * 60_000,
  );

  it('send no message twice', () => {
    const ids = all.map(({ mail }) => mail.headers['message-id']);
    expect(new Set(ids).size).toBe(ids.length);
    const perDay = all.map(({ day, mail }) => `${day} ${mail.to}`);
    const late = all.filter(({ day }) => day === LATE_DAY + 1).length;
    expect(perDay.length - new Set(perDay).size).toBeLessThanOrEqual(late);
  });

  it('lose none: whatever was decided on was sent, made way for a later one, or is shown as unknown', async () => {
    const rows = await sample.t.sql<{ state: string; count: number }>(
      'SELECT state, count(*)::int AS count FROM notification_messages GROUP BY state',
    );
    const states = Object.fromEntries(rows.map(({ state, count }) => [state, count]));
    expect(Object.keys(states).sort()).toEqual(['sent', 'superseded', 'unknown']);
    expect(states.sent! + states.unknown!).toBe(all.length);
  });

  it('hold no button that decides', () => {
    for (const { mail } of all) {
      expect(mail.html).not.toMatch(/<(?:form|button|input|script|img)/i);
      expect(mail.text).not.toMatch(/\bapprove\b|\/accept/);
    }
  });
});
