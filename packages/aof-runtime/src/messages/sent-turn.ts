import { copyJson } from '../core/values/json-copy.ts'
import { sendableInput } from '../core/values/sendable-json.ts'
import { sentName } from '../core/contract/sent-name.ts'
import { type Fields, isObject } from '../core/contract/fields.ts'
import { type FoundCall, idsOf } from './found-call.ts'

/** The id and name under which a call is sent. */
export interface SentCall {
  /** Its own id, or a replacement if it has none. */
  readonly id: string
  /** The model's own name for the tool if providers accept it. */
  readonly name: string
}

/**
 * The elements of an answer in the form that the provider accepts back; the same array if nothing has to change.
 *
 * @param found the calls among them
 * @param write returns a call's element with its sent id and name
 * @param callIn returns the call within an element; by default the element is the call
 */
export function sentElements<Element>(
  elements: readonly Element[],
  found: readonly FoundCall[],
  write: (element: Fields, call: SentCall) => Fields,
  callIn: (element: Element) => unknown = (element) => element,
): readonly Element[] {
  const ids = idsOf(found)
  const calls = new Map<unknown, SentCall>(
    found.map(({ source, name }, index) => [
      source,
      { id: ids[index] as string, name: sentName(typeof name === 'string' ? name : '') },
    ]),
  )
  const sent = elements.map((element) => {
    const call = calls.get(callIn(element))
    return call === undefined ? element : (write(element as Fields, call) as Element)
  })
  return sent.every((element, i) => element === elements[i]) ? elements : sent
}

/**
 * Arguments as text: the model's own text if it is a JSON object. Servers that parse the text (Ollama, llama.cpp, vLLM,
 * Mistral) refuse a request with any other.
 */
export function sentText(given: unknown): string {
  return typeof given === 'string' && isObjectText(given) ? given : JSON.stringify(sendableInput(given))
}

function isObjectText(text: string): boolean {
  try {
    return isObject(JSON.parse(text))
  } catch {
    return false
  }
}

/** The turn in well-formed Unicode; the same object if it is well-formed already. */
export function wellFormed<Turn>(turn: Turn): Turn {
  try {
    // JSON escapes an unpaired surrogate, and the SDK would send the escape.
    return /\\ud[89a-f]/.test(JSON.stringify(turn)) ? (copyJson(turn, { maxBytes: Infinity }) as Turn) : turn
  } catch {
    return turn
  }
}
