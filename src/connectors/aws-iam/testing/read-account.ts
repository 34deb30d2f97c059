import { expect } from '@jest/globals';
import {
  addAccessKey,
  addAccount,
  addUser,
  type AwsAccount,
  type AwsUser,
  createAwsWorld,
} from '../../../demo/aws/index.js';
import { type ReadResult, theRecord } from '../../sdk/testing/index.js';
import { against, NOW } from './against-world.js';

export const ID = '111111111111';
export const DAY = 86_400_000;

/** Builds an account with a user that may sign in, reads it, and looks at what came out. */
export async function readOf(
  build: (account: AwsAccount, reader: AwsUser) => void,
  look: (result: ReadResult, account: AwsAccount) => void,
  config: unknown = {},
): Promise<void> {
  const world = createAwsWorld();
  const account = addAccount(world, { id: ID, name: 'home', alias: 'sample-home' });
  const reader = addUser(account, { name: 'reader', createdAt: NOW - 100 * DAY });
  const key = addAccessKey(account, reader, { createdAt: NOW - 90 * DAY });
  build(account, reader);
  await against(world, key, async ({ read }) => {
    const result = await read(config);
    expect({ thrown: result.thrown, gaps: result.gaps }).toEqual({ thrown: [], gaps: [] });
    look(result, account);
  });
}

export const identity = (result: ReadResult, type: string, name: string) => theRecord<'identity'>(result, type, name);
export const credential = (result: ReadResult, type: string, name: string) =>
  theRecord<'credential'>(result, type, name);
export const entitlement = (result: ReadResult, type: string, name: string) =>
  theRecord<'entitlement'>(result, type, name);
export const grantsOf = (result: ReadResult, id: string) =>
  result.records.flatMap((item) =>
    item.record.entity === 'grant' && item.record.identity.id === id ? [{ ...item, record: item.record }] : [],
  );
