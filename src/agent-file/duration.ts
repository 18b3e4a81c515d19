import { MAX_DELAY_MS } from '../core/clock.ts'

/** A duration as text: one or more of hours, minutes, seconds and milliseconds, each at most once and in that order. */
export const DURATION_PATTERN = '^(?=[0-9])([0-9]+h)?([0-9]+m)?([0-9]+(\\.[0-9]+)?s)?([0-9]+ms)?$'

const PARTS = new RegExp(
  '^(?=[0-9])(?:(?<h>[0-9]+)h)?(?:(?<m>[0-9]+)m)?(?:(?<s>[0-9]+(?:\\.[0-9]+)?)s)?(?:(?<ms>[0-9]+)ms)?$',
)

/**
 * A duration in milliseconds: `10s`, `500ms`, `1m30s`, or a number of seconds.
 *
 * @returns undefined for what is none
 */
export function durationMs(value: string | number): number | undefined {
  if (typeof value === 'number') return value * 1000
  const parts = PARTS.exec(value)?.groups
  if (parts === undefined) return undefined
  return (
    Number(parts['h'] ?? 0) * 3_600_000 +
    Number(parts['m'] ?? 0) * 60_000 +
    Number(parts['s'] ?? 0) * 1000 +
    Number(parts['ms'] ?? 0)
  )
}

/** The shortest and the longest duration that a timer can keep, in milliseconds: 1 ms and some 24.8 days. */
export const MIN_DURATION_MS = 1
export const MAX_DURATION_MS: number = MAX_DELAY_MS
