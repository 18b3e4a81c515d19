import { type Fields, fieldsOf, isObject } from 'aof-runtime/messages/internal'
import { jsonOf } from './json-of.ts'

/**
 * Calls that a provider's client refuses, and the whole answer with them, said so that it reads them: with the meaning that
 * they have in `aof-runtime/messages`. What the client reads as it is stays the very same object.
 */

/** A call of Chat Completions, of a whole answer or a chunk of a stream. */
export function chatCall(call: Fields, isWhole: boolean): Fields {
  const { type, custom } = call
  const isCustom = type === 'custom' || (call.function === undefined && custom !== undefined)
  const { name, input } = fieldsOf(custom)
  const called = isCustom ? { name, arguments: JSON.stringify(input) } : fieldsOf(call.function)
  const named =
    typeof called.name === 'string' || (!isWhole && called.name === undefined) ? called : { ...called, name: '' }
  const written = textArguments(named, isWhole)
  const id = textId(call.id)
  if (written === call.function && id === call.id) return call
  const { custom: _custom, id: _id, ...others } = call
  return { ...others, ...(id !== undefined && { id }), type: 'function', function: written }
}

/** A function call of the Responses API, also one that a stream begins or ends. */
export function responsesCall(item: Fields, place: number): Fields {
  const { type, id, call_id, name, arguments: given } = item
  if (type !== 'function_call' || [id, call_id, name, given].every((field) => typeof field === 'string')) return item
  return {
    ...item,
    id: typeof id === 'string' ? id : `no item ${place}`,
    call_id: givenId(call_id, place),
    name: givenName(name),
    arguments: typeof given === 'string' ? given : argumentsText(given),
  }
}

/** The id of a call, for a client that wants one; of a call without an id one that the recording does not have. */
export function givenId(id: unknown, place: number): string {
  return typeof id === 'string' ? id : `no id ${place}`
}

/** The name of a call, for a client that wants one; no tool has the empty name. */
export function givenName(name: unknown): string {
  return typeof name === 'string' ? name : ''
}

/**
 * Arguments that are a value, of an API that gives an object: text there is read as JSON text is everywhere, and no arguments
 * are an empty object.
 */
export function argumentsValue(given: unknown): unknown {
  if (given === undefined || given === null) return {}
  if (typeof given !== 'string') return given
  return given.trim() === '' ? {} : (jsonOf(given) ?? given)
}

const WRAPPED = 'aof: arguments that are no object'

/** Arguments for a client that takes objects alone; {@link unwrapped} brings them back. */
export function wrapped(given: unknown): Fields {
  return isObject(given) ? given : { [WRAPPED]: given }
}

/** The input of a call as it was before it was {@link wrapped}. */
export function unwrapped(input: string): string {
  return input.startsWith(`{"${WRAPPED}":`) ? JSON.stringify(fieldsOf(jsonOf(input))[WRAPPED]) : input
}

/** An id as text; a number is none, as everywhere. */
function textId(id: unknown): unknown {
  return typeof id === 'string' || id === null ? id : undefined
}

function textArguments(called: Fields, isWhole: boolean): Fields {
  const { arguments: given } = called
  if (typeof given === 'string' || (!isWhole && (given === undefined || given === null))) return called
  return { ...called, arguments: argumentsText(given) }
}

function argumentsText(given: unknown): string {
  return given === undefined || given === null ? '{}' : JSON.stringify(given)
}

/** The elements of a list, each as `change` has it; the very same list where none changes. */
export function changed(
  list: readonly unknown[],
  change: (element: Fields, place: number) => Fields,
): readonly unknown[] {
  const elements = list.map((element, i) => (isObject(element) ? change(element, i) : element))
  return elements.every((element, i) => element === list[i]) ? list : elements
}
