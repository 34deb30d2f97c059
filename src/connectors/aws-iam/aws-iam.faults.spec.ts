import { describe, expect, it } from '@jest/globals';
import {
  addAccessKey,
  addAccount,
  addRole,
  addRootAccessKey,
  addSampleAccount,
  addUser,
  createAwsWorld,
  type FaultKind,
  trustingService,
} from '../../demo/aws/index.js';
import { type ReadResult, theRecord } from '../sdk/testing/index.js';
import { against, TEST_LIMITS } from './testing/against-world.js';

const ID = '111111111111';
const sample = () => {
  const world = createAwsWorld();
  return { world, ...addSampleAccount(world, ID, 'home') };
};

const gapsOf = (result: ReadResult): string[] =>
  [
    ...new Set(
      result.gaps.map(({ type, reason, permission }) => `${type}: ${reason}${permission ? ` (${permission})` : ''}`),
    ),
  ].sort();
const manyOf = (result: ReadResult, type: string): number =>
  result.records.filter(({ record }) => record.type === type).length;

/** An API, the types it alone tells of, and types it has nothing to do with. */
const APIS: readonly [action: string, permission: string, types: readonly string[], untouched: readonly string[]][] = [
  [
    'GetAccountAuthorizationDetails',
    'iam:GetAccountAuthorizationDetails',
    [
      'aws.managed-policy',
      'aws.aws-managed-policy',
      'aws.inline-policy',
      'aws.group-membership',
      'aws.grant',
      'aws.service-last-accessed',
    ],
    ['aws.user', 'aws.role', 'aws.access-key', 'aws.password'],
  ],
  ['ListAccessKeys', 'iam:ListAccessKeys', ['aws.access-key'], ['aws.user', 'aws.ssh-key', 'aws.service-credential']],
  ['GetAccessKeyLastUsed', 'iam:GetAccessKeyLastUsed', ['aws.access-key-last-used'], ['aws.access-key', 'aws.user']],
  [
    'ListServiceSpecificCredentials',
    'iam:ListServiceSpecificCredentials',
    ['aws.service-credential'],
    ['aws.access-key', 'aws.user'],
  ],
  ['ListSSHPublicKeys', 'iam:ListSSHPublicKeys', ['aws.ssh-key'], ['aws.access-key', 'aws.signing-certificate']],
  [
    'ListSigningCertificates',
    'iam:ListSigningCertificates',
    ['aws.signing-certificate'],
    ['aws.access-key', 'aws.ssh-key'],
  ],
  [
    'ListServerCertificates',
    'iam:ListServerCertificates',
    ['aws.tls-server', 'aws.server-certificate'],
    ['aws.access-key'],
  ],
  [
    'GenerateCredentialReport',
    'iam:GenerateCredentialReport',
    ['aws.password'],
    ['aws.user', 'aws.root', 'aws.root-access-key'],
  ],
  ['GetCredentialReport', 'iam:GetCredentialReport', ['aws.password'], ['aws.user', 'aws.root', 'aws.root-access-key']],
  ['GetAccountSummary', 'iam:GetAccountSummary', ['aws.root'], ['aws.account', 'aws.user', 'aws.password']],
  ['ListAccountAliases', 'iam:ListAccountAliases', ['aws.account'], ['aws.root']],
  [
    'ListOpenIDConnectProviders',
    'iam:ListOpenIDConnectProviders',
    ['aws.oidc-provider'],
    ['aws.saml-provider', 'aws.role'],
  ],
  ['GetOpenIDConnectProvider', 'iam:GetOpenIDConnectProvider', ['aws.oidc-provider'], ['aws.saml-provider']],
  ['ListSAMLProviders', 'iam:ListSAMLProviders', ['aws.saml-provider'], ['aws.oidc-provider']],
  [
    'GenerateServiceLastAccessedDetails',
    'iam:GenerateServiceLastAccessedDetails',
    ['aws.service-last-accessed'],
    ['aws.user', 'aws.role', 'aws.grant'],
  ],
  [
    'GetServiceLastAccessedDetails',
    'iam:GetServiceLastAccessedDetails',
    ['aws.service-last-accessed'],
    ['aws.user', 'aws.role', 'aws.grant'],
  ],
];

