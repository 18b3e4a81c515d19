import type { ToolCall } from '../core/call.ts'
import type { Fields } from './fields.ts'

/** A call as it stands in an answer, before anything of it is known to be sound. */
export interface FoundCall {
  /** The provider's own object. */
  readonly source: Fields
  readonly id: unknown
  readonly name: unknown
  /** JSON text, or a value. */
  readonly arguments: unknown
  /** Whether the model may have been cut off while it wrote this call. */
  readonly cut: boolean
}

/** The calls for the executor, each with an id. */
export function toolCalls(found: readonly FoundCall[]): ToolCall[] {
  const ids = idsOf(found)
  return found.map((call, index) => ({
    id: ids[index] ?? standIn(index),
    name: typeof call.name === 'string' ? call.name : '',
    arguments: argumentsOf(call),
  }))
}

/** The id of a call that the provider gave none. */
function standIn(index: number): string {
  return `call-${index}`
}

/** Whether `id` can be a stand-in for the id of the call at this place. */
export function isStandIn(id: string, index: number): boolean {
  return id === standIn(index) || id.startsWith(`${standIn(index)}-`)
}

/** Whether the provider gave the call an id. */
export function hasId(id: unknown): id is string {
  return typeof id === 'string' && id !== ''
}

/** An id for each call: its own, or a stand-in that no other call of the answer goes by. */
export function idsOf(found: readonly FoundCall[]): string[] {
  const taken = new Set(found.map(({ id }) => id))
  return found.map(({ id }, index) => {
    if (hasId(id)) return id
    let free = standIn(index)
    for (let n = 2; taken.has(free); n++) free = `${standIn(index)}-${n}`
    taken.add(free)
    return free
  })
}

function argumentsOf({ arguments: given, cut }: FoundCall): unknown {
  if (cut) return typeof given === 'string' ? cutText(given) : cutValue(given)
  return given ?? {}
}

/**
 * Text of a call that may have been cut off. Where it begins as an object it speaks for itself: it parses only if
 * nothing is missing. Anything else could be the beginning of more (nothing of everything, `1` of `12`).
 */
function cutText(text: string): string {
  return text.trimStart().startsWith('{') ? text : '{'
}

/** A value does not show whether there was to be more of it, so it becomes text without its end. */
function cutValue(value: unknown): string {
  try {
    return JSON.stringify(value).slice(0, -1) || '{'
  } catch {
    return '{'
  }
}
