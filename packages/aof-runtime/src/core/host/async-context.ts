import { AsyncResource } from 'node:async_hooks'

/** A captured async context (`AsyncLocalStorage`, spans), in which code can run later. */
export interface AsyncContext {
  /** Calls a method in that context. */
  runInAsyncScope<This, A>(method: (this: This, argument: A) => void, self: This, argument: A): void
}

/** Captures the present context. It needs no clean-up. */
export function captureAsyncContext(): AsyncContext {
  return new AsyncResource('aof.batch', { requireManualDestroy: true })
}
