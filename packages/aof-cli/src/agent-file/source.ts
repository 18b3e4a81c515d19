import { printable } from 'aof-runtime/internal'

/** A range of a text, as offsets in UTF-16 code units; `end` is exclusive. */
export interface Span {
  readonly start: number
  readonly end: number
  /** The field to which it belongs, e.g. `spec.tools[0].command`. @default '' the whole document */
  readonly path?: string
}

/** The range of `length` characters from `start` on. */
export function spanAt(start: number, length = 1): Span {
  return { start, end: start + length }
}

/** A range that belongs to a field. */
export interface FieldSpan extends Span {
  readonly path: string
}

/** A place in a file, as people and editors name it. */
export interface Place {
  /** The name of the file, as given. */
  readonly file: string
  /** From 1; 0 for a file as a whole. */
  readonly line: number
  /** In characters, from 1; 0 for a file as a whole. */
  readonly column: number
  /** The field, e.g. `spec.tools[0].command`; empty for the whole document. */
  readonly path: string
  readonly excerpt: Excerpt
}

/** The line of a place, or the nearby part of a long line. */
export interface Excerpt {
  readonly text: string
  /** The start of the place in `text`, in UTF-16 code units, from 0. */
  readonly start: number
  /** The end of the place in `text`: on the same line, and at least one after `start`. */
  readonly end: number
}

/** The place of a file as a whole. */
export function wholeFile(file: string): Place {
  return { file, line: 0, column: 0, path: '', excerpt: { text: '', start: 0, end: 0 } }
}

const MAX_EXCERPT = 160
const BEFORE_PLACE = 60

/** A file's text, which converts spans to places. */
export class Source {
  readonly file: string
  readonly text: string
  readonly #lineStarts: number[] = [0]

  constructor(file: string, text: string) {
    this.file = file
    this.text = text
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#lineStarts.push(at + 1)
  }

  /** The place of `span`; for an empty span, the character at its start. */
  place(span: Span): Place {
    const start = Math.min(Math.max(span.start, 0), this.text.length)
    const line = this.#lineOf(start)
    const lineStart = this.#lineStarts[line] ?? 0
    const lineText = this.#lineText(line)
    const column = Math.min(start - lineStart, lineText.length)
    const length = Math.min(Math.max(span.end - start, 1), Math.max(lineText.length - column, 1))
    return {
      file: this.file,
      line: line + 1,
      column: Array.from(lineText.slice(0, column)).length + 1,
      path: span.path ?? '',
      excerpt: excerptOf(lineText, column, length),
    }
  }

  #lineOf(offset: number): number {
    let low = 0
    let high = this.#lineStarts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return low
  }

  #lineText(line: number): string {
    const end = this.#lineStarts[line + 1]
    return this.text.slice(this.#lineStarts[line], end === undefined ? undefined : end - 1).replace(/\r$/, '')
  }
}

function excerptOf(line: string, column: number, length: number): Excerpt {
  if (line.length <= MAX_EXCERPT) return { text: line, start: column, end: column + length }
  const from = Math.max(0, column - BEFORE_PLACE)
  const head = from > 0 ? '…' : ''
  const tail = from + MAX_EXCERPT < line.length ? '…' : ''
  const text = `${head}${line.slice(from, from + MAX_EXCERPT)}${tail}`
  const start = column - from + head.length
  return { text, start, end: Math.max(start + 1, Math.min(start + length, text.length - tail.length)) }
}

/** `text` in quotes for a message: on one line, bounded, without control characters for a terminal. */
export function quoted(text: string, maxLength = 60): string {
  return JSON.stringify(printable(text, maxLength))
}
