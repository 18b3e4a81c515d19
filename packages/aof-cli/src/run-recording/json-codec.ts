import { Buffer } from 'node:buffer'
import { isInstance, thrownMessage } from 'aof-runtime/internal/values'

/*
 * Non-JSON values of stream parts are encoded in JSON: `{ "$bytes": base64 }`, `{ "$date": ISO }`, `{ "$url": … }` and
 * `{ "$error": { name, message } }`. An object that itself has one of these keys is wrapped in `{ "$literal": … }`.
 *
 * Only the name and the message of an error are kept: errors of providers contain the request with its headers (I35).
 */

const TAGS: ReadonlySet<string> = new Set(['$bytes', '$date', '$url', '$error', '$literal'])

/**
 * A value as JSON text.
 *
 * @param change is called for every string in it
 */
export function encodeJson(value: unknown, change: (text: string) => string = (text) => text): string {
  return JSON.stringify(encoded(value, change))
}

/** The original value of {@link encodeJson}, from parsed JSON. */
export function decodeJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decodeJson)
  if (typeof value !== 'object' || value === null) return value
  const [[tag, content] = ['', undefined], ...others]: [string, unknown][] = Object.entries(value)
  return others.length === 0 && TAGS.has(tag) ? decodeTagged(tag, content) : decodeEntries(value)
}

function encoded(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((element) => encoded(element, change))
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? String(value) : value
  if (isInstance(value, Uint8Array)) return { $bytes: change(Buffer.from(value).toString('base64')) }
  if (isInstance(value, Date)) return { $date: Number.isNaN(value.getTime()) ? null : value.toISOString() }
  if (isInstance(value, URL)) return { $url: change(value.href) }
  if (isInstance(value, Error)) return { $error: { name: value.name, message: change(thrownMessage(value)) } }
  const entries = Object.entries(value).map(([key, entry]) => [change(key), encoded(entry, change)] as const)
  const copy = Object.fromEntries(entries)
  return entries.some(([key]) => TAGS.has(key)) ? { $literal: copy } : copy
}

function decodeTagged(tag: string, content: unknown): unknown {
  switch (tag) {
    case '$bytes':
      return new Uint8Array(Buffer.from(String(content), 'base64'))
    case '$date':
      return new Date(content === null ? NaN : String(content))
    case '$url':
      return URL.canParse(String(content)) ? new URL(String(content)) : String(content)
    case '$error':
      return decodeError(content)
    default:
      return typeof content === 'object' && content !== null ? decodeEntries(content) : content
  }
}

function decodeEntries(value: object): unknown {
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, decodeJson(entry)]))
}

function decodeError(content: unknown): Error {
  const { name, message } = Object(content) as { name?: unknown; message?: unknown }
  const error = new Error(typeof message === 'string' ? message : 'an error without a message')
  if (typeof name === 'string') error.name = name
  return error
}
