import { AsyncLocalStorage } from 'node:async_hooks';

interface RequestContext {
  readonly requestId: string;
}

const storage = new AsyncLocalStorage<RequestContext>();

/** Everything from here on in this request's chain of calls belongs to it. */
export const enterRequest = (requestId: string): void => storage.enterWith({ requestId });

/** The request this code runs for, or null in background work. */
export const currentRequestId = (): string | null => storage.getStore()?.requestId ?? null;
