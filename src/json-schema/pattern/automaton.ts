import type { Work } from '../work.ts'
import type { Expression } from './syntax.ts'

/** How many states the counted repetitions of a pattern may unfold to. */
const MAX_STATES = 10_000

/** What must hold at a place for a state to be passed. */
type Condition = (place: number, search: Search) => boolean

/** What a state leads to: by itself, under a condition, or with a character. */
interface State {
  readonly number: number
  accepts: ((codePoint: number) => boolean) | undefined
  condition: Condition | undefined
  /** A state with `accepts` has one. */
  next: State[]
}

/** What a look-around asks for, as an automaton of its own; its places are found once for each text. */
interface Look {
  readonly automaton: Automaton
  readonly ahead: boolean
}

/**
 * Finds whether a text matches, in time that grows with the length of the text and that of the pattern, whatever both
 * are: all ways to match are followed at the same time, character by character.
 */
export class Automaton {
  readonly #states: State[] = []
  readonly #start: State
  readonly #end: State
  readonly #looks: Look[] = []
  readonly #backward: boolean
  /** What making it may take. */
  readonly #making: Work

  /**
   * @param backward whether it reads from the end to the beginning, as for what follows a place
   * @param work what making it may take
   * @throws Error where the pattern unfolds to too many states, and OverBudget
   */
  constructor(expression: Expression, work: Work, backward = false) {
    this.#backward = backward
    this.#making = work
    this.#end = this.#state()
    this.#start = this.#build(expression, this.#end)
  }

  /** Whether any part of the text matches. */
  finds(text: string, work: Work): boolean {
    return this.#run(new Search(text), work, undefined)
  }

  /** The places at which a match ends that has begun anywhere; where it reads backward, at which one begins. */
  #places(search: Search, work: Work): Uint8Array {
    const places = new Uint8Array(search.length + 1)
    this.#run(search, work, places)
    return places
  }

  #run(search: Search, work: Work, places: Uint8Array | undefined): boolean {
    for (const { automaton } of this.#looks) {
      work.spend(search.length)
      search.found.set(automaton, automaton.#places(search, work))
    }
    const { length } = search
    let current = new Uint32Array(this.#states.length)
    let next = new Uint32Array(this.#states.length)
    const marks = new Int32Array(this.#states.length).fill(-1)
    let count = 0
    for (let read = 0; read <= length; read++) {
      const place = this.#backward ? length - read : read
      count = this.#close(this.#start, place, search, current, count, marks, read)
      for (let i = 0; i < count; i++) {
        if (current[i] !== this.#end.number) continue
        if (places === undefined) return true
        places[place] = 1
        break
      }
      work.spend(count + 1)
      if (read === length) break
      const code = search.codeAt(this.#backward ? place - 1 : place)
      let reached = 0
      for (let i = 0; i < count; i++) {
        const state = this.#states[current[i] as number] as State
        if (state.accepts?.(code) !== true) continue
        const after = this.#backward ? place - 1 : place + 1
        reached = this.#close(state.next[0] as State, after, search, next, reached, marks, read + 1)
      }
      ;[current, next] = [next, current]
      count = reached
    }
    return false
  }

  /** Adds a state, and those that it leads to by itself. */
  #close(
    first: State,
    place: number,
    search: Search,
    into: Uint32Array,
    size: number,
    marks: Int32Array,
    mark: number,
  ): number {
    const open = [first]
    let count = size
    for (let state = open.pop(); state !== undefined; state = open.pop()) {
      if (marks[state.number] === mark) continue
      marks[state.number] = mark
      if (state.condition?.(place, search) === false) continue
      into[count++] = state.number
      if (state.accepts === undefined) open.push(...state.next)
    }
    return count
  }

  #state(next: State[] = [], accepts?: State['accepts'], condition?: Condition): State {
    if (this.#states.length >= MAX_STATES) throw new Error('its counted repetitions are too large')
    this.#making.spend(1)
    const state = { number: this.#states.length, accepts, condition, next }
    this.#states.push(state)
    return state
  }

  /** The state from which `expression` leads to `next`. */
  #build(expression: Expression, next: State): State {
    switch (expression.type) {
      case 'empty':
        return next
      case 'character':
        return this.#state([next], expression.accepts)
      case 'choice':
        return this.#state(expression.of.map((one) => this.#build(one, next)))
      case 'sequence': {
        const inOrder = this.#backward ? expression.of : expression.of.toReversed()
        return inOrder.reduce((after, one) => this.#build(one, after), next)
      }
      case 'repeat':
        return this.#repeat(expression, next)
      case 'start':
        return this.#state([next], undefined, (place) => place === 0)
      case 'end':
        return this.#state([next], undefined, (place, search) => place === search.length)
      case 'boundary':
        return this.#state([next], undefined, (place, search) => search.isBoundary(place) !== expression.negated)
      case 'look': {
        // What lies ahead is read backward: so all places are found by one reading.
        const automaton = new Automaton(expression.of, this.#making, expression.ahead)
        this.#looks.push({ automaton, ahead: expression.ahead })
        const { negated } = expression
        return this.#state([next], undefined, (place, search) => search.isFound(automaton, place) !== negated)
      }
    }
  }

  #repeat({ of, min, max }: Expression & { readonly type: 'repeat' }, next: State): State {
    let state = next
    if (max === Infinity) {
      const again = this.#state()
      again.next = [this.#build(of, again), next]
      state = again
    } else {
      for (let i = min; i < max; i++) state = this.#state([this.#build(of, state), next])
    }
    for (let i = 0; i < min; i++) state = this.#build(of, state)
    return state
  }
}

/** One text, by code points, with what look-arounds have found in it. */
class Search {
  readonly length: number
  readonly found = new Map<Automaton, Uint8Array>()
  readonly #codes: Uint32Array

  constructor(text: string) {
    const codes = new Uint32Array(text.length)
    let length = 0
    for (let i = 0; i < text.length; length++) {
      const code = text.codePointAt(i) as number
      codes[length] = code
      i += code > 0xffff ? 2 : 1
    }
    this.#codes = codes
    this.length = length
  }

  codeAt(place: number): number {
    return this.#codes[place] as number
  }

  isFound(automaton: Automaton, place: number): boolean {
    return this.found.get(automaton)?.[place] === 1
  }

  isBoundary(place: number): boolean {
    return this.#isWord(place - 1) !== this.#isWord(place)
  }

  #isWord(place: number): boolean {
    const code = this.#codes[place]
    if (code === undefined || place >= this.length) return false
    return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95 || (code >= 97 && code <= 122)
  }
}
