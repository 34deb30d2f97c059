import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { type ReadResult, theRecord } from '../../sdk/testing/index.js';
import { imported } from '../testing/imported.js';
import { awsAuthorizationDetails, awsCredentialReport } from './formats.js';

const DATA = new URL('../../../../../shared/data/aws-iam/', import.meta.url);
const conformance = existsSync(DATA) ? describe : describe.skip;
if (!existsSync(DATA))
  console.warn('Skipped: the conformance data of other projects is not there (../shared/data/aws-iam).');

conformance('files of other projects', () => {
  const read = (file: string) => readFileSync(new URL(file, DATA), 'utf8');
  const many = (result: ReadResult, type: string) => result.records.filter(({ record }) => record.type === type).length;
  const named = (result: ReadResult, type: string) =>
    result.records.flatMap(({ record }) => (record.type === type && 'name' in record ? [record.name] : [])).sort();

  it('the larger account of cloudsplaining is read as its description says', async () => {
    const result = await imported(awsAuthorizationDetails, read('cloudsplaining/example-authz-details.json'), {
      pieces: 4_096,
    });
    expect(result.scopes.map(({ id }) => id)).toEqual(['012345678901']);
    expect(named(result, 'aws.user')).toEqual(['biden', 'obama', 'userwithlotsofpermissions']);
    expect(named(result, 'aws.group')).toEqual(['admin', 'biden']);
    expect(named(result, 'aws.role')).toEqual(['MyOtherRole', 'MyRole', 'OverprivilegedEC2']);
    expect(named(result, 'aws.managed-policy')).toEqual(['InsecurePolicy', 'NotYourPolicy']);
    expect(many(result, 'aws.managed-policy') + many(result, 'aws.aws-managed-policy')).toBeGreaterThanOrEqual(32);
    const roles = result.records.filter(({ record }) => record.type === 'aws.role');
    expect(
      roles.every(
        ({ record }) => record.entity === 'identity' && record.trusts!.every(({ kind }) => kind === 'service'),
      ),
    ).toBe(true);
    expect(theRecord<'identity'>(result, 'aws.role', 'OverprivilegedEC2')).toMatchObject({
      use: { at: expect.stringMatching(/^2019-01-20/) },
      record: { attributes: { instanceProfiles: [expect.any(String)] } },
    });
  });

  it('and so is the smaller', async () => {
    const result = await imported(awsAuthorizationDetails, read('cloudsplaining/example_authz_v2.json'), {
      pieces: 512,
    });
    expect([
      many(result, 'aws.user'),
      many(result, 'aws.group'),
      many(result, 'aws.role'),
      many(result, 'aws.managed-policy'),
    ]).toEqual([1, 1, 2, 2]);
    expect(theRecord<'identity'>(result, 'aws.user', 'BlakeBortles').record.privilege?.level).toBe('admin');
  });

  it.each([
    ['test_iam_user_delete_options', { users: 1, root: 0, passwords: 1, keys: ['active'] }],
    ['test_iam_user_credential_multi_delete_noop', { users: 1, root: 1, passwords: 0, keys: ['disabled', 'active'] }],
  ])('the credential report %s is read as its description says', async (folder, expected) => {
    const { data } = JSON.parse(read(`cloud-custodian/${folder}/iam.GetCredentialReport_1.json`)) as {
      data: { Content: string };
    };
    const result = await imported(awsCredentialReport, data.Content, { pieces: 64 });
    const passwordsOfUsers = result.records.filter(
      ({ record }) => record.type === 'aws.password' && !record.id.includes(':root#'),
    ).length;
    const keys = result.records.flatMap(({ record }) =>
      record.type === 'aws.access-key' && record.entity === 'credential' ? [record.status] : [],
    );
    expect({
      users: many(result, 'aws.user'),
      root: many(result, 'aws.root'),
      passwords: passwordsOfUsers,
      keys,
    }).toEqual(expected);
  });
});
