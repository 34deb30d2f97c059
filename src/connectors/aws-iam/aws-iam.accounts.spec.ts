import { afterEach, describe, expect, it } from '@jest/globals';
import {
  addAccessKey,
  addAccount,
  addRole,
  addUser,
  type AwsAccount,
  type AwsWorld,
  createAwsWorld,
  organise,
  trusting,
} from '../../demo/aws/index.js';
import { VendorFailure } from '../sdk/index.js';
import { readAll, testHost } from '../sdk/testing/index.js';
import { configSchema } from './config.schema.js';
import { awsIam, awsIamWithin } from './connector.js';
import { against, NOW, TEST_LIMITS } from './testing/against-world.js';

const HOME = '111111111111';
const ROLE = 'mandate-reader';
const EXTERNAL_ID = 'sample-external-id';

function organisation(): {
  world: AwsWorld;
  home: AwsAccount;
  key: { id: string; secret: string };
  member(id: string, name: string, more?: { status?: 'SUSPENDED'; lets?: boolean }): AwsAccount;
} {
  const world = createAwsWorld();
  const home = addAccount(world, { id: HOME, name: 'management' });
  const key = addAccessKey(home, addUser(home, { name: 'mandate' }));
  organise(world, home);
  return {
    world,
    home,
    key,
    member(id, name, { status, lets = true } = {}) {
      const account = addAccount(world, { id, name, ...(status ? { status } : {}) });
      addUser(account, { name: `user-of-${name}` });
      if (lets)
        addRole(account, {
          name: ROLE,
          trust: trusting({ AWS: HOME }, { StringEquals: { 'sts:ExternalId': EXTERNAL_ID } }),
        });
      return account;
    },
  };
}

const users = (result: Awaited<ReturnType<typeof readAll>>) =>
  result.records.flatMap(({ record, scope }) =>
    record.type === 'aws.user' ? [`${scope} ${'name' in record ? record.name : ''}`] : [],
  );
const ORGANISATION = { organization: { roleName: ROLE, externalId: EXTERNAL_ID } };

