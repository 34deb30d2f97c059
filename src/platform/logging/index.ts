export { createLogger, type Logger, PinoRootLogger, RootLogger } from './logger.js';
