import type { Clock } from './clock.ts'

/**
 * Resolves after `ms` milliseconds on `clock`, or rejects with the reason of the first signal that aborts. In both
 * cases it leaves neither timer nor listener behind.
 */
export function sleep(clock: Clock, ms: number, signals: readonly AbortSignal[] = []): Promise<void> {
  return new Promise((resolve, reject) => {
    for (const signal of signals) signal.throwIfAborted()
    const removeListeners = (): void => {
      for (const signal of signals) signal.removeEventListener('abort', onAbort)
    }
    const timer = clock.setTimer(() => {
      removeListeners()
      resolve()
    }, ms)
    const onAbort = (): void => {
      timer.clear()
      removeListeners()
      reject(signals.find(({ aborted }) => aborted)?.reason)
    }
    for (const signal of signals) signal.addEventListener('abort', onAbort)
  })
}
