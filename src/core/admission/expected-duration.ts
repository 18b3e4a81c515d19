/** How far an estimate moves at a measured value, once it has seen many. */
const LEAST_STEP = 0.05

/**
 * How long something is expected to take: its median, the newer values counting more.
 *
 * A stochastic approximation of the quantile (Robbins and Monro, "A Stochastic Approximation Method", 1951) on a
 * logarithmic scale: each value moves the estimate a step towards itself, at first far, later by {@link LEAST_STEP}. It
 * keeps one number and a count, and one value in a thousand times as long moves it no further than any other.
 */
export class ExpectedDuration {
  #ms = 0
  #count = 0

  /** The estimate in milliseconds; undefined while nothing was measured. */
  get ms(): number | undefined {
    return this.#count === 0 ? undefined : this.#ms
  }

  /** @param ms how long it took, at least 0 */
  add(ms: number): void {
    const value = ms < MIN_MS ? MIN_MS : ms
    const count = this.#count
    if (count === 0) this.#ms = value
    else {
      const step = 1 + (count < 1 / LEAST_STEP ? 1 / (count + 1) : LEAST_STEP)
      this.#ms = Math.max(this.#ms / step, Math.min(value, this.#ms * step))
    }
    this.#count++
  }
}

/** A step is a factor, so nothing takes no time at all. */
const MIN_MS = 0.001
