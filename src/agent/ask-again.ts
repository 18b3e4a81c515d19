import type { Clock } from '../core/clock.ts'
import { failureKind } from '../core/failure-kind.ts'
import type { Random } from '../core/random.ts'
import { type RetryOptions, retryDelay } from '../core/retry.ts'
import { AnswerBroke, mayPass } from './begin-answer.ts'
import { untilAborted } from './until-aborted.ts'

/** How often a model is asked that is busy or cannot be reached, unless the agent says otherwise. */
export const MODEL_RETRY: RetryOptions = { maxAttempts: 3, initialDelayMs: 2_000, maxDelayMs: 60_000 }

/** What asking again needs. */
export interface Patience {
  readonly retry: RetryOptions
  readonly clock: Clock
  readonly random: Random
  readonly signal: AbortSignal
  /** Told before each wait. */
  readonly failed: (attempt: number, thrown: unknown, retryInMs: number) => void
}

/**
 * Asks until there is an answer: again after a wait where the failure is one that passes (I33: 429, 503, a connection that
 * broke), as `Retry-After` has it. Nothing of an answer may have been used, so only the beginning of one is asked for again.
 *
 * @throws what the last attempt threw; the signal's reason after an abort
 */
export async function askAgain<T>(ask: () => Promise<T>, patience: Patience): Promise<T> {
  const { retry, random, signal, failed } = patience
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask()
    } catch (thrown) {
      if (signal.aborted) throw thrown
      const hasBegun = thrown instanceof AnswerBroke
      const cause = hasBegun ? thrown.cause : thrown
      const policy: RetryOptions = { ...retry, when: retry.when ?? (hasBegun ? mayPass : isTransient) }
      const delayMs = retryDelay(policy, attempt, cause, random)
      if (delayMs === undefined) throw thrown
      failed(attempt, cause, delayMs)
      await wait(delayMs, patience)
    }
  }
}

function isTransient(thrown: unknown): boolean {
  return failureKind(thrown).lasting === 'transient'
}

async function wait(ms: number, { clock, signal }: Patience): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = clock.setTimer(resolve, ms)
  try {
    await untilAborted(promise, signal)
  } finally {
    timer.clear()
  }
}
