import { MAX_DELAY_MS } from 'aof-runtime/internal'
import type { Findings } from './problem.ts'
import { quoted } from './source.ts'
import { type Node, numberOf, textOf } from './tree.ts'

/** A duration as text: hours, minutes, seconds and milliseconds in this order, each at most once, at least one of them. */
export const DURATION_PATTERN = '^(?=[0-9])([0-9]+h)?([0-9]+m)?([0-9]+(?:\\.[0-9]+)?s)?([0-9]+ms)?$'

const DURATION = new RegExp(DURATION_PATTERN)
const UNITS_MS = [3_600_000, 60_000, 1000, 1]

/** The shortest and the longest duration of a timer, in milliseconds: 1 ms and about 24.8 days. */
export const MIN_DURATION_MS = 1
export const MAX_DURATION_MS: number = MAX_DELAY_MS

/** At least one millisecond, and no part longer than the longest duration. The sum of the parts is not checked. */
export const DURATION_IN_RANGE: string = [
  '^(?=[0-9hms]*[1-9]|[0-9hms]*\\.[0-9]{0,2}[1-9]|[0-9hms]*\\.[0-9]+s[0-9]*[1-9])',
  `(${upTo(MAX_DURATION_MS / 3_600_000)}h)?(${upTo(MAX_DURATION_MS / 60_000)}m)?`,
  `(${upTo(MAX_DURATION_MS / 1000)}(?:\\.[0-9]+)?s)?(${upTo(MAX_DURATION_MS)}ms)?$`,
].join('')

/** The source of a regular expression for the whole numbers from 0 to `max`. */
function upTo(max: number): string {
  const digits = String(Math.floor(max))
  const smaller = [...digits].flatMap((digit, i) =>
    digit === '0' ? [] : [`${digits.slice(0, i)}[0-${Number(digit) - 1}][0-9]{${digits.length - i - 1}}`],
  )
  return `0*(?:[0-9]{1,${digits.length - 1}}|${[...smaller, digits].join('|')})`
}

/**
 * A duration in milliseconds: `10s`, `500ms`, `1m30s`, or a number of seconds.
 *
 * @returns undefined if the text is not a duration
 */
export function durationMs(value: string | number): number | undefined {
  if (typeof value === 'number') return value * 1000
  const parts = DURATION.exec(value)?.slice(1)
  return parts?.reduce((sum, part, unit) => sum + Number.parseFloat(part ?? '0') * (UNITS_MS[unit] ?? 0), 0)
}

/** Reads a duration in milliseconds, and reports one that is too short or too long for a timer. */
export function readDuration(node: Node | undefined, findings: Findings): number | undefined {
  const written = textOf(node) ?? numberOf(node)
  const ms = written === undefined ? undefined : durationMs(written)
  if (node?.kind !== 'scalar' || node.doubt !== undefined || ms === undefined) return ms
  if (ms < MIN_DURATION_MS || ms > MAX_DURATION_MS) {
    findings.error(node.span, {
      code: 'wrong_value',
      message: `expected a duration from 1ms to ${Math.floor(MAX_DURATION_MS / 3_600_000)}h, found ${quoted(String(written))}`,
    })
  }
  return ms
}

/** The correct spelling of the duration that `text` probably means. */
export function durationFix(text: string): string | undefined {
  const [, amount, unit] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text) ?? []
  if (amount === undefined || unit === undefined) return undefined
  const known = unit === '' ? 's' : suggestUnit(unit.toLowerCase())
  const meant = `${amount}${known}`
  return known !== undefined && DURATION.test(meant) ? `write ${meant}` : undefined
}

function suggestUnit(unit: string): string | undefined {
  if (/^(ms|millis.*|msecs?)$/.test(unit)) return 'ms'
  return ['s', 'm', 'h'].find((known) => unit.startsWith(known))
}
