import type { ToolCall } from './call.ts'
import { MisuseError } from './misuse.ts'

/**
 * The calls of a turn, as they are at this moment. What each of them is, is looked at when it gets its place.
 *
 * @throws MisuseError where they are no array, or one that cannot be read
 */
export function readCalls(calls: readonly ToolCall[]): readonly ToolCall[] {
  if (!Array.isArray(calls)) throw new MisuseError('calls', 'an array of tool calls', calls)
  try {
    return [...(calls as readonly ToolCall[])]
  } catch {
    throw new MisuseError('calls', 'an array of tool calls', 'one that throws when it is read')
  }
}