describe('an API that fails', () => {
  const FAULTS: [kind: FaultKind, reason: string, more?: object][] = [
    ['forbidden', 'forbidden'],
    ['html', 'unavailable'],
  ];
  it.each(
    FAULTS.flatMap(([kind, reason]) =>
      APIS.map(
        ([action, permission, types, untouched]) => [kind, action, { reason, permission, types, untouched }] as const,
      ),
    ),
  )(
    '(%s) makes gaps for exactly what only it tells: %s',
    async (kind, action, { reason, permission, types, untouched }) => {
      const { world, key } = sample();
      await against(world, key, async ({ server, read }) => {
        server.faults.add({ action, kind });
        const result = await read();
        expect(result.thrown.map(({ error }) => (error as Error).name)).toEqual(
          result.thrown.map(() => 'VendorFailure'),
        );
        expect(gapsOf(result)).toEqual(
          types.map((type) => `${type}: ${reason}${reason === 'forbidden' ? ` (${permission})` : ''}`).sort(),
        );
        expect(result.gaps.filter(({ detail }) => !detail.includes(permission))).toEqual([]);
        for (const type of untouched) expect(result.completeTypes).toContain(`${ID}/${type}`);
      });
    },
  );

  it('and another that is refused: each is told apart, with the permission that is missing', async () => {
    const { world, key } = sample();
    await against(world, key, async ({ server, read }) => {
      server.faults.add({ action: 'ListSSHPublicKeys', kind: 'html', status: 500 });
      server.faults.add({ action: 'ListAccessKeys', kind: 'forbidden' });
      expect(gapsOf(await read())).toEqual([
        'aws.access-key: forbidden (iam:ListAccessKeys)',
        'aws.ssh-key: unavailable',
      ]);
    });
  });

  it.each<[string, FaultKind, object, string]>([
    ['throttling that never ends', 'throttled', {}, 'throttled'],
    ['an answer that breaks off', 'malformed', {}, 'malformed'],
    ['an empty answer', 'empty', {}, 'malformed'],
    ['a page that is an HTML error', 'html', { status: 503 }, 'unavailable'],
    ['a page that is HTML and says all is well', 'html', { status: 200 }, 'malformed'],
    ['a list without end', 'endless', {}, 'malformed'],
    ['a list that stands still', 'stuck', {}, 'malformed'],
    ['a cut connection', 'cut', {}, 'unavailable'],
    ['no answer at all', 'hang', {}, 'unavailable'],
    ['an action nobody knows', 'unknown-action', {}, 'unsupported'],
    ['an HTML page where the action should be', 'html', { status: 404 }, 'unsupported'],
    ['a server that has not built it', 'html', { status: 501 }, 'unsupported'],
    ['a proxy that refuses', 'html', { status: 403 }, 'forbidden'],
    ['an error nobody has heard of', 'error', { code: 'SomethingNew', status: 409 }, 'unavailable'],
  ])('is told for what it is: %s', async (_what, kind, more, reason) => {
    const { world, key } = sample();
    await against(world, key, async ({ server, read }) => {
      server.faults.add({ action: 'ListServerCertificates', kind, ...more });
      const result = await read({}, { ...TEST_LIMITS, callTimeoutMs: 300, attempts: 2 });
      const named = reason === 'forbidden' ? ' (iam:ListServerCertificates)' : '';
      expect(gapsOf(result)).toEqual([
        `aws.server-certificate: ${reason}${named}`,
        `aws.tls-server: ${reason}${named}`,
      ]);
      expect(result.gaps.filter(({ detail }) => !detail.includes('iam:ListServerCertificates'))).toEqual([]);
    });
  });

  it('in a way that says no more than the code and the permission', async () => {
    const { world, key } = sample();
    await against(world, key, async ({ server, read }) => {
      server.faults.add({ action: 'ListServerCertificates', kind: 'forbidden' });
      expect((await read()).gaps.map(({ detail }) => detail)).toEqual(
        Array(2).fill('AWS refused iam:ListServerCertificates (AccessDenied, 403).'),
      );
    });
  });

  it('for one user only leaves the others alone', async () => {
    const { world, key, account } = sample();
    await against(world, key, async ({ server, read }) => {
      server.faults.add({ action: 'ListAccessKeys', kind: 'forbidden', resource: 'invoice-batch' });
      const result = await read();
      expect(result.gaps).toEqual([
        expect.objectContaining({
          type: 'aws.access-key',
          parent: account.users.get('invoice-batch')!.id,
          reason: 'forbidden',
          permission: 'iam:ListAccessKeys',
        }),
      ]);
      expect(manyOf(result, 'aws.access-key')).toBe(1);
    });
  });

  it('for every user is no gap below each, but one of the whole type', async () => {
    const world = createAwsWorld();
    const account = addAccount(world, { id: ID, name: 'home' });
    const key = addAccessKey(account, addUser(account, { name: 'only' }));
    await against(world, key, async ({ server, read }) => {
      server.faults.add({ action: 'ListAccessKeys', kind: 'forbidden' });
      const { gaps } = await read();
      expect(gaps.filter(({ type, parent }) => type === 'aws.access-key' && parent === undefined)).toMatchObject([
        { permission: 'iam:ListAccessKeys' },
      ]);
    });
  });

  it('is given up after a few in a row, instead of being asked for each of a thousand users', async () => {
    const { world, key, account } = sample();
    for (let index = 0; index < 100; index++) addUser(account, { name: `user-${index}` });
    await against(world, key, async ({ server, read }) => {
      server.faults.add({ action: 'ListAccessKeys', kind: 'html' });
      const result = await read({ serviceLastAccessed: false }, { ...TEST_LIMITS, attempts: 2 });
      expect(result.gaps.some(({ type, parent }) => type === 'aws.access-key' && parent === undefined)).toBe(true);
      expect(server.traffic.count('ListAccessKeys')).toBeLessThan(40);
    });
  });

  it('uses up its own patience, not that of the others', async () => {
    const { world, key, account } = sample();
    for (let index = 0; index < 30; index++) addUser(account, { name: `user-${index}` });
    await against(world, key, async ({ server, read }) => {
      server.faults.add({ action: 'GetAccessKeyLastUsed', kind: 'html' });
      server.faults.add({ action: 'ListSSHPublicKeys', kind: 'throttled', times: 3 });
      const result = await read(
        { serviceLastAccessed: false },
        { ...TEST_LIMITS, failuresInARow: 1_000, retriesPerApi: 4, attempts: 5 },
      );
      expect(gapsOf(result)).toEqual(['aws.access-key-last-used: unavailable']);
    });
  });

  it('once, is simply asked again', async () => {
    const { world, key } = sample();
    await against(world, key, async ({ server, read }) => {
      const whole = await read();
      for (const action of server.traffic.actions()) server.faults.add({ action, kind: 'throttled', times: 1 });
      expect((await read()).records).toEqual(whole.records);
    });
  });
});

