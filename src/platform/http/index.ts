export * from './actor.js';
export { setVersion, SeenVersion, assertUnchanged } from './conditional.js';
export { HttpModule } from './http.module.js';
export { AnswerNotKept, AnswersSecret, IdempotencyKeysRepository, RequestAlreadyRunning } from './idempotency.js';
export { describeApi } from './openapi.js';
export { decodeCursor, encodeCursor, type Keys, type Page, pageOf, pageQuery, toPage } from './paging.js';
export * from './problem.js';
export { assertEveryRouteIsGuarded, createHttpApp } from './server.js';
export { checked } from './validation.js';
