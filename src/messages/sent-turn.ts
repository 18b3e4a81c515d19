import { copyJson } from '../core/json-copy.ts'
import { sendableInput } from '../core/sendable-json.ts'
import { sentName } from '../core/sent-name.ts'
import { type Fields, isObject } from './fields.ts'
import { type FoundCall, idsOf } from './found-call.ts'

/** What a call goes back by. */
export interface SentCall {
  /** Its own id, or a stand-in where it has none. */
  readonly id: string
  /** The name as the model wrote it where providers take that. */
  readonly name: string
}

/**
 * The elements of an answer as its provider takes them back: the very same list where nothing has to change.
 *
 * @param found the calls among them
 * @param write a call's element with what it goes back by
 * @param callIn the call that an element holds; by default it is the call itself
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

/** The object with these fields: the very same where they are so already. */
export function withFields(object: Fields, fields: Fields): Fields {
  return Object.entries(fields).every(([key, value]) => object[key] === value) ? object : { ...object, ...fields }
}

/** Arguments that are a value: an object, since providers take back nothing else. */
export function sentInput(given: unknown): Fields {
  return sendableInput(given)
}

/**
 * Arguments that are text: the model's own where they are an object. Servers that read the text (Ollama, llama.cpp, vLLM,
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

/** A turn in well-formed Unicode: the very same where it is that already. */
export function wellFormed<Turn>(turn: Turn): Turn {
  try {
    // JSON shows an unpaired surrogate as an escape, and so it would be sent.
    return /\\ud[89a-f]/.test(JSON.stringify(turn)) ? (copyJson(turn, { maxBytes: Infinity }) as Turn) : turn
  } catch {
    return turn
  }
}
