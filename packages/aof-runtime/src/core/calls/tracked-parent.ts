import { AsyncLocalStorage } from 'node:async_hooks'
import type { Nesting } from './nesting.ts'

/** An attempt whose tool makes calls from its async context. */
interface TrackedParent {
  readonly attempt: { readonly isStopped: boolean }
  openNesting(): Nesting | undefined
}

/** The attempt whose tool runs in this async context, for executors that track nesting. */
const running = new AsyncLocalStorage<TrackedParent>()

/** Runs a tool so that the calls that it makes, on any executor, count as nested in its own. */
export function runTracked<T>(parent: TrackedParent, run: () => T): T {
  return running.run(parent, run)
}

/** Whether the call of this code was cut, while its tool still runs: no call starts after an abort. */
export function trackedCallIsStopped(): boolean {
  return running.getStore()?.attempt.isStopped === true
}

/** The nested calls of the call of this code; undefined if it has no call, or none that is known. */
export function trackedNesting(): Nesting | undefined {
  return running.getStore()?.openNesting()
}
