import { jsonLength } from './json-copy.ts'
import type { JsonObject, JsonValue } from '../contract/json.ts'

/** The part of a value that a preview shows: characters of a text, entries of an array or an object, levels. */
interface Extent {
  readonly text: number
  readonly entries: number
  readonly levels: number
}

/** From the largest to the smallest; the first one that fits is used. */
const EXTENTS: readonly Extent[] = [
  { text: 3_000, entries: 100, levels: 12 },
  { text: 1_000, entries: 40, levels: 8 },
  { text: 400, entries: 20, levels: 6 },
  { text: 200, entries: 10, levels: 5 },
  { text: 80, entries: 6, levels: 4 },
  { text: 40, entries: 3, levels: 3 },
  { text: 20, entries: 2, levels: 2 },
  { text: 20, entries: 1, levels: 1 },
]

/**
 * A small value of the same shape: long texts, arrays and objects are cut, and those that are nested too deep are empty.
 *
 * @param maxBytes the most bytes of its JSON text, at least 200
 */
export function previewOf(value: JsonValue, maxBytes: number): JsonValue {
  const keys = new Map<JsonObject, readonly string[]>()
  for (const extent of EXTENTS) {
    const shortening = new Shortening(extent, maxBytes, keys)
    const cut = shortening.shorten(value, extent.levels)
    if (shortening.room >= 0 && jsonLength(cut) <= maxBytes) return cut
  }
  return Array.isArray(value) ? [] : typeof value === 'object' ? {} : null
}

/** One attempt with an extent; it stops as soon as the extent is known to be too large, so that its time is bounded. */
class Shortening {
  /** An upper bound of the bytes that are left. */
  room: number
  readonly #extent: Extent
  /** The keys of each object, listed only once, since that takes long for a large object. */
  readonly #keys: Map<JsonObject, readonly string[]>

  constructor(extent: Extent, maxBytes: number, keys: Map<JsonObject, readonly string[]>) {
    this.#extent = extent
    this.room = maxBytes
    this.#keys = keys
  }

  shorten(value: JsonValue, levels: number): JsonValue {
    if (typeof value === 'string') {
      const { text } = this.#extent
      const cut = value.length > text ? `${value.slice(0, text).toWellFormed()}…` : value
      this.room -= cut.length + 2
      return cut
    }
    this.room -= 2
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return levels === 0 ? [] : this.#array(value, levels - 1)
    return levels === 0 ? {} : this.#object(value, levels - 1)
  }

  #array(value: JsonValue[], levels: number): JsonValue[] {
    const cut: JsonValue[] = []
    for (let i = 0; i < value.length && i < this.#extent.entries && this.room >= 0; i++)
      cut.push(this.shorten(value[i] as JsonValue, levels))
    return cut
  }

  #object(value: JsonObject, levels: number): JsonObject {
    let keys = this.#keys.get(value)
    if (keys === undefined) this.#keys.set(value, (keys = Object.keys(value).slice(0, EXTENTS[0]?.entries)))
    const entries: [string, JsonValue][] = []
    for (const key of keys) {
      if (entries.length === this.#extent.entries || this.room < 0) break
      this.room -= key.length + 3
      entries.push([key, this.shorten(value[key] as JsonValue, levels)])
    }
    return Object.fromEntries(entries)
  }
}
