/** A pattern that is read from its beginning to its end. */
export class Reader {
  readonly source: string
  #at = 0

  constructor(source: string) {
    this.source = source
  }

  get isAtEnd(): boolean {
    return this.#at >= this.source.length
  }

  /** What is left. */
  rest(length: number): string {
    return this.source.slice(this.#at, this.#at + length)
  }

  /** Takes a letter, a digit or a space, which mean themselves. */
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

  /** The platform's words for what is wrong with the syntax, or `reason` where the platform has none. */
  invalid(reason: string): Error {
    try {
      // Without the flag: its words for that are about the pattern as it is written most often.
      void new RegExp(this.source)
      return new Error(reason)
    } catch (error) {
      return error instanceof Error ? new Error(error.message, { cause: error }) : new Error(reason)
    }
  }
}
