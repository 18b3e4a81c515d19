import type { JsonObject, JsonValue } from '../core/json.ts'
import type { Work } from './work.ts'

/** A text that is the same for equal values, in whatever order their keys come. @throws OverBudget */
export function canonical(value: JsonValue, work: Work): string {
  work.spend(2)
  if (typeof value === 'string') {
    work.spend(value.length >> 4)
    return JSON.stringify(value)
  }
  if (!isComposite(value)) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one, work)).join()}]`
  const keys = Object.keys(value)
  work.spend(6 * keys.length)
  keys.sort()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key] as JsonValue, work)}`).join()}}`
}

/** Whether it holds others. */
export function isComposite(value: JsonValue): value is JsonObject | JsonValue[] {
  return typeof value === 'object' && value !== null
}