describe('an account whose authorisation details cannot be read', () => {
  it('still shows who is there: users, groups and roles, partly', async () => {
    const { world, key, account } = sample();
    await against(world, key, async ({ server, read }) => {
      server.faults.add({ action: 'GetAccountAuthorizationDetails', kind: 'forbidden' });
      const result = await read();
      const shown = (type: string) => result.records.filter(({ record }) => record.type === type);
      expect([shown('aws.user').length, shown('aws.group').length, shown('aws.role').length]).toEqual([
        account.users.size,
        account.groups.size,
        account.roles.size,
      ]);
      expect([...shown('aws.user'), ...shown('aws.group'), ...shown('aws.role')].every(({ partial }) => partial)).toBe(
        true,
      );
      expect(shown('aws.grant')).toEqual([]);
      // Whom a role trusts is in the listing too.
      expect(theRecord<'identity'>(result, 'aws.role', 'support-agent').record).toMatchObject({
        trusts: [{ principal: 'bedrock-agentcore.amazonaws.com' }],
      });
      expect(theRecord<'identity'>(result, 'aws.user', 'invoice-batch').record.privilege).toBeUndefined();
      expect(manyOf(result, 'aws.federated-trust')).toBe(2);
    });
  });

  it('still shows its credentials, and leaves open which of them AWS found in public', async () => {
    const { world, key, account } = sample();
    account.users.get('invoice-batch')!.attached.add('arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3');
    await against(world, key, async ({ server, read }) => {
      server.faults.add({ action: 'GetAccountAuthorizationDetails', kind: 'html' });
      const keys = (await read()).records.filter(({ record }) => record.type === 'aws.access-key');
      expect(keys).toHaveLength(3);
      expect(keys.every(({ partial }) => partial)).toBe(true);
    });
  });

  it('half way through, lists nobody twice and nobody less', async () => {
    const { world, key, account } = sample();
    for (let index = 0; index < 9; index++)
      addRole(account, { name: `role-${index}`, trust: trustingService('ec2.amazonaws.com') });
    await against(world, key, async ({ server, open }) => {
      const { readAll } = await import('../sdk/testing/index.js');
      const session = await open({ serviceLastAccessed: false });
      const calls = server.traffic;
      // The third page of identities and whatever comes after it is refused.
      const meet = server.faults.meet.bind(server.faults);
      server.faults.meet = (aim) =>
        aim.action === 'GetAccountAuthorizationDetails' && calls.count(aim.action) > 5
          ? { action: aim.action, kind: 'forbidden' }
          : meet(aim);
      const result = await readAll(session);
      const roles = result.records.filter(({ record }) => record.type === 'aws.role');
      expect(new Set(roles.map(({ record }) => record.id)).size).toBe(roles.length);
      expect(roles).toHaveLength(account.roles.size);
      expect(
        result.records.filter(({ record, partial }) => record.type === 'aws.user' && !partial).length,
      ).toBeGreaterThan(0);
      expect(roles.some(({ partial }) => partial)).toBe(true);
    });
  });

  it('nor its users listed, has gaps for the users and for all that is read user by user', async () => {
    const { world, key } = sample();
    await against(world, key, async ({ server, read }) => {
      server.faults.add({ action: 'GetAccountAuthorizationDetails', kind: 'forbidden' });
      server.faults.add({ action: 'ListUsers', kind: 'forbidden' });
      const gaps = gapsOf(await read());
      for (const type of [
        'aws.user',
        'aws.access-key',
        'aws.ssh-key',
        'aws.signing-certificate',
        'aws.service-credential',
        'aws.password',
      ])
        expect(gaps).toContain(`${type}: forbidden (iam:ListUsers)`);
      expect(gaps.some((gap) => /aws\.(?:group|role|root|oidc-provider):/.test(gap))).toBe(false);
    });
  });

  it.each([
    ['ListGroups', ['aws.group']],
    ['ListRoles', ['aws.role', 'aws.federated-trust']],
  ])('nor %s answered, has gaps for these as well', async (action, types) => {
    const { world, key } = sample();
    await against(world, key, async ({ server, read }) => {
      server.faults.add({ action: 'GetAccountAuthorizationDetails', kind: 'unknown-action' });
      server.faults.add({ action, kind: 'malformed' });
      expect(gapsOf(await read())).toEqual(expect.arrayContaining(types.map((type) => `${type}: malformed`)));
    });
  });
});

