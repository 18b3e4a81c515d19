import { readArguments } from './arguments.ts'
import { copyJson, MAX_DEPTH } from './json-copy.ts'
import type { JsonObject, JsonValue } from '../contract/json.ts'

/** No provider takes a request of this size. */
const MAX_BYTES = 134_217_728

/**
 * A value as it can be sent: JSON of well-formed Unicode that is not too deep to be written. One that is so already is
 * returned as it is; a copy is made of any other.
 *
 * @returns undefined for what has no JSON (a cycle, a function, more levels than can be written)
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
 * The input of a call as providers want it: an object, read as the executor reads it. What is none, or cannot be read
 * (unparsable, or so deep that no provider could write it), never ran, and its result says why.
 */
export function sendableInput(input: unknown): JsonObject {
  const value = typeof input === 'string' ? parsed(input) : sendableJson(input)
  return isObject(value) ? value : {}
}

function parsed(text: string): JsonValue | undefined {
  const read = readArguments(text, Infinity)
  return read.ok ? (read.value as JsonValue) : undefined
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** @param seen the objects that have been met: true once known to be sendable, false while something inside is looked at */
function isSendable(value: unknown, seen: Map<object, boolean>, depth: number): boolean {
  if (typeof value === 'string') return value.isWellFormed()
  if (typeof value !== 'object' || value === null) return isSendableScalar(value)
  const known = seen.get(value)
  // What is met again inside itself is a cycle.
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
