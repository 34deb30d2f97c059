import type { Actions, Call } from '../call.js';
import { accessDenied, invalidInput } from '../errors.js';
import { accessKeyId, secretFor, tokenFor } from '../ids.js';
import { mayAssume } from '../trust.js';

const SESSION_MS = 3_600_000;

export const stsActions: Actions = {
  GetCallerIdentity: ({ caller }) => ({ Arn: caller.arn, UserId: caller.userId, Account: caller.account.id }),

  AssumeRole(call: Call) {
    const arn = call.needed('RoleArn');
    const found = /^arn:[^:]+:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(arn);
    if (!found) throw invalidInput(`${arn} is invalid`);
    const account = call.world.accounts.get(found[1]!);
    const role = account?.roles.get(found[2]!);
    // AWS tells nobody whether the role is missing or refuses.
    if (
      !account ||
      account.status !== 'ACTIVE' ||
      !role ||
      !mayAssume(role.trust, call.caller, call.text('ExternalId'))
    )
      throw accessDenied(`sts:AssumeRole on resource: ${arn}`);
    const session = call.needed('RoleSessionName');
    const seed = `${arn} ${session} ${call.world.sessions.size}`;
    const given = {
      accessKeyId: accessKeyId(seed, 'ASIA'),
      secretAccessKey: secretFor(seed),
      sessionToken: tokenFor(seed),
      account: account.id,
      arn: `arn:${call.world.partition}:sts::${account.id}:assumed-role/${role.name}/${session}`,
      roleId: `${role.id}:${session}`,
      expiresAt: call.now + SESSION_MS,
    };
    call.world.sessions.set(given.accessKeyId, given);
    return {
      Credentials: {
        AccessKeyId: given.accessKeyId,
        SecretAccessKey: given.secretAccessKey,
        SessionToken: given.sessionToken,
        Expiration: new Date(given.expiresAt),
      },
      AssumedRoleUser: { AssumedRoleId: given.roleId, Arn: given.arn },
    };
  },
};