describe('the root of an account without a credential report', () => {
  it('has no key where the account counts none', async () => {
    const { world, key } = sample();
    await against(world, key, async ({ server, read }) => {
      server.faults.add({ action: 'GenerateCredentialReport', kind: 'forbidden' });
      const result = await read();
      expect(result.completeTypes).toContain(`${ID}/aws.root-access-key`);
      expect(manyOf(result, 'aws.root-access-key')).toBe(0);
    });
  });

  it('has the key the account counts, of which no more is known', async () => {
    const { world, key, account } = sample();
    addRootAccessKey(account);
    await against(world, key, async ({ server, read }) => {
      server.faults.add({ action: 'GenerateCredentialReport', kind: 'forbidden' });
      const result = await read();
      expect(
        theRecord<'credential'>(result, 'aws.root-access-key', `arn:aws:iam::${ID}:root#access-key-1`),
      ).toMatchObject({ partial: true, record: { status: 'unknown', issuedAt: null } });
      expect(gapsOf(result)).toContain('aws.root-access-key: forbidden (iam:GenerateCredentialReport)');
    });
  });

  it('and without a summary: whether it has a key is not known', async () => {
    const { world, key } = sample();
    await against(world, key, async ({ server, read }) => {
      server.faults.add({ action: 'GenerateCredentialReport', kind: 'forbidden' });
      server.faults.add({ action: 'GetAccountSummary', kind: 'forbidden' });
      expect(gapsOf(await read())).toEqual(
        expect.arrayContaining([
          'aws.root-access-key: forbidden (iam:GenerateCredentialReport)',
          'aws.root: forbidden (iam:GetAccountSummary)',
        ]),
      );
    });
  });

  it('that is older than the key: the newer count is right', async () => {
    const { world, key, account } = sample();
    await against(world, key, async ({ read }) => {
      await read();
      addRootAccessKey(account);
      const result = await read();
      expect(gapsOf(result)).toEqual(['aws.root-access-key: inconsistent']);
      expect(manyOf(result, 'aws.root-access-key')).toBe(1);
      account.root.accessKeys.length = 0;
      expect(manyOf(await read(), 'aws.root-access-key')).toBe(0);
    });
  });
});

