import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '../config/index.js';
import { type Logger, RootLogger } from '../logging/index.js';
import { errorFormOf } from './error-forms.js';
import {
  DomainError,
  MediaTypeUnsupported,
  NotAllowed,
  NotSignedIn,
  RequestInvalid,
  RequestMalformed,
  RequestTooLarge,
  RouteUnknown,
  toProblem,
} from './problem.js';

/** The one place where an error becomes a response. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger: Logger;
  constructor(
    private readonly config: Config,
    logger: RootLogger,
  ) {
    this.logger = logger.child({ part: 'http' });
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    sendProblem(
      error,
      http.getRequest<FastifyRequest>(),
      http.getResponse<FastifyReply>(),
      this.config.publicUrl(),
      this.logger,
    );
  }
}

/** Also used by hooks that run before Nest does. */
export function sendProblem(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  base: string,
  logger: Logger,
): void {
  const known = translate(error);
  const problem = toProblem(known, request.id, base);
  if (known !== error && isDataException(error))
    logger.warn(
      { requestId: request.id, method: request.method, route: request.routeOptions?.url, error },
      'the database could not read a value that came with a request',
    );
  if (problem.status >= 500)
    logger.error(
      { requestId: request.id, method: request.method, route: request.routeOptions?.url, error },
      'a request failed',
    );
  if (problem.status === 401)
    void reply.header('www-authenticate', (known instanceof DomainError && known.challenge) || 'Bearer');
  if (reply.sent || reply.raw.headersSent) return;
  const form = errorFormOf(request.url);
  if (form) {
    const { status, body } = form.write(problem);
    // The standard's form has no place for what it is called here, and where that is explained.
    if (known instanceof DomainError) void reply.header('link', `<${problem.type}>; rel="help"`);
    void reply.status(status).type(form.mediaType).send(JSON.stringify(body));
    return;
  }
  void reply.status(problem.status).type('application/problem+json; charset=utf-8').send(JSON.stringify(problem));
}

/** Errors of the framework in our terms. Their messages are replaced: some repeat what was sent. */
function translate(error: unknown): unknown {
  if (error instanceof DomainError) return error;
  const { code, statusCode } = (error ?? {}) as { code?: string; statusCode?: number };
  // What no schema foresaw and the database does not take: a forged cursor, above all.
  if (isDataException(error))
    return new RequestInvalid(
      [],
      'Some of what was sent cannot be read as what it should be: a cursor, an id, an instant.',
    );
  const status = error instanceof HttpException ? error.getStatus() : statusCode;
  if (typeof code === 'string' && code.startsWith('FST_')) {
    if (
      code.includes('BODY_TOO_LARGE') ||
      code === 'FST_REQ_FILE_TOO_LARGE' ||
      code === 'FST_PARTS_LIMIT' ||
      code === 'FST_FILES_LIMIT' ||
      code === 'FST_FIELDS_LIMIT'
    ) {
      return new RequestTooLarge('The request is larger than this address takes.');
    }
    if (code.includes('MEDIA_TYPE'))
      return new MediaTypeUnsupported('Send application/json (or multipart/form-data where a file is asked for).');
  }
  switch (status ?? 0) {
    case 400:
      return new RequestMalformed('The request could not be read: its body is not well-formed.');
    case 401:
      return new NotSignedIn();
    case 403:
      return new NotAllowed();
    case 404:
      return new RouteUnknown('There is nothing at this address. The API is described at /docs.');
    case 405:
      return new RouteUnknown('This address does not take that method. The API is described at /docs.');
    case 413:
      return new RequestTooLarge('The request is larger than this address takes.');
    case 414:
    case 431:
      return new RequestTooLarge('The address or the headers are too long.');
    case 415:
      return new MediaTypeUnsupported('Send application/json (or multipart/form-data where a file is asked for).');
    case 422:
      return new RequestInvalid([]);
    default:
      return status !== undefined && status >= 400 && status < 500
        ? new RequestMalformed('The request could not be read.')
        : error;
  }
}

/** PostgreSQL's class 22: a value is not of its type, out of its range, or of characters it does not keep. */
const isDataException = (error: unknown): boolean =>
  error instanceof Error && 'severity' in error && /^22[0-9A-Z]{3}$/.test(String((error as { code?: unknown }).code));
