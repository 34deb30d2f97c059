import {
  GenerateCredentialReportCommand,
  GenerateServiceLastAccessedDetailsCommand,
  GetAccessKeyLastUsedCommand,
  GetAccountAuthorizationDetailsCommand,
  GetAccountSummaryCommand,
  GetCredentialReportCommand,
  GetRoleCommand,
  GetServiceLastAccessedDetailsCommand,
  GetUserCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListRolesCommand,
  ListServiceSpecificCredentialsCommand,
  ListUsersCommand,
} from '@aws-sdk/client-iam';
import { DescribeOrganizationCommand, ListAccountsCommand, OrganizationsClient } from '@aws-sdk/client-organizations';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  addAccessKey,
  addAccount,
  addPolicy,
  addRole,
  addRootAccessKey,
  addSampleAccount,
  addServiceCredential,
  addUser,
  allowing,
  type AwsServer,
  createAwsWorld,
  organise,
  rewritePolicy,
  startAwsServer,
  trusting,
  trustingService,
} from './index.js';

const NOW = Date.UTC(2026, 2, 1);
const ID = '111111111111';
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A world with one account, a user that may sign in, and clients that do. */
async function aWorld() {
  const world = createAwsWorld();
  const account = addAccount(world, { id: ID, name: 'home' });
  const user = addUser(account, {
    name: 'reader',
    attached: ['SecurityAudit'],
    inline: { own: allowing('s3:GetObject') },
  });
  const key = addAccessKey(account, user);
  let now = NOW;
  const server = await startAwsServer({ world, now: () => now });
  closing.push(() => server.close());
  return { world, account, user, key, server, clients: clientsOf(server, key), pass: (ms: number) => (now += ms) };
}

function clientsOf(server: AwsServer, key: { id: string; secret: string; token?: string }) {
  const config = {
    endpoint: server.url,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: {
      accessKeyId: key.id,
      secretAccessKey: key.secret,
      ...(key.token ? { sessionToken: key.token } : {}),
    },
  };
  const clients = {
    iam: new IAMClient(config),
    sts: new STSClient(config),
    organizations: new OrganizationsClient(config),
  };
  for (const client of Object.values(clients)) closing.push(() => client.destroy());
  return clients;
}

const failing = async (sent: Promise<unknown>) => {
  const error = await sent.then(
    () => null,
    (thrown: unknown) =>
      thrown as { name: string; Code?: string; code?: string; $metadata: { httpStatusCode?: number } },
  );
  return error && [error.Code ?? error.name, error.$metadata.httpStatusCode];
};

