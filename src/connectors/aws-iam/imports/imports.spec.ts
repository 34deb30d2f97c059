import { existsSync, readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { addAccessKey, addAccount, addRootAccessKey, addSampleAccount, addSigningCertificate, addUser, createAwsWorld, credentialReport } from '../../../demo/aws/index.js';
import type { FileFormat, ImportLookup, RowProblem } from '../../sdk/index.js';
import { readAll, type ReadResult, theRecord } from '../../sdk/testing/index.js';
import { against } from '../testing/against-world.js';
import { awsAuthorizationDetails, awsCredentialReport } from './formats.js';

const ID = '111111111111';
const NOBODY: ImportLookup = { identitiesByAttribute: async () => new Map() };

/** Reads a text as a file would be read, in pieces of a few bytes, so that nothing may depend on where one ends. */
async function imported(format: FileFormat, text: string, { pieces = 7, lookup = NOBODY }: { pieces?: number; lookup?: ImportLookup } = {}): Promise<ReadResult & { complaints: RowProblem[] }> {
  const bytes = Buffer.from(text);
  const open = async function* () {
    for (let at = 0; at < bytes.length; at += pieces) yield bytes.subarray(at, at + pieces);
  };
  const complaints: RowProblem[] = [];
  const session = format.open({ name: 'sample.json', sourceName: 'sample', open }, lookup, (problem) => complaints.push(problem));
  const result = await readAll(session);
  return { ...result, complaints };
}

const details = (over: Record<string, unknown> = {}) => ({
  UserDetailList: [
    {
      Path: '/',
      UserName: 'batch',
      UserId: 'AIDAEXAMPLEEXAMPLE001',
      Arn: `arn:aws:iam::${ID}:user/batch`,
      CreateDate: '2024-02-03 04:05:06+00:00',
      GroupList: ['team'],
      UserPolicyList: [{ PolicyName: 'inline', PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'bedrock:InvokeModel', Resource: '*' }] } }],
      AttachedManagedPolicies: [{ PolicyName: 'own', PolicyArn: `arn:aws:iam::${ID}:policy/own` }],
      Tags: [{ Key: 'env', Value: 'prod' }],
    },
  ],
  GroupDetailList: [{ Path: '/', GroupName: 'team', GroupId: 'AGPAEXAMPLEEXAMPLE001', Arn: `arn:aws:iam::${ID}:group/team`, CreateDate: '2024-01-01T00:00:00Z', GroupPolicyList: [], AttachedManagedPolicies: [{ PolicyName: 'ReadOnlyAccess', PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }] }],
  RoleDetailList: [
    {
      Path: '/',
      RoleName: 'agent',
      RoleId: 'AROAEXAMPLEEXAMPLE001',
      Arn: `arn:aws:iam::${ID}:role/agent`,
      CreateDate: '2024-01-01T00:00:00Z',
      AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify({ Statement: [{ Effect: 'Allow', Principal: { Service: 'bedrock.amazonaws.com' }, Action: 'sts:AssumeRole' }] })),
      InstanceProfileList: [],
      RolePolicyList: null,
      AttachedManagedPolicies: [],
      RoleLastUsed: { LastUsedDate: '2026-01-01T00:00:00Z', Region: 'eu-central-1' },
    },
  ],
  Policies: [
    {
      PolicyName: 'own',
      PolicyId: 'ANPAEXAMPLEEXAMPLE001',
      Arn: `arn:aws:iam::${ID}:policy/own`,
      DefaultVersionId: 'v2',
      PolicyVersionList: [
        { VersionId: 'v1', IsDefaultVersion: false, Document: { Statement: [] } },
        { VersionId: 'v2', IsDefaultVersion: true, Document: { Statement: [{ Effect: 'Allow', Action: 's3:PutObject', Resource: '*' }] } },
      ],
    },
  ],
  ...over,
});
const text = (over?: Record<string, unknown>) => JSON.stringify(details(over));
const user = (over: Record<string, unknown>) => ({ ...details().UserDetailList[0]!, ...over });

