import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { addUser } from '../../src/demo/aws/index.js';
import { ExplainSubject, RunFullPass } from '../../src/checks/index.js';
import { ACCOUNT, type AwsTest, startWithAws } from '../support/aws.js';
import { runCli } from '../support/process.js';
import { everyRow, storedOutcomes } from '../support/sample.js';

interface Credential {
  readonly id: string;
  readonly externalId: string;
  readonly kind: string;
  readonly status: string;
  readonly identity: { readonly id: string; readonly displayName: string };
}

describe('a source that reads AWS', () => {
  let a: AwsTest;
  let source: string;
  let calm: string;
  const audit = async () => (await a.t.sql<{ n: number }>('SELECT count(*)::int AS n FROM audit_entries'))[0]!.n;
  const credentials = () => everyRow<Credential>(a.t, 'credentials');
  const keyOf = async (name: string, id: string) =>
    (await credentials()).find(
      (one) => one.kind === 'access-key' && one.identity.displayName === name && one.externalId.includes(id),
    )!;
  const changes = (run: any): unknown[] =>
    Object.values<any>(run.counts).map(({ created, updated, removed }) => [created, updated, removed]);

  beforeAll(async () => {
    a = await startWithAws();
    const made = await a.t.call('POST', '/api/v1/sources', {
      body: { name: 'Sample AWS', connector: 'aws-iam', config: {}, schedule: '0 6 * * *' },
    });
    expect(made.status).toBe(201);
    source = made.body.id;
  });
  afterEach(() => a.aws.faults.clear());
  afterAll(() => a.close());

  it('says before the first reading whether it gets in, as whom, and what it needs', async () => {
    const { body } = await a.t.call('POST', `/api/v1/sources/${source}/test`, { body: {} });
    expect(body).toMatchObject({ reachable: true, account: ACCOUNT });
    expect(body.permissions).toEqual(expect.arrayContaining(['iam:ListUsers', 'iam:GetAccountAuthorizationDetails']));
  });

  it('reads the account, and the second time changes nothing and writes no audit entry', async () => {
    const first = await a.sync(source);
    expect({ status: first.status, gaps: first.gaps }).toEqual({ status: 'complete', gaps: [] });
    expect(first.counts.identities.created).toBeGreaterThan(8);
    const before = await audit();
    const second = await a.sync(source);
    expect(second.status).toBe('complete');
    expect(changes(second)).toEqual(changes(second).map(() => [0, 0, 0]));
    expect(await audit()).toBe(before);
    calm = (await keyOf('invoice-batch', '')).id;
  });

  it('is read by itself when its schedule says so', async () => {
    a.t.clock.advance({ days: 1 });
    await a.t.settle();
    const [latest] = await everyRow<{ trigger: string; status: string }>(a.t, `sync-runs?source=${source}`);
    expect(latest).toMatchObject({ trigger: 'scheduled', status: 'complete' });
  });

  it('answers with the run that is under way when it is asked again', async () => {
    const ask = () => a.t.call('POST', `/api/v1/sources/${source}/sync`, { body: {} });
    const answers = await Promise.all([ask(), ask(), ask()]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    await a.t.settle();
  });

  it('names what it could not see, removes nothing, and takes back every pass that rested on it', async () => {
    const passed = await storedOutcomes(a.t);
    expect(passed('credential-age-within-limit', { type: 'credential', id: (await keyOf('reader', '')).id })).not.toBe(
      'not-evaluated',
    );
    const before = await credentials();
    a.aws.faults.add({ kind: 'html', action: 'ListAccessKeys' });
    a.aws.faults.add({ kind: 'forbidden', action: 'ListSSHPublicKeys' });
    const run = await a.sync(source);
    expect(run.status).toBe('partial');
    expect(run.gaps).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ type: 'aws.access-key', reason: 'unavailable' }),
        expect.objectContaining({ type: 'aws.ssh-key', reason: 'forbidden', permission: 'iam:ListSSHPublicKeys' }),
      ]),
    );
    expect(Object.values<any>(run.counts).map(({ removed }) => removed)).toEqual(changes(run).map(() => 0));
    expect((await credentials()).map(({ id, status }) => [id, status])).toEqual(
      before.map(({ id, status }) => [id, status]),
    );
    const stored = await storedOutcomes(a.t);
    const blind = (await credentials()).filter(({ kind }) => kind === 'access-key' || kind === 'ssh-key');
    expect(blind.length).toBeGreaterThan(2);
    const checks: { id: string; subject: string }[] = (await a.t.call('GET', '/api/v1/checks')).body.data;
    const sure = blind.flatMap((credential) =>
      checks
        .filter(({ subject }) => subject === 'credential')
        .flatMap(({ id }) =>
          ['pass', 'fail'].includes(stored(id, { type: 'credential', id: credential.id }))
            ? [`${id} of ${credential.identity.displayName}`]
            : [],
        ),
    );
    expect(sure).toEqual([]);
    const said = await a.t.app.nest.get(ExplainSubject).execute('credential', calm);
    expect(said!.filter(({ result }) => result === 'pass')).toEqual([]);
    expect(await a.t.app.nest.get(RunFullPass).execute('self-check')).toMatchObject({ mismatches: 0, changed: 0 });
  });

  it('is sure again once it sees again', async () => {
    expect((await a.sync(source)).status).toBe('complete');
    const stored = await storedOutcomes(a.t);
    expect(stored('credential-age-within-limit', { type: 'credential', id: calm })).not.toBe('not-evaluated');
    expect(await a.t.app.nest.get(RunFullPass).execute('self-check')).toMatchObject({ mismatches: 0, changed: 0 });
  });

  it('reads a server that lacks an API, and says that it does', async () => {
    a.aws.faults.add({ kind: 'unknown-action', action: 'ListServiceSpecificCredentials' });
    const run = await a.sync(source);
    expect(run.status).toBe('partial');
    expect(run.gaps).toEqual([expect.objectContaining({ type: 'aws.service-credential', reason: 'unsupported' })]);
  });

  it('holds a reading that would remove too much until somebody says that it is so', async () => {
    const kept = new Map(a.account.users);
    for (const name of kept.keys()) if (name !== 'reader') a.account.users.delete(name);
    const before = (await credentials()).length;
    const run = await a.sync(source);
    expect(run.status).toBe('held');
    expect((await credentials()).length).toBe(before);
    for (const [name, user] of kept) a.account.users.set(name, user);
    expect((await a.sync(source)).status).toBe('complete');
    const stale = await a.t.call('POST', `/api/v1/sync-runs/${run.id}/confirm`, { body: {} });
    expect(stale.status).toBe(409);

    for (const name of kept.keys()) if (name !== 'reader') a.account.users.delete(name);
    const again = await a.sync(source);
    expect(again.status).toBe('held');
    const confirmed = await a.t.call('POST', `/api/v1/sync-runs/${again.id}/confirm`, { body: {} });
    expect(confirmed.status).toBe(202);
    await a.t.settle();
    const done = await a.t.call('GET', `/api/v1/sync-runs/${confirmed.body.id}`);
    expect(done.body).toMatchObject({ status: 'complete' });
    expect(done.body.counts.identities.removed).toBeGreaterThan(2);
    expect((await credentials()).length).toBeLessThan(before);
    for (const [name, user] of kept) a.account.users.set(name, user);
    await a.sync(source);
    expect((await credentials()).length).toBe(before);
  });

  it('does not take somebody made again under an old name for the one that was deleted', async () => {
    const named = () => everyRow<{ id: string }>(a.t, 'identities?q=night-shift');
    addUser(a.account, { name: 'night-shift' });
    await a.sync(source);
    const [before] = await named();
    a.account.users.delete('night-shift');
    addUser(a.account, { name: 'night-shift' });
    expect((await a.sync(source)).counts.identities).toMatchObject({ created: 1, removed: 1 });
    const after = await named();
    expect(after).toHaveLength(1);
    expect(after[0]!.id).not.toBe(before!.id);
  });

  it('fails with a wrong secret, leaves the inventory as it was, and lets the secret go nowhere', async () => {
    const before = await everyRow(a.t, 'identities');
    const secret = a.key.secret;
    (a.key as { secret: string }).secret = 'SampleSecretThatIsNoLongerTheRightOne000';
    const run = await a.sync(source);
    (a.key as { secret: string }).secret = secret;
    expect(run.status).toBe('failed');
    expect(run.error).toMatchObject({ code: 'source.unauthenticated' });
    expect(await everyRow(a.t, 'identities')).toEqual(before);
    expect((await a.t.call('GET', `/api/v1/sources/${source}`)).body.status).toBe('failed');
    expect(a.t.log()).not.toContain(secret);
    expect(JSON.stringify(run)).not.toContain(secret);
    const tables = await a.t.sql<{ name: string }>(
      "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
    );
    expect(tables.length).toBeGreaterThan(30);
    for (const { name } of tables)
      expect(await a.t.sql(`SELECT 1 FROM ${name} AS r WHERE position($1 IN r::text) > 0 LIMIT 1`, [secret])).toEqual(
        [],
      );
  });

  it('refuses a configuration that carries a secret, and names the field', async () => {
    const { status, body } = await a.t.call('POST', '/api/v1/sources', {
      body: {
        name: 'With a secret',
        connector: 'aws-iam',
        config: { secretAccessKey: 'SampleSecretSampleSecretSampleSecret0000' },
      },
    });
    expect(status).toBe(422);
    expect(JSON.stringify(body)).toContain('/config');
    expect(a.t.log()).not.toContain('SampleSecretSampleSecretSampleSecret0000');
  });

  it('is what `mandate scan aws` reads without a server', async () => {
    const scan = (...more: string[]) =>
      runCli(['scan', 'aws', '--output', 'json', '--quiet', ...more], {
        AWS_ENDPOINT_URL: a.aws.url,
        AWS_ACCESS_KEY_ID: a.key.id,
        AWS_SECRET_ACCESS_KEY: a.key.secret,
        AWS_EC2_METADATA_DISABLED: 'true',
        HOME: process.env.HOME ?? '/tmp',
      });
    const found = await scan('--fail-on', 'critical');
    const report = JSON.parse(found.stdout);
    expect(report.run).toMatchObject({ status: 'complete', source: { name: 'scan' } });
    expect(report.findings.length).toBeGreaterThan(3);
    expect(report.checks).toHaveLength(48);
    expect(found.code).toBe(3);
    a.aws.faults.add({ kind: 'forbidden', action: 'ListSSHPublicKeys' });
    const partly = await scan();
    expect(JSON.parse(partly.stdout).run.status).toBe('partial');
    expect(partly.code).toBe(7);
    expect(partly.stderr + partly.stdout).not.toContain(a.key.secret);
  });
});
