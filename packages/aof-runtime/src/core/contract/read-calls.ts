import type { ToolCall } from './call.ts'
import { answerHelper } from './call-shape.ts'
import { MisuseError } from './misuse.ts'

/**
 * The calls of a turn, as they are at this moment. What each of them is, is looked at when it gets its place.
 *
 * @throws MisuseError where they are no array, or one that cannot be read
 */
export function readCalls(calls: readonly ToolCall[]): readonly ToolCall[] {
  if (!Array.isArray(calls)) throw notCalls(calls)
  try {
    return [...(calls as readonly ToolCall[])]
  } catch {
    throw new MisuseError('calls', EXPECTED, 'one that throws when it is read')
  }
}

function notCalls(given: unknown): MisuseError {
  try {
    const helper = answerHelper(given)
    return new MisuseError('calls', helper === undefined ? EXPECTED : `${EXPECTED} (${helper})`, given)
  } catch {
    return new MisuseError('calls', EXPECTED, given)
  }
}

const EXPECTED = 'an array of tool calls'