describe('a source of several accounts', () => {
  it('reads each account of the organisation through the role, its own without', async () => {
    const { world, key, member } = organisation();
    member('222222222222', 'sandbox');
    member('333333333333', 'payments');
    await against(world, key, async ({ read }) => {
      const result = await read(ORGANISATION);
      expect(result.gaps).toEqual([]);
      expect(result.scopes).toEqual([
        { id: HOME, name: 'management', kind: 'aws-account' },
        { id: '222222222222', name: 'sandbox', kind: 'aws-account' },
        { id: '333333333333', name: 'payments', kind: 'aws-account' },
      ]);
      expect(users(result)).toEqual([
        `${HOME} mandate`,
        '222222222222 user-of-sandbox',
        '333333333333 user-of-payments',
      ]);
      expect(
        result.knownAccounts
          .filter(({ basis }) => basis === 'listed by AWS Organizations')
          .map(({ id, name, relation }) => `${relation} ${id} ${name}`),
      ).toEqual([`own ${HOME} management`, 'own 222222222222 sandbox', 'own 333333333333 payments']);
    });
  });

  it('shows an account that does not let it in, and one that is suspended, with the reason', async () => {
    const { world, key, member } = organisation();
    member('222222222222', 'closed-to-us', { lets: false });
    member('333333333333', 'suspended', { status: 'SUSPENDED' });
    member('444444444444', 'open');
    await against(world, key, async ({ read }) => {
      const result = await read(ORGANISATION);
      expect(result.scopes.map(({ id, unreadable }) => [id, unreadable?.reason, unreadable?.permission])).toEqual([
        [HOME, undefined, undefined],
        ['222222222222', 'forbidden', 'sts:AssumeRole'],
        ['333333333333', 'unavailable', undefined],
        ['444444444444', undefined, undefined],
      ]);
      expect(users(result)).toEqual([`${HOME} mandate`, '444444444444 user-of-open']);
      expect(result.completeTypes.some((type) => type.startsWith('222222222222/'))).toBe(false);
    });
  });

  it('does not get in with the wrong external id', async () => {
    const { world, key, member } = organisation();
    member('222222222222', 'sandbox');
    await against(world, key, async ({ read }) => {
      const result = await read({ organization: { roleName: ROLE, externalId: 'another' } });
      expect(result.scopes.find(({ id }) => id === '222222222222')?.unreadable?.reason).toBe('forbidden');
    });
  });

  it('leaves out what it is told to leave out, and knows that it is ours all the same', async () => {
    const { world, key, member } = organisation();
    member('222222222222', 'sandbox');
    await against(world, key, async ({ read }) => {
      const result = await read({ organization: { ...ORGANISATION.organization, exclude: ['222222222222'] } });
      expect(result.scopes.map(({ id }) => id)).toEqual([HOME]);
      expect(result.knownAccounts.map(({ id }) => id)).toContain('222222222222');
    });
  });

  it('reads the accounts it was given by name, with their environment and unit', async () => {
    const { world, key, member } = organisation();
    member('222222222222', 'sandbox');
    await against(world, key, async ({ read }) => {
      const result = await read({
        accounts: [
          {
            id: '222222222222',
            roleArn: `arn:aws:iam::222222222222:role/${ROLE}`,
            externalId: EXTERNAL_ID,
            name: 'Sandbox',
            environment: 'dev',
            unit: 'Finance',
          },
        ],
      });
      expect(result.scopes).toEqual([
        { id: '222222222222', name: 'Sandbox', kind: 'aws-account', environment: 'dev', unit: 'Finance' },
      ]);
      expect(users(result)).toEqual(['222222222222 user-of-sandbox']);
      expect(result.records.find(({ record }) => record.type === 'aws.user')?.record).toMatchObject({
        environment: 'development',
        unit: 'Finance',
      });
    });
  });

  it.each([['forbidden'], ['html'], ['malformed'], ['empty'], ['unknown-action'], ['endless'], ['stuck']] as const)(
    'says that it could not list the organisation (%s), and reads what it was given',
    async (kind) => {
      const { world, key, member } = organisation();
      member('222222222222', 'sandbox');
      await against(world, key, async ({ server, read }) => {
        server.faults.add({ action: 'ListAccounts', kind });
        const result = await read({
          ...ORGANISATION,
          accounts: [
            { id: '222222222222', roleArn: `arn:aws:iam::222222222222:role/${ROLE}`, externalId: EXTERNAL_ID },
          ],
        });
        expect(result.gaps.filter(({ scope }) => scope === null)).toEqual([
          expect.objectContaining({
            type: 'aws.account',
            detail: expect.stringContaining('organizations:ListAccounts'),
          }),
        ]);
        expect(users(result)).toContain('222222222222 user-of-sandbox');
        expect(users(result)).toContain(`${HOME} mandate`);
      });
    },
  );

  it('is told of accounts that are ours or a vendor’s', async () => {
    const { world, key } = organisation();
    await against(world, key, async ({ read }) => {
      const { knownAccounts } = await read({
        trustedAccounts: ['555555555555'],
        vendors: [{ account: '666666666666', name: 'Sample Vendor' }],
      });
      expect(knownAccounts.slice(1)).toEqual([
        {
          provider: 'aws',
          id: '555555555555',
          name: '555555555555',
          relation: 'own',
          basis: 'named as trusted in the settings of the source',
        },
        {
          provider: 'aws',
          id: '666666666666',
          name: 'Sample Vendor',
          relation: 'vendor',
          basis: 'named as a vendor in the settings of the source',
        },
      ]);
    });
  });

  it('signs in to each account once, however many calls it makes there', async () => {
    const { world, key, member } = organisation();
    member('222222222222', 'sandbox');
    await against(world, key, async ({ server, read }) => {
      await read(ORGANISATION);
      expect(server.traffic.count('AssumeRole')).toBe(1);
    });
  });

  it('walks all pages of the organisation', async () => {
    const { world, key, member } = organisation();
    for (let index = 0; index < 45; index++)
      member(String(200_000_000_000 + index), `account-${index}`, { lets: false });
    await against(world, key, async ({ open }) => {
      const session = await open(ORGANISATION);
      const scopes = await session.scopes({
        signal: new AbortController().signal,
        knows: () => undefined,
        gap: (gap) => expect(gap).toBeUndefined(),
      });
      expect(scopes).toHaveLength(46);
    });
  });
});

