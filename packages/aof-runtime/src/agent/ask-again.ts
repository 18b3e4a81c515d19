import type { Clock } from '../core/host/clock.ts'
import { failureKind } from '../core/contract/failure-kind.ts'
import type { Random } from '../core/host/random.ts'
import { type RetryOptions, retryDelay } from '../core/contract/retry.ts'
import { sleep } from '../core/host/sleep.ts'
import { AnswerBroke, mayPass } from './begin-answer.ts'

/** The default retries of a model that is busy or unreachable. */
export const MODEL_RETRY: RetryOptions = { maxAttempts: 3, initialDelayMs: 2_000, maxDelayMs: 60_000 }

/** The retry policy of one request, and its surroundings. */
export interface RetryPolicy {
  readonly retry: RetryOptions
  readonly clock: Clock
  readonly random: Random
  readonly signal: AbortSignal
  /** Called before each wait. */
  readonly failed: (attempt: number, thrown: unknown, retryInMs: number) => void
}

/**
 * Requests an answer, and repeats the request after a wait if the failure is transient (I33: 429, 503, a broken
 * connection), respecting `Retry-After`. The caller must not have used any part of an answer, so `ask` reads only the
 * beginning of one.
 *
 * @throws the error of the last attempt; the signal's reason after an abort
 */
export async function askAgain<T>(ask: () => Promise<T>, policy: RetryPolicy): Promise<T> {
  const { retry, clock, random, signal, failed } = policy
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask()
    } catch (thrown) {
      if (signal.aborted) throw thrown
      const hasBegun = thrown instanceof AnswerBroke
      const cause = hasBegun ? thrown.cause : thrown
      const options: RetryOptions = {
        ...retry,
        when: retry.when ?? (hasBegun ? mayPass : (error) => failureKind(error).lasting === 'transient'),
      }
      const delayMs = retryDelay(options, attempt, cause, random)
      if (delayMs === undefined) throw thrown
      failed(attempt, cause, delayMs)
      await sleep(clock, delayMs, [signal])
    }
  }
}
