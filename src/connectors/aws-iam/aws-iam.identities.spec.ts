import { describe, expect, it } from '@jest/globals';
import {
  addGroup,
  addOidcProvider,
  addPolicy,
  addRole,
  addServiceCredential,
  addUser,
  allowing,
  type AwsAccount,
  trusting,
  trustingService,
} from '../../demo/aws/index.js';
import { NOW } from './testing/against-world.js';
import { credential, DAY, entitlement, grantsOf, ID, identity, readOf } from './testing/read-account.js';

describe('a user', () => {
  it('is known by its immutable id, with what its tags say', () =>
    readOf(
      (account) =>
        addUser(account, {
          name: 'batch',
          path: '/services/',
          createdAt: Date.UTC(2025, 0, 2),
          tags: {
            'acme:Environment': 'PROD',
            Owner: 'Sample Person 07',
            'aws:cloudformation:stack-name': 'invoices',
            'aws:cloudformation:stack-id': 'arn:aws:cloudformation:x',
          },
        }),
      (result, account) => {
        const { record } = identity(result, 'aws.user', 'batch');
        expect(record).toMatchObject({
          id: account.users.get('batch')!.id,
          kind: 'user',
          status: 'active',
          custody: 'self-held',
          createdAt: '2025-01-02T00:00:00.000Z',
          environment: 'production',
          collection: {
            id: 'cloudformation:arn:aws:cloudformation:x',
            name: 'invoices',
            template: 'CloudFormation stack',
          },
          attributes: {
            arn: `arn:aws:iam::${ID}:user/services/batch`,
            path: '/services/',
            ownerHints: { Owner: 'Sample Person 07' },
          },
        });
        // Whether a person is behind it, only its credentials tell: that is for the inventory.
        expect(record.nature).toBeUndefined();
      },
    ));

  it('that is made anew under its old name is another user', async () => {
    const ids: string[] = [];
    for (const times of [1, 2]) {
      await readOf(
        (account) => {
          for (let made = 0; made < times; made++) addUser(account, { name: 'batch' });
        },
        (result) => ids.push(identity(result, 'aws.user', 'batch').record.id),
      );
    }
    expect(new Set(ids).size).toBe(2);
  });

  it('keeps no tag that looks like a secret', () =>
    readOf(
      (account) =>
        addUser(account, {
          name: 'batch',
          tags: {
            note: `wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY`,
            password: 'hunter2hunter2',
            team: 'invoices',
            'secret-name': 'prod/invoices',
          },
        }),
      (result) =>
        expect(identity(result, 'aws.user', 'batch').record.tags).toEqual({
          note: '[struck out: it looked like a secret]',
          password: '[struck out: it looked like a secret]',
          team: 'invoices',
          'secret-name': 'prod/invoices',
        }),
    ));

  it('that the console made around an API key is no person', () =>
    readOf(
      (account) =>
        addServiceCredential(
          account,
          addUser(account, { name: 'BedrockAPIKey-ab12', attached: ['AmazonBedrockLimitedAccess'] }),
        ),
      (result) =>
        expect(identity(result, 'aws.user', 'BedrockAPIKey-ab12').record).toMatchObject({
          nature: { value: 'non-human' },
          aiUse: { value: 'yes' },
          attributes: { shellOfApiKey: true },
        }),
    ));

  it('reaches what its own policies and those of its groups allow together', () =>
    readOf(
      (account) => {
        addPolicy(account, { name: 'pass', document: allowing('iam:PassRole') });
        addGroup(account, {
          name: 'builders',
          inline: { build: allowing(['lambda:CreateFunction', 'lambda:InvokeFunction']) },
        });
        addUser(account, { name: 'ci', attached: ['pass'], groups: ['builders'] });
      },
      (result) => {
        expect(identity(result, 'aws.user', 'ci').record.privilege).toMatchObject({
          level: 'admin',
          escalation: [
            'iam:PassRole and lambda:CreateFunction and lambda:InvokeFunction: runs code of its own in a function with a role',
          ],
          notConsidered: expect.arrayContaining([
            'organisation policies (service and resource control policies)',
            'policies of resources',
            'policies of sessions',
          ]),
        });
        expect(identity(result, 'aws.group', 'builders').record.privilege).toMatchObject({ level: 'write' });
      },
    ));

  it('reaches no further than its boundary', () =>
    readOf(
      (account) => {
        addPolicy(account, { name: 'bound', document: allowing(['s3:GetObject']) });
        addUser(account, { name: 'bounded', attached: ['AdministratorAccess'], boundary: 'bound' });
      },
      (result) =>
        expect(identity(result, 'aws.user', 'bounded').record).toMatchObject({
          privilege: { level: 'read' },
          attributes: { permissionsBoundary: `arn:aws:iam::${ID}:policy/bound` },
        }),
    ));

  it('with a policy whose text cannot be read reaches nobody knows how far', () =>
    readOf(
      (account) =>
        addUser(account, { name: 'odd', attached: ['ReadOnlyAccess'], inline: { broken: 'not a policy' as never } }),
      (result) => {
        expect(identity(result, 'aws.user', 'odd').record.privilege).toMatchObject({
          level: 'unknown',
          because: expect.arrayContaining(['it holds policy broken, which could not be read']),
        });
        expect(entitlement(result, 'aws.inline-policy', 'broken').record.privilege.level).toBe('unknown');
      },
    ));
});

