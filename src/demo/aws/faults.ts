import type { ServerResponse } from 'node:http';

/** Ways in which an API goes wrong. */
export type FaultKind =
  /** 403 AccessDenied. */
  | 'forbidden'
  /** 400 Throttling. */
  | 'throttled'
  /** An HTML page with `status` (500 unless told), as a proxy in between answers. */
  | 'html'
  /** 200 with XML (or JSON) that breaks off. */
  | 'malformed'
  /** 200 with nothing in it. */
  | 'empty'
  /** There is always another page, each with a mark of its own. */
  | 'endless'
  /** There is always another page, and its mark never changes. */
  | 'stuck'
  /** The answer comes after `ms`. */
  | 'slow'
  /** The answer never comes. */
  | 'hang'
  /** The connection is cut before the answer. */
  | 'cut'
  /** 400 InvalidAction: an IAM-compatible server that does not have this API. */
  | 'unknown-action'
  /** A wire error of one's own: `code` and `status`. */
  | 'error';

export interface Fault {
  readonly kind: FaultKind;
  /** 'ListAccessKeys'; '*' = every call. */
  readonly action: string;
  readonly account?: string;
  /** The thing the call names: a user name, an ARN, a key id. */
  readonly resource?: string;
  /** How many calls it spoils; left out = all of them. */
  readonly times?: number;
  readonly status?: number;
  readonly code?: string;
  readonly ms?: number;
}

/** The call a fault may meet. */
export interface Aim {
  readonly action: string;
  readonly account: string | null;
  readonly resource: string | undefined;
}

/** What is set to go wrong, in the order it was set. */
export class Faults {
  private readonly set: { fault: Fault; left: number }[] = [];

  /** Returns the way to take it back. */
  add(fault: Fault): () => void {
    const entry = { fault, left: fault.times ?? Number.POSITIVE_INFINITY };
    this.set.push(entry);
    return () => {
      const index = this.set.indexOf(entry);
      if (index >= 0) this.set.splice(index, 1);
    };
  }

  clear(): void {
    this.set.length = 0;
  }

  /** The fault this call meets; it counts as met. */
  meet(aim: Aim): Fault | null {
    const entry = this.set.find(
      ({ fault, left }) =>
        left > 0 &&
        (fault.action === '*' || fault.action === aim.action) &&
        (fault.account === undefined || fault.account === aim.account) &&
        (fault.resource === undefined || fault.resource === aim.resource),
    );
    if (!entry) return null;
    entry.left--;
    return entry.fault;
  }
}

const HTML =
  '<!DOCTYPE html><html><head><title>Something went wrong</title></head><body><h1>Something went wrong</h1></body></html>';

/** Sends what a fault sends instead of an answer. True = it did; the paging faults spoil a real answer instead. */
export function sendFault(
  fault: Fault,
  response: ServerResponse,
  wireError: (code: string, status: number, message: string) => void,
): boolean {
  switch (fault.kind) {
    case 'forbidden':
      wireError('AccessDenied', 403, 'User is not authorized to perform this action');
      return true;
    case 'throttled':
      wireError('Throttling', 400, 'Rate exceeded');
      return true;
    case 'unknown-action':
      wireError(
        'InvalidAction',
        400,
        'The action or operation requested is invalid. Verify that the action is typed correctly.',
      );
      return true;
    case 'error':
      wireError(
        fault.code ?? 'ServiceFailure',
        fault.status ?? 500,
        'The request processing has failed because of an unknown error',
      );
      return true;
    case 'html':
      response.writeHead(fault.status ?? 500, { 'content-type': 'text/html' }).end(HTML);
      return true;
    case 'malformed':
      response
        .writeHead(200, { 'content-type': 'text/xml' })
        .end('<ListResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ListResult><memb');
      return true;
    case 'empty':
      response.writeHead(200, { 'content-type': 'text/xml' }).end();
      return true;
    case 'cut':
      response.socket?.destroy();
      return true;
    case 'hang':
      return true;
    case 'slow':
    case 'endless':
    case 'stuck':
      return false;
  }
}