describe('a file with authorisation details', () => {
  it('gives the records the live account gives', async () => {
    const world = createAwsWorld();
    const { key } = addSampleAccount(world, ID, 'home');
    const live: ReadResult[] = [];
    const answers: Record<string, unknown>[] = [];
    await against(world, key, async ({ server, read }) => {
      live.push(await read({ serviceLastAccessed: false }));
      const { GetAccountAuthorizationDetailsCommand, IAMClient } = await import('@aws-sdk/client-iam');
      const iam = new IAMClient({ endpoint: server.url, region: 'us-east-1', credentials: { accessKeyId: key.id, secretAccessKey: key.secret } });
      answers.push({ ...(await iam.send(new GetAccountAuthorizationDetailsCommand({}))) });
    });
    const { records, complaints } = await imported(awsAuthorizationDetails, JSON.stringify(answers[0]), { pieces: 1_000 });
    expect(complaints).toEqual([]);
    const types = new Set(awsAuthorizationDetails.resourceTypes.map(({ id }) => id));
    const shown = (result: Pick<ReadResult, 'records'>) => result.records.filter(({ record }) => types.has(record.type)).map(({ record }) => JSON.stringify(record)).sort();
    // What an account is set up as (its environment) is not in a file; the sample account has none.
    expect(shown({ records })).toEqual(shown(live[0]!));
    expect(records.length).toBeGreaterThan(20);
  });

  it('is read whatever the form of its documents and dates, and wherever it is cut', async () => {
    for (const pieces of [1, 13, 100_000]) {
      const result = await imported(awsAuthorizationDetails, text(), { pieces });
      expect(result.complaints).toEqual([]);
      expect(result.gaps).toEqual([]);
      expect(theRecord<'identity'>(result, 'aws.user', 'batch').record).toMatchObject({ createdAt: '2024-02-03T04:05:06.000Z', environment: 'production', privilege: { level: 'unknown' }, aiUse: { value: 'yes' } });
      expect(theRecord<'entitlement'>(result, 'aws.managed-policy', 'own').record.privilege.level).toBe('write');
      expect(theRecord<'identity'>(result, 'aws.role', 'agent')).toMatchObject({ record: { trusts: [{ principal: 'bedrock.amazonaws.com' }] }, use: { at: '2026-01-01T00:00:00.000Z', knownSince: null, knownUntil: null } });
    }
  });

  it('shows a policy of AWS that it does not describe, with an unknown reach', async () => {
    const result = await imported(awsAuthorizationDetails, text());
    expect(theRecord<'entitlement'>(result, 'aws.aws-managed-policy', 'ReadOnlyAccess').record).toMatchObject({ id: `${ID}/arn:aws:iam::aws:policy/ReadOnlyAccess`, privilege: { level: 'unknown' } });
  });

  it('is read in any order of its lists, and out of any wrapping', async () => {
    const { Policies, GroupDetailList, RoleDetailList, UserDetailList } = details();
    const other = JSON.stringify({ status_code: 200, data: { Policies, RoleDetailList, UserDetailList, GroupDetailList, IsTruncated: false } });
    const records = async (file: string) => (await imported(awsAuthorizationDetails, file)).records.map(({ record }) => JSON.stringify(record)).sort();
    expect(await records(other)).toEqual(await records(text()));
  });

  it('of several accounts, or pages put one after the other, is read account by account', async () => {
    const other = text({ UserDetailList: [user({ Arn: 'arn:aws:iam::222222222222:user/other', UserName: 'other', UserId: 'AIDAEXAMPLEEXAMPLE002', GroupList: [], AttachedManagedPolicies: [] })], GroupDetailList: [], RoleDetailList: [], Policies: [] });
    const result = await imported(awsAuthorizationDetails, `${text()}\n${other}`);
    expect(result.complaints).toEqual([]);
    expect(result.scopes.map(({ id }) => id)).toEqual([ID, '222222222222']);
    expect(result.records.filter(({ record }) => record.type === 'aws.user').map(({ scope, record }) => [scope, record.id])).toEqual([
      [ID, 'AIDAEXAMPLEEXAMPLE001'],
      ['222222222222', 'AIDAEXAMPLEEXAMPLE002'],
    ]);
  });

  it.each<[string, string, Partial<RowProblem>]>([
    ['a user without an id', text({ UserDetailList: [user({}), user({ UserId: '' })] }), { line: 2, field: 'UserDetailList[1].UserId' }],
    ['a user with an ARN that is none', text({ UserDetailList: [user({ Arn: 'batch' })] }), { line: 1, field: 'UserDetailList[0].Arn' }],
    ['a date that is none', text({ UserDetailList: [user({ CreateDate: 'yesterday' })] }), { line: 1, field: 'UserDetailList[0].CreateDate' }],
    ['tags that are no list', text({ UserDetailList: [user({ Tags: 'env=prod' })] }), { field: 'UserDetailList[0].Tags' }],
    ['a row that is no object', text({ UserDetailList: ['batch', user({})] }), { line: 1, field: 'UserDetailList[0]' }],
    ['a group it does not describe', text({ GroupDetailList: [] }), { field: 'UserDetailList[0]', problem: 'It holds group team, which the file does not describe.' }],
    ['a policy of the account it does not describe', text({ Policies: [] }), { field: 'UserDetailList[0]', problem: `It holds arn:aws:iam::${ID}:policy/own, which the file does not describe.` }],
    ['an answer that was cut off', text({ IsTruncated: true, Marker: 'x' }), { field: 'IsTruncated' }],
    ['an end in the middle', text().slice(0, -40), { field: null }],
    ['rubbish at the end', `${text()}]`, { field: null }],
  ])('complains of %s, and reads the rest', async (_what, file, problem) => {
    const result = await imported(awsAuthorizationDetails, file);
    expect(result.complaints[0]).toMatchObject(problem);
    expect(result.thrown).toEqual([]);
    expect(result.records.length).toBeGreaterThan(3);
  });

  it.each([
    ['no JSON', 'UserName,UserId'],
    ['empty', ''],
    ['something else', '{"Users":[]}'],
  ])('that is %s is refused as a whole', async (_what, file) => {
    await expect(imported(awsAuthorizationDetails, file)).rejects.toMatchObject({ name: 'VendorFailure', reason: 'malformed' });
  });

  it('repeats nothing of a row it complains of', async () => {
    const { complaints } = await imported(awsAuthorizationDetails, text({ UserDetailList: [user({ CreateDate: 'hunter2hunter2' })] }));
    expect(JSON.stringify(complaints)).not.toContain('hunter2');
  });

  it('keeps one row in memory at a time', async () => {
    const row = JSON.stringify(user({ UserPolicyList: [{ PolicyName: 'p', PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'x'.repeat(5_000) }] } }] }));
    const rows = 20_000;
    const open = async function* () {
      yield Buffer.from('{"UserDetailList":[');
      for (let index = 0; index < rows; index++) yield Buffer.from((index > 0 ? ',' : '') + row.replace('EXAMPLE001', String(index).padStart(10, '0')));
      yield Buffer.from('],"GroupDetailList":[],"RoleDetailList":[],"Policies":[]}');
    };
    const session = awsAuthorizationDetails.open({ name: null, sourceName: 'sample', open }, NOBODY, () => undefined);
    const signal = new AbortController().signal;
    const [scope] = await session.scopes({ signal, knows: () => undefined, gap: () => undefined });
    const ctx = { signal, gap: () => undefined, stated: () => undefined, coverage: () => undefined, progress: () => undefined };
    setFlagsFromString('--expose_gc');
    const collect = runInNewContext('gc') as () => void;
    const kept = () => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    const before = kept();
    let most = 0;
    let users = 0;
    for await (const batch of session.readings[0]!.read(ctx, scope!)) {
      users += batch.filter((item) => 'record' in item && item.record.type === 'aws.user').length;
      if (batch.length > 0 && users % 4_000 === 0) most = Math.max(most, kept() - before);
    }
    expect(users).toBe(rows);
    // The file is some 110 MB.
    expect(most).toBeLessThan(20 * 1024 * 1024);
  });
});

