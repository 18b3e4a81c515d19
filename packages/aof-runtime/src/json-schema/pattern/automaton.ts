import { append } from '../../core/collections/multimap.ts'
import type { Work } from '../work.ts'
import { Alphabet, type CharacterClass } from './alphabet.ts'
import { begin, hashOf, holds, isSame, knownStep, type MatchState } from './match-state.ts'
import { Program, type State } from './program.ts'
import { StepCache } from './step-cache.ts'
import { type Expression, isAnchored } from './syntax.ts'

/** Work for creating the target of a step, beside the states that it contains. */
const STEP_WORK = 24

/** Along known steps, 2 ** READ_SHIFT code units are read for one unit of work. */
const READ_SHIFT = 1

/**
 * Matches a text in time proportional to the lengths of the text and of the pattern: it follows all possible matches at
 * the same time, character by character. Steps are cached, so that most characters cost one table look-up.
 */
export class Automaton {
  readonly #program: Program
  readonly #backward: boolean
  readonly #isAnchored: boolean
  readonly #cache: StepCache
  readonly #looks: readonly Automaton[]
  #alphabet: Alphabet
  #states = new Map<number, MatchState[]>()
  #first: MatchState | undefined
  /** Numbers of the combinations of look-arounds seen so far. */
  #lookNumbers = new Map<number, number>([[0, 0]])
  readonly #marks: Uint32Array
  #mark = 0
  /** Cells of the cache, beside the steps, that have been counted. */
  #counted = 0

  /**
   * @param expression the pattern to find
   * @param work the bound of work for creating the automaton
   * @param cache bounds the memory of all automata of a schema
   * @param backward whether it reads from the end to the beginning, as look-aheads do
   * @throws Error if the pattern expands to too many states, and OverBudget
   */
  constructor(expression: Expression, work: Work, cache: StepCache = new StepCache(), backward = false) {
    this.#program = new Program(expression, work, backward)
    this.#backward = backward
    this.#isAnchored = isAnchored(expression, backward)
    this.#cache = cache
    this.#alphabet = this.#newAlphabet()
    this.#marks = new Uint32Array(this.#program.states.length)
    // A look-ahead is read backward, so that one pass over the text finds all its places.
    this.#looks = this.#program.looks.map(({ of, ahead }) => new Automaton(of, work, cache, ahead))
  }

