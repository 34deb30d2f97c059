import { rootArn, userArn } from './actions/arns.js';
import type { Caller } from './call.js';
import { AwsError } from './errors.js';
import { isSignedWith, readSignature, type SignedRequest } from './sigv4.js';
import type { AwsWorld } from './world.js';

/** Whose signing key a request carries. Throws what AWS answers when nobody's, or when the signature is wrong. */
export function callerOf(world: AwsWorld, service: string, request: SignedRequest, now: number): Caller {
  const signature = readSignature(request.headers.authorization);
  if (!signature) throw refusal(service, 'MissingAuthenticationToken', 'Request is missing Authentication Token');
  const known = keyOf(
    world,
    signature.accessKeyId,
    String(request.headers['x-amz-security-token'] ?? ''),
    now,
    service,
  );
  if (!isSignedWith(known.secret, signature, request)) {
    throw refusal(
      service,
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided.',
    );
  }
  return known.caller;
}

/** Organizations answers 400 with words of its own where the query services answer 403. */
const refusal = (service: string, code: string, message: string): AwsError =>
  service === 'organizations'
    ? new AwsError(
        code === 'SignatureDoesNotMatch'
          ? 'InvalidSignatureException'
          : code === 'ExpiredToken'
            ? 'ExpiredTokenException'
            : 'UnrecognizedClientException',
        400,
        message,
      )
    : new AwsError(code, 403, message);

function keyOf(
  world: AwsWorld,
  id: string,
  token: string,
  now: number,
  service: string,
): { secret: string; caller: Caller } {
  const unknown = () =>
    refusal(service, 'InvalidClientTokenId', 'The security token included in the request is invalid.');
  const session = world.sessions.get(id);
  if (session) {
    const account = world.accounts.get(session.account);
    if (!account || session.sessionToken !== token) throw unknown();
    if (now >= session.expiresAt)
      throw refusal(service, 'ExpiredToken', 'The security token included in the request is expired');
    return {
      secret: session.secretAccessKey,
      caller: { account, arn: session.arn, userId: session.roleId, userName: null },
    };
  }
  const holder = world.keyHolders.get(id);
  const account = holder && world.accounts.get(holder.account);
  if (!holder || !account) throw unknown();
  const user = holder.user === null ? null : account.users.get(holder.user);
  const key = (user ? user.accessKeys : holder.user === null ? account.root.accessKeys : []).find(
    (candidate) => candidate.id === id,
  );
  if (!key || key.status !== 'Active') throw unknown();
  const caller: Caller = user
    ? { account, arn: userArn(account, user), userId: user.id, userName: user.name }
    : { account, arn: rootArn(account), userId: account.id, userName: null };
  return { secret: key.secret, caller };
}
