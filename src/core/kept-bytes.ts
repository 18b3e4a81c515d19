import { utf8Length } from './json-copy.ts'

/**
 * How many bytes of JSON the results of a batch keep, against their limit.
 *
 * Measuring exactly costs as much as making the value, so bounds are counted, and what they stand for is measured only
 * where their sum would be too much.
 */
export class KeptBytes {
  readonly #maxBytes: number
  #bytes = 0
  /** What was counted by a bound, with it. */
  #loose: [value: unknown, atMost: number][] = []

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /**
   * Counts `value` if there is room for it.
   *
   * @param atMost no more than this are the bytes of its JSON text
   * @returns whether there was room
   */
  take(value: unknown, atMost: number): boolean {
    if (this.#bytes + atMost <= this.#maxBytes) {
      this.add(value, atMost)
      return true
    }
    for (const [kept, bound] of this.#loose) this.#bytes += bytesOf(kept) - bound
    this.#loose = []
    const bytes = bytesOf(value)
    if (this.#bytes + bytes > this.#maxBytes) return false
    this.#bytes += bytes
    return true
  }

  /** Counts what is kept in any case. */
  add(value: unknown, atMost: number): void {
    this.#bytes += atMost
    this.#loose.push([value, atMost])
  }
}

function bytesOf(value: unknown): number {
  return utf8Length(JSON.stringify(value))
}