describe('the stand-in for AWS', () => {
  it('knows who signed, by key', async () => {
    const { clients, user, account, server } = await aWorld();
    expect(await clients.sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: ID,
      Arn: `arn:aws:iam::${ID}:user/reader`,
      UserId: user.id,
    });
    const root = clientsOf(server, addRootAccessKey(account));
    expect(await root.sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Arn: `arn:aws:iam::${ID}:root`,
      UserId: ID,
    });
  });

  it('refuses a key it does not know, a wrong secret, and a key that is switched off or gone', async () => {
    const { server, key, user } = await aWorld();
    const ask = (with_: { id: string; secret: string }) =>
      failing(clientsOf(server, with_).iam.send(new ListUsersCommand({})));
    expect(await ask({ id: 'AKIAEXAMPLEEXAMPLE00', secret: key.secret })).toEqual(['InvalidClientTokenId', 403]);
    expect(await ask({ id: key.id, secret: `${key.secret.slice(1)}x` })).toEqual(['SignatureDoesNotMatch', 403]);
    user.accessKeys[0]!.status = 'Inactive';
    expect(await ask(key)).toEqual(['InvalidClientTokenId', 403]);
    user.accessKeys[0]!.status = 'Active';
    expect(await ask(key)).toBeNull();
    user.accessKeys.length = 0;
    expect(await ask(key)).toEqual(['InvalidClientTokenId', 403]);
  });

  it('refuses a request that was changed after it was signed', async () => {
    const { server, clients } = await aWorld();
    clients.iam.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as { body: string };
        request.body = request.body.replace('ListUsers', 'ListRoles');
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low', name: 'tamper' },
    );
    expect(await failing(clients.iam.send(new ListUsersCommand({})))).toEqual(['SignatureDoesNotMatch', 403]);
    expect(server.traffic.count('ListRoles')).toBe(1);
  });

  it('lets a role be taken by whom it trusts, with the external id it asks for, and then acts in that account', async () => {
    const { world, server, clients, pass } = await aWorld();
    const other = addAccount(world, { id: '222222222222', name: 'other' });
    addUser(other, { name: 'elsewhere' });
    addRole(other, { name: 'in', trust: trusting({ AWS: ID }, { StringEquals: { 'sts:ExternalId': 'sample-id' } }) });
    const assume = (ExternalId?: string, name = 'in') =>
      clients.sts.send(
        new AssumeRoleCommand({
          RoleArn: `arn:aws:iam::222222222222:role/${name}`,
          RoleSessionName: 'x',
          ...(ExternalId ? { ExternalId } : {}),
        }),
      );
    expect(await failing(assume())).toEqual(['AccessDenied', 403]);
    expect(await failing(assume('another'))).toEqual(['AccessDenied', 403]);
    expect(await failing(assume('sample-id', 'missing'))).toEqual(['AccessDenied', 403]);
    const { Credentials: given, AssumedRoleUser: as } = await assume('sample-id');
    expect(as?.Arn).toBe('arn:aws:sts::222222222222:assumed-role/in/x');
    const there = { id: given!.AccessKeyId!, secret: given!.SecretAccessKey!, token: given!.SessionToken! };
    expect(
      (await clientsOf(server, there).iam.send(new ListUsersCommand({}))).Users?.map(({ UserName }) => UserName),
    ).toEqual(['elsewhere']);
    expect(await failing(clientsOf(server, { ...there, token: 'another' }).iam.send(new ListUsersCommand({})))).toEqual(
      ['InvalidClientTokenId', 403],
    );
    pass(3_600_001);
    expect(await failing(clientsOf(server, there).iam.send(new ListUsersCommand({})))).toEqual(['ExpiredToken', 403]);
  });

  it('pages as long as it is asked to, and says when there is more', async () => {
    const { account, clients } = await aWorld();
    for (let index = 0; index < 4; index++) addUser(account, { name: `user-${index}` });
    const pages: (string | undefined)[][] = [];
    for (let Marker: string | undefined; ;) {
      const answer = await clients.iam.send(new ListUsersCommand({ MaxItems: 2, ...(Marker ? { Marker } : {}) }));
      pages.push(answer.Users!.map(({ UserName }) => UserName));
      if (!answer.IsTruncated) break;
      Marker = answer.Marker;
    }
    expect(pages).toEqual([['reader', 'user-0'], ['user-1', 'user-2'], ['user-3']]);
    expect(await failing(clients.iam.send(new ListUsersCommand({ Marker: 'rubbish' })))).toEqual([
      'ValidationError',
      400,
    ]);
  });

  it('pages the authorisation details over all kinds at once, and only over those asked for', async () => {
    const world = createAwsWorld();
    const { account, key } = addSampleAccount(world, ID, 'home');
    const server = await startAwsServer({ world, now: () => NOW });
    closing.push(() => server.close());
    const { iam } = clientsOf(server, key);
    const names: string[] = [];
    for (let Marker: string | undefined; ;) {
      const page = await iam.send(
        new GetAccountAuthorizationDetailsCommand({ MaxItems: 3, ...(Marker ? { Marker } : {}) }),
      );
      const shown = [
        ...page.UserDetailList!.map(({ UserName }) => UserName),
        ...page.GroupDetailList!.map(({ GroupName }) => GroupName),
        ...page.RoleDetailList!.map(({ RoleName }) => RoleName),
        ...page.Policies!.map(({ PolicyName }) => PolicyName),
      ];
      expect(shown.length).toBeLessThanOrEqual(3);
      names.push(...(shown as string[]));
      if (!page.IsTruncated) break;
      Marker = page.Marker;
    }
    expect(names.slice(0, account.users.size)).toEqual([...account.users.keys()]);
    expect(names).toHaveLength(
      account.users.size +
        account.groups.size +
        account.roles.size +
        account.policies.size +
        new Set(names.filter((name) => /Audit|Access|RolePolicy/.test(name))).size,
    );
    const only = await iam.send(new GetAccountAuthorizationDetailsCommand({ Filter: ['Role', 'AWSManagedPolicy'] }));
    expect([only.UserDetailList, only.GroupDetailList]).toEqual([[], []]);
    expect(only.RoleDetailList?.map(({ RoleName }) => RoleName)).toEqual([...account.roles.keys()]);
    expect(only.Policies?.every(({ Arn }) => Arn?.includes('iam::aws:'))).toBe(true);
    expect(decodeURIComponent(only.RoleDetailList![0]!.AssumeRolePolicyDocument!)).toContain(
      'repo:sample-org/invoices',
    );
    expect(only.RoleDetailList![0]!.AssumeRolePolicyDocument).toMatch(/^%7B/);
  });

  it('leaves out of a listing what AWS leaves out, and tells it when asked for the one', async () => {
    const { account, clients } = await aWorld();
    addUser(account, { name: 'tagged', tags: { team: 'a' }, boundary: 'ReadOnlyAccess' });
    addRole(account, {
      name: 'used',
      trust: trustingService('ec2.amazonaws.com'),
      tags: { team: 'a' },
      lastUsed: { at: NOW, region: 'eu-central-1' },
    });
    const listed = (await clients.iam.send(new ListUsersCommand({}))).Users!.find(
      ({ UserName }) => UserName === 'tagged',
    );
    expect([listed?.Tags, listed?.PermissionsBoundary]).toEqual([undefined, undefined]);
    expect((await clients.iam.send(new GetUserCommand({ UserName: 'tagged' }))).User).toMatchObject({
      Tags: [{ Key: 'team', Value: 'a' }],
      PermissionsBoundary: { PermissionsBoundaryArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' },
    });
    expect((await clients.iam.send(new ListRolesCommand({}))).Roles![0]!.RoleLastUsed).toBeUndefined();
    expect((await clients.iam.send(new GetRoleCommand({ RoleName: 'used' }))).Role?.RoleLastUsed).toEqual({
      LastUsedDate: new Date(NOW),
      Region: 'eu-central-1',
    });
  });

  it('shows what was changed between two calls', async () => {
    const { account, clients, user } = await aWorld();
    const policy = addPolicy(account, { name: 'growing', document: allowing('s3:GetObject') });
    const keys = async () =>
      (await clients.iam.send(new ListAccessKeysCommand({ UserName: 'reader' }))).AccessKeyMetadata!.map(
        ({ Status }) => Status,
      );
    expect(await keys()).toEqual(['Active']);
    addAccessKey(account, user, { status: 'Inactive' });
    expect(await keys()).toEqual(['Active', 'Inactive']);
    rewritePolicy(policy, allowing('s3:*'), NOW);
    const [detail] = (
      await clients.iam.send(new GetAccountAuthorizationDetailsCommand({ Filter: ['LocalManagedPolicy'] }))
    ).Policies!;
    expect([detail!.DefaultVersionId, detail!.PolicyVersionList!.length]).toEqual(['v2', 2]);
    account.users.delete('reader');
    expect(await failing(clients.iam.send(new ListUsersCommand({})))).toEqual(['InvalidClientTokenId', 403]);
  });

  it('names things by ids that are the same in every run, and never by one twice', () => {
    const build = () => {
      const account = addAccount(createAwsWorld(), { id: ID, name: 'home' });
      const first = addUser(account, { name: 'a' });
      account.users.delete('a');
      const second = addUser(account, { name: 'a' });
      return [first.id, second.id, addAccessKey(account, second).id, addAccessKey(account, second).id];
    };
    expect(build()).toEqual(build());
    expect(new Set(build()).size).toBe(4);
    expect(build().map((id) => id.slice(0, 4))).toEqual(['AIDA', 'AIDA', 'AKIA', 'AKIA']);
    expect(build().map((id) => id.length)).toEqual([21, 21, 20, 20]);
  });

  it('has no credential report before one was made, and makes one only every four hours', async () => {
    const { clients, account, pass } = await aWorld();
    const get = () => clients.iam.send(new GetCredentialReportCommand({}));
    const generate = async () => (await clients.iam.send(new GenerateCredentialReportCommand({}))).State;
    expect(await failing(get())).toEqual(['ReportNotPresent', 410]);
    expect(await generate()).toBe('STARTED');
    expect(await failing(get())).toEqual(['ReportInProgress', 404]);
    expect([await generate(), await generate()]).toEqual(['INPROGRESS', 'COMPLETE']);
    const rows = async () =>
      Buffer.from((await get()).Content!)
        .toString()
        .split('\n');
    expect((await rows()).map((row) => row.split(',')[0])).toEqual(['user', '<root_account>', 'reader']);
    addUser(account, { name: 'later' });
    expect(await generate()).toBe('COMPLETE');
    expect(await rows()).toHaveLength(3);
    pass(4 * 3_600_000);
    expect(await failing(get())).toEqual(['ReportExpired', 410]);
    expect([await generate(), await generate(), await generate()]).toEqual(['STARTED', 'INPROGRESS', 'COMPLETE']);
    expect(await rows()).toHaveLength(4);
  });

  it('makes a list of last accessed services to order, for who ordered it', async () => {
    const { account, clients, server } = await aWorld();
    addUser(account, {
      name: 'worker',
      attached: ['AmazonS3FullAccess'],
      inline: { q: allowing('sqs:SendMessage') },
      lastAccessed: { s3: { at: NOW } },
    });
    const Arn = `arn:aws:iam::${ID}:user/worker`;
    const { JobId } = await clients.iam.send(new GenerateServiceLastAccessedDetailsCommand({ Arn }));
    const get = (iam: IAMClient) => iam.send(new GetServiceLastAccessedDetailsCommand({ JobId: JobId! }));
    expect((await get(clients.iam)).JobStatus).toBe('IN_PROGRESS');
    expect(await get(clients.iam)).toMatchObject({
      JobStatus: 'COMPLETED',
      ServicesLastAccessed: [
        { ServiceNamespace: 's3', LastAuthenticated: new Date(NOW), TotalAuthenticatedEntities: 1 },
        { ServiceNamespace: 's3-object-lambda', TotalAuthenticatedEntities: 0 },
        { ServiceNamespace: 'sqs' },
      ],
    });
    const another = clientsOf(server, addRootAccessKey(account));
    expect(await failing(get(another.iam))).toEqual(['NoSuchEntity', 404]);
    expect(
      await failing(clients.iam.send(new GenerateServiceLastAccessedDetailsCommand({ Arn: `${Arn}-gone` }))),
    ).toEqual(['NoSuchEntity', 404]);
  });

  it('tells of a key that was never used neither date nor place', async () => {
    const { clients, key } = await aWorld();
    expect(
      (await clients.iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: key.id }))).AccessKeyLastUsed,
    ).toEqual({ ServiceName: 'N/A', Region: 'N/A' });
  });

  it('lists service credentials of one user, of all, and of one service', async () => {
    const { account, user, clients } = await aWorld();
    addServiceCredential(account, user);
    addServiceCredential(account, addUser(account, { name: 'other' }), { service: 'codecommit.amazonaws.com' });
    const list = async (input: object) =>
      (await clients.iam.send(new ListServiceSpecificCredentialsCommand(input))).ServiceSpecificCredentials!.map(
        ({ UserName, ServiceName }) => `${UserName} ${ServiceName}`,
      );
    expect(await list({})).toEqual(['reader bedrock.amazonaws.com']);
    expect(await list({ AllUsers: true })).toEqual(['reader bedrock.amazonaws.com', 'other codecommit.amazonaws.com']);
    expect(await list({ AllUsers: true, ServiceName: 'codecommit.amazonaws.com' })).toEqual([
      'other codecommit.amazonaws.com',
    ]);
    expect(await failing(list({ AllUsers: true, UserName: 'reader' }))).toEqual(['ValidationError', 400]);
  });

  it('counts what is in the account', async () => {
    const { account, clients } = await aWorld();
    addRootAccessKey(account);
    expect((await clients.iam.send(new GetAccountSummaryCommand({}))).SummaryMap).toMatchObject({
      Users: 1,
      Roles: 0,
      Groups: 0,
      AccountAccessKeysPresent: 1,
      AccountMFAEnabled: 1,
    });
  });

  it('lists the accounts of the organisation for the account that manages it', async () => {
    const { world, account, clients, server } = await aWorld();
    expect(await failing(clients.organizations.send(new ListAccountsCommand({})))).toEqual([
      'AWSOrganizationsNotInUseException',
      400,
    ]);
    organise(world, account, 'o-sample');
    const member = addAccount(world, { id: '222222222222', name: 'member', status: 'SUSPENDED' });
    const first = await clients.organizations.send(new ListAccountsCommand({ MaxResults: 1 }));
    expect(first.Accounts).toMatchObject([{ Id: ID, Status: 'ACTIVE', JoinedTimestamp: expect.any(Date) }]);
    const second = await clients.organizations.send(
      new ListAccountsCommand({ MaxResults: 1, NextToken: first.NextToken! }),
    );
    expect(second).toMatchObject({
      Accounts: [
        { Id: '222222222222', Status: 'SUSPENDED', Arn: `arn:aws:organizations::${ID}:account/o-sample/222222222222` },
      ],
    });
    expect(second.NextToken).toBeUndefined();
    expect((await clients.organizations.send(new DescribeOrganizationCommand({}))).Organization).toMatchObject({
      Id: 'o-sample',
      MasterAccountId: ID,
    });
    const there = clientsOf(server, addAccessKey(member, addUser(member, { name: 'x' })));
    expect(await failing(there.organizations.send(new ListAccountsCommand({})))).toEqual([
      'AccessDeniedException',
      400,
    ]);
    expect(
      await failing(
        clientsOf(server, { id: 'AKIAEXAMPLEEXAMPLE00', secret: 'x' }).organizations.send(new ListAccountsCommand({})),
      ),
    ).toEqual(['UnrecognizedClientException', 400]);
  });
});

