/** How far an estimate moves at a measured value, once it has seen many. */
const LEAST_STEP = 0.05

/** An estimate counts at once that stands on so many values, … */
const ENOUGH = 16

/** … of which no more than this share is off … */
const MOST_OFF = 0.4

/** … by more than this factor. */
const NEAR = 1.5

/**
 * How long something is expected to take: its median, the newer values counting more.
 *
 * A stochastic approximation of the quantile (Robbins and Monro, "A Stochastic Approximation Method", 1951) on a
 * logarithmic scale: each value moves the estimate a step towards itself, at first far, later by {@link LEAST_STEP}. It
 * keeps a few numbers, and one value in a thousand times as long moves it no further than any other.
 *
 * Longest first pays where durations are known and misleads where they are guessed: of a tool whose durations differ widely
 * a first short call says little, and would send a long one to the end. So values that are measured while calls wait do not
 * change the order of those, unless they are many and close together; afterwards, as history, they all count. A turn of
 * tools that were never measured therefore goes in call order, as list scheduling without knowledge does (Graham, "Bounds on
 * Multiprocessing Timing Anomalies", 1969).
 */
export class ExpectedDuration {
  #ms = 0
  #count = 0
  /** The share of the values that are not {@link NEAR}, the newer ones counting more. */
  #off = 0
  /** The period of the last value, and what was expected before the first of that. */
  #period = -1
  #before: number | undefined

  /** The estimate of all values, in milliseconds; undefined while nothing was measured. */
  get ms(): number | undefined {
    return this.#count === 0 ? undefined : this.#ms
  }

  /** What counts in a period, in which calls have to wait: the estimate, as far as it can be trusted. */
  msIn(period: number): number | undefined {
    if (period !== this.#period || (this.#count >= ENOUGH && this.#off <= MOST_OFF)) return this.ms
    return this.#before
  }

  /**
   * @param ms how long it took, at least 0
   * @param period when that was
   */
  add(ms: number, period: number = -1): void {
    if (period !== this.#period) {
      this.#before = this.ms
      this.#period = period
    }
    const value = ms < MIN_MS ? MIN_MS : ms
    const count = this.#count
    if (count === 0) this.#ms = value
    else {
      const part = count < 1 / LEAST_STEP ? 1 / (count + 1) : LEAST_STEP
      const step = 1 + part
      const isOff = value > this.#ms * NEAR || value * NEAR < this.#ms
      this.#off += part * ((isOff ? 1 : 0) - this.#off)
      this.#ms = Math.max(this.#ms / step, Math.min(value, this.#ms * step))
    }
    this.#count++
  }
}

/** A step is a factor, so nothing takes no time at all. */
const MIN_MS = 0.001
