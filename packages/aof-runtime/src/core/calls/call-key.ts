import type { CallInfo } from '../contract/call-info.ts'
import { ignoreLater } from '../contract/safe-checks.ts'
import type { AnyTool } from '../tool/tool.ts'

/** How long the key of a call may be, in UTF-16 code units. */
const MAX_KEY_LENGTH = 1_024

/**
 * What a tool counts a call under; undefined for nothing.
 *
 * @throws TypeError where that is no key; whatever the tool's `key` throws
 */
export function keyOf(tool: AnyTool, input: unknown, info: CallInfo): string | undefined {
  const key: unknown = tool.key?.(input as never, info as never)
  if (key === undefined) return undefined
  if (typeof key !== 'string') {
    ignoreLater(key)
    throw new TypeError('it is no string')
  }
  if (key.length > MAX_KEY_LENGTH) throw new TypeError(`it is longer than ${MAX_KEY_LENGTH} characters`)
  return key
}
