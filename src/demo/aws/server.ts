import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { organizationsActions, queryActions } from './actions/index.js';
import { Call, type Caller } from './call.js';
import { callerOf } from './callers.js';
import { AwsError } from './errors.js';
import { type Fault, Faults, sendFault } from './faults.js';
import { Traffic } from './traffic.js';
import type { AwsWorld } from './world.js';
import { type Answer, answerXml, errorXml } from './xml.js';

/** A stand-in for the IAM, STS and Organizations endpoints of AWS, on one address. */
export interface AwsServer {
  /** What AWS_ENDPOINT_URL is set to. */
  readonly url: string;
  readonly world: AwsWorld;
  readonly faults: Faults;
  readonly traffic: Traffic;
  close(): Promise<void>;
}

/** Starts the stand-in on loopback. It never asks the machine for the time: `now` tells. */
export async function startAwsServer({
  world,
  now,
  port = 0,
}: {
  world: AwsWorld;
  now: () => number;
  port?: number;
}): Promise<AwsServer> {
  const faults = new Faults();
  const traffic = new Traffic();
  const server = createServer((request, response) => {
    handle({ world, now, faults, traffic }, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    world,
    faults,
    traffic,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Surroundings {
  readonly world: AwsWorld;
  readonly now: () => number;
  readonly faults: Faults;
  readonly traffic: Traffic;
}

/** A request taken apart: which action of which service, and how it is answered. */
interface Asked {
  readonly service: string;
  readonly action: string;
  readonly resource: string | undefined;
  /** The page mark that came with it. */
  readonly mark: string | undefined;
  run(caller: Caller): { body: string; type: string; marked(mark: string): string };
  error(code: string, message: string): { body: string; type: string };
}

async function handle(around: Surroundings, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request);
  const asked = take(around, request, body);
  const fail = (code: string, status: number, message: string) => {
    const { body: answer, type } = asked.error(code, message);
    response.writeHead(status, { 'content-type': type }).end(answer);
  };
  let caller: Caller;
  try {
    caller = callerOf(
      around.world,
      asked.service,
      { method: request.method ?? '', path: '/', query: '', headers: request.headers, body },
      around.now(),
    );
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    around.traffic.refused(asked.action);
    fail(error.code, error.status, error.message);
    return;
  }
  const done = around.traffic.began(asked.action, caller.account.id, asked.resource);
  response.once('close', done);
  const fault = around.faults.meet({ action: asked.action, account: caller.account.id, resource: asked.resource });
  if (fault?.kind === 'slow') await delay(fault.ms ?? 50);
  if (fault && sendFault(fault, response, fail)) return;
  try {
    const answer = asked.run(caller);
    response
      .writeHead(200, { 'content-type': answer.type })
      .end(fault && fault.kind !== 'slow' ? answer.marked(nextMark(fault, asked.mark)) : answer.body);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    fail(error.code, error.status, error.message);
  }
}

const SPOILT = 'more-';
const nextMark = (fault: Fault, mark: string | undefined): string =>
  fault.kind === 'stuck'
    ? `${SPOILT}0`
    : `${SPOILT}${mark?.startsWith(SPOILT) ? Number(mark.slice(SPOILT.length)) + 1 : 0}`;

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function take(around: Surroundings, request: IncomingMessage, body: string): Asked {
  const target = request.headers['x-amz-target'];
  return typeof target === 'string' ? takeJson(around, target, body) : takeQuery(around, request, body);
}

function takeQuery(around: Surroundings, request: IncomingMessage, body: string): Asked {
  const form = new URLSearchParams(body);
  const action = form.get('Action') ?? '';
  const service =
    /\/(iam|sts)\/aws4_request/.exec(request.headers.authorization ?? '')?.[1] ??
    (form.get('Version') === '2011-06-15' ? 'sts' : 'iam');
  const mark = form.get('Marker') ?? undefined;
  // A mark that a paging fault made up means nothing: the first page comes again.
  if (mark?.startsWith(SPOILT)) form.delete('Marker');
  const requestId = around.traffic.requestId();
  const probe = new Call(around.world, action, undefined as never, form, 0);
  return {
    service,
    action,
    resource: probe.resource,
    mark,
    run(caller) {
      const run = queryActions[service]?.[action];
      if (!run) throw new AwsError('InvalidAction', 400, `Could not find operation ${action}`);
      const answer: Answer = run(new Call(around.world, action, caller, form, around.now()));
      const show = (shown: Answer) => answerXml(service, action, shown, requestId);
      return {
        body: show(answer),
        type: 'text/xml',
        marked: (next) => show({ ...answer, IsTruncated: true, Marker: next }),
      };
    },
    error: (code, message) => ({ body: errorXml(service, code, message, requestId), type: 'text/xml' }),
  };
}

function takeJson(around: Surroundings, target: string, body: string): Asked {
  const action = target.slice(target.lastIndexOf('.') + 1);
  const type = 'application/x-amz-json-1.1';
  const input = JSON.parse(body || '{}') as Record<string, unknown>;
  const mark = typeof input.NextToken === 'string' ? input.NextToken : undefined;
  if (mark?.startsWith(SPOILT)) delete input.NextToken;
  return {
    service: 'organizations',
    action,
    resource: undefined,
    mark,
    run(caller) {
      const run = organizationsActions[action];
      if (!run) throw new AwsError('UnknownOperationException', 400, 'unknown operation');
      const answer = run({ world: around.world, caller, input }) as Record<string, unknown>;
      return { body: JSON.stringify(answer), type, marked: (next) => JSON.stringify({ ...answer, NextToken: next }) };
    },
    error: (code, message) => ({
      body: JSON.stringify({ __type: code === 'AccessDenied' ? 'AccessDeniedException' : code, Message: message }),
      type,
    }),
  };
}
