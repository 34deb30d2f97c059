import { ListRolesCommand, ListUsersCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { VendorFailure } from '../sdk/index.js';
import { malformed } from './answers.js';
import type { AwsApis } from './apis.js';
import { readArn } from './mapping/frame.js';

/** Who we are at AWS, and where. */
export interface Caller {
  readonly account: string;
  readonly partition: string;
  readonly arn: string | null;
}

/** Asks who the credential belongs to. An IAM-compatible endpoint without STS is asked for anything with an ARN. */
export async function callerOf(apis: AwsApis, signal: AbortSignal): Promise<Caller> {
  try {
    const { Account: account, Arn: arn } = await apis.sts('sts:GetCallerIdentity', signal, (sts, sent) =>
      sts.send(new GetCallerIdentityCommand({}), sent),
    );
    if (!account || !arn) throw malformed('sts:GetCallerIdentity', 'names no account');
    return { account, arn, partition: arn.split(':')[1] ?? 'aws' };
  } catch (error) {
    if (!(error instanceof VendorFailure) || !['unsupported', 'malformed'].includes(error.reason)) throw error;
    const seen = await anyArn(apis, signal);
    if (!seen) throw error;
    return { ...seen, arn: null };
  }
}

async function anyArn(apis: AwsApis, signal: AbortSignal): Promise<Omit<Caller, 'arn'> | null> {
  const { Users: users } = await apis.iam('iam:ListUsers', signal, (iam, sent) =>
    iam.send(new ListUsersCommand({ MaxItems: 1 }), sent),
  );
  const arn =
    users?.[0]?.Arn ??
    (await apis.iam('iam:ListRoles', signal, (iam, sent) => iam.send(new ListRolesCommand({ MaxItems: 1 }), sent)))
      .Roles?.[0]?.Arn;
  const read = arn ? readArn(arn) : null;
  return read?.account ? { account: read.account, partition: read.partition } : null;
}
