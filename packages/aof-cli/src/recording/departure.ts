import { oneLine } from '../text.ts'

/** Where and how a run departs from its recording. */
export interface Departure {
  /** What is other than recorded, e.g. `other arguments`. */
  readonly what: string
  /** The line of the recording that says otherwise; absent where none does. */
  readonly line?: number
  /** From 0; absent where it is before the first run. */
  readonly run?: number
  /** From 0. */
  readonly turn?: number
  /** Place of the call, from 0. */
  readonly index?: number
  readonly expected: string
  readonly actual: string
}

/** What the model of a replay rejects with, and its run is aborted with. */
export class DepartureError extends Error {
  override readonly name: string = 'DepartureError'
  readonly departure: Departure

  constructor(departure: Departure) {
    super(`The run departs from its recording: ${departure.what}.`)
    this.departure = departure
  }
}

/** Where a departure is, in words: `line 14, turn 2, call 3`; all but lines counted from 1, as people do. */
export function departurePlace({ line, run = 0, turn, index }: Departure): string {
  return [
    line === undefined ? '' : `line ${line}`,
    run === 0 ? '' : `run ${run + 1}`,
    turn === undefined ? '' : `turn ${turn + 1}`,
    index === undefined ? '' : `call ${index + 1}`,
  ]
    .filter((part) => part !== '')
    .join(', ')
}

/** Lines that are the same, shown around those that differ. */
const CONTEXT = 2
/** Lines of each side that are shown. */
const MAX_LINES = 20

/** A line of a diff: only in the recording, only in the run, or in both. */
export interface DiffLine {
  readonly sign: '-' | '+' | ' '
  readonly text: string
}

/** How the run differs from the recording, line by line; what is the same before and after is left out. */
export function differenceLines({ expected, actual }: Pick<Departure, 'expected' | 'actual'>): DiffLine[] {
  const before = expected.split('\n')
  const after = actual.split('\n')
  const most = Math.min(before.length, after.length)
  let head = 0
  while (head < most && before[head] === after[head]) head++
  let tail = 0
  while (tail < most - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++
  return [
    ...signed(' ', before.slice(Math.max(0, head - CONTEXT), head)),
    ...signed('-', capped(before.slice(head, before.length - tail))),
    ...signed('+', capped(after.slice(head, after.length - tail))),
    ...signed(' ', before.slice(before.length - tail, before.length - tail + CONTEXT)),
  ]
}

function signed(sign: DiffLine['sign'], lines: readonly string[]): DiffLine[] {
  return lines.map((line) => ({ sign, text: oneLine(line, 300) }))
}

function capped(lines: readonly string[]): readonly string[] {
  if (lines.length <= MAX_LINES) return lines
  return [...lines.slice(0, MAX_LINES - 1), `… ${lines.length - MAX_LINES + 1} more lines`]
}

/** A value as JSON over several lines, for a diff. */
export function diffText(value: unknown): string {
  return JSON.stringify(value, undefined, 2) ?? ''
}

/** A call's arguments for a diff: over several lines where they are JSON. */
export function argumentsDiffText(written: string): string {
  try {
    return diffText(JSON.parse(written))
  } catch {
    return written
  }
}
