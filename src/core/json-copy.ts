import type { JsonValue } from './json.ts'

/** How deep arrays and objects may be nested. */
export const MAX_DEPTH = 256

/** What a copy may not exceed, and what it refuses beside what JSON cannot hold. */
export interface CopyLimits {
  /** Bytes of the compact JSON text in UTF-8. */
  readonly maxBytes: number
  /** Refuse keys with which a careless merge would reach a prototype: `__proto__`, and `constructor` with a `prototype`. */
  readonly refusePrototypeKeys?: boolean
}

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
 * an Error its name and message; unpaired surrogates become U+FFFD.
 *
 * Bounded whatever comes: every node counts towards `maxBytes`, also holes of sparse arrays and what is shared.
 *
 * @throws NotJson for a function, a symbol, a promise, binary data, a cycle, more than {@link MAX_DEPTH} levels, or too
 *   many bytes, with the place as a JSON Pointer; whatever a getter, a proxy or a `toJSON` throws
 */
export function copyJson(value: unknown, limits: CopyLimits): JsonValue {
  // Scalars are the most common results by far.
  if (typeof value === 'boolean' || value === null || value === undefined) return value ?? null
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : null
  const copier = new Copier(limits)
  const copy = copier.copy(value)
  // A node counts at least its least size; the widest of all, a number counted as 1, takes at most 25 bytes.
  if (copier.atLeast * 25 > limits.maxBytes && utf8Length(JSON.stringify(copy)) > limits.maxBytes)
    throw tooLarge(limits)
  return copy
}

/** Bytes of `text` in UTF-8. */
export function utf8Length(text: string): number {
  return text.length * 3 < 1024 && !/[^\u0000-\u007f]/.test(text) ? text.length : new TextEncoder().encode(text).length
}

class Copier {
  /** A lower bound of the JSON text's bytes so far. */
  atLeast = 0
  readonly #limits: CopyLimits
  /** The objects above the one being copied, and the keys that lead down. */
  readonly #ancestors: object[] = []
  readonly #path: (string | number)[] = []

  constructor(limits: CopyLimits) {
    this.#limits = limits
  }

  copy(value: unknown): JsonValue {
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
      this.#count(1)
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
    const copy = { ...source } as Record<string, unknown>
    const keys = Object.keys(copy)
    const depth = this.#path.push('') - 1
    this.#count(2)
    let leaveOut = false
    for (const key of keys) {
      const value = copy[key]
      if (value === undefined) {
        leaveOut = true
        continue
      }
      this.#path[depth] = key
      this.#count(key.length + 4)
      if (this.#limits.refusePrototypeKeys === true) this.#checkKey(key, value)
      const copied = this.copy(value)
      if (copied !== value) copy[key] = copied
      if (!key.isWellFormed()) leaveOut = true
    }
    this.#path.length = depth
    return (leaveOut || Object.getOwnPropertySymbols(copy).length > 0 ? rebuilt(copy) : copy) as JsonValue
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
    if (source instanceof Date)
      return { value: this.copy(Number.isNaN(source.getTime()) ? null : source.toISOString()) }
    const { toJSON } = source as { toJSON?: unknown }
    if (
      ArrayBuffer.isView(source) ||
      source instanceof ArrayBuffer ||
      (typeof Blob === 'function' && source instanceof Blob)
    ) {
      throw this.#refusal('is binary data (give it as base64 text, or as an image or resource through toContent)')
    }
    if (typeof toJSON === 'function') return { value: this.#fromToJson(source as { toJSON(): unknown }) }
    if (source instanceof Set) return { value: this.#array([...source]) }
    if (source instanceof Map) return { value: this.#map(source) }
    if (source instanceof Error)
      return { value: this.#properties({ ...source, name: source.name, message: source.message }) }
    if (source instanceof Promise) throw this.#refusal('is a promise (await it)')
    if (source instanceof String || source instanceof Number || source instanceof Boolean)
      return { value: this.copy(source.valueOf()) }
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
    return Array.isArray(value) ? this.#array(value) : this.#properties(value)
  }

  #count(units: number): void {
    this.atLeast += units
    if (this.atLeast > this.#limits.maxBytes) throw tooLarge(this.#limits)
  }

  #refusal(what: string): NotJson {
    const pointer = this.#path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
    return new NotJson('unserializable', pointer === '' ? what : `${what}, at ${pointer.slice(0, 200)}`)
  }
}

/** Without undefined properties and symbols, with well-formed keys. */
function rebuilt(properties: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(properties).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries.map(([key, value]) => [key.toWellFormed(), value]))
}

function tooLarge({ maxBytes }: CopyLimits): NotJson {
  return new NotJson('too_large', `is larger than ${maxBytes} bytes as JSON`)
}
