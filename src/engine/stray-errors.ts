import { AsyncLocalStorage } from 'node:async_hooks';

/** Which attempt of which check the running code belongs to, however far it went from `run`. */
export interface AttemptContext {
  checkId: string;
  number: number;
  isOver(): boolean;
}

const current = new AsyncLocalStorage<AttemptContext>();

export function inAttempt<T>(context: AttemptContext, work: () => T): T {
  return current.run(context, work);
}

export function currentAttempt(): AttemptContext | undefined {
  return current.getStore();
}

/** Receives an error that no promise caught; `context` is absent if it came from no check. */
export type OnStrayError = (thrown: unknown, context: AttemptContext | undefined) => void;

/**
 * Calls `onStray` with what a check throws outside of its promise (in a timer, a listener, a promise without a handler)
 * instead of ending the process. Returns a function that stops it.
 */
export function catchStrayErrors(onStray: OnStrayError): () => void {
  const listener = (thrown: unknown) => onStray(thrown, currentAttempt());
  process.on('uncaughtException', listener);
  process.on('unhandledRejection', listener);
  return () => {
    process.off('uncaughtException', listener);
    process.off('unhandledRejection', listener);
  };
}
