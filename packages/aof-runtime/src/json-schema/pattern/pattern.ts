import type { Work } from '../work.ts'
import { Automaton } from './automaton.ts'
import { parsePattern } from './parser.ts'
import type { StepCache } from './step-cache.ts'

/** The longest pattern, in code units. */
const MAX_LENGTH = 4_096

/**
 * A regular expression that takes linear time for every text (I39) and gives the same answer each time.
 *
 * The platform's engine backtracks, which may take exponential time. An {@link Automaton} reads every text instead.
 */
export class Pattern {
  readonly source: string
  readonly #automaton: Automaton

  /**
   * @param work the bound of work for compiling
   * @param cache bounds the memory of steps
   * @throws Error whose message completes "it cannot be used: …", and OverBudget
   */
  constructor(source: string, work: Work, cache?: StepCache) {
    if (source.length > MAX_LENGTH) throw new Error(`it is longer than ${MAX_LENGTH} characters`)
    this.source = source
    work.spend(4 * source.length)
    this.#automaton = new Automaton(parsePattern(source), work, cache)
  }

  /** Whether a part of `text` matches. @throws OverBudget */
  test(text: string, work: Work): boolean {
    return this.#automaton.finds(text, work)
  }
}
