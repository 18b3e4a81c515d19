import { type Binary, binarySize, isBinary, takeBinary } from './binary.ts'
import { pointerOf } from '../contract/json-pointer.ts'
import type { JsonObject, JsonValue } from '../contract/json.ts'

/** How deep arrays and objects may be nested. */
export const MAX_DEPTH = 256

/** What a copy may not exceed, and what it refuses beside what JSON cannot hold. */
export interface CopyLimits {
  /** Bytes of the compact JSON text in UTF-8. */
  readonly maxBytes: number
  /** Refuse keys with which a careless merge would reach a prototype: `__proto__`, and `constructor` with a `prototype`. */
  readonly refusePrototypeKeys?: boolean
  /** How many values it may hold, those inside of others counted. @default as many as the bytes allow */
  readonly maxValues?: number
  /** Gets the binary data, for which references stand in the copy. @default binary data is refused */
  readonly binaries?: Binary[]
}

/** A copy, and how large it is. */
export interface SizedCopy {
  readonly value: JsonValue
  /** A lower bound of the bytes of its JSON text. */
  readonly atLeast: number
}

/** The most bytes that the JSON text of a copy can have for each byte of {@link SizedCopy.atLeast}: a number is counted as 1. */
export const LOOSENESS = 25

/** Why a value has no JSON copy; `message` completes "the value …". */
export class NotJson extends Error {
  readonly reason: 'unserializable' | 'too_large'

  constructor(reason: 'unserializable' | 'too_large', message: string) {
    super(message)
    this.reason = reason
  }
}

/**
 * A copy of any value as JSON, which shares nothing with it. As JSON.stringify would have it (own enumerable properties,
 * `toJSON`, -0 is 0, NaN and the infinities are null, undefined properties are left out), but nothing is lost in
 * silence: undefined at the top is null, a BigInt is a decimal string, a Set an array, a Map with string keys an object,
 * an Error its name and message; unpaired surrogates become U+FFFD; a stream, an iterator or an HTTP response is refused.
 *
 * Bounded whatever comes: every node counts towards `maxBytes`, also holes of sparse arrays and what is shared.
 *
 * @throws NotJson for a function, a symbol, a promise, a stream, binary data, a cycle, more than {@link MAX_DEPTH} levels, or too
 *   many bytes, with the place as a JSON Pointer; whatever a getter, a proxy or a `toJSON` throws
 */
export function copyJson(value: unknown, limits: CopyLimits): JsonValue {
  const flat = copyFlat(value, limits.maxBytes)
  if (flat !== undefined) return flat
  const copy = copyDeep(value, limits)
  if (copy.atLeast * LOOSENESS > limits.maxBytes && utf8Length(JSON.stringify(copy.value)) > limits.maxBytes)
    throw tooLarge(limits)
  return copy.value
}

/** How many keys, and how long a text, count as small. */
const FLAT_KEYS = 8
const FLAT_TEXT = 64
/** No small flat object is larger: each key and each value a text of control characters, six bytes each. */
const FLAT_BYTES: number = 2 + FLAT_KEYS * (2 * (6 * FLAT_TEXT + 2) + 2)

/**
 * The copy of a small flat object or a scalar, which is what most calls carry; undefined for anything that needs a
 * closer look. It makes nothing but the copy.
 */
export function copyFlat(value: unknown, maxBytes: number): JsonValue | undefined {
  if (maxBytes < FLAT_BYTES) return undefined
  if (typeof value !== 'object') {
    const copied = copyPlainScalar(value)
    if (copied !== undefined) flatBound = scalarBound(copied)
    return copied
  }
  if (value === null) return undefined
  // Having read one property of the few shapes that come here, the engine knows their prototype without asking.
  if (value.constructor !== Object || Object.getPrototypeOf(value) !== Object.prototype) return undefined
  const copy: JsonObject = {}
  let bound = 2
  let count = 0
  let hasDollar = false
  // It makes no list of the keys. One that is not its own is of the prototype of all objects, where somebody has put it.
  for (const key in value) {
    if (!hasOwn.call(value, key)) return undefined
    const copied = copyPlainScalar((value as Record<string, unknown>)[key])
    if (copied === undefined || !isPlainText(key) || key === '__proto__' || ++count > FLAT_KEYS) return undefined
    if (key.charCodeAt(0) === 36 /* $ */) hasDollar = true
    copy[key] = copied
    bound += 6 * key.length + 4 + scalarBound(copied)
  }
  flatBound = bound
  flatHasDollar = hasDollar
  return copy
}

