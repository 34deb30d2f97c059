import type { LoggerService } from '@nestjs/common';
import type { PinoRootLogger } from '../logging/index.js';

/** Nest's own messages, in our log. Its start-up chatter is debug. */
export class NestLog implements LoggerService {
  private readonly logger;
  constructor(root: PinoRootLogger) {
    this.logger = root.child({ part: 'nest' });
  }
  log(message: unknown): void {
    this.logger.debug(String(message));
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.logger.error(
      { error: message instanceof Error ? message : rest.find((part) => part instanceof Error) },
      String(message),
    );
  }
  warn(message: unknown): void {
    this.logger.warn(String(message));
  }
  debug(message: unknown): void {
    this.logger.debug(String(message));
  }
  verbose(message: unknown): void {
    this.logger.trace(String(message));
  }
  fatal(message: unknown): void {
    this.logger.fatal(String(message));
  }
}
