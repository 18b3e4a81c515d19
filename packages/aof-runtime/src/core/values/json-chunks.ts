import type { JsonObject, JsonValue } from '../contract/json.ts'

/** The approximate number of characters in a chunk. */
const CHUNK = 65_536

/** An array or an object whose text is partly written. */
interface Open {
  readonly source: JsonValue[] | JsonObject
  /** Undefined for an array. */
  readonly keys: readonly string[] | undefined
  next: number
}

/**
 * The JSON text of `value` in pieces of bounded length, made one by one, so that writing a large value never blocks other
 * calls for long.
 */
export function* jsonChunks(value: JsonValue): Generator<string, void, undefined> {
  let text = ''
  const stack: Open[] = []
  let current: JsonValue | undefined = value
  for (;;) {
    if (current === undefined) {
      const open = stack.at(-1)
      if (open === undefined) break
      const { source, keys } = open
      if (open.next === (keys ?? (source as JsonValue[])).length) {
        text += keys === undefined ? ']' : '}'
        stack.pop()
        continue
      }
      if (open.next > 0) text += ','
      const at = open.next++
      const key = keys?.[at]
      if (key !== undefined) text += `${JSON.stringify(key)}:`
      current = key === undefined ? (source as JsonValue[])[at] : (source as JsonObject)[key]
      continue
    }
    if (typeof current === 'string' && current.length > CHUNK) {
      yield text + '"'
      text = ''
      yield* escaped(current)
      text = '"'
    } else if (typeof current === 'object' && current !== null) {
      const keys = Array.isArray(current) ? undefined : Object.keys(current)
      text += keys === undefined ? '[' : '{'
      stack.push({ source: current, keys, next: 0 })
    } else {
      text += JSON.stringify(current)
    }
    current = undefined
    if (text.length >= CHUNK) {
      yield text
      text = ''
    }
  }
  yield text
}

/** The escaped text between the quotes. */
function* escaped(text: string): Generator<string, void, undefined> {
  for (const chunk of textChunks(text)) yield JSON.stringify(chunk).slice(1, -1)
}

/**
 * The text in pieces, so that writing it never blocks other calls for long. Surrogate pairs are never split, since their halves
 * would be escaped.
 */
export function* textChunks(text: string): Generator<string, void, undefined> {
  for (let start = 0; start < text.length;) {
    const last = text.charCodeAt(start + CHUNK - 1)
    const end = start + CHUNK - ((last & 0xfc00) === 0xd800 ? 1 : 0)
    yield text.slice(start, end)
    start = end
  }
}
