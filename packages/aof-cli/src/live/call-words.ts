import type { ParkedEvent, ToolResult } from 'aof-runtime'
import type { Style } from '../style.ts'
import { oneLine } from '../text.ts'
import { argumentsText } from './arguments-text.ts'
import { durationText, elapsedText } from './duration.ts'
import type { LiveCall, LiveTurn } from './live-state.ts'
import { type Marks, resultMark } from './marks.ts'

/** The words about a call; each is safe to print on one line. */
export interface CallWords {
  readonly mark: string
  readonly name: string
  /** Its abbreviated arguments; empty until they are complete. */
  readonly arguments: string
  /** The reason why it waits, its progress, or its result; may be empty. */
  readonly detail: string
  /** Empty if it never ran. */
  readonly time: string
}

/** Shorter waits are not shown. */
const NOTICEABLE_MS = 100

/** The words for the current state of a call. */
export function callWords(call: LiveCall, { model }: Pick<LiveTurn, 'model'>, now: number, marks: Marks): CallWords {
  const { state } = call
  const about = { name: oneLine(call.name, 128) || '(no name)', arguments: argumentsText(call.arguments) }
  switch (state.phase) {
    case 'arriving':
      return { mark: marks.arriving, ...about, detail: arrivingDetail(call, model), time: '' }
    case 'waiting': {
      const time = elapsedText(now - call.acceptedAt)
      return { mark: marks.waiting, ...about, detail: waitsDetail(state), time }
    }
    case 'running':
      return {
        mark: spinnerAt(now, marks),
        ...about,
        detail: state.progress ?? '',
        time: elapsedText(now - state.startedAt),
      }
    case 'suspended':
      return {
        mark: marks.waiting,
        ...about,
        detail: 'waits for calls of its own',
        time: elapsedText(now - state.startedAt),
      }
    case 'settled': {
      const { result } = state
      const time = result.timing.attempts === 0 ? '' : durationText(result.timing.runMs)
      return { mark: resultMark(result, marks), ...about, detail: resultDetail(result, state.thrownAt), time }
    }
  }
}

function waitsDetail({ waitsFor, behind }: Pick<ParkedEvent, 'waitsFor' | 'behind'>): string {
  if (behind === undefined) return WAITS[waitsFor]
  const other = `[${behind.index}] ${oneLine(behind.name, 128)}`
  return waitsFor === 'dependency' ? `waits for the result of ${other}` : `waits for ${other} to end first`
}

const WAITS: Readonly<Record<ParkedEvent['waitsFor'], string>> = {
  dependency: 'waits for the result of another call',
  conflict: 'waits for another call to end first',
  breaker: 'waits for a trial call that tests the tool',
  rate: 'waits for its rate limit',
  key: 'waits for a permit of its key',
  tool: 'waits for a permit of its tool',
  executor: 'waits for a permit',
  process: 'waits for a permit of the process',
  queue: 'waits for a place in the queue',
  retry: 'waits for its retry',
}

function arrivingDetail(call: LiveCall, model: LiveTurn['model']): string {
  if (call.arguments === undefined) return 'arriving'
  return model === 'finished' ? 'being checked' : 'waits for the end of the turn'
}

function resultDetail(result: ToolResult, thrownAt: string | undefined): string {
  if (result.success) {
    const { queuedMs } = result.timing
    return queuedMs < NOTICEABLE_MS ? '' : `waited ${durationText(queuedMs)}`
  }
  const { status, execution, error } = result
  switch (status) {
    case 'aborted':
      return ABORTED[execution]
    case 'failed':
      return `${oneLine(error.message)}${thrownAt === undefined ? '' : ` (${oneLine(fromHere(thrownAt), 300)})`}`
    case 'timed_out':
      return oneLine(`timed out: ${error.message}`)
    case 'invalid':
    case 'rejected':
    case 'skipped':
    case 'lost':
      return oneLine(`${status}: ${error.message}`)
  }
}

/** A path relative to the working directory, if it is inside. */
function fromHere(place: string): string {
  const here = `${process.cwd()}/`
  return place.startsWith(here) ? place.slice(here.length) : place
}

const ABORTED: Readonly<Record<ToolResult['execution'], string>> = {
  none: 'aborted before it started',
  ended: 'aborted',
  unknown: 'aborted, may still act',
}

/** The time per frame of the spinner, in milliseconds. */
const SPINNER_MS = 100

/** The spinner's sign at this moment. */
export function spinnerAt(now: number, { spinner }: Marks): string {
  return spinner[Math.floor(now / SPINNER_MS) % spinner.length] ?? ''
}

/** The style of a call's sign. */
export function markStyle({ state }: LiveCall, style: Style): (text: string) => string {
  switch (state.phase) {
    case 'arriving':
    case 'waiting':
    case 'suspended':
      return style.dim
    case 'running':
      return style.accent
    case 'settled':
      if (state.result.success) return style.good
      return state.result.status === 'aborted' || state.result.status === 'skipped' ? style.warning : style.error
  }
}