describe('what changes while it is read', () => {
  it('a credential of somebody new is a gap, not a mistake', async () => {
    const { world, key } = sample();
    await against(world, key, async ({ server, read }) => {
      const meet = server.faults.meet.bind(server.faults);
      server.faults.meet = (aim) => {
        if (aim.action === 'ListServiceSpecificCredentials') {
          const account = world.accounts.get(ID)!;
          const newcomer = addUser(account, { name: 'newcomer' });
          newcomer.serviceCredentials.push({
            id: 'ACCAEXAMPLEEXAMPLE000',
            service: 'bedrock.amazonaws.com',
            status: 'Active',
            createdAt: 0,
            expiresAt: null,
            alias: 'x',
          });
        }
        return meet(aim);
      };
      expect(gapsOf(await read())).toEqual(['aws.service-credential: inconsistent']);
    });
  });

  it('a policy that is attached between two pages is a gap below its holder', async () => {
    const { world, key, account } = sample();
    await against(world, key, async ({ server, read }) => {
      const meet = server.faults.meet.bind(server.faults);
      let asked = 0;
      server.faults.meet = (aim) => {
        if (aim.action === 'GetAccountAuthorizationDetails' && ++asked === 4)
          account.users.get('reader')!.attached.add('arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess');
        return meet(aim);
      };
      const result = await read();
      expect(result.gaps).toEqual([
        expect.objectContaining({ type: 'aws.grant', parent: account.users.get('reader')!.id, reason: 'inconsistent' }),
      ]);
      expect(theRecord<'identity'>(result, 'aws.user', 'reader').record.privilege?.level).toBe('unknown');
    });
  });

  it('a user who is gone has no keys any more, and that is no gap', async () => {
    const { world, key, account } = sample();
    await against(world, key, async ({ server, read }) => {
      const meet = server.faults.meet.bind(server.faults);
      server.faults.meet = (aim) => {
        if (aim.action === 'ListAccessKeys') account.users.delete('BedrockAPIKey-4f2a');
        return meet(aim);
      };
      expect((await read()).gaps).toEqual([]);
    });
  });

  it('AI use that only the last access proves is not unlearned because that could not be read once', async () => {
    const { world, key, account } = sample();
    addUser(account, {
      name: 'operator',
      attached: ['AdministratorAccess'],
      lastAccessed: { bedrock: { at: Date.UTC(2026, 1, 20) } },
    });
    await against(world, key, async ({ server, read }) => {
      server.faults.add({
        action: 'GenerateServiceLastAccessedDetails',
        kind: 'html',
        resource: `arn:aws:iam::${ID}:user/operator`,
      });
      const missing = await read();
      expect(theRecord(missing, 'aws.user', 'operator').partial).toBe(true);
      expect(theRecord(missing, 'aws.user', 'invoice-batch').partial).toBeUndefined();
      server.faults.clear();
      // Refused for good it is no reason to keep everything else of the user as it was.
      server.faults.add({ action: 'GenerateServiceLastAccessedDetails', kind: 'forbidden' });
      expect(theRecord(await read(), 'aws.user', 'operator').partial).toBeUndefined();
    });
  });
});

describe('calls', () => {
  it('are never more than five at once in an account', async () => {
    const { world, key, account } = sample();
    for (let index = 0; index < 40; index++) addUser(account, { name: `user-${index}` });
    await against(world, key, async ({ server, read }) => {
      for (const action of ['ListAccessKeys', 'GenerateServiceLastAccessedDetails', 'ListSSHPublicKeys'])
        server.faults.add({ action, kind: 'slow', ms: 5 });
      await read();
      expect(server.traffic.mostAtOnce(ID)).toBe(5);
    });
  });

  it('to an endpoint that does not know AllUsers are made user by user', async () => {
    const { world, key } = sample();
    await against(world, key, async ({ server, read }) => {
      server.faults.add({
        action: 'ListServiceSpecificCredentials',
        kind: 'error',
        code: 'ValidationError',
        status: 400,
        times: 1,
      });
      const result = await read();
      expect(result.gaps).toEqual([]);
      expect(manyOf(result, 'aws.service-credential')).toBe(2);
    });
  });
});
