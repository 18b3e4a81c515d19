import { MAX_MESSAGE_LENGTH } from '../core/failure.ts'
import { reasonsOf } from '../core/reasons.ts'
import { printable } from '../core/text.ts'
import type { AgentError } from './result.ts'

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
