import type { INestApplication, Type } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, NestFactory, Reflector } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import multipart from '@fastify/multipart';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { v7 } from 'uuid';
import { type Config } from '../config/index.js';
import { secretShapeIn } from '../crypto/index.js';
import { type Logger, type PinoRootLogger, RootLogger } from '../logging/index.js';
import { type Actor, ALLOW, Authenticator, OPEN } from './actor.js';
import { answerCrossOrigin } from './cross-origin.js';
import { NestLog } from './nest-log.js';
import { sendProblem } from './problem.filter.js';
import { MediaTypeUnsupported, NotSignedIn, RequestTookTooLong } from './problem.js';
import { limitRates } from './rate-limits.js';
import { enterRequest } from './request-context.js';

const BODY_LIMIT_BYTES = 1024 * 1024;
/** Of what anybody may send: enough for a one-time link, a sign-out, a signed event. */
const OPEN_BODY_LIMIT_BYTES = 16 * 1024;
const UPLOAD_MS = 30 * 60_000;
const UPLOADS = /\/imports$/;
/** Open beside the routes that say so themselves: the description of the API, the sign-in, and the page that leads to it. */
const OPEN_PATHS =
  /^\/(?:$|healthz\/|openapi\.json$|docs(?:\/|$)|problems\/|api\/v1\/auth\/|reviews$|assets\/|favicon)/;

/** Makes the HTTP application of a root module, with everything every route shares. Does not listen yet. */
export async function createHttpApp(
  module: Type | { module: Type },
  logger: PinoRootLogger,
  config: Config,
): Promise<NestFastifyApplication> {
  const proxies = config.get('MANDATE_TRUSTED_PROXIES');
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    // The whole request, body and all, then what is done with it; headers that trickle in are cut off sooner.
    requestTimeout: UPLOAD_MS,
    http: { headersTimeout: 20_000 },
    connectionTimeout: 0,
    trustProxy: proxies.length > 0 ? proxies : false,
    keepAliveTimeout: 72_000,
    genReqId: (request: { headers: Record<string, unknown> }) => requestId(request.headers['x-request-id']),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 500 },
  } as never);
  const app = await NestFactory.create<NestFastifyApplication>(module as Type, adapter, {
    logger: new NestLog(logger),
    abortOnError: false,
    bodyParser: false,
  });
  app.setGlobalPrefix('api/v1', {
    exclude: [
      '/',
      'healthz/live',
      'healthz/ready',
      'metrics',
      'openapi.json',
      'problems/:code',
      'scim/v2/*path',
      'signals/events',
      'reports/programme.html',
      'reviews',
    ],
  });
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRoute', (route) => {
    if (OPEN_PATHS.test(route.url)) route.bodyLimit = Math.min(route.bodyLimit ?? Infinity, OPEN_BODY_LIMIT_BYTES);
  });
  const isHttps = (config.get('MANDATE_PUBLIC_URL') ?? '').startsWith('https:');
  await app.register(cookie);
  await app.register(helmet, {
    // Promised only where it is kept: a browser that was told so once refuses plain http from then on.
    strictTransportSecurity: isHttps ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    // With "no-referrer" a browser hides the origin of our own forms too, and nobody could tell them from another site's.
    referrerPolicy: { policy: 'same-origin' },
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        scriptSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        frameAncestors: ["'none'"],
        upgradeInsecureRequests: isHttps ? [] : null,
      },
    },
  });
  await app.register(multipart, { limits: { fieldSize: 4096, fields: 20, files: 1, parts: 21, headerPairs: 50 } });
  acceptEmptyJson(fastify as never);
  acceptFormsOfPages(fastify);
  const root = app.get(RootLogger).child({ part: 'http' });
  const authenticator = app.get(Authenticator);
  const limits = await limitRates(app, config);
  const authenticate = async (request: FastifyRequest, reply: FastifyReply): Promise<Actor | null> => {
    try {
      return await authenticator.authenticate(request);
    } catch (error) {
      if (error instanceof NotSignedIn) await limits.withoutCaller(request, reply);
      throw error;
    }
  };
  // Whose answer comes while we stop must not keep the connection: the server waits for every one that is open.
  let isStopping = false;
  fastify.addHook('preClose', async () => void (isStopping = true));
  fastify.addHook('onSend', async (_request, reply) => {
    if (isStopping) void reply.header('connection', 'close');
  });
  const patienceMs = config.get('MANDATE_REQUEST_TIMEOUT_SECONDS') * 1000;
  fastify.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    const timer = setTimeout(
      () => answerLate(request, reply, config.publicUrl(), root),
      UPLOADS.test(request.url.split('?')[0]!) ? UPLOAD_MS : patienceMs,
    );
    reply.raw.once('close', () => clearTimeout(timer));
    enterRequest(request.id);
    void reply.header('x-request-id', request.id).header('cache-control', 'no-store');
    try {
      if (answerCrossOrigin(config, request, reply)) return reply;
      await limits.beforeSignIn(request, reply);
      const actor = await authenticate(request, reply);
      if (actor) {
        request.actor = actor;
        await limits.withCaller(request, reply, actor);
      } else {
        await limits.withoutCaller(request, reply);
        if (!OPEN_PATHS.test(request.url.split('?')[0]!)) throw new NotSignedIn();
      }
    } catch (error) {
      // Its body is never read: whoever sends one to nobody is not kept on the line for the rest of it.
      if (request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined)
        void reply.header('connection', 'close');
      sendProblem(error, request, reply, config.publicUrl(), root);
      return reply;
    }
    return undefined;
  });
  return app;
}

