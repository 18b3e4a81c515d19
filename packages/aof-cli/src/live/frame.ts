import { clip, oneLine } from '../text.ts'
import { callColumns, callLine, lastingLines } from './call-line.ts'
import { spinnerAt } from './call-words.ts'
import { elapsedText } from './duration.ts'
import { joinSegments, wrapParts, wrapText } from './line.ts'
import type { LiveCall, LiveTurn } from './live-state.ts'
import type { Look } from './look.ts'
import { phaseCounts, progressSummary, turnSummary } from './summary.ts'

/** A frame: how a turn that goes on is shown at one moment. */
export interface FrameView extends Look {
  readonly now: number
  /** Lines that the frame may take. */
  readonly height: number
}

/** Lines of the model's text beside its calls, and of what it thinks aloud. */
const FEW_LINES = 3
/** How much of a long text is broken into lines, at least and at most; where it begins changes seldom, so that it stands still. */
const TAIL = 16_384

/**
 * A turn that goes on: the newest of what the model says, a line for each call, and a line of what goes on. At most
 * `height` lines of at most `width` columns; with more calls than that, those that run and wait come first.
 */
export function frame(turn: LiveTurn, view: FrameView): string[] {
  const { height, width, style } = view
  if (height < 1 || width < 1) return []
  const room = height - 1
  const { lines, text: spoken } = spokenLines(turn, room)
  const text = lines > 0 ? safeText(tailOf(spoken), view).slice(-lines).map(style.dim) : []
  return [...text, ...callLines(turn, room - text.length, view), statusLine(turn, view)]
}

/** A turn that is over, as it stays: what the model said before its calls, all calls, and what they came to. */
export function finishedTurn(turn: LiveTurn, now: number, look: Look): string[] {
  const { style, width } = look
  if (turn.calls.length === 0) return []
  const columns = callColumns(turn.calls, width)
  return [
    ...safeText(turn.text, look).map(style.dim),
    ...turn.calls.flatMap((call) => lastingLines(call, turn, now, columns, look)),
    ...summaryLines(turn, look).map(style.dim),
    '',
  ]
}

/** What the calls of a turn came to, or where they are where it was left; broken between its parts where it is too wide for one line. */
function summaryLines(turn: LiveTurn, { marks, width }: Look): string[] {
  const summary = turn.endedAt === undefined ? progressSummary(turn, marks) : turnSummary(turn, marks)
  return wrapParts(summary, marks.separator, width - 2).map((line) => clip(`  ${line}`, width))
}

/** What of the model's words is shown, and in how many lines. */
function spokenLines({ text, reasoning, model, calls }: LiveTurn, room: number): { lines: number; text: string } {
  if (calls.length > 0) return { lines: Math.min(FEW_LINES, room - calls.length), text }
  return model === 'thinking' ? { lines: Math.min(FEW_LINES, room), text: reasoning } : { lines: room, text }
}

function tailOf(text: string): string {
  return text.length <= 2 * TAIL ? text : text.slice(Math.floor(text.length / TAIL - 1) * TAIL)
}

/** A model's text as lines that are safe to show, without blank ones around it. */
function safeText(text: string, { width }: Look): string[] {
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

/** What is most worth a line: what runs, what waits, what is coming, what failed. */
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
