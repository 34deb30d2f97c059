import {
  type AccessKey,
  addSampleAccount,
  type AwsAccount,
  type AwsServer,
  type AwsWorld,
  createAwsWorld,
  startAwsServer,
} from '../../src/demo/aws/index.js';
import { START, startApp, type TestApp } from './app.js';

export const ACCOUNT = '111122223333';

export interface AwsTest {
  readonly t: TestApp;
  readonly world: AwsWorld;
  readonly account: AwsAccount;
  readonly key: AccessKey;
  readonly aws: AwsServer;
  /** Reads the source and waits until everything that follows from it is done. */
  sync(source: string): Promise<any>;
  close(): Promise<void>;
}

/** A Mandate whose AWS is the stand-in: one account with one of everything, and a key that may read it. */
export async function startWithAws(env: Record<string, string> = {}): Promise<AwsTest> {
  const world = createAwsWorld();
  const { account, key } = addSampleAccount(world, ACCOUNT, 'production');
  let now = (): number => Date.parse(START);
  const aws = await startAwsServer({ world, now: () => now() });
  const t = await startApp({
    env: {
      AWS_ENDPOINT_URL: aws.url,
      AWS_ACCESS_KEY_ID: key.id,
      AWS_SECRET_ACCESS_KEY: key.secret,
      AWS_EC2_METADATA_DISABLED: 'true',
      ...env,
    },
  });
  now = () => t.clock.now().getTime();
  return {
    t,
    world,
    account,
    key,
    aws,
    async sync(source) {
      const { body: run } = await t.call('POST', `/api/v1/sources/${source}/sync`, { body: {} });
      await t.settle();
      return (await t.call('GET', `/api/v1/sync-runs/${run.id}`)).body;
    },
    async close() {
      await t.close();
      await aws.close();
    },
  };
}