/** What was asked for goes on; whoever asked is not left waiting. What comes of it later has nobody to go to. */
function answerLate(request: FastifyRequest, reply: FastifyReply, base: string, logger: Logger): void {
  if (reply.sent || reply.raw.headersSent) return;
  const words = 'This takes too long now. Read the resource to see what became of it, or try again.';
  sendProblem(new RequestTookTooLong(words), request, reply, base, logger);
}

/** The one form our own pages send; everywhere else a form is somebody else's. */
const FORM_PATH = '/api/v1/auth/sign-out';
function acceptFormsOfPages(fastify: {
  addContentTypeParser(
    type: string,
    options: { parseAs: 'string'; bodyLimit: number },
    parser: (request: FastifyRequest, body: string, done: (error: Error | null, value?: unknown) => void) => void,
  ): void;
}): void {
  fastify.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: 4096 },
    (request, body, done) =>
      request.url.split('?')[0] === FORM_PATH
        ? done(null, Object.fromEntries(new URLSearchParams(body)))
        : done(new MediaTypeUnsupported('Send application/json (or multipart/form-data where a file is asked for).')),
  );
}

/** A caller's own id is kept when it is harmless to log; else we make one. */
const requestId = (given: unknown): string =>
  typeof given === 'string' && /^[A-Za-z0-9_.:-]{8,100}$/.test(given) && secretShapeIn(given) === null ? given : v7();

/** Fastify refuses `application/json` without a body; for us it is an empty object. */
function acceptEmptyJson(fastify: {
  removeContentTypeParser(type: string): void;
  addContentTypeParser(
    type: string,
    options: { parseAs: 'string' },
    parser: (request: unknown, body: string, done: (error: Error | null, value?: unknown) => void) => void,
  ): void;
  getDefaultJsonParser(
    a: 'error',
    b: 'error',
  ): (request: unknown, body: string, done: (error: Error | null, value?: unknown) => void) => void;
}): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeContentTypeParser('application/json');
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) =>
    body.trim() === '' ? done(null, {}) : parse(request, body, done),
  );
  fastify.addContentTypeParser('application/scim+json', { parseAs: 'string' }, parse);
  // A security event is a signed token, not JSON: whoever receives it reads it.
  fastify.addContentTypeParser('application/secevent+jwt', { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  );
}

/** Refuses to start when a route says neither who may use it nor that everybody may. */
export function assertEveryRouteIsGuarded(app: INestApplication): void {
  const reflector = app.get(Reflector);
  const scanner = new MetadataScanner();
  const bare: string[] = [];
  for (const wrapper of app.get(DiscoveryService).getControllers()) {
    const { metatype } = wrapper;
    if (!metatype) continue;
    const prototype = (metatype as Type).prototype as Record<string, unknown>;
    for (const name of scanner.getAllMethodNames(prototype)) {
      const handler = prototype[name] as () => void;
      if (Reflect.getMetadata('path', handler) === undefined) continue;
      const targets = [handler, metatype as Type];
      if (
        reflector.getAllAndOverride(ALLOW, targets) === undefined &&
        reflector.getAllAndOverride(OPEN, targets) === undefined
      )
        bare.push(`${(metatype as Type).name}.${name}`);
    }
  }
  if (bare.length > 0) throw new Error(`Routes that do not say who may use them: ${bare.join(', ')}`);
}
