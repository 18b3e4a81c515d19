/** The step of an estimate at each measured value, after many values. */
const LEAST_STEP = 0.05

/** An estimate counts within the busy period in which it was measured after at least this many values, … */
const ENOUGH = 16

/** … of which at most this share was off … */
const MOST_OFF = 0.4

/** … by more than this factor. */
const NEAR = 1.5

/**
 * The expected duration of calls: the median of the measured values, with more weight on newer ones.
 *
 * A stochastic approximation of the quantile (Robbins and Monro, "A Stochastic Approximation Method", 1951) on a
 * logarithmic scale: each value moves the estimate one step towards itself, far at first, later by {@link LEAST_STEP}. It
 * keeps a few numbers, and an outlier moves the estimate no further than any other value.
 *
 * Starting the longest call first helps where durations are known, and misleads where they are guesses: for a tool with
 * widely varying durations, one short call says little, and would send a long call to the end. So values measured during a
 * busy period do not change the order of its calls, unless they are many and close together; in later periods all values
 * count. Calls of tools that were never measured therefore start in call order, as in list scheduling without knowledge
 * (Graham, "Bounds on Multiprocessing Timing Anomalies", 1969).
 */
export class ExpectedDuration {
  #ms = 0
  #count = 0
  /** The share of the values that are not {@link NEAR} the estimate, with more weight on newer ones. */
  #off = 0
  /** The busy period of the last value, and the estimate before that period. */
  #period = -1
  #before: number | undefined

  /** The estimate from all values, in milliseconds; undefined before the first. */
  get ms(): number | undefined {
    return this.#count === 0 ? undefined : this.#ms
  }

  /** The estimate that counts in a busy period: of all values, or, where they are few or vary, of those before that period. */
  msIn(period: number): number | undefined {
    if (period !== this.#period || (this.#count >= ENOUGH && this.#off <= MOST_OFF)) return this.ms
    return this.#before
  }

  /**
   * @param ms the measured duration, at least 0
   * @param period the busy period in which it was measured
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

/** Steps are factors, so no duration may be 0. */
const MIN_MS = 0.001
