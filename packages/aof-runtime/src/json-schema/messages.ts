import type { JsonValue } from '../core/contract/json.ts'
import { printable } from '../core/contract/text.ts'
import type { CheckRun } from './check-run.ts'

/** A name in quotes, shortened for a message. */
export function quoted(name: string): string {
  return JSON.stringify(printable(name, 100))
}

/** "1 item", "2 items". */
export function countOf(count: JsonValue, noun: string): string {
  if (count === 1) return `1 ${noun}`
  return `${String(count)} ${noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`}`
}

/** Checks a number of things against its bounds. */
export function checkSize(size: number, min: number, max: number, noun: string, run: CheckRun): boolean {
  if (size < min) return run.fail(() => `Expected at least ${countOf(min, noun)}, got ${size}.`)
  return size <= max || run.fail(() => `Expected at most ${countOf(max, noun)}, got ${size}.`)
}

/** A list of values for a message: the first ones, each shortened. */
export function shown(values: readonly JsonValue[]): string {
  const first = values.slice(0, 20).map((value) => printable(JSON.stringify(value), 60))
  return first.join(', ') + (values.length > first.length ? ', …' : '')
}