describe('signing in', () => {
  const alone = () => {
    const world = createAwsWorld();
    const home = addAccount(world, { id: HOME, name: 'home' });
    return { world, home, key: addAccessKey(home, addUser(home, { name: 'mandate' })) };
  };
  const refusal = async (run: Promise<unknown>): Promise<VendorFailure> => {
    const error = await run.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(VendorFailure);
    return error as VendorFailure;
  };
  const signal = new AbortController().signal;

  it('tells which account it reached, and as whom', async () => {
    const { world, key } = alone();
    await against(world, key, async ({ open }) => {
      expect(await (await open()).validate(signal)).toEqual({
        account: HOME,
        detail: `signed in as arn:aws:iam::${HOME}:user/mandate`,
      });
    });
  });

  it.each([
    [
      'a wrong secret',
      (key: { id: string; secret: string }) => ({ id: key.id, secret: `${key.secret.slice(0, -1)}!` }),
      'SignatureDoesNotMatch',
    ],
    ['a key nobody has', () => ({ id: 'AKIAEXAMPLEEXAMPLE00', secret: 'x'.repeat(40) }), 'InvalidClientTokenId'],
  ])('with %s is refused as such', async (_what, change, code) => {
    const { world, key } = alone();
    await against(world, change(key), async ({ open }) => {
      const failure = await refusal((await open()).validate(signal));
      expect([failure.reason, failure.message]).toEqual([
        'unauthenticated',
        `AWS does not accept the credential (${code}, 403).`,
      ]);
    });
  });

  it('with a key that is switched off while we read ends the run: it is no gap', async () => {
    const { world, key, home } = alone();
    await against(world, key, async ({ open }) => {
      const session = await open();
      await session.validate(signal);
      home.users.get('mandate')!.accessKeys[0]!.status = 'Inactive';
      expect((await refusal(readAll(session))).reason).toBe('unauthenticated');
    });
  });

  it('takes the credential of the configuration before that of the surroundings', async () => {
    const { world, key } = alone();
    await against(world, { id: 'AKIAEXAMPLEEXAMPLE00', secret: 'x'.repeat(40) }, async ({ server }) => {
      const host = testHost({
        now: () => NOW,
        secrets: { AWS_SECRET: key.secret },
        environment: {
          AWS_ENDPOINT_URL: server.url,
          AWS_ACCESS_KEY_ID: 'AKIAEXAMPLEEXAMPLE00',
          AWS_SECRET_ACCESS_KEY: 'x'.repeat(40),
        },
      });
      const session = await awsIam.connect(
        configSchema.parse({ credentials: { accessKeyId: key.id, secretAccessKey: { env: 'AWS_SECRET' } } }),
        host,
      );
      expect(await session.validate(signal)).toMatchObject({ account: HOME });
      await session.close?.();
    });
  });

  describe('with nothing set up', () => {
    const before = { ...process.env };
    afterEach(() => {
      process.env = { ...before };
    });
    const nowhere = {
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
      AWS_CONFIG_FILE: '/nowhere',
    };

    it("looks where AWS's own tools look", async () => {
      const { world, key } = alone();
      await against(world, key, async ({ server }) => {
        Object.assign(process.env, nowhere, { AWS_ACCESS_KEY_ID: key.id, AWS_SECRET_ACCESS_KEY: key.secret });
        const session = await awsIam.connect(
          configSchema.parse({}),
          testHost({ environment: { AWS_ENDPOINT_URL: server.url } }),
        );
        expect(await session.validate(signal)).toMatchObject({ account: HOME });
        await session.close?.();
      });
    });

    it('and finds nothing: that is a refused sign-in, in plain words', async () => {
      const { world, key } = alone();
      await against(world, key, async ({ server }) => {
        Object.assign(process.env, nowhere);
        const session = await awsIam.connect(
          configSchema.parse({}),
          testHost({ environment: { AWS_ENDPOINT_URL: server.url } }),
        );
        const failure = await refusal(session.validate(signal));
        expect([failure.reason, failure.message]).toEqual([
          'unauthenticated',
          "No credential for AWS was found in any of the places where AWS's own tools look for one.",
        ]);
        await session.close?.();
      });
    });
  });

  it('can point each service to an endpoint of its own', async () => {
    const { world, key } = alone();
    await against(world, key, async ({ server }) => {
      const environment = {
        AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
        AWS_ENDPOINT_URL_STS: server.url,
        AWS_ENDPOINT_URL_IAM: server.url,
        AWS_ACCESS_KEY_ID: key.id,
        AWS_SECRET_ACCESS_KEY: key.secret,
      };
      const session = await awsIamWithin(TEST_LIMITS).connect(
        configSchema.parse({}),
        testHost({ now: () => NOW, environment }),
      );
      expect((await readAll(session)).gaps).toEqual([]);
      await session.close?.();
    });
  });

  it('reaches nobody: that is told as such, and not as a refusal', async () => {
    const session = await awsIamWithin({ ...TEST_LIMITS, attempts: 2 }).connect(
      configSchema.parse({}),
      testHost({
        environment: {
          AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
          AWS_ACCESS_KEY_ID: 'AKIAEXAMPLEEXAMPLE00',
          AWS_SECRET_ACCESS_KEY: 'x'.repeat(40),
        },
      }),
    );
    expect((await refusal(session.validate(signal))).reason).toBe('unavailable');
    await session.close?.();
  });

  it.each(['unknown-action', 'html'] as const)(
    'to an endpoint without STS (%s) finds the account by what is in it',
    async (kind) => {
      const { world, key } = alone();
      await against(world, key, async ({ server, read }) => {
        server.faults.add({ action: 'GetCallerIdentity', kind, status: 501 });
        expect(await read()).toMatchObject({ account: HOME, gaps: [] });
      });
    },
  );

  it('renews what it was given for a while before that ends', async () => {
    const { world, key, member } = organisation();
    member('222222222222', 'sandbox');
    let now = NOW;
    await against(world, key, async ({ server }) => {
      const host = testHost({
        now: () => now,
        environment: { AWS_ENDPOINT_URL: server.url, AWS_ACCESS_KEY_ID: key.id, AWS_SECRET_ACCESS_KEY: key.secret },
      });
      const session = await awsIamWithin(TEST_LIMITS).connect(configSchema.parse(ORGANISATION), host);
      await readAll(session);
      now += 56 * 60_000;
      await readAll(session);
      expect(server.traffic.count('AssumeRole')).toBeGreaterThanOrEqual(2);
      await session.close?.();
    });
  });
});
