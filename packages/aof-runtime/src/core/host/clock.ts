/**
 * The only source of time: tests put a virtual clock here.
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
  /** Milliseconds since an arbitrary start; never decreases. */
  now(): number
  /** Calls `callback` once, `delayMs` milliseconds from now (0 to 2 147 483 647). */
  setTimer(callback: () => void, delayMs: number, options?: TimerOptions): TimerHandle
}

/** Options of a timer. */
export interface TimerOptions {
  /** Whether the timer keeps the process alive until it fires, on platforms that know this. @default true */
  readonly keepsAlive?: boolean
}

/** A timer that is set and can be cleared. */
export interface TimerHandle {
  /** Clears the timer: its callback is not called any more. Clearing twice, or after it has fired, does nothing. */
  clear(): void
}

/** The longest delay of a timer, 2³¹ − 1 ms (about 24.8 days): with more, Node's timers fire at once. */
export const MAX_DELAY_MS = 2_147_483_647

// In Node the global is an accessor, and the clock is read for every call.
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
