import { AsyncResource } from 'node:async_hooks'

/** The async context of a moment (`AsyncLocalStorage`, spans), for what is to run in it later. */
export interface AsyncContext {
  /** Calls a method in that context. */
  runInAsyncScope<This, A>(method: (this: This, argument: A) => void, self: This, argument: A): void
}

/** Keeps the present context. Needs no clean-up. */
export function captureAsyncContext(): AsyncContext {
  return new AsyncResource('aof.batch', { requireManualDestroy: true })
}
