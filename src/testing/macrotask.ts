/** The ways in which a host can be asked for its next turn; of each, at least `setTimeout` is everywhere. */
export interface MacrotaskHost {
  readonly setImmediate?: ((callback: () => void) => unknown) | undefined
  readonly MessageChannel?: typeof MessageChannel | undefined
  readonly setTimeout: (callback: () => void, delayMs: number) => unknown
}

/**
 * A function that waits for the host's next turn, by the quickest way that the host has.
 *
 * Everything that is queued as a microtask, or by `process.nextTick`, and all that those queue in turn, runs before it
 * resolves: that is what a fixed number of `await`s cannot promise.
 */
export function macrotaskTurn(host: MacrotaskHost): () => Promise<void> {
  // Kept as they are now, so that a test that fakes the global timers does not stop the virtual clock.
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
 * Resolves once all microtasks that are queued, and those that they queue, have run. No time passes on any virtual
 * clock.
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
