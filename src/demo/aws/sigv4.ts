import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** The parts of a signed request's Authorization header. */
export interface Signature {
  readonly accessKeyId: string;
  /** 20260101/us-east-1/iam/aws4_request */
  readonly scope: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly value: string;
}

const HEADER =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8}\/[^/]+\/([^/]+)\/aws4_request), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

export function readSignature(authorization: string | undefined): Signature | null {
  const found = HEADER.exec(authorization ?? '');
  if (!found) return null;
  const [, accessKeyId, scope, service, signedHeaders, value] = found;
  return {
    accessKeyId: accessKeyId!,
    scope: scope!,
    service: service!,
    signedHeaders: signedHeaders!.split(';'),
    value: value!,
  };
}

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text, 'utf8').digest();

export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Whether the request was signed with this secret: computed anew from what arrived, as AWS does. */
export function isSignedWith(secret: string, signature: Signature, request: SignedRequest): boolean {
  const headers = signature.signedHeaders
    .map(
      (name) =>
        `${name}:${String(request.headers[name] ?? '')
          .trim()
          .replace(/\s+/g, ' ')}\n`,
    )
    .join('');
  const canonical = [
    request.method,
    request.path,
    request.query,
    headers,
    signature.signedHeaders.join(';'),
    sha256(request.body),
  ].join('\n');
  const toSign = [
    'AWS4-HMAC-SHA256',
    String(request.headers['x-amz-date'] ?? ''),
    signature.scope,
    sha256(canonical),
  ].join('\n');
  const key = signingKey(secret, signature.scope);
  return timingSafeEqual(Buffer.from(hmac(key, toSign).toString('hex')), Buffer.from(signature.value));
}

const signingKeys = new Map<string, Buffer>();

/** The key a day's requests to one service are signed with. */
function signingKey(secret: string, scope: string): Buffer {
  const seed = `${secret} ${scope}`;
  const known = signingKeys.get(seed) ?? (scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secret}`) as Buffer);
  if (signingKeys.size > 1_000) signingKeys.clear();
  signingKeys.set(seed, known);
  return known;
}