describe('what is granted', () => {
  it('is told directly, through a group, and as membership', () =>
    readOf(
      (account) => {
        addPolicy(account, { name: 'own', document: allowing('s3:GetObject') });
        addGroup(account, { name: 'team', attached: ['ReadOnlyAccess'] });
        addUser(account, {
          name: 'member',
          attached: ['own'],
          inline: { extra: allowing('sqs:SendMessage') },
          groups: ['team'],
        });
      },
      (result, account) => {
        const user = account.users.get('member')!;
        const team = account.groups.get('team')!;
        const readOnly = entitlement(result, 'aws.aws-managed-policy', 'ReadOnlyAccess').record;
        expect(grantsOf(result, user.id).map(({ record: { entitlement: to, via } }) => ({ to, via }))).toEqual([
          {
            to: { type: 'aws.inline-policy', id: entitlement(result, 'aws.inline-policy', 'extra').record.id },
            via: undefined,
          },
          {
            to: { type: 'aws.managed-policy', id: entitlement(result, 'aws.managed-policy', 'own').record.id },
            via: undefined,
          },
          { to: { type: 'aws.group-membership', id: team.id }, via: undefined },
          { to: { type: 'aws.aws-managed-policy', id: readOnly.id }, via: { type: 'aws.group', id: team.id } },
        ]);
        expect(grantsOf(result, team.id).map(({ record }) => record.entitlement.id)).toEqual([readOnly.id]);
        expect(readOnly).toMatchObject({
          id: `${ID}/${account.world.awsPolicies.get('arn:aws:iam::aws:policy/ReadOnlyAccess')!.id}`,
          managedBy: 'cloud-provider',
          privilege: { level: 'read' },
          aiService: false,
        });
        expect(entitlement(result, 'aws.group-membership', 'team').record.privilege.level).toBe('read');
      },
    ));

  it('shows a policy that nobody holds', () =>
    readOf(
      (account) => addPolicy(account, { name: 'spare', document: allowing('bedrock:*') }),
      (result) =>
        expect(entitlement(result, 'aws.managed-policy', 'spare').record).toMatchObject({
          aiService: true,
          managedBy: 'us',
          kind: 'managed-policy',
          attributes: { services: ['bedrock'], version: 'v1' },
        }),
    ));

  it('counts the version of a policy that is in force', () =>
    readOf(
      (account) => {
        const policy = addPolicy(account, { name: 'grown', document: allowing('s3:GetObject') });
        policy.versions.push({ id: 'v2', document: allowing('s3:PutObject'), createdAt: NOW - DAY });
        policy.defaultVersion = 'v2';
      },
      (result) =>
        expect(entitlement(result, 'aws.managed-policy', 'grown').record).toMatchObject({
          privilege: { level: 'write' },
          attributes: { version: 'v2' },
        }),
    ));

  it('tells which services of a grant were not used in the window', () =>
    readOf(
      (account) => {
        addPolicy(account, { name: 'wide', document: allowing(['s3:*', 'sqs:*']) });
        addUser(account, {
          name: 'worker',
          attached: ['wide', 'AmazonDynamoDBFullAccess'],
          createdAt: NOW - 900 * DAY,
          lastAccessed: { s3: { at: NOW - 3 * DAY } },
        });
      },
      (result, account) => {
        const user = account.users.get('worker')!;
        const [wide, dynamo] = grantsOf(result, user.id);
        expect(wide!.use).toMatchObject({
          at: '2026-02-26T00:00:00.000Z',
          knownSince: '2025-01-25T00:00:00.000Z',
          detail: { services: [{ service: 's3', lastAt: '2026-02-26T00:00:00.000Z' }], unusedServices: ['sqs'] },
        });
        expect(dynamo!.use).toMatchObject({ at: null, detail: { unusedServices: ['dynamodb'] } });
        expect(identity(result, 'aws.user', 'worker').use).toMatchObject({
          at: '2026-02-26T00:00:00.000Z',
          detail: { unusedServices: ['dynamodb', 'sqs'] },
        });
      },
    ));

  it('says nothing of services when it was told not to look', () =>
    readOf(
      (account) =>
        addUser(account, { name: 'worker', attached: ['AmazonS3FullAccess'], lastAccessed: { s3: { at: NOW } } }),
      (result, account) => {
        // Not "unused": what was known of it before must not grow into that.
        const unknown = { at: null, knownSince: null, knownUntil: null, precision: 'none' };
        expect(grantsOf(result, account.users.get('worker')!.id).map(({ use }) => use)).toEqual([unknown]);
        expect(identity(result, 'aws.user', 'worker').use).toEqual(unknown);
        expect(result.completeTypes).not.toContain(`${ID}/aws.service-last-accessed`);
      },
      { serviceLastAccessed: false },
    ));
});

