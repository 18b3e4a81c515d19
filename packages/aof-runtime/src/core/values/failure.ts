import { failureKind } from '../contract/failure-kind.ts'
import type { ToolError } from '../contract/result.ts'
import { instead, reasonsOf } from './reasons.ts'
import { isInstance } from '../contract/safe-checks.ts'
import { printable } from '../contract/text.ts'
import { ToolFailure } from '../contract/tool-failure.ts'

/** The longest error message of a result, in UTF-16 code units. */
export const MAX_MESSAGE_LENGTH = 4_000

/** The error of a result for a value that a tool threw: any value, also one whose getters throw. */
export function describeThrown(thrown: unknown): ToolError {
  return { code: 'tool_error', message: thrownMessage(thrown), retryable: failureKind(thrown).lasting === 'transient' }
}

/**
 * A message for any thrown value, with the reasons below it: causes, the errors of an AggregateError, the body of an HTTP
 * response. The message of a {@link ToolFailure} is passed to the model unchanged. Errors of the value's getters are caught.
 */
export function thrownMessage(thrown: unknown): string {
  try {
    if (typeof thrown === 'string')
      return printable(thrown, MAX_MESSAGE_LENGTH) || 'The tool failed with an empty message.'
    if (thrown === null || thrown === undefined) return `The tool failed without saying why (it threw ${thrown}).`
    if (typeof thrown === 'object') return messageOf(thrown)
    return `The tool failed without saying why (it threw ${printable(String(thrown), 100)}).`
  } catch {
    return 'The tool failed, and what it threw cannot be read.'
  }
}

function messageOf(thrown: object): string {
  const { message, name } = thrown as { readonly message?: unknown; readonly name?: unknown }
  const own = typeof message === 'string' ? message : ''
  if (own !== '' && isInstance(thrown, ToolFailure)) return printable(own, MAX_MESSAGE_LENGTH)
  const reasons = reasonsOf(thrown, own)
  if (own !== '') return `${printable(own, MAX_MESSAGE_LENGTH - reasons.length)}${reasons}`
  const words = instead(thrown)
  const isNamed = typeof name === 'string' && name !== ''
  if (words !== '' && !isNamed) return `The tool threw an object without a message: ${words}${reasons}`
  const kind = isNamed ? printable(name, 100) : 'an object without a message'
  if (words === '' && reasons === '') return `The tool failed without saying why (it threw ${kind}).`
  return `${kind}${words === '' ? '' : `: ${words}`}${reasons}`
}
