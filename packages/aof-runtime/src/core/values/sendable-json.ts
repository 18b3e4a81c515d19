import { readArguments } from './arguments.ts'
import { copyJson, MAX_DEPTH } from './json-copy.ts'
import { isObject } from '../contract/fields.ts'
import type { JsonObject, JsonValue } from '../contract/json.ts'

/** A size that no provider accepts. */
const MAX_BYTES = 134_217_728

/**
 * A value in a form that can be sent: JSON of well-formed Unicode that is not nested too deep. A value of that form is
 * returned unchanged; any other is copied.
 *
 * @returns undefined for a value that has no JSON copy (a cycle, a function, too many levels)
 */
export function sendableJson(value: unknown): JsonValue | undefined {
  if (isSendable(value, new Map(), 0)) return value as JsonValue
  try {
    return copyJson(value, { maxBytes: MAX_BYTES })
  } catch {
    return undefined
  }
}

/**
 * The input of a call in the form that providers want: an object, read as the executor reads it. Any other input, or one that
 * cannot be read (unparsable, or nested too deep), becomes `{}`: its call never ran, and its result says why.
 */
export function sendableInput(input: unknown): JsonObject {
  const value = typeof input === 'string' ? parsed(input) : sendableJson(input)
  return isObject(value) ? value : {}
}

function parsed(text: string): JsonValue | undefined {
  const read = readArguments(text, Infinity)
  return read.ok ? (read.value as JsonValue) : undefined
}

/** @param seen the objects visited so far: true if they are known to be sendable, false while their content is checked */
function isSendable(value: unknown, seen: Map<object, boolean>, depth: number): boolean {
  if (typeof value === 'string') return value.isWellFormed()
  if (typeof value !== 'object' || value === null) return isSendableScalar(value)
  const known = seen.get(value)
  // False also for an object inside itself, which is a cycle.
  if (known !== undefined) return known
  if (depth > MAX_DEPTH || !isPlain(value)) return false
  seen.set(value, false)
  const inside: unknown[] = Array.isArray(value) ? value : Object.values(value)
  const isEach = inside.every((each) => isSendable(each, seen, depth + 1))
  seen.set(value, isEach)
  return isEach
}

function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return false
  return !('toJSON' in value) && Object.keys(value).every((key) => key.isWellFormed())
}

function isSendableScalar(value: unknown): boolean {
  return value === null || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))
}
