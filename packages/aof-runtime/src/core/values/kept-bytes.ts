import { utf8Length } from './json-copy.ts'

/**
 * How many bytes of JSON the results of a batch keep, against their limit.
 *
 * Measuring exactly costs as much as making the value, so bounds are counted until their sum would be too much; from then
 * on everything is measured.
 */
export class KeptBytes {
  readonly #maxBytes: number
  readonly #kept: () => Iterable<unknown>
  #bytes: number
  #isExact = false

  /**
   * @param atMost no more than this are the bytes of what has been kept so far
   * @param kept what has been kept so far
   */
  constructor(maxBytes: number, atMost: number, kept: () => Iterable<unknown>) {
    this.#maxBytes = maxBytes
    this.#bytes = atMost
    this.#kept = kept
  }

  /**
   * Counts `value` if there is room for it.
   *
   * @param atMost no more than this are the bytes of its JSON text
   * @returns whether there was room
   */
  take(value: unknown, atMost: number): boolean {
    if (!this.#isExact && this.#bytes + atMost > this.#maxBytes) this.#measure()
    const bytes = this.#isExact ? bytesOf(value) : atMost
    if (this.#bytes + bytes > this.#maxBytes) return false
    this.#bytes += bytes
    return true
  }

  /** Counts what is kept in any case. */
  add(bytes: number): void {
    this.#bytes += bytes
  }

  #measure(): void {
    this.#isExact = true
    this.#bytes = 0
    for (const value of this.#kept()) this.#bytes += bytesOf(value)
  }
}

function bytesOf(value: unknown): number {
  return utf8Length(JSON.stringify(value))
}
