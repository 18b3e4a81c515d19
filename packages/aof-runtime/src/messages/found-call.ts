import type { ToolCall } from '../core/contract/call.ts'
import { INCOMPLETE_ITEM, type TurnEnd } from '../core/contract/turn-end.ts'
import type { Fields } from '../core/contract/fields.ts'

/** A call as found in an answer, not validated yet. */
export interface FoundCall {
  /** The provider's own object. */
  readonly source: Fields
  readonly id: unknown
  readonly name: unknown
  /** JSON text, or a value. */
  readonly arguments: unknown
  /** The reason why the call may be incomplete, for the model; undefined if it is complete. */
  readonly incomplete: string | undefined
}

/** The facts that decide whether a call of an answer is complete. */
export interface Completeness {
  readonly end: TurnEnd
  /** Whether nothing follows the call; anything after it shows that it is complete. */
  readonly isLast: boolean
  /** Whether the provider marks the call itself as incomplete. */
  readonly isMarked?: boolean
}

/** The reason why the model may have been cut off while it wrote the call; undefined if the call is complete. */
export function incompleteness({ end, isLast, isMarked = false }: Completeness): string | undefined {
  if (isMarked) return end.incompleteCall ?? INCOMPLETE_ITEM
  return isLast ? end.incompleteCall : undefined
}

export function toolCalls(found: readonly FoundCall[]): ToolCall[] {
  const ids = idsOf(found)
  return found.map((call, index) => ({
    id: ids[index] ?? standIn(index),
    name: typeof call.name === 'string' ? call.name : '',
    arguments: call.arguments ?? {},
    ...(call.incomplete !== undefined && { incomplete: call.incomplete }),
  }))
}

/** The replacement for a missing id. */
function standIn(index: number): string {
  return `call-${index}`
}

/** Whether `id` may be the replacement for a missing id of the call at this place. */
export function isStandIn(id: string, index: number): boolean {
  return id === standIn(index) || id.startsWith(`${standIn(index)}-`)
}

export function hasId(id: unknown): id is string {
  return typeof id === 'string' && id !== ''
}

/** An id for each call: its own, or a replacement that no other call of the answer has. */
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
