import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import type { RecordedBody } from './recorded-body.ts'

/**
 * Puts stand-ins in place of the ids that the provider made up, at random, for calls that had none in the recording:
 * `call-<place>`, as everywhere in this runtime, or `call-<place>-2`, … where that is taken. So the same recording gives
 * the same parts each time, and whoever renders the results can tell that a call had no id.
 *
 * A call with the id of an earlier call gets a stand-in too where the provider makes up an id for it.
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

/** Every text that stands in the body as a value; the ids that were given are among them. */
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
