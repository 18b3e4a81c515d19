import { InvalidArgumentError } from 'commander'
import { durationMs, MAX_DURATION_MS, MIN_DURATION_MS } from './agent-file/duration.ts'

/** Reads a count from the command line. */
export function readCount(value: string): number {
  const count = Number(value)
  if (Number.isSafeInteger(count) && count >= 1) return count
  throw new InvalidArgumentError('Expected a whole number of at least 1.')
}

/** Reads a duration from the command line, in milliseconds. */
export function readDuration(value: string): number {
  const ms = durationMs(/^\d+(?:\.\d+)?$/.test(value) ? Number(value) : value)
  if (ms !== undefined && ms >= MIN_DURATION_MS && ms <= MAX_DURATION_MS) return ms
  throw new InvalidArgumentError('Expected a duration of 1ms to 24 days, e.g. 10s, 500ms, 1m30s; a number is seconds.')
}
