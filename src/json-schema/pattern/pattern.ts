import type { Work } from '../work.ts'
import { Automaton } from './automaton.ts'
import { parsePattern } from './parser.ts'
import type { StepCache } from './step-cache.ts'

/** How long a pattern may be. */
const MAX_LENGTH = 4_096

/**
 * A regular expression that no text can make slow (I39), and that means the same for every text.
 *
 * The engine of the platform goes back and tries again, which may take for ever, so it is never asked: every text is read by
 * an {@link Automaton}.
 */
export class Pattern {
  readonly source: string
  readonly #automaton: Automaton

  /**
   * @param work what making it may take
   * @param cache bounds what is remembered of the texts that it has read
   * @throws Error that completes "it cannot be used: …", and OverBudget
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
