import { describe, expect, it } from '@jest/globals';
import {
  addAccessKey,
  addAccount,
  addOidcProvider,
  addPolicy,
  addRole,
  addRootAccessKey,
  addSamlProvider,
  addServerCertificate,
  addServiceCredential,
  addSigningCertificate,
  addSshKey,
  addUser,
  allowing,
  createAwsWorld,
  roleArn,
  trusting,
  trustingService,
  userArn,
} from '../../demo/aws/index.js';
import { theRecord } from '../sdk/testing/index.js';
import { RESOURCE_TYPES } from './resource-types.js';
import { against, NOW } from './testing/against-world.js';
import { credential, DAY, grantsOf, ID, identity, readOf } from './testing/read-account.js';

describe('credentials', () => {
  it('of every kind are told with their state, age and expiry', () =>
    readOf(
      (account) => {
        const user = addUser(account, { name: 'holder' });
        addAccessKey(account, user, {
          status: 'Inactive',
          createdAt: Date.UTC(2024, 5, 1),
          lastUsed: { at: Date.UTC(2025, 5, 1, 12), service: 's3', region: 'eu-central-1' },
        });
        addServiceCredential(account, user, { createdAt: Date.UTC(2025, 9, 1), expiresAt: Date.UTC(2026, 9, 1) });
        addServiceCredential(account, user, { service: 'brand-new.amazonaws.com', status: 'Expired' });
        addSshKey(account, user);
        addSigningCertificate(account, user);
        addServerCertificate(account, { name: 'www', expiresAt: Date.UTC(2026, 5, 1) });
      },
      (result, account) => {
        const user = account.users.get('holder')!;
        expect(credential(result, 'aws.access-key', user.accessKeys[0]!.id)).toMatchObject({
          record: {
            kind: 'access-key',
            status: 'disabled',
            issuedAt: '2024-06-01T00:00:00.000Z',
            rotatedBasis: 'created',
            expiresAt: null,
            identity: { type: 'aws.user', id: user.id },
          },
          use: {
            at: '2025-06-01T12:00:00.000Z',
            precision: '15m',
            knownSince: '2024-06-01T00:00:00.000Z',
            detail: { service: 's3', region: 'eu-central-1' },
          },
        });
        expect(credential(result, 'aws.service-credential', user.serviceCredentials[0]!.id).record).toMatchObject({
          kind: 'api-key',
          aiService: true,
          expiresAt: '2026-10-01T00:00:00.000Z',
          attributes: { service: 'bedrock.amazonaws.com' },
        });
        expect(credential(result, 'aws.service-credential', user.serviceCredentials[1]!.id).record).toMatchObject({
          kind: 'service-credential',
          status: 'expired',
          attributes: { service: 'brand-new.amazonaws.com' },
        });
        expect(credential(result, 'aws.ssh-key', user.sshKeys[0]!.id).record).toMatchObject({ kind: 'ssh-key' });
        expect(credential(result, 'aws.signing-certificate', user.signingCertificates[0]!.id).record).toMatchObject({
          kind: 'signing-certificate',
          expiresAt: '2027-01-01T00:00:00.000Z',
          name: 'CN=stand-in.example',
        });
        expect(credential(result, 'aws.server-certificate', 'www').record).toMatchObject({
          kind: 'certificate',
          expiresAt: '2026-06-01T00:00:00.000Z',
          identity: { type: 'aws.tls-server' },
        });
        expect(identity(result, 'aws.tls-server', 'www').record).toMatchObject({
          kind: 'workload',
          custody: 'platform-held',
          nature: { value: 'non-human' },
        });
      },
    ));

  it('that were never used say from when on that is known', () =>
    readOf(
      (account) => addAccessKey(account, addUser(account, { name: 'old' }), { createdAt: Date.UTC(2012, 0, 1) }),
      (result, account) =>
        expect(credential(result, 'aws.access-key', account.users.get('old')!.accessKeys[0]!.id).use).toEqual({
          at: null,
          knownSince: '2015-04-22T00:00:00.000Z',
          precision: '15m',
        }),
    ));

  it('that AWS found in public are told as leaked: every key of the user', () =>
    readOf(
      (account) => {
        const user = addUser(account, { name: 'leaky', attached: ['AWSCompromisedKeyQuarantineV3'] });
        addAccessKey(account, user);
        addAccessKey(account, user, { status: 'Inactive' });
      },
      (result, account) => {
        const told = account.users
          .get('leaky')!
          .accessKeys.map(({ id }) => credential(result, 'aws.access-key', id).record.knownLeaked);
        expect(told).toEqual(
          Array(2).fill('AWS attached AWSCompromisedKeyQuarantineV3 to leaky: it found a key of this user in public'),
        );
        expect(
          credential(result, 'aws.access-key', account.users.get('reader')!.accessKeys[0]!.id).record.knownLeaked,
        ).toBeUndefined();
      },
    ));

  it('include the password, with its second factor and last use', () =>
    readOf(
      (account) => {
        addUser(account, {
          name: 'sample.person.07',
          mfa: true,
          password: {
            createdAt: NOW - 50 * DAY,
            changedAt: NOW - 40 * DAY,
            lastUsedAt: NOW - 2 * DAY,
            nextRotationAt: NOW + 50 * DAY,
          },
          createdAt: NOW - 60 * DAY,
        });
        addUser(account, { name: 'sample.person.08', password: true });
      },
      (result, account) => {
        const user = account.users.get('sample.person.07')!;
        expect(credential(result, 'aws.password', `${user.id}#password`)).toMatchObject({
          record: {
            kind: 'password',
            status: 'active',
            rotatedAt: '2026-01-20T00:00:00.000Z',
            rotatedBasis: 'source',
            expiresAt: '2026-04-20T00:00:00.000Z',
            attributes: { mfa: true },
            identity: { type: 'aws.user', id: user.id },
          },
          use: {
            at: '2026-02-27T00:00:00.000Z',
            knownSince: '2025-12-31T00:00:00.000Z',
            knownUntil: '2026-03-01T00:00:00.000Z',
          },
        });
        expect(
          credential(result, 'aws.password', `${account.users.get('sample.person.08')!.id}#password`),
        ).toMatchObject({ record: { attributes: { mfa: false } }, use: { at: null } });
        expect(
          result.records.filter(
            ({ record }) => record.type === 'aws.password' && record.id.startsWith(account.users.get('reader')!.id),
          ),
        ).toEqual([]);
      },
    ));

  it('are missing from a report that is older than the user: then the user is asked about', async () => {
    const world = createAwsWorld();
    const account = addAccount(world, { id: ID, name: 'home' });
    const key = addAccessKey(account, addUser(account, { name: 'reader' }));
    await against(world, key, async ({ read }) => {
      await read();
      addUser(account, { name: 'newcomer', password: true, createdAt: NOW });
      addUser(account, { name: 'machine', createdAt: NOW });
      const result = await read();
      expect(result.gaps).toEqual([]);
      expect(credential(result, 'aws.password', `${account.users.get('newcomer')!.id}#password`)).toMatchObject({
        partial: true,
        record: { rotatedBasis: 'created' },
      });
      expect(
        result.records.filter(
          ({ record }) => record.type === 'aws.password' && record.id.startsWith(account.users.get('machine')!.id),
        ),
      ).toEqual([]);
    });
  });
});

