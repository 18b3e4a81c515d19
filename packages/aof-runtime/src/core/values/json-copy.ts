import { type Binary, binarySize, isBinary, takeBinary } from './binary.ts'
import { copyFlat } from './flat-copy.ts'
import { pointerOf } from '../contract/json-pointer.ts'
import type { JsonObject, JsonValue } from '../contract/json.ts'

/** The greatest depth of nested arrays and objects. */
export const MAX_DEPTH = 256

/** Limits of a copy, and values that it refuses besides those that JSON cannot hold. */
export interface CopyLimits {
  /** The most bytes of the compact JSON text in UTF-8. */
  readonly maxBytes: number
  /** Refuse keys with which a careless merge would reach a prototype: `__proto__`, and `constructor` with a `prototype`. */
  readonly refusePrototypeKeys?: boolean
  /** The most values, nested ones included. @default as many as the bytes allow */
  readonly maxValues?: number
  /** Gets the binary data, which the copy refers to. @default binary data is refused */
  readonly binaries?: Binary[]
}

/** A copy and its size. */
export interface SizedCopy {
  readonly value: JsonValue
  /** A lower bound of the bytes of its JSON text. */
  readonly atLeast: number
}

/** The most bytes of a copy's JSON text for each byte of {@link SizedCopy.atLeast}: a number counts as 1 and may take 25. */
export const LOOSENESS = 25

/** A value has no JSON copy; `message` completes "the value …". */
export class NotJson extends Error {
  readonly reason: 'unserializable' | 'too_large'

  constructor(reason: 'unserializable' | 'too_large', message: string) {
    super(message)
    this.reason = reason
  }
}

/**
 * A JSON copy of any value, which shares nothing with the value. It follows JSON.stringify (own enumerable properties,
 * `toJSON`, -0 is 0, NaN and the infinities are null, undefined properties are left out), but loses nothing silently:
 * undefined at the top is null, a BigInt is a decimal string, a Set an array, a Map with string keys an object, an Error an
 * object with its name and message; unpaired surrogates become U+FFFD; a stream, an iterator or an HTTP response is refused.
 *
 * The work is bounded for every value: each node counts towards `maxBytes`, also holes of sparse arrays and shared objects.
 *
 * @throws NotJson for a function, a symbol, a promise, a stream, binary data, a cycle, more than {@link MAX_DEPTH} levels, or too
 *   many bytes, with the place as a JSON Pointer; or an error of a getter, a proxy or a `toJSON`
 */
export function copyJson(value: unknown, limits: CopyLimits): JsonValue {
  const flat = copyFlat(value, limits.maxBytes)
  if (flat !== undefined) return flat
  const copy = copyDeep(value, limits)
  if (copy.atLeast * LOOSENESS > limits.maxBytes && jsonLength(copy.value) > limits.maxBytes) throw tooLarge(limits)
  return copy.value
}

/** As {@link copyJson}, but only the lower bound is held against `maxBytes`. */
export function copyDeep(value: unknown, limits: CopyLimits): SizedCopy {
  const copier = new Copier(limits)
  const copy = copier.copy(value)
  return { value: copy, atLeast: copier.atLeast }
}

/** Bytes of `text` in UTF-8. */
export function utf8Length(text: string): number {
  return text.length * 3 < 1024 && !/[^\u0000-\u007f]/.test(text) ? text.length : new TextEncoder().encode(text).length
}

/** Bytes of the compact JSON text of `value` in UTF-8. */
export function jsonLength(value: unknown): number {
  return utf8Length(JSON.stringify(value))
}

class Copier {
  /** A lower bound of the JSON text's bytes so far. */
  atLeast = 0
  #values = 0
  #binaryBytes = 0
  readonly #maxValues: number
  readonly #limits: CopyLimits
  /** The objects above the one being copied, and the keys that lead to it. */
  readonly #ancestors: object[] = []
  readonly #path: (string | number)[] = []

  constructor(limits: CopyLimits) {
    this.#limits = limits
    this.#maxValues = limits.maxValues ?? Infinity
  }

  copy(value: unknown): JsonValue {
    if (++this.#values > this.#maxValues) throw new NotJson('too_large', `holds more than ${this.#maxValues} values`)
    switch (typeof value) {
      case 'string':
        this.#count(value.length + 2)
        return value.isWellFormed() ? value : value.toWellFormed()
      case 'number':
        this.#count(1)
        return Number.isFinite(value) ? value + 0 : null
      case 'boolean':
        this.#count(4)
        return value
      case 'undefined':
        this.#count(4)
        return null
      case 'bigint':
        return this.copy(String(value))
      case 'object':
        if (value !== null) return this.#nested(value)
        this.#count(4)
        return null
      default:
        throw this.#refusal(`is a ${typeof value}`)
    }
  }

  #nested(value: object): JsonValue {
    const ancestors = this.#ancestors
    if (ancestors.includes(value)) throw this.#refusal('contains itself')
    if (ancestors.length >= MAX_DEPTH) throw this.#refusal(`is nested deeper than ${MAX_DEPTH} levels`)
    ancestors.push(value)
    const copy = Array.isArray(value) ? this.#array(value) : this.#object(value)
    ancestors.pop()
    return copy
  }