describe('a fault', () => {
  it.each([
    ['forbidden', {}, ['AccessDenied', 403]],
    ['throttled', {}, ['Throttling', 400]],
    ['unknown-action', {}, ['InvalidAction', 400]],
    ['html', {}, ['Unknown', 500]],
    ['html', { status: 501 }, ['Unknown', 501]],
    ['html', { status: 404 }, ['NotFound', 404]],
    ['malformed', {}, ['Error', 200]],
    ['cut', {}, [expect.stringMatching(/Error$/), undefined]],
    ['error', { code: 'ServiceFailure', status: 500 }, ['ServiceFailure', 500]],
  ] as const)('%s %j reaches the client as what it is', async (kind, more, expected) => {
    const { server, clients } = await aWorld();
    server.faults.add({ action: 'ListUsers', kind, ...more });
    expect(await failing(clients.iam.send(new ListUsersCommand({})))).toEqual(expected);
    expect(await failing(clients.iam.send(new ListRolesCommand({})))).toBeNull();
    server.faults.clear();
    expect(await failing(clients.iam.send(new ListUsersCommand({})))).toBeNull();
  });

  it('can be an empty answer, a list without end, or one that stands still', async () => {
    const { server, clients } = await aWorld();
    const ask = (Marker?: string) => clients.iam.send(new ListUsersCommand(Marker ? { Marker } : {}));
    const mend = server.faults.add({ action: 'ListUsers', kind: 'empty' });
    expect((await ask()).Users).toBeUndefined();
    mend();
    const stop = server.faults.add({ action: 'ListUsers', kind: 'endless' });
    const first = await ask();
    const second = await ask(first.Marker);
    expect([first.Users?.length, second.Users?.length, first.Marker === second.Marker]).toEqual([1, 1, false]);
    stop();
    server.faults.add({ action: 'ListUsers', kind: 'stuck' });
    expect((await ask()).Marker).toBe((await ask((await ask()).Marker)).Marker);
  });

  it('spoils as many calls as it was told to, in the account and about the thing it was told', async () => {
    const { server, clients, account } = await aWorld();
    addUser(account, { name: 'other' });
    const ask = (UserName: string) => failing(clients.iam.send(new ListAccessKeysCommand({ UserName })));
    server.faults.add({ action: 'ListAccessKeys', kind: 'forbidden', resource: 'other', times: 2 });
    server.faults.add({ action: '*', kind: 'forbidden', account: '999999999999' });
    expect([await ask('reader'), await ask('other'), await ask('other'), await ask('other')]).toEqual([
      null,
      ['AccessDenied', 403],
      ['AccessDenied', 403],
      null,
    ]);
    expect(server.traffic.count('ListAccessKeys')).toBe(4);
    expect(server.traffic.calls().map(({ resource }) => resource)).toEqual(['reader', 'other', 'other', 'other']);
  });

  it('reaches Organizations in its own words', async () => {
    const { server, clients, world, account } = await aWorld();
    organise(world, account);
    const ask = () => failing(clients.organizations.send(new ListAccountsCommand({})));
    const mend = server.faults.add({ action: 'ListAccounts', kind: 'forbidden' });
    expect((await ask())?.[0]).toBe('AccessDeniedException');
    mend();
    server.faults.add({ action: 'ListAccounts', kind: 'endless' });
    expect((await clients.organizations.send(new ListAccountsCommand({}))).NextToken).toBeDefined();
  });
});
