/** A cursor over the source of a pattern. */
export class Reader {
  readonly source: string
  #at = 0

  constructor(source: string) {
    this.source = source
  }

  get isAtEnd(): boolean {
    return this.#at >= this.source.length
  }

  /** The next `length` characters, which stay unread. */
  rest(length: number): string {
    return this.source.slice(this.#at, this.#at + length)
  }

  /** Takes a letter, a digit or a space, which stand for themselves. */
  takeOrdinary(): number | undefined {
    const code = this.source.charCodeAt(this.#at)
    const isOrdinary =
      (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 32
    if (!isOrdinary) return undefined
    this.#at++
    return code
  }

  sees(text: string): boolean {
    return this.source.startsWith(text, this.#at)
  }

  take(text: string): boolean {
    const isThere = this.sees(text)
    if (isThere) this.#at += text.length
    return isThere
  }

  /** @param sticky a regular expression with the flag `y` */
  match(sticky: RegExp): RegExpExecArray | undefined {
    sticky.lastIndex = this.#at
    const match = sticky.exec(this.source)
    if (match === null) return undefined
    this.#at = sticky.lastIndex
    return match
  }

  /** The platform's message about a syntax error, or `reason` if the platform finds no error. */
  invalid(reason: string): Error {
    try {
      // Without the flag `u`: the platform's message for it describes the pattern as most authors write it.
      void new RegExp(this.source)
      return new Error(reason)
    } catch (error) {
      return error instanceof Error ? new Error(error.message, { cause: error }) : new Error(reason)
    }
  }
}