describe('the account and its root', () => {
  it('are told with what AWS counts', () =>
    readOf(
      (account) => {
        account.root.mfa = false;
        account.root.password = { lastUsedAt: NOW - DAY, changedAt: null };
        addRootAccessKey(account, {
          createdAt: Date.UTC(2020, 1, 1),
          lastUsed: { at: Date.UTC(2021, 1, 1), service: 'iam', region: 'us-east-1' },
        });
        addPolicy(account, { name: 'one', document: allowing('s3:GetObject') });
      },
      (result) => {
        expect(theRecord<'resource'>(result, 'aws.account', ID).record.attributes).toMatchObject({
          alias: 'sample-home',
          partition: 'aws',
        });
        expect(identity(result, 'aws.root', ID).record).toMatchObject({
          kind: 'root',
          privilege: { level: 'admin' },
          attributes: { mfa: false, accessKeys: 1 },
        });
        expect(credential(result, 'aws.root-access-key', `arn:aws:iam::${ID}:root#access-key-1`)).toMatchObject({
          record: {
            kind: 'access-key',
            status: 'active',
            rotatedAt: '2020-02-01T00:00:00.000Z',
            identity: { type: 'aws.root', id: ID },
          },
          use: { at: '2021-02-01T00:00:00.000Z', precision: '15m' },
        });
        expect(credential(result, 'aws.password', `arn:aws:iam::${ID}:root#password`)).toMatchObject({
          record: { status: 'unknown' },
          use: { at: '2026-02-28T00:00:00.000Z' },
        });
        expect(result.stated).toEqual(
          expect.arrayContaining([
            { scope: ID, type: 'aws.user', count: 1 },
            { scope: ID, type: 'aws.managed-policy', count: 1 },
            { scope: ID, type: 'aws.role', count: 0 },
          ]),
        );
      },
    ));

  it('tell providers of identities as resources', () =>
    readOf(
      (account) => {
        addOidcProvider(account, { url: 'gitlab.example.org', tags: { team: 'platform' } });
        addSamlProvider(account, { name: 'workforce', validUntil: Date.UTC(2027, 0, 1) });
      },
      (result) => {
        expect(theRecord<'resource'>(result, 'aws.oidc-provider', 'gitlab.example.org').record).toMatchObject({
          id: `arn:aws:iam::${ID}:oidc-provider/gitlab.example.org`,
          attributes: { clientIds: ['sts.amazonaws.com'], tags: { team: 'platform' } },
        });
        expect(theRecord<'resource'>(result, 'aws.saml-provider', 'workforce').record.attributes).toMatchObject({
          validUntil: '2027-01-01T00:00:00.000Z',
        });
      },
    ));

  it('state as many as were collected, page by page', () =>
    readOf(
      (account) => {
        for (let index = 0; index < 11; index++) addUser(account, { name: `user-${index}` });
        for (let index = 0; index < 7; index++)
          addRole(account, { name: `role-${index}`, trust: trustingService('ec2.amazonaws.com') });
      },
      (result) => {
        for (const { type, count } of result.stated)
          expect([type, result.records.filter(({ record }) => record.type === type).length]).toEqual([type, count]);
      },
    ));

  it('are told in another partition too', async () => {
    const world = createAwsWorld({ partition: 'aws-cn' });
    const account = addAccount(world, { id: ID, name: 'china' });
    const user = addUser(account, {
      name: 'leaky',
      attached: ['AWSCompromisedKeyQuarantineV2', 'AdministratorAccess'],
    });
    const role = addRole(account, { name: 'r', trust: trusting({ AWS: userArn(account, user) }) });
    const key = addAccessKey(account, user);
    await against(world, key, async ({ read }) => {
      const result = await read({ region: 'cn-north-1' });
      expect(result.gaps).toEqual([]);
      expect(identity(result, 'aws.user', 'leaky').record.attributes).toMatchObject({
        arn: `arn:aws-cn:iam::${ID}:user/leaky`,
      });
      expect(credential(result, 'aws.access-key', key.id).record.knownLeaked).toMatch(/V2/);
      expect(identity(result, 'aws.root', ID).record.attributes).toMatchObject({ arn: `arn:aws-cn:iam::${ID}:root` });
      expect(identity(result, 'aws.role', 'r').record).toMatchObject({
        attributes: { arn: roleArn(account, role) },
        trusts: [{ kind: 'identity', account: ID }],
      });
    });
  });
});

