import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import type { RecordedBody } from './recorded-event.ts'

/**
 * Replaces the random ids that the provider invents for calls without an id by stand-ins: `call-<index>`, as everywhere in
 * this runtime, or `call-<index>-2`, … if that is taken. So the same recording always gives the same parts, and the code
 * that renders results can see that a call had no id.
 *
 * A call with the id of an earlier call gets a stand-in, too, if the provider invents an id for it.
 */
export function withStandIns(body: RecordedBody): (part: LanguageModelV4StreamPart) => LanguageModelV4StreamPart {
  const given = textsOf(body)
  const ids = new Map<string, string>()
  let places = 0

  const idOf = (id: string, executedByProvider: boolean): string => {
    const known = ids.get(id)
    if (known !== undefined) return known
    const mine = given.has(id) ? id : executedByProvider ? id : standIn(places, given)
    if (!executedByProvider) places++
    given.add(mine)
    ids.set(id, mine)
    return mine
  }

  return (part) => {
    switch (part.type) {
      case 'tool-input-start':
        return { ...part, id: idOf(part.id, part.providerExecuted === true) }
      case 'tool-input-delta':
      case 'tool-input-end':
        return { ...part, id: ids.get(part.id) ?? part.id }
      case 'tool-call':
        return { ...part, toolCallId: idOf(part.toolCallId, part.providerExecuted === true) }
      case 'tool-result':
      case 'tool-approval-request':
        return { ...part, toolCallId: ids.get(part.toolCallId) ?? part.toolCallId }
      default:
        return part
    }
  }
}

function standIn(place: number, taken: ReadonlySet<string>): string {
  let free = `call-${place}`
  for (let n = 2; taken.has(free); n++) free = `call-${place}-${n}`
  return free
}

/** Every text value in the body; the given ids are among them. */
function textsOf({ events }: RecordedBody): Set<string> {
  const texts = new Set<string>()
  const left = events.map(({ value }) => value)
  while (left.length > 0) {
    const value = left.pop()
    if (typeof value === 'string') texts.add(value)
    else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) left.push(inner)
  }
  return texts
}
