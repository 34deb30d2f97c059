import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { addSampleAccount, createAwsWorld } from '../../../demo/aws/index.js';
import type { RowProblem } from '../../sdk/index.js';
import { type ReadResult, theRecord } from '../../sdk/testing/index.js';
import { against } from '../testing/against-world.js';
import { ID, imported, NOBODY } from '../testing/imported.js';
import { awsAuthorizationDetails } from './formats.js';

const details = (over: Record<string, unknown> = {}) => ({
  UserDetailList: [
    {
      Path: '/',
      UserName: 'batch',
      UserId: 'AIDAEXAMPLEEXAMPLE001',
      Arn: `arn:aws:iam::${ID}:user/batch`,
      CreateDate: '2024-02-03 04:05:06+00:00',
      GroupList: ['team'],
      UserPolicyList: [
        {
          PolicyName: 'inline',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Action: 'bedrock:InvokeModel', Resource: '*' }],
          },
        },
      ],
      AttachedManagedPolicies: [{ PolicyName: 'own', PolicyArn: `arn:aws:iam::${ID}:policy/own` }],
      Tags: [{ Key: 'env', Value: 'prod' }],
    },
  ],
  GroupDetailList: [
    {
      Path: '/',
      GroupName: 'team',
      GroupId: 'AGPAEXAMPLEEXAMPLE001',
      Arn: `arn:aws:iam::${ID}:group/team`,
      CreateDate: '2024-01-01T00:00:00Z',
      GroupPolicyList: [],
      AttachedManagedPolicies: [{ PolicyName: 'ReadOnlyAccess', PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }],
    },
  ],
  RoleDetailList: [
    {
      Path: '/',
      RoleName: 'agent',
      RoleId: 'AROAEXAMPLEEXAMPLE001',
      Arn: `arn:aws:iam::${ID}:role/agent`,
      CreateDate: '2024-01-01T00:00:00Z',
      AssumeRolePolicyDocument: encodeURIComponent(
        JSON.stringify({
          Statement: [{ Effect: 'Allow', Principal: { Service: 'bedrock.amazonaws.com' }, Action: 'sts:AssumeRole' }],
        }),
      ),
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
        {
          VersionId: 'v2',
          IsDefaultVersion: true,
          Document: { Statement: [{ Effect: 'Allow', Action: 's3:PutObject', Resource: '*' }] },
        },
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
      const iam = new IAMClient({
        endpoint: server.url,
        region: 'us-east-1',
        credentials: { accessKeyId: key.id, secretAccessKey: key.secret },
      });
      answers.push({ ...(await iam.send(new GetAccountAuthorizationDetailsCommand({}))) });
    });
    const { records, complaints } = await imported(awsAuthorizationDetails, JSON.stringify(answers[0]), {
      pieces: 1_000,
    });
    expect(complaints).toEqual([]);
    const types = new Set(awsAuthorizationDetails.resourceTypes.map(({ id }) => id));
    const shown = (result: Pick<ReadResult, 'records'>) =>
      result.records
        .filter(({ record }) => types.has(record.type))
        .map(({ record }) => JSON.stringify(record))
        .sort();
    // What an account is set up as (its environment) is not in a file; the sample account has none.
    expect(shown({ records })).toEqual(shown(live[0]!));
    expect(records.length).toBeGreaterThan(20);
  });

  it('is read whatever the form of its documents and dates, and wherever it is cut', async () => {
    for (const pieces of [1, 13, 100_000]) {
      const result = await imported(awsAuthorizationDetails, text(), { pieces });
      expect(result.complaints).toEqual([]);
      expect(result.gaps).toEqual([]);
      expect(theRecord<'identity'>(result, 'aws.user', 'batch').record).toMatchObject({
        createdAt: '2024-02-03T04:05:06.000Z',
        environment: 'production',
        privilege: { level: 'unknown' },
        aiUse: { value: 'yes' },
      });
      expect(theRecord<'entitlement'>(result, 'aws.managed-policy', 'own').record.privilege.level).toBe('write');
      expect(theRecord<'identity'>(result, 'aws.role', 'agent')).toMatchObject({
        record: { trusts: [{ principal: 'bedrock.amazonaws.com' }] },
        use: { at: '2026-01-01T00:00:00.000Z', knownSince: null, knownUntil: null },
      });
    }
  });

  it('shows a policy of AWS that it does not describe, with an unknown reach', async () => {
    const result = await imported(awsAuthorizationDetails, text());
    expect(theRecord<'entitlement'>(result, 'aws.aws-managed-policy', 'ReadOnlyAccess').record).toMatchObject({
      id: `${ID}/arn:aws:iam::aws:policy/ReadOnlyAccess`,
      privilege: { level: 'unknown' },
    });
  });

  it('is read in any order of its lists, and out of any wrapping', async () => {
    const { Policies, GroupDetailList, RoleDetailList, UserDetailList } = details();
    const other = JSON.stringify({
      status_code: 200,
      data: { Policies, RoleDetailList, UserDetailList, GroupDetailList, IsTruncated: false },
    });
    const records = async (file: string) =>
      (await imported(awsAuthorizationDetails, file)).records.map(({ record }) => JSON.stringify(record)).sort();
    expect(await records(other)).toEqual(await records(text()));
  });

  it('of several accounts, or pages put one after the other, is read account by account', async () => {
    const other = text({
      UserDetailList: [
        user({
          Arn: 'arn:aws:iam::222222222222:user/other',
          UserName: 'other',
          UserId: 'AIDAEXAMPLEEXAMPLE002',
          GroupList: [],
          AttachedManagedPolicies: [],
        }),
      ],
      GroupDetailList: [],
      RoleDetailList: [],
      Policies: [],
    });
    const result = await imported(awsAuthorizationDetails, `${text()}\n${other}`);
    expect(result.complaints).toEqual([]);
    expect(result.scopes.map(({ id }) => id)).toEqual([ID, '222222222222']);
    expect(
      result.records.filter(({ record }) => record.type === 'aws.user').map(({ scope, record }) => [scope, record.id]),
    ).toEqual([
      [ID, 'AIDAEXAMPLEEXAMPLE001'],
      ['222222222222', 'AIDAEXAMPLEEXAMPLE002'],
    ]);
  });

  it.each<[string, string, Partial<RowProblem>]>([
    [
      'a user without an id',
      text({ UserDetailList: [user({}), user({ UserId: '' })] }),
      { line: 2, field: 'UserDetailList[1].UserId' },
    ],
    [
      'a user with an ARN that is none',
      text({ UserDetailList: [user({ Arn: 'batch' })] }),
      { line: 1, field: 'UserDetailList[0].Arn' },
    ],
    [
      'a date that is none',
      text({ UserDetailList: [user({ CreateDate: 'yesterday' })] }),
      { line: 1, field: 'UserDetailList[0].CreateDate' },
    ],
    [
      'tags that are no list',
      text({ UserDetailList: [user({ Tags: 'env=prod' })] }),
      { field: 'UserDetailList[0].Tags' },
    ],
    ['a row that is no object', text({ UserDetailList: ['batch', user({})] }), { line: 1, field: 'UserDetailList[0]' }],
    [
      'a group it does not describe',
      text({ GroupDetailList: [] }),
      { field: 'UserDetailList[0]', problem: 'It holds group team, which the file does not describe.' },
    ],
    [
      'a policy of the account it does not describe',
      text({ Policies: [] }),
      {
        field: 'UserDetailList[0]',
        problem: `It holds arn:aws:iam::${ID}:policy/own, which the file does not describe.`,
      },
    ],
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
    await expect(imported(awsAuthorizationDetails, file)).rejects.toMatchObject({
      name: 'VendorFailure',
      reason: 'malformed',
    });
  });

  it('repeats nothing of a row it complains of', async () => {
    const { complaints } = await imported(
      awsAuthorizationDetails,
      text({ UserDetailList: [user({ CreateDate: 'hunter2hunter2' })] }),
    );
    expect(JSON.stringify(complaints)).not.toContain('hunter2');
  });

  it('keeps one row in memory at a time', async () => {
    const row = JSON.stringify(
      user({
        UserPolicyList: [
          {
            PolicyName: 'p',
            PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'x'.repeat(5_000) }] },
          },
        ],
      }),
    );
    const rows = 10_000;
    const open = async function* () {
      yield Buffer.from('{"UserDetailList":[');
      for (let index = 0; index < rows; index++)
        yield Buffer.from((index > 0 ? ',' : '') + row.replace('EXAMPLE001', String(index).padStart(10, '0')));
      yield Buffer.from('],"GroupDetailList":[],"RoleDetailList":[],"Policies":[]}');
    };
    const session = awsAuthorizationDetails.open({ name: null, sourceName: 'sample', open }, NOBODY, () => undefined);
    const signal = new AbortController().signal;
    const [scope] = await session.scopes({ signal, knows: () => undefined, gap: () => undefined });
    const ctx = {
      signal,
      gap: () => undefined,
      stated: () => undefined,
      coverage: () => undefined,
      progress: () => undefined,
    };
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
      if (batch.length > 0 && users % 2_000 === 0) most = Math.max(most, kept() - before);
    }
    expect(users).toBe(rows);
    // The file is some 55 MB.
    expect(most).toBeLessThan(12 * 1024 * 1024);
  });
});
