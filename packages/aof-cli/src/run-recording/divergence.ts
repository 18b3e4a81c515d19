import { oneLine } from '../text.ts'

/** The place and the kind of a divergence between a run and its recording. */
export interface Divergence {
  /** The kind of divergence, e.g. `other arguments`. */
  readonly what: string
  /** The line of the recording that differs; absent if there is none. */
  readonly line?: number
  /** From 0; absent before the first run. */
  readonly run?: number
  /** From 0. */
  readonly turn?: number
  /** Index of the call, from 0. */
  readonly index?: number
  readonly expected: string
  readonly actual: string
}

/** The error with which the model of a replay rejects, and its run is aborted. */
export class DivergenceError extends Error {
  override readonly name: string = 'DivergenceError'
  readonly divergence: Divergence

  constructor(divergence: Divergence) {
    super(`The run diverges from its recording: ${divergence.what}.`)
    this.divergence = divergence
  }
}

/** The place of a divergence in words: `line 14, turn 2, call 3`; turns and calls count from 1, for people. */
export function divergencePlace({ line, run = 0, turn, index }: Divergence): string {
  return [
    line === undefined ? '' : `line ${line}`,
    run === 0 ? '' : `run ${run + 1}`,
    turn === undefined ? '' : `turn ${turn + 1}`,
    index === undefined ? '' : `call ${index + 1}`,
  ]
    .filter((part) => part !== '')
    .join(', ')
}

/** Number of equal lines shown around different ones. */
const CONTEXT = 2
/** Number of lines shown of each side. */
const MAX_LINES = 20

/** A line of a diff: only in the recording, only in the run, or in both. */
export interface DiffLine {
  readonly sign: '-' | '+' | ' '
  readonly text: string
}

/** The diff between recording and run by lines; equal lines before and after it are left out. */
export function differenceLines({ expected, actual }: Pick<Divergence, 'expected' | 'actual'>): DiffLine[] {
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

/** A call's arguments for a diff, over several lines if they are JSON. */
export function argumentsDiffText(written: string): string {
  try {
    return diffText(JSON.parse(written))
  } catch {
    return written
  }
}
