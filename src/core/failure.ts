import { failureKind } from './failure-kind.ts'
import type { ToolError } from './result.ts'
import { printable } from './text.ts'

/** The longest error message of a result, in UTF-16 code units. */
export const MAX_MESSAGE_LENGTH = 4_000

/** The error of a result for whatever a tool threw: any value at all, even one whose getters throw. */
export function describeThrown(thrown: unknown): ToolError {
  return { code: 'tool_error', message: thrownMessage(thrown), retryable: failureKind(thrown).lasting === 'transient' }
}

/** A message for any thrown value; runs code of the value's own only under guard. */
export function thrownMessage(thrown: unknown): string {
  try {
    if (typeof thrown === 'string')
      return printable(thrown, MAX_MESSAGE_LENGTH) || 'The tool failed with an empty message.'
    if (thrown === null || thrown === undefined) return `The tool failed without saying why (it threw ${thrown}).`
    if (typeof thrown === 'object') {
      const { message, name } = thrown as { message?: unknown; name?: unknown }
      if (typeof message === 'string' && message !== '') return printable(message, MAX_MESSAGE_LENGTH)
      return `The tool failed without saying why (it threw ${typeof name === 'string' && name !== '' ? printable(name, 100) : 'an object without a message'}).`
    }
    return `The tool failed without saying why (it threw ${printable(String(thrown), 100)}).`
  } catch {
    return 'The tool failed, and what it threw cannot be read.'
  }
}
