import { jsonLength } from './json-copy.ts'

/**
 * The bytes of JSON that the retained results of a batch take, and their limit.
 *
 * Measuring costs as much as making the value, so upper bounds are counted until their sum would exceed the limit; from then
 * on every value is measured.
 */
export class RetainedBytes {
  readonly #maxBytes: number
  readonly #retained: () => Iterable<unknown>
  #bytes: number
  #isExact = false

  /**
   * @param atMost an upper bound of the bytes of the values retained so far
   * @param retained the values retained so far
   */
  constructor(maxBytes: number, atMost: number, retained: () => Iterable<unknown>) {
    this.#maxBytes = maxBytes
    this.#bytes = atMost
    this.#retained = retained
  }

  /**
   * Reserves the bytes of `value`.
   *
   * @param atMost an upper bound of the bytes of its JSON text
   * @returns whether there was room; if not, nothing is reserved
   */
  reserve(value: unknown, atMost: number): boolean {
    if (!this.#isExact && this.#bytes + atMost > this.#maxBytes) this.#measure()
    const bytes = this.#isExact ? jsonLength(value) : atMost
    if (this.#bytes + bytes > this.#maxBytes) return false
    this.#bytes += bytes
    return true
  }

  /** Counts the bytes of a value that is retained also without room. */
  add(bytes: number): void {
    this.#bytes += bytes
  }

  #measure(): void {
    this.#isExact = true
    this.#bytes = 0
    for (const value of this.#retained()) this.#bytes += jsonLength(value)
  }
}