describe('a role', () => {
  it('that a service of AWS takes is no person, and works with AI where that service does', () =>
    readOf(
      (account) =>
        addRole(account, {
          name: 'agent',
          trust: trustingService('bedrock-agentcore.amazonaws.com'),
          attached: ['AmazonS3ReadOnlyAccess'],
        }),
      (result) =>
        expect(identity(result, 'aws.role', 'agent').record).toMatchObject({
          kind: 'role',
          custody: 'assumable',
          nature: { value: 'non-human' },
          aiUse: { value: 'yes', because: 'trusts bedrock-agentcore.amazonaws.com' },
          trusts: [{ kind: 'service', principal: 'bedrock-agentcore.amazonaws.com' }],
        }),
    ));

  it.each([
    [
      'people through SAML',
      trusting({ Federated: `arn:aws:iam::${ID}:saml-provider/workforce` }, undefined, 'sts:AssumeRoleWithSAML'),
      '/',
      'human',
    ],
    [
      'a pipeline through OIDC',
      trusting(
        { Federated: `arn:aws:iam::${ID}:oidc-provider/token.actions.githubusercontent.com` },
        undefined,
        'sts:AssumeRoleWithWebIdentity',
      ),
      '/',
      'non-human',
    ],
    [
      'both',
      trusting({ Federated: `arn:aws:iam::${ID}:saml-provider/workforce`, Service: 'ec2.amazonaws.com' }, undefined, [
        'sts:AssumeRole',
        'sts:AssumeRoleWithSAML',
      ]),
      '/',
      'mixed',
    ],
    ['an account, whoever is in it', trusting({ AWS: '222222222222' }), '/', 'undetermined'],
    [
      'people through Identity Center',
      trusting({ Federated: `arn:aws:iam::${ID}:saml-provider/AWSSSO` }, undefined, 'sts:AssumeRoleWithSAML'),
      '/aws-reserved/sso.amazonaws.com/',
      'human',
    ],
  ] as const)('tells who takes it: %s', (_who, trust, path, nature) =>
    readOf(
      (account) => addRole(account, { name: 'role', trust, path }),
      (result) => expect(identity(result, 'aws.role', 'role').record.nature?.value).toBe(nature),
    ),
  );

  it('that AWS runs itself is listed as such, and its use of services is nobody’s to judge', () =>
    readOf(
      (account) =>
        addRole(account, {
          name: 'AWSServiceRoleForSupport',
          path: '/aws-service-role/support.amazonaws.com/',
          trust: trustingService('support.amazonaws.com'),
          attached: ['AWSSupportServiceRolePolicy'],
        }),
      (result) => {
        const { record, use } = identity(result, 'aws.role', 'AWSServiceRoleForSupport');
        expect(record.managedBy?.value).toBe('cloud-provider');
        expect(use?.detail).toBeUndefined();
      },
    ));

  it('without a use in the tracking window was not "never" used', () =>
    readOf(
      (account) => {
        addRole(account, { name: 'old', trust: trustingService('ec2.amazonaws.com'), createdAt: NOW - 900 * DAY });
        addRole(account, { name: 'young', trust: trustingService('ec2.amazonaws.com'), createdAt: NOW - 10 * DAY });
        addRole(account, {
          name: 'used',
          trust: trustingService('ec2.amazonaws.com'),
          lastUsed: { at: NOW - DAY, region: 'eu-central-1' },
        });
      },
      (result) => {
        expect(identity(result, 'aws.role', 'old').use).toMatchObject({
          at: null,
          knownSince: '2025-01-25T00:00:00.000Z',
        });
        expect(identity(result, 'aws.role', 'young').use).toMatchObject({
          at: null,
          knownSince: '2026-02-19T00:00:00.000Z',
        });
        expect(identity(result, 'aws.role', 'used').use).toMatchObject({
          at: '2026-02-28T00:00:00.000Z',
          detail: { region: 'eu-central-1' },
        });
      },
    ));

  it('has a credential for each provider it trusts', () =>
    readOf(
      (account) => {
        const oidc = addOidcProvider(account, { url: 'token.actions.githubusercontent.com' });
        addRole(account, {
          name: 'deploy',
          trust: trusting(
            { Federated: oidc.arn },
            { StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:*' } },
            'sts:AssumeRoleWithWebIdentity',
          ),
        });
      },
      (result, account) => {
        const role = account.roles.get('deploy')!;
        expect(credential(result, 'aws.federated-trust', 'token.actions.githubusercontent.com').record).toMatchObject({
          kind: 'federated-trust',
          identity: { type: 'aws.role', id: role.id },
          attributes: { narrowed: false },
        });
      },
    ));

  it('with a trust policy that cannot be read trusts somebody nobody can name', () =>
    readOf(
      (account) => addRole(account, { name: 'odd', trust: 'broken' as never }),
      (result) => expect(identity(result, 'aws.role', 'odd').record.trusts).toMatchObject([{ kind: 'unresolvable' }]),
    ));
});

describe('AI use', () => {
  it.each<[string, (account: AwsAccount) => unknown, 'yes' | 'no' | undefined]>([
    [
      'yes, where a policy names a service of AI',
      (account) => addUser(account, { name: 'x', inline: { p: allowing('bedrock:InvokeModel') } }),
      'yes',
    ],
    [
      'yes, where it asked one lately',
      (account) =>
        addUser(account, {
          name: 'x',
          attached: ['AdministratorAccess'],
          lastAccessed: { bedrock: { at: NOW - DAY } },
        }),
      'yes',
    ],
    [
      'open, where a wildcard could mean it',
      (account) => addUser(account, { name: 'x', attached: ['AdministratorAccess'] }),
      undefined,
    ],
    [
      'open, where a policy about everything names it among others',
      (account) => addUser(account, { name: 'x', attached: ['ReadOnlyAccess'] }),
      undefined,
    ],
    [
      'no, where nothing it holds could be it',
      (account) => addUser(account, { name: 'x', attached: ['AmazonS3FullAccess'] }),
      'no',
    ],
  ])('is %s', (_answer, build, expected) =>
    readOf(build, (result) => expect(identity(result, 'aws.user', 'x').record.aiUse?.value).toBe(expected)),
  );
});
