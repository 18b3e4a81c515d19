import { MAX_MESSAGE_LENGTH } from '../core/values/failure.ts'
import { reasonsOf } from '../core/values/reasons.ts'
import { printable } from '../core/contract/text.ts'
import type { AgentError } from './result.ts'
import type { Turn } from './turn.ts'

/** Ends a run as failed. */
export class RunFailure extends Error {
  readonly code: AgentError['code']

  /** @param cause the thrown value, whose message ends this one */
  constructor(code: AgentError['code'], what: string, cause: unknown) {
    super(`${what}: ${reasonOf(cause)}`, { cause })
    this.code = code
  }

  /**
   * The error in the form of a run's result.
   *
   * @param redact removes secrets: providers quote keys
   */
  toAgentError(redact: (message: string) => string): AgentError {
    return { code: this.code, message: redact(this.message), cause: this.cause }
  }
}

/** An answer broke off without content to continue from. */
export function brokeOff(cause: unknown): RunFailure {
  return new RunFailure('model_failed', "The model's answer broke off", cause)
}

/**
 * The failure of a run whose last turn ended without a call: a filter or a refusal stopped it, or announced calls never
 * arrived. Undefined if the turn is an answer, complete or cut off at its limit.
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
 * The message of a thrown value, or of an error that a provider sent, with the messages of its causes. Code of the
 * value runs guarded.
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
    return 'the thrown value cannot be read'
  }
}
