import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ExplainSubject, RunFullPass } from '../../src/checks/index.js';
import { everyRow, type SampleApp, startSample, storedOutcomes, Subjects, TRUTH } from '../support/sample.js';

interface Finding {
  readonly check: string;
  readonly subject: { readonly type: string; readonly id: string };
  readonly reason: string;
  readonly severity: string;
  readonly status: string;
  readonly mode: string;
  readonly dueAt: string | null;
  readonly evidence: Readonly<Record<string, unknown>>;
}
interface CheckView {
  readonly id: string;
  readonly outcomes: Readonly<Record<string, number>>;
}
interface Coverage {
  readonly scope: { readonly id: string; readonly name: string; readonly state: string };
  readonly types: readonly {
    readonly resourceType: string;
    readonly gaps: readonly { readonly parent: string | null }[];
  }[];
}

const wanted = Object.entries(TRUTH.findings).flatMap(([check, all]) => all.map((finding) => ({ check, ...finding })));
const outcomes = Object.entries(TRUTH.outcomes).flatMap(([check, all]) => all.map((one) => ({ check, ...one })));
const NAMED_AS_SAMPLE = /^Sample Person \d\d$/;

/** What a check can answer, as its own source has it. */
function answersOf(check: string): string[] {
  const source = readFileSync(`src/checks/${check}/check.ts`, 'utf8').replace(/import \{[^}]*\}/g, '');
  const calls = { pass: 'pass', fail: 'fail', 'not-applicable': 'notApplicable', 'not-evaluated': 'notEvaluated' };
  return Object.entries(calls).flatMap(([answer, name]) => (new RegExp(`\\b${name}\\(`).test(source) ? [answer] : []));
}

