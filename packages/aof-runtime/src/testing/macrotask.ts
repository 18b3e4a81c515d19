/** The host's functions for running code in a later turn of the event loop; `setTimeout` exists everywhere. */
export interface MacrotaskHost {
  readonly setImmediate?: ((callback: () => void) => unknown) | undefined
  readonly MessageChannel?: typeof MessageChannel | undefined
  readonly setTimeout: (callback: () => void, delayMs: number) => unknown
}

/**
 * Returns a function that waits for the next turn of the host's event loop, by the fastest means that the host has.
 *
 * All microtasks and `process.nextTick` callbacks that are queued, and those that they queue in turn, run before it
 * resolves. A fixed number of `await`s cannot promise that.
 */
export function macrotaskTurn(host: MacrotaskHost): () => Promise<void> {
  // Read once, so that a test that replaces the global timers does not stop the virtual clock.
  const { setImmediate: immediate, MessageChannel: Channel, setTimeout: timeout } = host
  if (immediate !== undefined) return () => new Promise((resolve) => void immediate(resolve))
  if (Channel !== undefined) return () => messageTurn(new Channel())
  return () => new Promise((resolve) => void timeout(resolve, 0))
}

function messageTurn({ port1, port2 }: MessageChannel): Promise<void> {
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
}

/**
 * Resolves when all queued microtasks, and those that they queue, have run. No virtual time passes.
 *
 * @example
 * ```ts
 * import { settleMicrotasks } from 'aof-runtime/testing'
 *
 * let reached = false
 * void Promise.resolve().then(() => Promise.resolve()).then(() => (reached = true))
 * await settleMicrotasks()
 * console.log(reached)
 * ```
 */
export const settleMicrotasks: () => Promise<void> = macrotaskTurn(globalThis)
