import type { Binary } from './binary.ts'
import { boundOfFlat, copyDeep, copyFlat, LOOSENESS, NotJson, utf8Length } from './json-copy.ts'
import type { JsonValue } from '../contract/json.ts'
import type { Keeping } from './keeping.ts'

/** How many values a result may hold that is to go to a file: copying more would take the time of others. */
const MAX_SPILLED_VALUES = 1_000_000

/** A value of somebody else's as JSON of our own. */
export interface Captured {
  readonly data: JsonValue
  /** No more than this are the bytes of its JSON text, unless it is too large to be kept. */
  readonly atMost: number
  /** Whether it is too large to be kept in a result. */
  readonly isOver: boolean
  /** What goes to files of its own. */
  readonly binaries: readonly Binary[]
}

const NONE: readonly Binary[] = []

/**
 * Copies a value within the limits.
 *
 * @throws NotJson, and whatever a getter of the value throws
 */
export function capture(value: unknown, keeping: Keeping): Captured {
  const { maxResultBytes, maxSpillBytes } = keeping.limits
  const flat = copyFlat(value, maxResultBytes)
  if (flat !== undefined) return capturedFlat(flat, boundOfFlat())
  const binaries: Binary[] = []
  const { value: data, atLeast } = copyDeep(
    value,
    keeping.canSpill
      ? { maxBytes: Math.max(maxSpillBytes, maxResultBytes), maxValues: MAX_SPILLED_VALUES, binaries }
      : { maxBytes: maxResultBytes },
  )
  const atMost = boundOf(data, atLeast, maxResultBytes)
  const isOver = atMost > maxResultBytes
  if (isOver && !keeping.canSpill) throw new NotJson('too_large', `is larger than ${maxResultBytes} bytes as JSON`)
  return { data, atMost, isOver, binaries }
}

/** What `copyFlat` gave. */
export function capturedFlat(data: JsonValue, atMost: number): Captured {
  return { data, atMost, isOver: false, binaries: NONE }
}

/** Measures only where it is not clear from the lower bound. */
function boundOf(data: JsonValue, atLeast: number, maxBytes: number): number {
  if (atLeast > maxBytes) return Infinity
  return atLeast * LOOSENESS <= maxBytes ? atLeast * LOOSENESS : utf8Length(JSON.stringify(data))
}
