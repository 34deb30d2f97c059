import { addAccount, type AwsServer, type AwsWorld, createAwsWorld, organise } from '../../aws/index.js';
import { ACCOUNTS, ARCHIVE, READER_USER } from '../organisation.js';
import type { SampleTime } from '../sample-time.js';
import { acquired } from './acquired.js';
import { machineLearning } from './machine-learning.js';
import { nonProduction } from './non-production.js';
import { production } from './production.js';

/** The whole of AWS as the sample organisation has it. Built from the same start it is the same, down to every id. */
export function buildWorld(time: SampleTime, now: number): AwsWorld {
  const world = createAwsWorld({ waits: { lastAccessed: 0, credentialReport: 0 } });
  const estates = [production, nonProduction, machineLearning, acquired].map((build) => build(world, time));
  addAccount(world, { ...ARCHIVE, createdAt: time.daysAgo(30) });
  organise(world, world.accounts.get(ACCOUNTS.production.id)!);
  // Somebody's own tool asked for a credential report a moment ago, so that nobody waits for the next.
  for (const { account } of estates) account.report = { requestedAt: now, waits: 0, csv: null };
  return world;
}

/** Answers AWS withholds from Mandate: a report nobody has allowed yet, and one user's keys. */
export function withhold({ faults }: AwsServer): void {
  faults.add({ kind: 'forbidden', action: 'GetCredentialReport', account: ACCOUNTS.acquired.id });
  faults.add({
    kind: 'forbidden',
    action: 'ListSSHPublicKeys',
    account: ACCOUNTS.nonProduction.id,
    resource: 'sample.person.10',
  });
}

/** The key Mandate signs its calls to AWS with. */
export function readerKey(world: AwsWorld): { id: string; secret: string } {
  const [key] = world.accounts.get(ACCOUNTS.production.id)!.users.get(READER_USER)!.accessKeys;
  return { id: key!.id, secret: key!.secret };
}