describe('the sample organisation', () => {
  let sample: SampleApp;
  let subjects: Subjects;
  let findings: Finding[];
  let checks: CheckView[];
  let stored: Awaited<ReturnType<typeof storedOutcomes>>;

  const explained = async (check: string, words: string) => {
    const { type, id } = subjects.find(words);
    const all = await sample.t.app.nest.get(ExplainSubject).execute(type, id);
    return all!.find((one) => one.check === check)!;
  };
  const hasFinding = (check: string, words: string): boolean => {
    const { id } = subjects.find(words);
    return findings.some((finding) => finding.check === check && finding.subject.id === id);
  };

  beforeAll(async () => {
    sample = await startSample();
    expect(await sample.load()).toBe('loaded');
    subjects = await Subjects.read(sample.t);
    findings = await everyRow<Finding>(sample.t, 'findings');
    checks = (await sample.t.call('GET', '/api/v1/checks')).body.data;
    stored = await storedOutcomes(sample.t);
    // A whole company on a machine that is busy with other things.
  }, 300_000);
  afterAll(() => sample.close());

  it('has the size of a company, and nobody in it is real', async () => {
    const { t } = sample;
    const identities = await everyRow<{ nature: string }>(t, 'identities');
    expect(identities.length).toBeGreaterThan(550);
    expect(identities.length).toBeLessThan(700);
    const people = await everyRow<{ displayName: string; email: string; status: string }>(t, 'people');
    expect(people).toHaveLength(60);
    expect(people.filter(({ displayName }) => !NAMED_AS_SAMPLE.test(displayName))).toEqual([]);
    expect(people.filter(({ email }) => !email.endsWith('@sample.example'))).toEqual([]);
    expect(people.filter(({ status }) => status === 'left')).toHaveLength(5);
    expect(await everyRow(t, 'units')).toHaveLength(2);
    expect(await everyRow(t, 'use-cases')).toHaveLength(8);
    expect(await everyRow(t, 'agents')).toHaveLength(12);
  });

  it('has every finding the truth tells, and no other', () => {
    const line = ({ check, reason, severity }: { check: string; reason: string; severity: string }, subject: string) =>
      `${check}: ${subject} (${reason}, ${severity})`;
    const told = new Map(
      wanted.map((finding) => {
        const { id } = subjects.find(finding.subject);
        return [`${finding.check} ${id} ${finding.reason} ${finding.severity}`, line(finding, finding.subject)];
      }),
    );
    expect(told.size).toBe(wanted.length);
    const found = new Map(
      findings.map((finding) => [
        `${finding.check} ${finding.subject.id} ${finding.reason} ${finding.severity}`,
        line(finding, subjects.describe(finding.subject)),
      ]),
    );
    const missed = [...told].filter(([key]) => !found.has(key)).map(([, words]) => words);
    const invented = [...found].filter(([key]) => !told.has(key)).map(([, words]) => words);
    const right = found.size - invented.length;
    expect({ missed, invented, recall: right / told.size, precision: right / found.size }).toEqual({
      missed: [],
      invented: [],
      recall: 1,
      precision: 1,
    });
  });

  it('opened nothing on the way that had to be taken back', () => {
    expect(findings.filter(({ status }) => status !== 'open')).toEqual([]);
  });

  it('shows every outcome each check can answer', () => {
    const missing = checks.flatMap(({ id, outcomes: shown }) =>
      answersOf(id).flatMap((answer) => ((shown[answer] ?? 0) > 0 ? [] : [`${id} never answers ${answer}`])),
    );
    expect(missing).toEqual([]);
    expect(checks.map(({ id }) => id).filter((id) => !(id in TRUTH.findings) || !(id in TRUTH.outcomes))).toEqual([]);
  });

  it.each(outcomes.map((one) => [one.check, one.outcome, one.subject, one.because] as const))(
    '%s: %s for %s',
    async (check, outcome, words, because) => {
      expect(stored(check, subjects.find(words))).toBe(outcome);
      expect(hasFinding(check, words)).toBe(false);
      const said = await explained(check, words);
      expect(said.result).toBe(outcome);
      if (because !== undefined) expect(said.because).toContain(because);
    },
  );

  it.each(TRUTH.lookAlikes.map((pair) => [pair.story, pair] as const))(
    '%s',
    async (_story, { check, guilty, innocent, outcome, because }) => {
      expect(stored(check, subjects.find(guilty))).toBe('fail');
      expect(hasFinding(check, guilty)).toBe(true);
      expect(stored(check, subjects.find(innocent))).toBe(outcome);
      expect(hasFinding(check, innocent)).toBe(false);
      if (because !== undefined) expect((await explained(check, innocent)).because).toContain(because);
    },
  );

  it('shows the account it was not let into, and what was withheld in the others', async () => {
    const { id } = subjects.find('source AWS organisation');
    const { body } = await sample.t.call<{ data: Coverage[] }>('GET', `/api/v1/sources/${id}/coverage`);
    const states = Object.fromEntries(body.data.map(({ scope }) => [scope.name, scope.state]));
    expect(states).toEqual({
      'sample-production': 'readable',
      'sample-non-production': 'readable',
      'sample-machine-learning': 'readable',
      'sample-acquired': 'readable',
      'sample-archive': 'unreadable',
    });
    const gaps = body.data
      .filter(({ scope }) => scope.state === 'readable')
      .flatMap(({ scope, types }) =>
        types.filter((type) => type.gaps.length > 0).map(({ resourceType }) => `${resourceType} in ${scope.name}`),
      );
    expect(gaps.sort()).toEqual([
      'aws.password in sample-acquired',
      'aws.root-access-key in sample-acquired',
      'aws.ssh-key in sample-non-production',
    ]);
    const finding = findings.find(
      ({ check, subject }) => check === 'source-population-is-complete' && subject.id === id,
    );
    expect(finding?.evidence.scopes).toEqual(['sample-archive (222233334444)']);
  });

  it('sets due dates in production and nowhere else', () => {
    expect(findings.filter(({ mode, dueAt }) => (mode === 'notify') !== (dueAt !== null))).toEqual([]);
    const due = findings.filter(({ dueAt }) => dueAt !== null).length;
    expect(due).toBeGreaterThan(10);
    expect(due).toBeLessThan(findings.length);
  });

  it('has one key that three agents share', async () => {
    const agents = await everyRow<{ identities: { displayName: string }[] }>(sample.t, 'agents');
    const sharing = agents.filter(({ identities }) =>
      identities.some(({ displayName }) => displayName === 'code-assistants'),
    );
    expect(sharing).toHaveLength(3);
    const { id } = subjects.find('code-assistants @ SaaS service accounts');
    const keys = await everyRow<{ consumers: unknown[] }>(sample.t, `credentials?identity=${id}`);
    expect(keys.map(({ consumers }) => consumers.length)).toEqual([3]);
  });

  it('leaves no token behind that it was put in place with', async () => {
    const tokens = await everyRow<{ name: string; status: string }>(sample.t, 'tokens');
    expect(tokens.filter(({ name, status }) => name.startsWith('Sample') && status === 'active')).toEqual([]);
  });

  it('has stored what a full evaluation finds', async () => {
    expect(await sample.t.app.nest.get(RunFullPass).execute('self-check')).toMatchObject({ mismatches: 0, changed: 0 });
  });

  it('is the same when it is read again', async () => {
    const { t } = sample;
    const written = async () =>
      t.sql("SELECT id, type FROM audit_entries WHERE type NOT LIKE 'access.%' ORDER BY audit_entries.id");
    const before = await written();
    expect(await sample.load()).toBe('was-there');
    const [run] = await everyRow<{
      status: string;
      counts: Record<string, { created: number; updated: number; removed: number }>;
    }>(t, `sync-runs?source=${subjects.find('source AWS organisation').id}`);
    expect(run!.status).toBe('partial');
    for (const { created, updated, removed } of Object.values(run!.counts))
      expect([created, updated, removed]).toEqual([0, 0, 0]);
    expect(await written()).toEqual(before);
    expect(await everyRow(t, 'findings')).toEqual(findings);
  });
});
