/** How thoroughly to measure. */
export interface Mode {
  /** Fewer repetitions in one process: to see where one stands, not to quote. */
  readonly quick: boolean
}