describe('what could not be asked is neither used nor unused', () => {
  const UNKNOWN = { at: null, knownSince: null, knownUntil: null, precision: 'none' };

  it.each([
    ['the services an identity asked', 'GenerateServiceLastAccessedDetails', 'aws.grant'],
    ['the last use of a key', 'GetAccessKeyLastUsed', 'aws.access-key'],
    ['everything about an identity', 'GetAccountAuthorizationDetails', 'aws.role'],
  ])('%s', async (_what, action, type) => {
    const world = createAwsWorld();
    const account = addAccount(world, { id: ID, name: 'home' });
    const key = addAccessKey(account, addUser(account, { name: 'reader', attached: ['AmazonS3FullAccess'] }));
    addRole(account, { name: 'worker', trust: trustingService('ec2.amazonaws.com'), createdAt: NOW - 900 * DAY });
    await against(world, key, async ({ server, read }) => {
      server.faults.add({ action, kind: 'forbidden' });
      const uses = (await read()).records.filter(({ record }) => record.type === type).map(({ use }) => use);
      expect(uses.length).toBeGreaterThan(0);
      expect(uses).toEqual(uses.map(() => UNKNOWN));
    });
  });

  it('nor is a policy that only denies', () =>
    readOf(
      (account) => addUser(account, { name: 'leaky', attached: ['AWSCompromisedKeyQuarantineV3'] }),
      (result, account) =>
        expect(grantsOf(result, account.users.get('leaky')!.id).map(({ use }) => use)).toEqual([UNKNOWN]),
    ));

  it('so no type claims a span for what its records leave open', () => {
    expect(RESOURCE_TYPES.filter(({ use }) => use && use.horizonDays !== null).map(({ id }) => id)).toEqual([]);
  });
});
