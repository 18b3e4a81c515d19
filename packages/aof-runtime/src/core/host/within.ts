import type { Clock, TimerOptions } from './clock.ts'

/**
 * Waits for a promise, but no longer than `ms` milliseconds.
 *
 * @param late returns the value to use, or a promise of it, if the time is over first
 */
export async function within<T, L>(
  promise: PromiseLike<T>,
  ms: number,
  clock: Clock,
  late: () => L | PromiseLike<L>,
  options?: TimerOptions,
): Promise<T | L> {
  const { promise: timeout, resolve } = Promise.withResolvers<L>()
  const timer = clock.setTimer(() => resolve(late()), ms, options)
  try {
    return await Promise.race([promise, timeout])
  } finally {
    timer.clear()
  }
}
