import type { Binary } from './binary.ts'
import { boundOfFlat, copyFlat } from './flat-copy.ts'
import { copyDeep, jsonLength, LOOSENESS, NotJson } from './json-copy.ts'
import type { JsonValue } from '../contract/json.ts'
import type { ResultStore } from './result-store.ts'

/** The most values of a result that goes to a file: copying more would block other calls for too long. */
const MAX_SPILLED_VALUES = 1_000_000

/** The JSON copy of a value of a tool, and its size. */
export interface Captured {
  readonly data: JsonValue
  /** An upper bound of the bytes of its JSON text, unless it is too large for a result. */
  readonly atMost: number
  /** Whether it is too large for a result. */
  readonly isOver: boolean
  /** Binary data that goes to files. */
  readonly binaries: readonly Binary[]
}

const NONE: readonly Binary[] = []

/**
 * Copies a value within the limits.
 *
 * @throws NotJson, or an error of a getter of the value
 */
export function capture(value: unknown, store: ResultStore): Captured {
  const { maxResultBytes, maxSpillBytes } = store.limits
  const flat = copyFlat(value, maxResultBytes)
  if (flat !== undefined) return capturedFlat(flat, boundOfFlat())
  const binaries: Binary[] = []
  const { value: data, atLeast } = copyDeep(
    value,
    store.canSpill
      ? { maxBytes: Math.max(maxSpillBytes, maxResultBytes), maxValues: MAX_SPILLED_VALUES, binaries }
      : { maxBytes: maxResultBytes },
  )
  const atMost = boundOf(data, atLeast, maxResultBytes)
  const isOver = atMost > maxResultBytes
  if (isOver && !store.canSpill) throw new NotJson('too_large', `is larger than ${maxResultBytes} bytes as JSON`)
  return { data, atMost, isOver, binaries }
}

/** A captured copy made by `copyFlat`. */
export function capturedFlat(data: JsonValue, atMost: number): Captured {
  return { data, atMost, isOver: false, binaries: NONE }
}

/** An upper bound of the bytes; the copy is measured only if the lower bound does not suffice. */
function boundOf(data: JsonValue, atLeast: number, maxBytes: number): number {
  if (atLeast > maxBytes) return Infinity
  return atLeast * LOOSENESS <= maxBytes ? atLeast * LOOSENESS : jsonLength(data)
}
