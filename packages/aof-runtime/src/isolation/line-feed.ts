import { StringDecoder } from 'node:string_decoder'

/** The longest line that is passed on whole, in UTF-16 code units. */
const MAX_LINE = 4_000

/** The largest number of lines that are passed on for one call. */
const MAX_LINES = 1_000

/** Splits a program's output into lines, bounded in number and length; a line says that the rest is dropped. */
export class LineFeed {
  readonly #line: (line: string) => void
  readonly #decoder = new StringDecoder('utf8')
  #rest = ''
  #lines = 0

  constructor(line: (line: string) => void) {
    this.#line = line
  }

  write(chunk: string | Uint8Array): void {
    const text = typeof chunk === 'string' ? chunk : this.#decoder.write(chunk as Buffer)
    if (this.#lines > MAX_LINES) return
    const [first = '', ...others] = text.split(/\r?\n/, MAX_LINES + 2)
    this.#rest = (this.#rest + first).slice(0, MAX_LINE + 1)
    for (const next of others) {
      this.#emit()
      this.#rest = next.slice(0, MAX_LINE + 1)
    }
  }

  /** Passes on a last line without a line break, and resets the count for the next call. */
  flush(): void {
    if (this.#rest !== '') this.#emit()
    this.#lines = 0
  }

  #emit(): void {
    const line = this.#rest
    this.#rest = ''
    if (this.#lines > MAX_LINES) return
    this.#lines++
    if (this.#lines > MAX_LINES) this.#line(`[more than ${MAX_LINES} lines: the rest is dropped]`)
    else this.#line(line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}…` : line)
  }
}