  #array(source: readonly unknown[]): JsonValue[] {
    const copy: JsonValue[] = []
    const depth = this.#path.push(0) - 1
    this.#count(2)
    for (let i = 0; i < source.length; i++) {
      this.#path[depth] = i
      if (i > 0) this.#count(1)
      copy.push(this.copy(source[i]))
    }
    this.#path.length = depth
    return copy
  }

  #object(source: object): JsonValue {
    const prototype: unknown = Object.getPrototypeOf(source)
    if (prototype !== Object.prototype && prototype !== null) {
      const stand = this.#standIn(source)
      if (stand !== undefined) return stand
    } else if (typeof (source as { toJSON?: unknown }).toJSON === 'function') {
      return this.#fromToJson(source as { toJSON(): unknown })
    }
    return this.#properties(source)
  }

  #properties(source: object): JsonValue {
    const copy: JsonObject = {}
    const depth = this.#path.push('') - 1
    let separator = 0
    this.#count(2)
    for (const key of Object.keys(source)) {
      const value = (source as Record<string, unknown>)[key]
      if (value === undefined) continue
      this.#path[depth] = key
      this.#count(key.length + 3 + separator)
      separator = 1
      if (this.#limits.refusePrototypeKeys === true) this.#checkKey(key, value)
      setOwn(copy, key.toWellFormed(), this.copy(value))
    }
    this.#path.length = depth
    return copy
  }

  #checkKey(key: string, value: unknown): void {
    if (
      key === '__proto__' ||
      (key === 'constructor' && typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype'))
    ) {
      throw this.#refusal(`has the key ${key}, which is not allowed`)
    }
  }

  /** The copy of an object that must not be copied by its properties; undefined if it can be. */
  #standIn(source: object): JsonValue | undefined {
    const { toJSON } = source as { toJSON?: unknown }
    if (isBinary(source)) return this.#binary(source)
    if (typeof toJSON === 'function') return this.#fromToJson(source as { toJSON(): unknown })
    return this.#collection(source)
  }

  #binary(source: Parameters<typeof takeBinary>[0]): JsonValue {
    const { binaries } = this.#limits
    if (binaries === undefined)
      throw this.#refusal('is binary data (give it as base64 text, or as an image or resource through toContent)')
    this.#binaryBytes += binarySize(source)
    if (this.#binaryBytes > this.#limits.maxBytes)
      throw new NotJson('too_large', `holds more than ${this.#limits.maxBytes} bytes of binary data`)
    const binary = takeBinary(source)
    binaries.push(binary)
    // The reference is counted like any other object, but not copied, since its file is set later.
    this.#properties(binary.reference)
    return binary.reference
  }

  /** The copy of an object whose properties do not show its content; undefined if they do. */
  #collection(source: object): JsonValue | undefined {
    if (source instanceof Date) return this.copy(Number.isNaN(source.getTime()) ? null : source.toISOString())
    if (source instanceof Set) return this.#array([...source])
    if (source instanceof Map) return this.#map(source)
    if (source instanceof Error) return this.#properties({ ...source, name: source.name, message: source.message })
    if (source instanceof Promise) throw this.#refusal('is a promise (await it)')
    if (source instanceof String || source instanceof Number || source instanceof Boolean)
      return this.copy(source.valueOf())
    if (isStream(source)) throw this.#refusal('is a stream or an iterator (read it, and return what it gives)')
    if (typeof Response === 'function' && source instanceof Response)
      throw this.#refusal('is an HTTP response (return its status and what you read of its body)')
    return undefined
  }

  #map(source: ReadonlyMap<unknown, unknown>): JsonValue {
    for (const key of source.keys())
      if (typeof key !== 'string') throw this.#refusal('is a Map with keys that are not strings')
    return this.#properties(Object.fromEntries(source as ReadonlyMap<string, unknown>))
  }

  /** As in JSON.stringify, the value that `toJSON` returns is copied without its own `toJSON`. */
  #fromToJson(source: { toJSON(): unknown }): JsonValue {
    const value = source.toJSON()
    if (typeof value !== 'object' || value === null) return this.copy(value)
    if (Array.isArray(value)) return this.#array(value)
    const stand = this.#collection(value)
    return stand === undefined ? this.#properties(value) : stand
  }

  #count(units: number): void {
    this.atLeast += units
    if (this.atLeast > this.#limits.maxBytes) throw tooLarge(this.#limits)
  }

  #refusal(what: string): NotJson {
    const pointer = pointerOf(this.#path)
    return new NotJson('unserializable', pointer === '' ? what : `${what}, at ${pointer.slice(0, 200)}`)
  }
}

/** Whether an object gives its content only when it is read; its copy would be an empty object. */
function isStream(source: object): boolean {
  const { [Symbol.asyncIterator]: later, [Symbol.iterator]: now } = source as Partial<
    Record<typeof Symbol.asyncIterator | typeof Symbol.iterator, unknown>
  >
  return typeof later === 'function' || (typeof now === 'function' && Object.keys(source).length === 0)
}

/** Sets an own property of any name. */
function setOwn(object: JsonObject, key: string, value: JsonValue): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true })
  else object[key] = value
}

function tooLarge({ maxBytes }: CopyLimits): NotJson {
  return new NotJson('too_large', `is larger than ${maxBytes} bytes as JSON`)
}
