import { lookup as resolve, type LookupAddress } from 'node:dns';
import { type ClientRequest, type IncomingMessage, request as plainRequest, type RequestOptions } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { isIP } from 'node:net';
import { isPublicAddress } from './addresses.js';

/** An address that somebody configured is asked to take something. */
export interface OutboundPost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
  /** Private addresses and plain http are allowed: the administrator said so. */
  readonly allowPrivate: boolean;
  readonly signal?: AbortSignal;
}

export interface OutboundAnswer {
  readonly status: number;
  /** The beginning of what came back. */
  readonly excerpt: string;
}

/** Nothing came back. `handedOver` = the request may have arrived all the same. */
export class OutboundFailed extends Error {
  override readonly name = 'OutboundFailed';
  constructor(
    message: string,
    readonly handedOver: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The address may not be reached from here at all: it is private, or of a kind nobody allowed. */
export class AddressClosed extends Error {
  override readonly name = 'AddressClosed';
}

const EXCERPT_BYTES = 2000;

/** Why a URL may not be posted to, as far as it tells by itself; null when it may. Its name is looked up when it is used. */
export function closedBecause(url: string, allowPrivate: boolean): string | null {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return 'is not an address';
  }
  if (parsed.protocol !== 'https:' && !(allowPrivate && parsed.protocol === 'http:')) return 'must begin with https://';
  if (parsed.username !== '' || parsed.password !== '') return 'must not hold a name or a password';
  if (allowPrivate) return null;
  const host = bare(parsed.hostname);
  if (isIP(host) !== 0 ? !isPublicAddress(host) : /(?:^|\.)(?:localhost|local|internal)\.?$/i.test(host))
    return 'is a private address';
  return null;
}

/**
 * Posts once. Redirects are not followed, and the address that is connected to is the one that was looked at: a name
 * that resolves to a private address is refused at the moment of connecting, so nothing can change in between.
 */
export function postOutside(post: OutboundPost): Promise<OutboundAnswer> {
  const because = closedBecause(post.url, post.allowPrivate);
  if (because !== null) return Promise.reject(new AddressClosed(`The address ${because}.`));
  const url = new URL(post.url);
  const options: RequestOptions = {
    method: 'POST',
    headers: { ...post.headers, 'content-length': String(Buffer.byteLength(post.body)) },
    signal: AbortSignal.any([AbortSignal.timeout(post.timeoutMs), ...(post.signal ? [post.signal] : [])]),
    agent: false,
    ...(post.allowPrivate ? {} : { lookup: publicOnly }),
  };
  return new Promise((done, failed) => {
    let handedOver = false;
    const fail = (error: unknown): void =>
      failed(
        error instanceof AddressClosed
          ? error
          : new OutboundFailed(reasonOf(error), handedOver, error instanceof Error ? { cause: error } : {}),
      );
    const answered = (response: IncomingMessage): void => {
      let excerpt = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        excerpt = (excerpt + chunk).slice(0, EXCERPT_BYTES);
        if (excerpt.length >= EXCERPT_BYTES) response.destroy();
      });
      response.on('error', fail);
      response.on('close', () => done({ status: response.statusCode ?? 0, excerpt }));
    };
    const request: ClientRequest = (url.protocol === 'https:' ? tlsRequest : plainRequest)(url, options, answered);
    request.on('error', fail);
    request.on('socket', (socket) =>
      // From here on the other side may have it, whatever becomes of the connection.
      socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => (handedOver = true)),
    );
    request.end(post.body);
  });
}

type LookupDone = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

function publicOnly(host: string, options: { all?: boolean }, done: LookupDone): void {
  resolve(host, { ...options, all: true }, (error, addresses) => {
    if (error) return done(error, []);
    if (addresses.length === 0 || !addresses.every(({ address }) => isPublicAddress(address)))
      return done(new AddressClosed('The address leads to a private network.'), []);
    if (options.all) done(null, addresses);
    else done(null, addresses[0]!.address, addresses[0]!.family);
  });
}

const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');

/** What went wrong, without what was sent or where to. */
function reasonOf(error: unknown): string {
  const { name, code } = (error ?? {}) as { name?: string; code?: string };
  if (name === 'TimeoutError' || code === 'ABORT_ERR' || name === 'AbortError') return 'no answer in time';
  return code ? `the connection failed (${code})` : 'the connection failed';
}
