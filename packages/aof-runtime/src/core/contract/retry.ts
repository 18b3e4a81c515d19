import { checkOptions, namesOf } from './option-names.ts'
import { MAX_DELAY_MS } from '../host/clock.ts'
import { failureKind } from './failure-kind.ts'
import { checkCount, checkDuration, checkType, MisuseError } from './misuse.ts'
import type { Random } from '../host/random.ts'
import { ignoreLater } from './safe-checks.ts'

/** The retries of a tool's calls. */
export interface RetryOptions {
  /** The most attempts of a call, the first one included: 1 to 100. */
  readonly maxAttempts: number
  /** The longest wait before the second attempt, in milliseconds: 0 to 2 147 483 647. @default 200 */
  readonly initialDelayMs?: number
  /** The longest wait before any attempt, in milliseconds: at least `initialDelayMs`. @default 30 000 */
  readonly maxDelayMs?: number
  /** The factor by which the longest wait grows from attempt to attempt: 1 to 10. @default 2 */
  readonly factor?: number
  /**
   * The longest pause that a server may ask for (`Retry-After`), in milliseconds: 0 to 2 147 483 647. If it asks for a longer
   * one, the call fails at once.
   * @default 60 000
   */
  readonly maxRetryAfterMs?: number
  /**
   * Whether a thrown value is worth another attempt.
   * @default true, except for failures that will repeat: a `ToolFailure` that is not `retryable`, and HTTP statuses from 400 to
   * 499 other than 408, 425 and 429
   */
  readonly when?: (thrown: unknown) => boolean
}

const RETRY_OPTIONS = namesOf<RetryOptions>()('maxAttempts initialDelayMs maxDelayMs factor maxRetryAfterMs when')

export function checkRetry(option: string, retry: RetryOptions): void {
  checkOptions(option, retry, RETRY_OPTIONS)
  const { maxAttempts, initialDelayMs, maxDelayMs, factor, maxRetryAfterMs } = withDefaults(retry)
  checkCount(`${option}.maxAttempts`, maxAttempts, 1, 100)
  checkDuration(`${option}.initialDelayMs`, initialDelayMs, 0, MAX_DELAY_MS)
  checkDuration(`${option}.maxDelayMs`, maxDelayMs, initialDelayMs, MAX_DELAY_MS)
  checkDuration(`${option}.maxRetryAfterMs`, maxRetryAfterMs, 0, MAX_DELAY_MS)
  if (typeof factor !== 'number' || !(factor >= 1 && factor <= 10))
    throw new MisuseError(`${option}.factor`, 'a number from 1 to 10', factor)
  checkType(`${option}.when`, retry.when, 'function')
}

function withDefaults(retry: RetryOptions): Required<Omit<RetryOptions, 'when'>> {
  const { maxAttempts, initialDelayMs = 200, maxDelayMs = 30_000, factor = 2, maxRetryAfterMs = 60_000 } = retry
  return { maxAttempts, initialDelayMs, maxDelayMs, factor, maxRetryAfterMs }
}

/**
 * The delay before the next attempt: exponential back-off with full jitter ("Exponential Backoff And Jitter", AWS
 * Architecture Blog, 2015), so that calls which failed together do not retry together. The delay is at least the pause that
 * the server asks for, if it asks for one.
 *
 * @param attempts number of attempts so far, at least 1
 * @param thrown the value that the last attempt threw
 * @returns milliseconds, or undefined if there is no other attempt
 */
export function retryDelay(retry: RetryOptions, attempts: number, thrown: unknown, random: Random): number | undefined {
  const { maxAttempts, initialDelayMs, maxDelayMs, factor, maxRetryAfterMs } = withDefaults(retry)
  if (attempts >= maxAttempts || !isWorthIt(retry, thrown)) return undefined
  const longest = Math.min(maxDelayMs, initialDelayMs * factor ** (attempts - 1))
  const { retryAfterMs = 0 } = failureKind(thrown)
  if (retryAfterMs > maxRetryAfterMs) return undefined
  return Math.min(MAX_DELAY_MS, Math.ceil(retryAfterMs + shareOf(random) * longest))
}

/** A share from 0 to 1 of the longest wait: 1 if the application's random source throws or returns anything else. */
function shareOf(random: Random): number {
  try {
    const share = random()
    return share >= 0 && share <= 1 ? share : 1
  } catch {
    return 1
  }
}

function isWorthIt({ when }: RetryOptions, thrown: unknown): boolean {
  if (when === undefined) return failureKind(thrown).lasting !== 'permanent'
  try {
    const answer: unknown = when(thrown)
    ignoreLater(answer)
    return answer === true
  } catch {
    // If `when` fails, there is no other attempt.
    return false
  }
}
