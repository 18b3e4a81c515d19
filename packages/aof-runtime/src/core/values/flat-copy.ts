import type { JsonObject, JsonValue } from '../contract/json.ts'

/** The most keys of a small object, and the longest of its texts. */
const FLAT_KEYS = 8
const FLAT_TEXT = 64
/** The most bytes of a small flat object: with keys and values of control characters only, which take six bytes each. */
const FLAT_BYTES: number = 2 + FLAT_KEYS * (2 * (6 * FLAT_TEXT + 2) + 2)

/**
 * The copy of a small flat object or a scalar, as most calls have them; undefined for any other value. It allocates
 * nothing but the copy.
 */
export function copyFlat(value: unknown, maxBytes: number): JsonValue | undefined {
  if (maxBytes < FLAT_BYTES) return undefined
  if (typeof value !== 'object') {
    const copied = copyPlainScalar(value)
    if (copied !== undefined) flatBound = scalarBound(copied)
    return copied
  }
  if (value === null) return undefined
  // Few shapes come here. After one property is read, the engine knows their prototype without a lookup.
  if (value.constructor !== Object || Object.getPrototypeOf(value) !== Object.prototype) return undefined
  const copy: JsonObject = {}
  let bound = 2
  let count = 0
  let hasDollar = false
  // Unlike Object.keys, this loop allocates no list. An inherited key is one that other code has added to Object.prototype.
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

/** Properties of the last flat copy, read before any other code can run. */
let flatBound = 0
let flatHasDollar = false

/**
 * An upper bound of the JSON bytes of the last copy of {@link copyFlat}; must be read right after it. A batch needs it for each
 * of its results, so `copyFlat` computes it on the way and allocates no object for it.
 */
export function boundOfFlat(): number {
  return flatBound
}

/** Whether a key of the last copy of {@link copyFlat} begins with a dollar sign; must be read right after it. */
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

/** Whether `text` is short and has no surrogates; here a loop is several times faster than the engine's functions. */
function isPlainText(text: string): boolean {
  if (text.length > FLAT_TEXT) return false
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xf800) === 0xd800) return false
  return true
}
