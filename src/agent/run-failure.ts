import { MAX_MESSAGE_LENGTH } from '../core/failure.ts'
import { reasonsOf } from '../core/reasons.ts'
import { printable } from '../core/text.ts'
import type { AgentError } from './result.ts'
import type { Turn } from './turn.ts'

/** Ends a run as failed. */
export class RunFailure extends Error {
  readonly code: AgentError['code']

  /** @param cause what was thrown; its message ends ours */
  constructor(code: AgentError['code'], what: string, cause: unknown) {
    super(`${what}: ${reasonOf(cause)}`, { cause })
    this.code = code
  }

  /**
   * As a run's result tells it.
   *
   * @param redact takes secrets out: providers quote keys
   */
  toAgentError(redact: (message: string) => string): AgentError {
    return { code: this.code, message: redact(this.message), cause: this.cause }
  }
}

/** An answer broke off, and nothing of it can be gone on with. */
export function brokeOff(cause: unknown): RunFailure {
  return new RunFailure('model_failed', "The model's answer broke off", cause)
}

/**
 * Why a run fails whose last turn ended without a call to answer: a filter or a refusal stopped it, or the calls that the
 * provider speaks of never came. Undefined where the turn is an answer, whole or cut at its limit.
 */
export function failureOf({ end, hasCalls }: Pick<Turn, 'end' | 'hasCalls'>): RunFailure | undefined {
  if (end?.reason === 'content-filter')
    return new RunFailure('model_failed', 'The model gave no whole answer', new Error(end.what))
  if (end?.reason === 'tool-calls' && !hasCalls)
    return new RunFailure(
      'model_failed',
      'The model gave no answer',
      new Error("the provider says that the model calls tools ('tool-calls'), and no call came with it"),
    )
  return undefined
}

/**
 * What a thrown value, or an error that a provider sent, says, with the reasons below it; runs code of the value's own only
 * under guard.
 */
export function reasonOf(thrown: unknown): string {
  try {
    const message: unknown = typeof thrown === 'string' ? thrown : (thrown as { message?: unknown } | null)?.message
    const own = typeof message === 'string' ? message : ''
    const reasons = typeof thrown === 'object' && thrown !== null ? reasonsOf(thrown, own) : ''
    if (own !== '') return `${printable(own, MAX_MESSAGE_LENGTH - reasons.length)}${reasons}`
    const none = thrown === undefined || thrown === null ? `no reason was given (${thrown})` : 'no reason was given'
    return `${none}${reasons}`
  } catch {
    return 'what was thrown cannot be read'
  }
}
