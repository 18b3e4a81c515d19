import { Writable } from 'node:stream'
import type { Terminal } from '../../../packages/aof-cli/src/live/live-region.ts'

/** As much of a terminal as the view needs: it scrolls, wraps, moves its cursor and erases; anything else is an error. */
export class Screen extends Writable implements Terminal {
  columns: number
  rows: number
  cursorShown = true
  /** How often something was written to it. */
  writes = 0
  /** All rows, those that have scrolled out at the top too. */
  #lines: string[][] = [[]]
  #top = 0
  #row = 0
  #column = 0

  constructor(columns: number, rows: number) {
    super({ decodeStrings: false })
    this.columns = columns
    this.rows = rows
  }

  /** Where the cursor stands in its row, from 0. */
  get column(): number {
    return this.#column
  }

  /** The rows of the scrollback and of the screen, without blank rows at the end. */
  get text(): string[] {
    return this.#lines.map((line) => line.join('').trimEnd()).slice(0, this.#used)
  }

  get #used(): number {
    return this.#lines.findLastIndex((line) => line.join('').trim() !== '') + 1
  }

  /** Becomes another size; lines that are too wide now are broken anew, and the cursor stays with its character. */
  resize(columns: number, rows: number): void {
    const cursor = this.#lines.slice(0, this.#row).reduce((sum, line) => sum + broken(line, columns).length, 0)
    this.#lines = this.#lines.flatMap((line) => broken(line, columns))
    this.#row = cursor
    ;[this.columns, this.rows] = [columns, rows]
    this.#top = Math.max(0, this.#lines.length - rows)
    this.emit('resize')
  }

  override _write(chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    this.#take(String(chunk))
    done()
  }

  override _writev(chunks: { readonly chunk: unknown }[], done: () => void): void {
    this.#take(chunks.map(({ chunk }) => String(chunk)).join(''))
    done()
  }

  #take(text: string): void {
    this.writes++
    for (const [piece] of text.matchAll(/\u001B\[\??[\d;]*[A-Za-z]|[^]/gu)) {
      if (piece.startsWith('\u001B[')) this.#control(piece.slice(2, -1), piece.slice(-1))
      else if (piece === '\n') this.#newLine()
      else if (piece === '\r') this.#column = 0
      else if (/\p{Cc}/u.test(piece)) throw new Error(`The terminal got ${JSON.stringify(piece)}.`)
      else this.#put(piece)
    }
  }

  #control(parameter: string, command: string): void {
    const count = Number(parameter || '1')
    if (command === 'A') this.#row = Math.max(this.#top, this.#row - count)
    else if (command === 'G') this.#column = count - 1
    else if (command === 'K') this.#line.length = Math.min(this.#line.length, this.#column)
    else if (command === 'J' && (parameter === '' || parameter === '0')) {
      this.#line.length = Math.min(this.#line.length, this.#column)
      this.#lines.length = this.#row + 1
    } else if (parameter === '?25') this.cursorShown = command === 'h'
    else if (command !== 'm') throw new Error(`The terminal got ESC [${parameter}${command}.`)
  }

  get #line(): string[] {
    return (this.#lines[this.#row] ??= [])
  }

  #put(character: string): void {
    if (this.#column >= this.columns) {
      this.#newLine()
      this.#column = 0
    }
    const line = this.#line
    while (line.length < this.#column) line.push(' ')
    line[this.#column++] = character
  }

  /** As the terminal's driver has it: a line end goes to the first column too. */
  #newLine(): void {
    this.#row++
    this.#column = 0
    this.#lines[this.#row] ??= []
    this.#top = Math.max(this.#top, this.#row - this.rows + 1)
  }
}

function broken(line: readonly string[], columns: number): string[][] {
  const rows: string[][] = []
  for (let at = 0; at === 0 || at < line.length; at += columns) rows.push(line.slice(at, at + columns))
  return rows
}
