import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { importFile } from '../support/files.js';

const DATA = '../shared/data/aws-iam/';
const conformance = existsSync(DATA) ? describe : describe.skip;
if (!existsSync(DATA))
  console.warn('Skipped: the conformance data of other projects is not there (../shared/data/aws-iam).');

const details = (file: string) => readFileSync(`${DATA}cloudsplaining/${file}`, 'utf8');
const report = (folder: string): string =>
  (
    JSON.parse(readFileSync(`${DATA}cloud-custodian/${folder}/iam.GetCredentialReport_1.json`, 'utf8')) as {
      data: { Content: string };
    }
  ).data.Content;

/** Counts are those that the description beside the files gives. */
const FILES = [
  {
    format: 'aws-authorization-details',
    file: 'example-authz-details.json',
    text: () => details('example-authz-details.json'),
    kinds: { user: 3, group: 2, role: 3 },
    credentials: [],
  },
  {
    format: 'aws-authorization-details',
    file: 'example_authz_v2.json',
    text: () => details('example_authz_v2.json'),
    kinds: { user: 1, group: 1, role: 2 },
    credentials: [],
  },
  {
    format: 'aws-credential-report',
    file: 'test_iam_user_delete_options',
    text: () => report('test_iam_user_delete_options'),
    kinds: { user: 1 },
    credentials: ['access-key active', 'password expired'],
  },
  {
    format: 'aws-credential-report',
    file: 'test_iam_user_credential_multi_delete_noop',
    text: () => report('test_iam_user_credential_multi_delete_noop'),
    kinds: { root: 1, user: 1 },
    credentials: ['access-key active', 'access-key disabled'],
  },
];

conformance('files of other projects, through the API', () => {
  let t: TestApp;
  beforeAll(async () => {
    t = await startApp();
  });
  afterAll(() => t.close());

  it.each(FILES.map((one) => [one.file, one] as const))(
    '%s is taken in as its description says; twice changes nothing',
    async (file, { format, text, kinds, credentials }) => {
      const first = await importFile(t, { format, source: file }, text());
      expect({ status: first.status, rowErrors: first.rowErrors }).toEqual({ status: 'complete', rowErrors: [] });
      const source = first.source.id as string;
      const { body } = await t.call('GET', `/api/v1/identities?source=${source}&limit=200`);
      const counted: Record<string, number> = {};
      for (const { kind } of body.data) counted[kind] = (counted[kind] ?? 0) + 1;
      expect(counted).toEqual(kinds);
      const held = (await t.call('GET', `/api/v1/credentials?source=${source}&limit=200`)).body.data;
      expect(
        held
          .filter(({ identity }: any) => !identity.displayName.startsWith('root'))
          .map(({ kind, status }: any) => `${kind} ${status}`)
          .sort(),
      ).toEqual(credentials);

      const written = async () => (await t.sql<{ n: number }>('SELECT count(*)::int AS n FROM audit_entries'))[0]!.n;
      const before = await written();
      const second = await importFile(t, { format, source: file }, text());
      for (const { created, updated, removed } of Object.values<any>(second.counts))
        expect([created, updated, removed]).toEqual([0, 0, 0]);
      expect(await written()).toBe(before);
    },
  );
});
