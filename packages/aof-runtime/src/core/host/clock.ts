/**
 * The one way by which time enters: tests put a virtual clock here.
 *
 * @example
 * ```ts
 * import { ToolExecutor } from 'aof-runtime'
 * import { VirtualClock } from 'aof-runtime/testing'
 *
 * const clock = new VirtualClock()
 * const executor = new ToolExecutor({ tools: [], clock })
 * ```
 */
export interface Clock {
  /** Milliseconds from an arbitrary start; it never goes back. */
  now(): number
  /** Calls `callback` once, `delayMs` milliseconds from now (0 to 2 147 483 647). */
  setTimer(callback: () => void, delayMs: number, options?: TimerOptions): TimerHandle
}

/** How a timer is set. */
export interface TimerOptions {
  /** Whether the process goes on until it has fired, where the platform can tell. @default true */
  readonly keepsAlive?: boolean
}

/** A timer that was set and may be cleared. */
export interface TimerHandle {
  /** After this the callback is not called. Clearing twice, or late, does nothing. */
  clear(): void
}

/** The longest delay that timers take: more makes Node's fire at once (2³¹ − 1 ms, about 24.8 days). */
export const MAX_DELAY_MS = 2_147_483_647

// The global is an accessor in Node, and this is read for every call.
const { performance } = globalThis

/** The machine's monotonic clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimer(callback, delayMs, options) {
    const timer = setTimeout(callback, delayMs)
    if (options?.keepsAlive === false) timer.unref?.()
    return { clear: () => clearTimeout(timer) }
  },
}
