import { clip, displayWidth, oneLine } from '../text.ts'
import { callWords, type CallWords, markStyle } from './call-words.ts'
import { column, joinSegments, rightColumn, type Segment, wrapText } from './line.ts'
import type { LiveCall, LiveTurn } from './live-state.ts'
import type { Theme } from './marks.ts'

/** Columns for the duration of a call. */
const TIME_WIDTH = 8
/** The largest number of columns for the name of a tool. */
const MAX_NAME_WIDTH = 32

/** Indentation of the lines below a call, in columns. */
const INDENT = 6

/** The column widths that all lines of a turn share. */
export interface CallColumns {
  readonly name: number
  /** Width of arguments and details; 0 if there is no room for them. */
  readonly middle: number
  /** 0 if there is no room for it. */
  readonly time: number
}

/** Computes the column widths for a turn's calls. */
export function callColumns(calls: readonly LiveCall[], width: number): CallColumns {
  const longest = calls.reduce((most, { name }) => Math.max(most, displayWidth(oneLine(name, 128))), 8)
  const time = width < 24 ? 0 : TIME_WIDTH
  const free = Math.max(0, width - 4 - (time === 0 ? 0 : time + 1))
  const name = Math.min(longest, MAX_NAME_WIDTH, Math.max(8, Math.floor(free * 0.4)), free)
  return { name, middle: Math.max(0, free - name - 2), time }
}

/** A call in one line: sign, name, arguments, state or result, and duration. */
export function callLine(call: LiveCall, turn: LiveTurn, now: number, columns: CallColumns, theme: Theme): string {
  return wordsLine(call, callWords(call, turn, now, theme.marks), columns, theme)
}

/** The final lines of a call. The reason for a failure is shown whole, on lines of its own if necessary. */
export function lastingLines(
  call: LiveCall,
  turn: LiveTurn,
  now: number,
  columns: CallColumns,
  theme: Theme,
): string[] {
  const { style, marks, width } = theme
  const words = callWords(call, turn, now, marks)
  const wanted = displayWidth(words.arguments) + displayWidth(words.detail) + 2
  if (!failed(call) || wanted <= columns.middle || width < 2 * INDENT) return [wordsLine(call, words, columns, theme)]
  return [
    wordsLine(call, { ...words, detail: '' }, columns, theme),
    ...wrapText(words.detail, width - INDENT).map((line) => style.dim(' '.repeat(INDENT) + line)),
  ]
}

function wordsLine(call: LiveCall, words: CallWords, columns: CallColumns, { style, width }: Theme): string {
  const [args, detail] = share(words.arguments, words.detail, columns.middle)
  const gap = args !== '' && detail !== '' ? '  ' : ''
  const { phase } = call.state
  const line: Segment[] = [
    { text: '  ' },
    { text: words.mark, mark: markStyle(call, style) },
    { text: ' ' },
    { text: column(words.name, columns.name) },
  ]
  if (columns.middle > 0) line.push({ text: '  ' }, { text: args, mark: style.dim }, { text: gap })
  if (columns.middle > 0)
    line.push({ text: detail, mark: phase === 'running' ? style.accent : failed(call) ? plain : style.dim })
  if (columns.time > 0 && words.time !== '') {
    const filled = columns.middle - displayWidth(args) - gap.length - displayWidth(detail)
    line.push({ text: ' '.repeat(Math.max(0, filled) + 1) })
    line.push({ text: rightColumn(words.time, columns.time), mark: phase === 'running' ? plain : style.dim })
  }
  return joinSegments(line, width).trimEnd()
}

function plain(text: string): string {
  return text
}

function failed({ state }: LiveCall): boolean {
  return state.phase === 'settled' && !state.result.success
}

/** Fits arguments and detail into `width` columns. The detail matters more, but the arguments keep two fifths. */
function share(args: string, detail: string, width: number): [args: string, detail: string] {
  if (detail === '') return [clip(args, width), '']
  const wanted = displayWidth(args)
  const kept = Math.min(wanted, Math.max(width - displayWidth(detail) - 2, Math.floor(width * 0.4)))
  // A few characters of arguments mean nothing.
  if (kept < wanted && kept < 8) return ['', clip(detail, width)]
  return [clip(args, kept), clip(detail, Math.max(0, width - kept - (kept > 0 ? 2 : 0)))]
}