const HEADER = 'user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated';
const ROOT_ROW = `<root_account>,arn:aws:iam::${ID}:root,2020-01-01T00:00:00+00:00,not_supported,2026-01-05T06:07:08+00:00,not_supported,not_supported,true,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A`;
const KEY_ROW = `batch,arn:aws:iam::${ID}:user/batch,2024-01-01T00:00:00+00:00,false,N/A,N/A,N/A,false,true,2024-02-01T00:00:00+00:00,2026-01-01T10:00:00+00:00,eu-central-1,s3,false,2023-02-01T00:00:00+00:00,N/A,N/A,N/A,false,N/A,false,N/A`;
const PERSON_ROW = `sample.person.07,arn:aws:iam::${ID}:user/sample.person.07,2024-01-01T00:00:00+00:00,true,no_information,2025-01-01T00:00:00+00:00,N/A,true,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,true,2024-06-01T00:00:00+00:00,false,N/A`;
const report = (...rows: string[]) => [HEADER, ...rows].join('\n');

describe('a credential report', () => {
  it('tells users, their keys by slot, passwords and certificates', async () => {
    const result = await imported(awsCredentialReport, report(ROOT_ROW, KEY_ROW, PERSON_ROW));
    expect({ complaints: result.complaints, gaps: result.gaps, scopes: result.scopes.map(({ id }) => id) }).toEqual({ complaints: [], gaps: [], scopes: [ID] });
    const batch = `arn:aws:iam::${ID}:user/batch`;
    expect(theRecord<'identity'>(result, 'aws.user', 'batch').record).toMatchObject({ id: batch, kind: 'user', createdAt: '2024-01-01T00:00:00.000Z', attributes: { arn: batch } });
    expect(theRecord<'credential'>(result, 'aws.access-key', `${batch}#access-key-1`)).toMatchObject({
      record: { kind: 'access-key', status: 'active', rotatedAt: '2024-02-01T00:00:00.000Z', rotatedBasis: 'source', identity: { type: 'aws.user', id: batch } },
      // When the report was made is not in it: a use is known, but not how long there was none.
      use: { at: '2026-01-01T10:00:00.000Z', knownSince: null, knownUntil: null, detail: { service: 's3', region: 'eu-central-1' } },
    });
    expect(theRecord<'credential'>(result, 'aws.access-key', `${batch}#access-key-2`)).toMatchObject({ record: { status: 'disabled' }, use: { at: null, knownUntil: null } });
    const person = `arn:aws:iam::${ID}:user/sample.person.07`;
    expect(theRecord<'credential'>(result, 'aws.password', `${person}#password`)).toMatchObject({ record: { status: 'active', rotatedAt: '2025-01-01T00:00:00.000Z', attributes: { mfa: true } }, use: { at: null } });
    expect(theRecord<'credential'>(result, 'aws.signing-certificate', `${person}#cert-1`).record).toMatchObject({ status: 'active', issuedAt: '2024-06-01T00:00:00.000Z' });
    expect(theRecord<'identity'>(result, 'aws.root', ID).record).toMatchObject({ kind: 'root', attributes: { mfa: true } });
    expect(theRecord<'credential'>(result, 'aws.password', `arn:aws:iam::${ID}:root#password`)).toMatchObject({ record: { status: 'unknown' }, use: { at: '2026-01-05T06:07:08.000Z' } });
    expect(result.records).toHaveLength(8);
  });

  it('finds its columns by name: further ones and another order do not matter', async () => {
    const shuffle = (line: string) => [...line.split(',')].reverse().concat('3').join(',');
    const [header, ...rows] = report(ROOT_ROW, KEY_ROW, PERSON_ROW).split('\n');
    const shuffled = [`${shuffle(header!).replace(/,3$/, ',additional_credentials_info')}`, ...rows.map(shuffle)].join('\r\n');
    const records = async (file: string) => (await imported(awsCredentialReport, file)).records.map(({ record }) => record);
    expect(await records(`\uFEFF${shuffled}\r\n`)).toEqual(await records(report(ROOT_ROW, KEY_ROW, PERSON_ROW)));
  });

  it('hangs what it tells on the users the source holds already, and leaves these as they are', async () => {
    const batch = `arn:aws:iam::${ID}:user/batch`;
    const lookup: ImportLookup = { identitiesByAttribute: async (attribute, values) => (attribute === 'arn' && values.includes(batch) ? new Map([[batch, { type: 'aws.user', id: 'AIDAEXAMPLEEXAMPLE001' }]]) : new Map()) };
    const result = await imported(awsCredentialReport, report(ROOT_ROW, KEY_ROW), { lookup });
    expect(theRecord<'identity'>(result, 'aws.user', 'AIDAEXAMPLEEXAMPLE001').partial).toBe(true);
    expect(theRecord<'credential'>(result, 'aws.access-key', `${batch}#access-key-1`).record.identity).toEqual({ type: 'aws.user', id: 'AIDAEXAMPLEEXAMPLE001' });
  });

  it('reads what the stand-in writes', async () => {
    const world = createAwsWorld();
    const account = addAccount(world, { id: ID, name: 'home' });
    const holder = addUser(account, { name: 'holder', password: true });
    addAccessKey(account, holder);
    addAccessKey(account, holder, { status: 'Inactive' });
    addSigningCertificate(account, holder);
    addRootAccessKey(account);
    const result = await imported(awsCredentialReport, credentialReport(account));
    const many = (type: string) => result.records.filter(({ record }) => record.type === type).length;
    expect([many('aws.access-key'), many('aws.root-access-key'), many('aws.signing-certificate'), many('aws.password'), result.complaints]).toEqual([2, 1, 1, 2, []]);
  });

  it.each<[string, string, Partial<RowProblem>]>([
    ['a row that is too short', report(ROOT_ROW, 'batch,arn', KEY_ROW), { line: 3, field: 'user_creation_time' }],
    ['a row about nobody', report(ROOT_ROW, KEY_ROW.replace(/arn:[^,]+/, 'somebody')), { line: 3, field: 'arn' }],
    ['a time that is none', report(ROOT_ROW, KEY_ROW.replace('2024-02-01T00:00:00+00:00', 'long ago')), { line: 3, field: 'access_key_1_last_rotated', problem: 'This is no time.' }],
  ])('complains of %s by line and column, and reads the rest', async (_what, file, problem) => {
    const result = await imported(awsCredentialReport, file);
    expect(result.complaints).toEqual([expect.objectContaining(problem)]);
    expect(result.records.some(({ record }) => record.type === 'aws.root')).toBe(true);
  });

  it.each([
    ['of something else', 'name,age\nx,3'],
    ['empty', ''],
  ])('that is %s is refused as a whole', async (_what, file) => {
    await expect(imported(awsCredentialReport, file)).rejects.toMatchObject({ name: 'VendorFailure', reason: 'malformed' });
  });
});

