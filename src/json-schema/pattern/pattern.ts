import type { Work } from '../work.ts'
import { Automaton } from './automaton.ts'
import { parsePattern, waysToMatch } from './syntax.ts'

/** How long a pattern may be. */
const MAX_LENGTH = 4_096

/** How many steps the engine may take at most, as far as the pattern says beforehand. */
const ENGINE_STEPS = 100_000

/**
 * A regular expression that no text can make slow (I39).
 *
 * The engine of the platform goes back and tries again, which may take for ever. It is asked only where the ways in
 * which the pattern can match a text of that length are few; everything else is read by an {@link Automaton}.
 */
export class Pattern {
  readonly source: string
  readonly #native: RegExp
  readonly #automaton: Automaton
  /** Up to which length the engine is asked. */
  readonly #nativeLength: number

  /**
   * @param work what making it may take
   * @throws Error that completes "it cannot be used: …", and OverBudget
   */
  constructor(source: string, work: Work) {
    if (source.length > MAX_LENGTH) throw new Error(`it is longer than ${MAX_LENGTH} characters`)
    this.source = source
    this.#native = compiled(source)
    const tree = parsePattern(source, this.#native.flags)
    const lengths = [0, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144]
    this.#nativeLength = lengths.findLast((n) => (n + 1) * (n + 1) * waysToMatch(tree, n) <= ENGINE_STEPS) ?? -1
    // Made at once, so that what is too large is found when the schema is compiled.
    this.#automaton = new Automaton(tree, work)
  }

  /** Whether a part of `text` matches. @throws OverBudget */
  test(text: string, work: Work): boolean {
    if (text.length > this.#nativeLength) return this.#automaton.finds(text, work)
    work.spend(text.length)
    return this.#native.test(text)
  }
}

/** As the standard has it, with the flag `u`; without it where only that refuses the pattern, e.g. for an escape too many. */
function compiled(source: string): RegExp {
  try {
    return new RegExp(source, 'u')
  } catch {
    return new RegExp(source)
  }
}
