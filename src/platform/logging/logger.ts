import { pino, type Logger as PinoLogger, type LoggerOptions } from 'pino';
import { strikeOutSecrets } from '../crypto/index.js';

export type Logger = Pick<PinoLogger, 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'> & {
  child(bindings: Record<string, unknown>): Logger;
};

/** The one logger; every part takes a child of it. */
export abstract class RootLogger {
  abstract readonly pino: PinoLogger;
  child(bindings: Record<string, unknown>): Logger {
    return this.pino.child(bindings);
  }
}

/** Members that never reach a log, wherever they stand. */
const REDACTED = [
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'secret',
  'token',
  'secretAccessKey',
  'clientSecret',
  'sessionToken',
];

/** An error as it is logged: its kind, its words without anything that looks like a secret, and where it came from. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? strikeOutSecrets(error) : error;
  return {
    type: error.name,
    message: strikeOutSecrets(error.message),
    code: (error as { code?: unknown }).code,
    stack: error.stack ? strikeOutSecrets(error.stack) : undefined,
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}

export function createLogger(level: string, destination?: NodeJS.WritableStream): PinoLogger {
  const options: LoggerOptions = {
    level,
    base: undefined,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    redact: {
      paths: REDACTED.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`, `*.*.*["${name}"]`]),
      censor: '[redacted]',
    },
    serializers: { error: describeError, err: describeError },
    hooks: {
      // The last line of defence: a secret in free text, that no path names.
      streamWrite: (line) => strikeOutSecrets(line),
    },
  };
  return destination ? pino(options, destination) : pino(options, process.stderr);
}

export class PinoRootLogger extends RootLogger {
  constructor(readonly pino: PinoLogger) {
    super();
  }
}
