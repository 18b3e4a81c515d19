import { type Fields, fieldsOf, isObject } from 'aof-runtime/internal/messages'
import { parsedJson } from '../text.ts'

/**
 * Rewrites calls for which a provider's client would refuse the whole answer, so that it accepts them with the meaning
 * that they have in `aof-runtime/messages`. An acceptable call stays the same object.
 */

/** A call of Chat Completions, from a whole answer or a chunk of a stream. */
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

/** A function call of the Responses API, from a whole answer, or from the begin or end event of a stream. */
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

/** The id of a call, for a client that requires one. A call without an id gets one that the recording does not contain. */
export function givenId(id: unknown, place: number): string {
  return typeof id === 'string' ? id : `no id ${place}`
}

/** The name of a call, for a client that requires one; no tool has the empty name. */
export function givenName(name: unknown): string {
  return typeof name === 'string' ? name : ''
}

/**
 * The argument value of an API that sends objects. Text counts as JSON text, as everywhere, and missing arguments as an
 * empty object.
 */
export function argumentsValue(given: unknown): unknown {
  if (given === undefined || given === null) return {}
  if (typeof given !== 'string') return given
  return given.trim() === '' ? {} : (parsedJson(given) ?? given)
}

const WRAPPED = 'aof: arguments that are not an object'

/** Wraps arguments for a client that accepts only objects; {@link unwrapped} restores them. */
export function wrapped(given: unknown): Fields {
  return isObject(given) ? given : { [WRAPPED]: given }
}

/** The input of a call before {@link wrapped}. */
export function unwrapped(input: string): string {
  return input.startsWith(`{"${WRAPPED}":`) ? JSON.stringify(fieldsOf(parsedJson(input))[WRAPPED]) : input
}

/** An id as text; a number does not count as an id, as everywhere. */
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

/** An answer with `change` applied to the calls of its message; undefined if none changes. */
export function withCalls(value: unknown, change: (call: Fields, place: number) => Fields): object | undefined {
  const { message } = fieldsOf(value)
  const { tool_calls } = fieldsOf(message)
  if (!isObject(value) || !isObject(message) || !Array.isArray(tool_calls)) return undefined
  const calls = changed(tool_calls, change)
  return calls === tool_calls ? undefined : { ...value, message: { ...message, tool_calls: calls } }
}

/** The elements of a list after `change`; the same list if none changes. */
export function changed(
  list: readonly unknown[],
  change: (element: Fields, place: number) => Fields,
): readonly unknown[] {
  const elements = list.map((element, i) => (isObject(element) ? change(element, i) : element))
  return elements.every((element, i) => element === list[i]) ? list : elements
}
