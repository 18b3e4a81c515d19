import { clip, oneLine } from '../text.ts'
import { callColumns, callLine, lastingLines } from './call-line.ts'
import { spinnerAt } from './call-words.ts'
import { elapsedText } from './duration.ts'
import { joinSegments, wrapParts, wrapText } from './line.ts'
import type { LiveCall, LiveTurn } from './live-state.ts'
import type { Theme } from './marks.ts'
import { phaseCounts, progressSummary, turnSummary } from './summary.ts'

/** The settings of a frame, which shows a running turn at one moment. */
export interface FrameView extends Theme {
  readonly now: number
  /** The largest number of lines of the frame. */
  readonly height: number
}

/** Lines for the model's text next to its calls, and for its reasoning. */
const FEW_LINES = 3
/** The smallest and the largest part of a long text that is broken into lines. Its start moves seldom, so the lines stay still. */
const TAIL = 16_384

/**
 * A running turn: the latest text of the model, a line for each call, and a status line. At most `height` lines of at most
 * `width` columns; if there are more calls, running and waiting ones come first.
 */
export function frame(turn: LiveTurn, view: FrameView): string[] {
  const { height, width, style } = view
  if (height < 1 || width < 1) return []
  const room = height - 1
  const { lines, text: spoken } = spokenLines(turn, room)
  const tail = spoken.length <= 2 * TAIL ? spoken : spoken.slice(Math.floor(spoken.length / TAIL - 1) * TAIL)
  const text = lines > 0 ? safeText(tail, view).slice(-lines).map(style.dim) : []
  return [...text, ...callLines(turn, room - text.length, view), statusLine(turn, view)]
}

/** The final lines of a turn: the model's text before its calls, all calls, and a summary of them. */
export function finishedTurn(turn: LiveTurn, now: number, theme: Theme): string[] {
  const { style, width } = theme
  if (turn.calls.length === 0) return []
  const columns = callColumns(turn.calls, width)
  return [
    ...safeText(turn.text, theme).map(style.dim),
    ...turn.calls.flatMap((call) => lastingLines(call, turn, now, columns, theme)),
    ...summaryLines(turn, theme).map(style.dim),
    '',
  ]
}

/** The summary of a turn's calls, or their states if the turn was left early. It breaks between its parts if it is too wide. */
function summaryLines(turn: LiveTurn, { marks, width }: Theme): string[] {
  const summary = turn.endedAt === undefined ? progressSummary(turn, marks) : turnSummary(turn, marks)
  return wrapParts(summary, marks.separator, width - 2).map((line) => clip(`  ${line}`, width))
}

/** The part of the model's text that is shown, and its number of lines. */
function spokenLines({ text, reasoning, model, calls }: LiveTurn, room: number): { lines: number; text: string } {
  if (calls.length > 0) return { lines: Math.min(FEW_LINES, room - calls.length), text }
  return model === 'thinking' ? { lines: Math.min(FEW_LINES, room), text: reasoning } : { lines: room, text }
}

/** A model's text as lines that are safe to print, without surrounding blank lines. */
function safeText(text: string, { width }: Theme): string[] {
  const trimmed = text.trim()
  if (trimmed === '') return []
  return trimmed.split(/\r\n|\n|\r/).flatMap((line) => wrapText(oneLine(line, Infinity), width))
}

function callLines(turn: LiveTurn, room: number, view: FrameView): string[] {
  const { calls } = turn
  const columns = callColumns(calls, view.width)
  const line = (call: LiveCall): string => callLine(call, turn, view.now, columns, view)
  if (calls.length <= room) return calls.map(line)
  if (room < 2) return []
  const shown = new Set(calls.toSorted((a, b) => rank(a) - rank(b) || a.index - b.index).slice(0, room - 1))
  const folded = calls.filter((call) => !shown.has(call))
  const words = `${folded.length} more: ${phaseCounts(folded).join(', ')}`
  const fold = joinSegments([{ text: '    ' }, { text: words, mark: view.style.dim }], view.width)
  return [...calls.filter((call) => shown.has(call)).map(line), fold]
}

/** The priority of calls for a line: running, waiting, arriving, failed. */
function rank({ state }: LiveCall): number {
  switch (state.phase) {
    case 'running':
      return 0
    case 'suspended':
    case 'waiting':
      return 1
    case 'arriving':
      return 2
    case 'settled':
      return state.result.success ? 4 : 3
  }
}

function statusLine(turn: LiveTurn, view: FrameView): string {
  const { now, width, style, marks } = view
  const doing = turn.calls.length > 0 ? progressSummary(turn, marks) : MODEL_WORDS[turn.model]
  return joinSegments(
    [
      { text: '  ' },
      { text: spinnerAt(now, marks), mark: style.accent },
      { text: ' ' },
      { text: doing },
      { text: `  ${elapsedText(now - turn.startedAt)}`, mark: style.dim },
    ],
    width,
  )
}

const MODEL_WORDS: Readonly<Record<LiveTurn['model'], string>> = {
  absent: 'waiting for calls',
  asked: 'waiting for the model',
  thinking: 'the model is thinking',
  talking: 'the model is answering',
  finished: 'the model has answered',
}
