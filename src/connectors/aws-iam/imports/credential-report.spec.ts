import { describe, expect, it } from '@jest/globals';
import {
  addAccessKey,
  addAccount,
  addRootAccessKey,
  addSigningCertificate,
  addUser,
  createAwsWorld,
  credentialReport,
} from '../../../demo/aws/index.js';
import type { ImportLookup, RowProblem } from '../../sdk/index.js';
import { theRecord } from '../../sdk/testing/index.js';
import { ID, imported } from '../testing/imported.js';
import { awsCredentialReport } from './formats.js';

const HEADER =
  'user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated';
const ROOT_ROW = `<root_account>,arn:aws:iam::${ID}:root,2020-01-01T00:00:00+00:00,not_supported,2026-01-05T06:07:08+00:00,not_supported,not_supported,true,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A`;
const KEY_ROW = `batch,arn:aws:iam::${ID}:user/batch,2024-01-01T00:00:00+00:00,false,N/A,N/A,N/A,false,true,2024-02-01T00:00:00+00:00,2026-01-01T10:00:00+00:00,eu-central-1,s3,false,2023-02-01T00:00:00+00:00,N/A,N/A,N/A,false,N/A,false,N/A`;
const PERSON_ROW = `sample.person.07,arn:aws:iam::${ID}:user/sample.person.07,2024-01-01T00:00:00+00:00,true,no_information,2025-01-01T00:00:00+00:00,N/A,true,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,true,2024-06-01T00:00:00+00:00,false,N/A`;
const report = (...rows: string[]) => [HEADER, ...rows].join('\n');

describe('a credential report', () => {
  it('tells users, their keys by slot, passwords and certificates', async () => {
    const result = await imported(awsCredentialReport, report(ROOT_ROW, KEY_ROW, PERSON_ROW));
    expect({ complaints: result.complaints, gaps: result.gaps, scopes: result.scopes.map(({ id }) => id) }).toEqual({
      complaints: [],
      gaps: [],
      scopes: [ID],
    });
    const batch = `arn:aws:iam::${ID}:user/batch`;
    expect(theRecord<'identity'>(result, 'aws.user', 'batch').record).toMatchObject({
      id: batch,
      kind: 'user',
      createdAt: '2024-01-01T00:00:00.000Z',
      attributes: { arn: batch },
    });
    expect(theRecord<'credential'>(result, 'aws.access-key', `${batch}#access-key-1`)).toMatchObject({
      record: {
        kind: 'access-key',
        status: 'active',
        rotatedAt: '2024-02-01T00:00:00.000Z',
        rotatedBasis: 'source',
        identity: { type: 'aws.user', id: batch },
      },
      // When the report was made is not in it: a use is known, but not how long there was none.
      use: {
        at: '2026-01-01T10:00:00.000Z',
        knownSince: null,
        knownUntil: null,
        detail: { service: 's3', region: 'eu-central-1' },
      },
    });
    expect(theRecord<'credential'>(result, 'aws.access-key', `${batch}#access-key-2`)).toMatchObject({
      record: { status: 'disabled' },
      use: { at: null, knownUntil: null },
    });
    const person = `arn:aws:iam::${ID}:user/sample.person.07`;
    expect(theRecord<'credential'>(result, 'aws.password', `${person}#password`)).toMatchObject({
      record: { status: 'active', rotatedAt: '2025-01-01T00:00:00.000Z', attributes: { mfa: true } },
      use: { at: null },
    });
    expect(theRecord<'credential'>(result, 'aws.signing-certificate', `${person}#cert-1`).record).toMatchObject({
      status: 'active',
      issuedAt: '2024-06-01T00:00:00.000Z',
    });
    expect(theRecord<'identity'>(result, 'aws.root', ID).record).toMatchObject({
      kind: 'root',
      attributes: { mfa: true },
    });
    expect(theRecord<'credential'>(result, 'aws.password', `arn:aws:iam::${ID}:root#password`)).toMatchObject({
      record: { status: 'unknown' },
      use: { at: '2026-01-05T06:07:08.000Z' },
    });
    expect(result.records).toHaveLength(8);
  });

  it('finds its columns by name: further ones and another order do not matter', async () => {
    const shuffle = (line: string) => [...line.split(',')].reverse().concat('3').join(',');
    const [header, ...rows] = report(ROOT_ROW, KEY_ROW, PERSON_ROW).split('\n');
    const shuffled = [`${shuffle(header!).replace(/,3$/, ',additional_credentials_info')}`, ...rows.map(shuffle)].join(
      '\r\n',
    );
    const records = async (file: string) =>
      (await imported(awsCredentialReport, file)).records.map(({ record }) => record);
    expect(await records(`\uFEFF${shuffled}\r\n`)).toEqual(await records(report(ROOT_ROW, KEY_ROW, PERSON_ROW)));
  });

  it('hangs what it tells on the users the source holds already, and leaves these as they are', async () => {
    const batch = `arn:aws:iam::${ID}:user/batch`;
    const lookup: ImportLookup = {
      identitiesByAttribute: async (attribute, values) =>
        attribute === 'arn' && values.includes(batch)
          ? new Map([[batch, { type: 'aws.user', id: 'AIDAEXAMPLEEXAMPLE001' }]])
          : new Map(),
    };
    const result = await imported(awsCredentialReport, report(ROOT_ROW, KEY_ROW), { lookup });
    expect(theRecord<'identity'>(result, 'aws.user', 'AIDAEXAMPLEEXAMPLE001').partial).toBe(true);
    expect(theRecord<'credential'>(result, 'aws.access-key', `${batch}#access-key-1`).record.identity).toEqual({
      type: 'aws.user',
      id: 'AIDAEXAMPLEEXAMPLE001',
    });
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
    expect([
      many('aws.access-key'),
      many('aws.root-access-key'),
      many('aws.signing-certificate'),
      many('aws.password'),
      result.complaints,
    ]).toEqual([2, 1, 1, 2, []]);
  });

  it.each<[string, string, Partial<RowProblem>]>([
    ['a row that is too short', report(ROOT_ROW, 'batch,arn', KEY_ROW), { line: 3, field: 'user_creation_time' }],
    ['a row about nobody', report(ROOT_ROW, KEY_ROW.replace(/arn:[^,]+/, 'somebody')), { line: 3, field: 'arn' }],
    [
      'a time that is none',
      report(ROOT_ROW, KEY_ROW.replace('2024-02-01T00:00:00+00:00', 'long ago')),
      { line: 3, field: 'access_key_1_last_rotated', problem: 'This is no time.' },
    ],
  ])('complains of %s by line and column, and reads the rest', async (_what, file, problem) => {
    const result = await imported(awsCredentialReport, file);
    expect(result.complaints).toEqual([expect.objectContaining(problem)]);
    expect(result.records.some(({ record }) => record.type === 'aws.root')).toBe(true);
  });

  it.each([
    ['of something else', 'name,age\nx,3'],
    ['empty', ''],
  ])('that is %s is refused as a whole', async (_what, file) => {
    await expect(imported(awsCredentialReport, file)).rejects.toMatchObject({
      name: 'VendorFailure',
      reason: 'malformed',
    });
  });
});
