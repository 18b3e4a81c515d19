import type { JsonValue } from '../../packages/aof-runtime/dist/index.js'

/** The approximate size limit of a copy, in UTF-16 code units of its JSON. */
export const MAX_COPY_SIZE = 1_048_576

const MAX_DEPTH = 200

/**
 * A bounded JSON copy of any value, as a skilled engineer writes it: one walk that copies, counts and refuses.
 * `undefined` becomes null, a bigint and a Date become strings, `toJSON` is called.
 *
 * @throws if the value contains a function or a symbol, is too large, or is nested too deep (as a cycle is)
 */
export function jsonCopy(value: unknown): JsonValue {
  return copy(value, { left: MAX_COPY_SIZE }, 0)
}

interface Budget {
  left: number
}

function copy(value: unknown, budget: Budget, depth: number): JsonValue {
  switch (typeof value) {
    case 'string':
      spend(budget, value.length + 2)
      return value
    case 'number':
      spend(budget, 8)
      return Number.isFinite(value) ? value : null
    case 'boolean':
      spend(budget, 5)
      return value
    case 'undefined':
      return null
    case 'bigint':
      return copy(String(value), budget, depth)
    case 'object':
      if (value === null) return null
      if (depth >= MAX_DEPTH) throw new TypeError('The value is nested too deep, or has a cycle.')
      return Array.isArray(value) ? copyArray(value, budget, depth) : copyObject(value, budget, depth)
    default:
      throw new TypeError(`JSON cannot hold a ${typeof value}.`)
  }
}

function copyArray(value: readonly unknown[], budget: Budget, depth: number): JsonValue[] {
  spend(budget, value.length + 2)
  return value.map((element) => copy(element, budget, depth + 1))
}

function copyObject(value: object, budget: Budget, depth: number): JsonValue {
  if ('toJSON' in value && typeof value.toJSON === 'function') return copy(value.toJSON(), budget, depth + 1)
  const result: Record<string, JsonValue> = {}
  for (const key of Object.keys(value)) {
    spend(budget, key.length + 4)
    const property: unknown = (value as Record<string, unknown>)[key]
    if (property === undefined) continue
    if (key === '__proto__') define(result, key, copy(property, budget, depth + 1))
    else result[key] = copy(property, budget, depth + 1)
  }
  return result
}

function define(target: object, key: string, value: JsonValue): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
}

function spend(budget: Budget, size: number): void {
  if ((budget.left -= size) < 0) throw new RangeError(`The value is larger than ${MAX_COPY_SIZE}.`)
}
