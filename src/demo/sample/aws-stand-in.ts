import { type AwsServer, startAwsServer } from '../aws/index.js';
import { buildWorld, readerKey, withhold } from './accounts/world.js';
import { OLD_BILLING_SECRET } from './load/source-steps.js';
import type { SampleTime } from './sample-time.js';

/** AWS as the sample organisation has it, on loopback, and what a Mandate has to be told to read it. */
export async function startSampleAws(
  time: SampleTime,
  now: () => number,
): Promise<{ server: AwsServer; environment: Record<string, string> }> {
  const world = buildWorld(time, now());
  const server = await startAwsServer({ world, now });
  withhold(server);
  const { id, secret } = readerKey(world);
  return {
    server,
    environment: {
      AWS_ENDPOINT_URL: server.url,
      AWS_ACCESS_KEY_ID: id,
      AWS_SECRET_ACCESS_KEY: secret,
      [OLD_BILLING_SECRET]: 'no-longer-valid-over-there',
    },
  };
}
