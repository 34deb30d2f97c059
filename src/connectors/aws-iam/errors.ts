import { SecretUnavailable, VendorFailure } from '../sdk/index.js';

/** The parts of an AWS SDK error we look at. Its message is never passed on: it may repeat what was sent. */
interface SdkError {
  readonly name?: string;
  /** The code on the wire, as the query protocol gives it. */
  readonly Code?: string;
  /** The code of a connection that failed. */
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const SIGN_IN = new Set([
  ...[
    'InvalidClientTokenId',
    'SignatureDoesNotMatch',
    'InvalidSignatureException',
    'UnrecognizedClientException',
    'InvalidAccessKeyId',
  ],
  ...[
    'ExpiredToken',
    'ExpiredTokenException',
    'IncompleteSignature',
    'MissingAuthenticationToken',
    'MissingAuthenticationTokenException',
  ],
  ...['AuthFailure', 'RequestExpired', 'RequestTimeTooSkewed', 'TokenRefreshRequired'],
]);
const REFUSED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'UnauthorizedOperation',
  'NotAuthorized',
  'OptInRequired',
  'RegionDisabledException',
]);
const THROTTLED = new Set([
  ...[
    'Throttling',
    'ThrottlingException',
    'ThrottledException',
    'TooManyRequestsException',
    'RequestLimitExceeded',
    'RequestThrottled',
  ],
  ...['RequestThrottledException', 'SlowDown', 'PriorRequestNotComplete', 'BandwidthLimitExceeded'],
]);
const UNKNOWN_TO_IT = new Set([
  'InvalidAction',
  'UnknownOperationException',
  'UnknownOperation',
  'NotImplemented',
  'UnsupportedOperation',
  'UnsupportedOperationException',
  'NoSuchVersion',
]);
const NETWORK =
  /^(?:E[A-Z]+|TimeoutError|UND_ERR_.+|ERR_(?:TLS|SSL|HTTP2|SOCKET)_.+|CERT_.+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE)$/;

/** What went wrong, in terms that lead to the right gap. The permission is named where it is what is missing; the words name the call in any case. */
export function vendorFailure(error: unknown, permission: string): VendorFailure | SecretUnavailable {
  if (error instanceof VendorFailure || error instanceof SecretUnavailable) return error;
  const { name = '', Code: wireCode, code: connectionCode, $metadata } = (error ?? {}) as SdkError;
  const status = $metadata?.httpStatusCode;
  const code = wireCode ?? (name === 'Unknown' || name === 'NotFound' ? '' : name);
  const shown = [code || null, status ?? null].filter((part) => part !== null).join(', ');

  if (code === 'CredentialsProviderError')
    return new VendorFailure(
      "No credential for AWS was found in any of the places where AWS's own tools look for one.",
      'unauthenticated',
    );
  if (SIGN_IN.has(code)) return new VendorFailure(`AWS does not accept the credential (${shown}).`, 'unauthenticated');
  if (REFUSED.has(code)) return new VendorFailure(`AWS refused ${permission} (${shown}).`, 'forbidden', permission);
  if (THROTTLED.has(code) || status === 429)
    return new VendorFailure(`AWS kept asking to slow down at ${permission} (${shown}).`, 'throttled');
  if (UNKNOWN_TO_IT.has(code) || status === 501 || status === 405)
    return new VendorFailure(`The endpoint does not offer ${permission} (${shown}).`, 'unsupported');
  if (status === undefined) {
    const broken = [connectionCode, name].find((part) => part !== undefined && NETWORK.test(part));
    if (broken) return new VendorFailure(`No answer to ${permission} (${broken}).`, 'unavailable');
    return new VendorFailure(
      `${permission} failed before it was answered (${/^[A-Za-z]{1,60}$/.test(name) ? name : 'Error'}).`,
      'unavailable',
    );
  }
  if (status >= 500) return new VendorFailure(`AWS failed at ${permission} (${shown}).`, 'unavailable');
  if (status < 300) return new VendorFailure(`The answer to ${permission} could not be read (${status}).`, 'malformed');
  // An error without a code comes from something in between (a proxy, a gateway), not from the API.
  if (!wireCode && !isCode(name)) {
    if (status === 404)
      return new VendorFailure(`The endpoint does not offer ${permission} (${status}).`, 'unsupported');
    if (status === 401 || status === 403)
      return new VendorFailure(
        `Something refused ${permission} without saying why (${status}).`,
        'forbidden',
        permission,
      );
  }
  const told = `AWS answered ${permission} with an error (${shown}).`;
  return status === 403 ? new VendorFailure(told, 'forbidden', permission) : new VendorFailure(told, 'unavailable');
}

/** Whether a name is a code of AWS's, not one of JavaScript's own. */
const isCode = (name: string): boolean =>
  name !== '' && !['Error', 'Unknown', 'NotFound', 'SyntaxError', 'TypeError', 'RangeError'].includes(name);

/** Whether AWS says that the thing a call names is not there. */
export const isAbsent = (error: unknown): boolean => {
  const { name, Code: code } = (error ?? {}) as SdkError;
  return code === 'NoSuchEntity' || name === 'NoSuchEntityException';
};

/** Whether AWS says that a call was made in a way it does not take. */
export const isRejectedInput = (error: unknown): boolean =>
  ['ValidationError', 'InvalidInput', 'InvalidParameterValue', 'InvalidParameterCombination'].includes(
    (error as SdkError | null)?.Code ?? '',
  );
