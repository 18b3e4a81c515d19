/** The thoroughness of a measurement. */
export interface Mode {
  /** Fewer repetitions in one process: for a quick look, not for publication. */
  readonly quick: boolean
}