const DATA = new URL('../../../../../shared/data/aws-iam/', import.meta.url);
const conformance = existsSync(DATA) ? describe : describe.skip;
if (!existsSync(DATA)) console.warn('Skipped: the conformance data of other projects is not there (../shared/data/aws-iam).');

conformance('files of other projects', () => {
  const read = (file: string) => readFileSync(new URL(file, DATA), 'utf8');
  const many = (result: ReadResult, type: string) => result.records.filter(({ record }) => record.type === type).length;
  const named = (result: ReadResult, type: string) => result.records.flatMap(({ record }) => (record.type === type && 'name' in record ? [record.name] : [])).sort();

  it('the larger account of cloudsplaining is read as its description says', async () => {
    const result = await imported(awsAuthorizationDetails, read('cloudsplaining/example-authz-details.json'), { pieces: 4_096 });
    expect(result.scopes.map(({ id }) => id)).toEqual(['012345678901']);
    expect(named(result, 'aws.user')).toEqual(['biden', 'obama', 'userwithlotsofpermissions']);
    expect(named(result, 'aws.group')).toEqual(['admin', 'biden']);
    expect(named(result, 'aws.role')).toEqual(['MyOtherRole', 'MyRole', 'OverprivilegedEC2']);
    expect(named(result, 'aws.managed-policy')).toEqual(['InsecurePolicy', 'NotYourPolicy']);
    expect(many(result, 'aws.managed-policy') + many(result, 'aws.aws-managed-policy')).toBeGreaterThanOrEqual(32);
    const roles = result.records.filter(({ record }) => record.type === 'aws.role');
    expect(roles.every(({ record }) => record.entity === 'identity' && record.trusts!.every(({ kind }) => kind === 'service'))).toBe(true);
    expect(theRecord<'identity'>(result, 'aws.role', 'OverprivilegedEC2')).toMatchObject({ use: { at: expect.stringMatching(/^2019-01-20/) }, record: { attributes: { instanceProfiles: [expect.any(String)] } } });
  });

  it('and so is the smaller', async () => {
    const result = await imported(awsAuthorizationDetails, read('cloudsplaining/example_authz_v2.json'), { pieces: 512 });
    expect([many(result, 'aws.user'), many(result, 'aws.group'), many(result, 'aws.role'), many(result, 'aws.managed-policy')]).toEqual([1, 1, 2, 2]);
    expect(theRecord<'identity'>(result, 'aws.user', 'BlakeBortles').record.privilege?.level).toBe('admin');
  });

  it.each([
    ['test_iam_user_delete_options', { users: 1, root: 0, passwords: 1, keys: ['active'] }],
    ['test_iam_user_credential_multi_delete_noop', { users: 1, root: 1, passwords: 0, keys: ['disabled', 'active'] }],
  ])('the credential report %s is read as its description says', async (folder, expected) => {
    const { data } = JSON.parse(read(`cloud-custodian/${folder}/iam.GetCredentialReport_1.json`)) as { data: { Content: string } };
    const result = await imported(awsCredentialReport, data.Content, { pieces: 64 });
    const passwordsOfUsers = result.records.filter(({ record }) => record.type === 'aws.password' && !record.id.includes(':root#')).length;
    const keys = result.records.flatMap(({ record }) => (record.type === 'aws.access-key' && record.entity === 'credential' ? [record.status] : []));
    expect({ users: many(result, 'aws.user'), root: many(result, 'aws.root'), passwords: passwordsOfUsers, keys }).toEqual(expected);
  });
});
