import { copyJson } from './json-copy.ts'
import type { JsonValue } from '../contract/json.ts'

/**
 * The JSON text of a value, equal for all values that mean the same: without spaces, properties sorted by their UTF-16 code
 * units, numbers and texts as JSON.stringify writes them (RFC 8785). Other values are written as in a tool's result.
 *
 * @throws NotJson for values that have no JSON copy; or an error of a getter, a proxy or a `toJSON`
 */
export function canonicalJson(value: unknown): string {
  return written(copyJson(value, { maxBytes: Infinity }))
}

function written(value: JsonValue): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(written).join(',')}]`
  const object = value as Readonly<Record<string, JsonValue>>
  const properties = Object.keys(object)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${written(object[key] as JsonValue)}`)
  return `{${properties.join(',')}}`
}
