import { append } from '../core/collections/multimap.ts'
import { isObject } from '../core/contract/fields.ts'
import type { JsonObject, JsonValue } from '../core/contract/json.ts'
import type { Work } from './work.ts'

/** Whether the value is an object or an array. */
export function isComposite(value: JsonValue): value is JsonObject | JsonValue[] {
  return typeof value === 'object' && value !== null
}

/** Whether two values are equal, regardless of the order of keys. @throws OverBudget */
function areEqual(one: JsonValue, other: JsonValue, work: Work): boolean {
  work.spend(2)
  if (!isComposite(one) || !isComposite(other)) {
    if (typeof one === 'string' && typeof other === 'string' && one.length === other.length) work.spend(one.length >> 5)
    return one === other
  }
  if (Array.isArray(one))
    return (
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((item, i) => areEqual(item, other[i] as JsonValue, work))
    )
  if (!isObject(other)) return false
  const keys = Object.keys(one)
  const otherKeys = Object.keys(other)
  work.spend(8 * (keys.length + otherKeys.length))
  return (
    keys.length === otherKeys.length &&
    keys.every((key) => Object.hasOwn(other, key) && areEqual(one[key] as JsonValue, other[key] as JsonValue, work))
  )
}

/** A hash that is the same for equal values. @throws OverBudget */
function hashOf(value: JsonValue, work: Work): number {
  work.spend(2)
  if (typeof value === 'string') return hashOfText(value, work)
  if (typeof value === 'number')
    return Math.imul(value, 0x9e37_79b1) ^ Math.imul((value % 1) * 0x7fff_ffff, 0x85eb_ca6b)
  if (!isComposite(value)) return value === null ? 1 : value ? 2 : 3
  if (Array.isArray(value)) {
    let hash = 4
    for (const item of value) hash = Math.imul(hash, 31) + hashOf(item, work)
    return hash | 0
  }
  // A sum does not depend on the order of the keys.
  let hash = 5
  const keys = Object.keys(value)
  work.spend(6 * keys.length)
  for (const key of keys)
    hash =
      (hash + Math.imul(hashOfText(key, work) | 1, Math.imul(hashOf(value[key] as JsonValue, work), 0x0100_0193) + 1)) |
      0
  return hash
}

function hashOfText(text: string, work: Work): number {
  work.spend(text.length >> 3)
  let hash = 6
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x0100_0193)
  return hash
}

/** A map whose keys are objects and arrays, compared by their contents. */
export class CompositeMap<T> {
  readonly #byHash = new Map<number, [JsonValue, T][]>()

  /** The entry of a key equal to `value`; if there is none, adds `found` for `value`. @throws OverBudget */
  getOrAdd(value: JsonValue, found: T, work: Work): T | undefined {
    const hash = hashOf(value, work)
    const known = this.#byHash.get(hash)?.find(([one]) => areEqual(one, value, work))
    if (known !== undefined) return known[1]
    append(this.#byHash, hash, [value, found])
    return undefined
  }

  /** Whether the map has a key that is equal to `value`. @throws OverBudget */
  has(value: JsonValue, work: Work): boolean {
    return this.#byHash.get(hashOf(value, work))?.some(([one]) => areEqual(one, value, work)) === true
  }
}
