import type { JsonValue } from './json.ts'
import { printable } from './text.ts'

/** The JSON Pointer (RFC 6901) of these keys. */
export function pointerOf(keys: readonly (string | number)[]): string {
  return keys.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** The keys of a JSON Pointer; text before its first slash is ignored. */
export function keysOf(pointer: string): string[] {
  return pointer.split('/').slice(1).map(keyOfToken)
}

/** The key of a token of a JSON Pointer. */
export function keyOfToken(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~')
}

/**
 * The tokens of a JSON Pointer (RFC 6901): `''` is the whole value, `/a/0` the first entry of its `a`.
 *
 * @returns undefined where the text is not a JSON Pointer
 */
export function parsePointer(text: string): readonly string[] | undefined {
  if (text === '') return []
  if (!text.startsWith('/') || /~(?![01])/.test(text)) return undefined
  return keysOf(text)
}

/** The value at a pointer, or the reason why there is none, in words that complete "…, which ". */
export type PointedAt =
  | { readonly found: true; readonly value: JsonValue }
  | { readonly found: false; readonly why: string }

/** Follows a pointer, through own properties and array entries only. */
export function pointTo(value: JsonValue, tokens: readonly string[]): PointedAt {
  let at = value
  for (const [depth, token] of tokens.entries()) {
    const next = childOf(at, token)
    if (next === undefined) return { found: false, why: nothingAt(at, tokens.slice(0, depth), token) }
    at = next
  }
  return { found: true, value: at }
}

function childOf(value: JsonValue, token: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) return /^(?:0|[1-9][0-9]*)$/.test(token) ? value[Number(token)] : undefined
  return Object.hasOwn(value, token) ? value[token] : undefined
}

function nothingAt(value: JsonValue, above: readonly string[], token: string): string {
  const where = above.length === 0 ? 'at the top' : `at '${printable(pointerOf(above), 200)}'`
  return `has no '${printable(token, 100)}': ${where} there is ${shapeOf(value)}`
}

function shapeOf(value: JsonValue): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value !== 'object') return `a ${typeof value}`
  const keys = Object.keys(value)
  if (keys.length === 0) return 'an empty object'
  const shown = keys.slice(0, 10).map((key) => printable(key, 40))
  return `an object with ${shown.join(', ')}${keys.length > 10 ? ', …' : ''}`
}