  /** Whether any part of the text matches. @throws OverBudget */
  finds(text: string, work: Work): boolean {
    if (this.#looks.length > 0) return this.#read(text, work, undefined, 0)
    // The fast path: plain characters and known steps, as in most texts.
    const { ascii } = this.#alphabet
    const { length } = text
    let state = (this.#first ??= begin())
    let read = 0
    for (; read < length; read++) {
      const code = text.charCodeAt(read)
      const kind = code < 128 ? (ascii[code] as number) : 0
      const next = kind === 0 ? undefined : state.plain[kind]
      if (next === undefined) return this.#read(text, work, undefined, 0, state, read)
      state = next
      if (next.isDecided) break
    }
    work.spend(1 + (read >> READ_SHIFT))
    if (read < length) return state.matched
    return (state.plain[0] ?? this.#step(state, 0, 0, work)).matched
  }

  /** Called by {@link StepCache}. */
  forget(): void {
    this.#alphabet = this.#newAlphabet()
    this.#states = new Map()
    this.#first = undefined
    this.#lookNumbers = new Map([[0, 0]])
    this.#counted = 0
  }

  #newAlphabet(): Alphabet {
    return new Alphabet(this.#program.sets, this.#program.asksBoundary)
  }

  /**
   * Reads a text up to the first match. If `places` is given, reads to the end and sets `bit` at each place where a
   * match ends (where one begins, if it reads backward).
   */
  #read(text: string, work: Work, places: Int32Array | undefined, bit: number, from?: MatchState, start = 0): boolean {
    const looked = this.#lookAround(text, work)
    try {
      return this.#scan(text, work, looked, places, bit, from ?? (this.#first ??= begin()), start)
    } finally {
      // No step is under way here, so the cache may be cleared.
      this.#count()
    }
  }

  #scan(
    text: string,
    work: Work,
    looked: Int32Array | undefined,
    places: Int32Array | undefined,
    bit: number,
    from: MatchState,
    start: number,
  ): boolean {
    const { length } = text
    const backward = this.#backward
    let { ascii } = this.#alphabet
    let state = from
    let found = 0
    let lookNumber = 0
    let paid = 0
    for (let read = start; read < length;) {
      if (read - paid >= 4_096) {
        work.spend((read - paid) >> READ_SHIFT)
        paid = read
      }
      const place = backward ? length - read : read
      const unit = text.charCodeAt(backward ? place - 1 : place)
      const code = (unit & 0xf800) === 0xd800 ? codeAt(text, place, backward, unit) : unit
      if (looked !== undefined && looked[place] !== found) {
        found = looked[place] as number
        lookNumber = this.#numberOf(found)
      }
      const kind = (code < 128 && ascii[code]) || this.#alphabet.classOf(code, work)
      const known = knownStep(state, lookNumber, kind)
      if (known === undefined) {
        state = this.#step(state, kind, found, work)
        // The cache may have been cleared.
        ;({ ascii } = this.#alphabet)
        lookNumber = this.#numberOf(found)
      } else state = known
      if (state.matched) {
        if (places === undefined) return true
        places[place] = (places[place] as number) | bit
      }
      if (state.isDead) {
        work.spend(1 + ((read - paid) >> READ_SHIFT))
        return false
      }
      read += code > 0xffff ? 2 : 1
    }
    work.spend(1 + ((length - paid) >> READ_SHIFT))
    const last = backward ? 0 : length
    found = looked === undefined ? 0 : (looked[last] as number)
    const { matched } = knownStep(state, this.#numberOf(found), 0) ?? this.#step(state, 0, found, work)
    if (matched && places !== undefined) places[last] = (places[last] as number) | bit
    return matched
  }

  /** The look-arounds that match at each place, as bits; undefined if there are none. */
  #lookAround(text: string, work: Work): Int32Array | undefined {
    if (this.#looks.length === 0) return undefined
    work.spend(1 + (text.length >> READ_SHIFT))
    const places = new Int32Array(text.length + 1)
    for (const [i, look] of this.#looks.entries()) look.#read(text, work, places, 1 << i)
    return places
  }

  /** Computes and caches a step. */
  #step(from: MatchState, kind: number, looked: number, work: Work): MatchState {
    const { start, end, asksBoundary } = this.#program
    const read = this.#alphabet.classes[kind] as CharacterClass
    const { states } = this.#program
    const mark = this.#nextMark()
    const open: State[] = this.#isAnchored && !from.isFirst ? [] : [start]
    for (const number of from.states) open.push(states[number] as State)
    const reached = new Set<number>()
    let matched = false
    let visits = open.length
    for (let state = open.pop(); state !== undefined; state = open.pop()) {
      if (this.#marks[state.number] === mark) continue
      this.#marks[state.number] = mark
      if (state === end) matched = true
      else if (state.set >= 0) {
        if (read.inSets[state.set] === 1) reached.add((state.next[0] as State).number)
      } else if (state.condition === undefined || holds(state.condition, from, read, looked)) {
        visits += state.next.length
        for (const next of state.next) open.push(next)
      }
    }
    work.spend(STEP_WORK + visits + 4 * reached.size)
    const isDead = reached.size === 0 && this.#isAnchored
    return this.#remember(from, kind, looked, {
      states: Int32Array.from(reached).sort(),
      isFirst: false,
      afterWord: asksBoundary && read.isWord,
      matched,
      isDead,
      isDecided: matched || isDead,
      plain: [],
      looked: undefined,
    })
  }

  #remember(from: MatchState, kind: number, looked: number, made: MatchState): MatchState {
    const before = this.#alphabet
    const { state, isNew } = this.#intern(made)
    this.#cache.reserve(this, isNew ? 40 + made.states.length : 4)
    // If the cache was cleared meanwhile, the class numbers of `from` are obsolete.
    if (this.#alphabet !== before) return made
    const number = this.#numberOf(looked)
    const steps = number === 0 ? from.plain : ((from.looked ??= [])[number] ??= [])
    steps[kind] = state
    return state
  }

  /** Reports to the cache how much was added beside the steps. */
  #count(): void {
    const size = this.#alphabet.size + 8 * this.#lookNumbers.size
    const grown = size - this.#counted
    if (grown === 0) return
    this.#counted = size
    this.#cache.reserve(this, grown)
  }

  #intern(made: MatchState): { readonly state: MatchState; readonly isNew: boolean } {
    const hash = hashOf(made)
    const known = this.#states.get(hash)?.find((one) => isSame(one, made))
    if (known !== undefined) return { state: known, isNew: false }
    append(this.#states, hash, made)
    return { state: made, isNew: true }
  }

  #numberOf(looked: number): number {
    let number = this.#lookNumbers.get(looked)
    if (number === undefined) this.#lookNumbers.set(looked, (number = this.#lookNumbers.size))
    return number
  }

  #nextMark(): number {
    if (this.#mark === 0xffff_ffff) {
      this.#marks.fill(0)
      this.#mark = 0
    }
    return ++this.#mark
  }
}

/** The code point beside `place` that `unit` is half of; `unit` itself if it has no other half. */
function codeAt(text: string, place: number, backward: boolean, unit: number): number {
  const isHigh = unit < 0xdc00
  if (isHigh === backward) return unit
  const other = text.charCodeAt(backward ? place - 2 : place + 1)
  const high = isHigh ? unit : other
  const low = isHigh ? other : unit
  if ((high & 0xfc00) !== 0xd800 || (low & 0xfc00) !== 0xdc00) return unit
  return ((high - 0xd800) << 10) + (low - 0xdc00) + 0x1_0000
}