const hasOwn = Object.prototype.hasOwnProperty

/** Of the last flat copy: no code of others runs between making it and asking. */
let flatBound = 0
let flatHasDollar = false

/**
 * No more than this are the bytes of the JSON text of what {@link copyFlat} gave last; to be asked right away. A batch asks
 * for each of its results, so this is counted on the way, and nothing is made for it.
 */
export function boundOfFlat(): number {
  return flatBound
}

/** Whether a key of the object that {@link copyFlat} gave last begins with a dollar; to be asked right away. */
export function flatMayRefer(): boolean {
  return flatHasDollar
}

/** A character takes at most six bytes, a number at most 25. */
function scalarBound(scalar: JsonValue): number {
  return typeof scalar === 'string' ? 6 * scalar.length + 2 : 25
}

function copyPlainScalar(value: unknown): JsonValue | undefined {
  if (typeof value === 'string') return isPlainText(value) ? value : undefined
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : undefined
  return typeof value === 'boolean' ? value : undefined
}

/** Whether `text` is short and free of surrogates; a loop is several times faster here than asking the engine. */
function isPlainText(text: string): boolean {
  if (text.length > FLAT_TEXT) return false
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xf800) === 0xd800) return false
  return true
}

/** As {@link copyJson}, but `maxBytes` is kept only by the lower bound. */
export function copyDeep(value: unknown, limits: CopyLimits): SizedCopy {
  const copier = new Copier(limits)
  const copy = copier.copy(value)
  return { value: copy, atLeast: copier.atLeast }
}

/** Bytes of `text` in UTF-8. */
export function utf8Length(text: string): number {
  return text.length * 3 < 1024 && !/[^\u0000-\u007f]/.test(text) ? text.length : new TextEncoder().encode(text).length
}

class Copier {
  /** A lower bound of the JSON text's bytes so far. */
  atLeast = 0
  #values = 0
  #binaryBytes = 0
  readonly #maxValues: number
  readonly #limits: CopyLimits
  /** The objects above the one being copied, and the keys that lead down. */
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
      if (stand !== undefined) return stand.value
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

  /** The copy of an object that is more than its properties; undefined where it is not. */
  #standIn(source: object): { readonly value: JsonValue } | undefined {
    const { toJSON } = source as { toJSON?: unknown }
    if (isBinary(source)) return { value: this.#binary(source) }
    if (typeof toJSON === 'function') return { value: this.#fromToJson(source as { toJSON(): unknown }) }
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
    // Counted like any other object, and not copied: its file is set later.
    this.#properties(binary.reference)
    return binary.reference
  }

  /** The copy of an object whose content its properties do not show; undefined where they do. */
  #collection(source: object): { readonly value: JsonValue } | undefined {
    if (source instanceof Date)
      return { value: this.copy(Number.isNaN(source.getTime()) ? null : source.toISOString()) }
    if (source instanceof Set) return { value: this.#array([...source]) }
    if (source instanceof Map) return { value: this.#map(source) }
    if (source instanceof Error)
      return { value: this.#properties({ ...source, name: source.name, message: source.message }) }
    if (source instanceof Promise) throw this.#refusal('is a promise (await it)')
    if (source instanceof String || source instanceof Number || source instanceof Boolean)
      return { value: this.copy(source.valueOf()) }
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

  /** As JSON has it: what `toJSON` returns is not asked for its own `toJSON`. */
  #fromToJson(source: { toJSON(): unknown }): JsonValue {
    const value = source.toJSON()
    if (typeof value !== 'object' || value === null) return this.copy(value)
    if (Array.isArray(value)) return this.#array(value)
    return this.#collection(value)?.value ?? this.#properties(value)
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

/** What gives its content only when it is read: without a word of this its copy would be an empty object. */
function isStream(source: object): boolean {
  const { [Symbol.asyncIterator]: later, [Symbol.iterator]: now } = source as Partial<
    Record<typeof Symbol.asyncIterator | typeof Symbol.iterator, unknown>
  >
  return typeof later === 'function' || (typeof now === 'function' && Object.keys(source).length === 0)
}

/** Sets a property of the object's own, whatever its name. */
function setOwn(object: JsonObject, key: string, value: JsonValue): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true })
  else object[key] = value
}

function tooLarge({ maxBytes }: CopyLimits): NotJson {
  return new NotJson('too_large', `is larger than ${maxBytes} bytes as JSON`)
}
