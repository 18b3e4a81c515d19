import type { Work } from '../work.ts'
import type { CharacterSet } from './character-set.ts'
import type { Expression } from './syntax.ts'

/** The largest number of states to which the counted repetitions of a pattern may expand. */
const MAX_STATES = 10_000

/** The largest number of look-arounds in a pattern: each has a bit. */
const MAX_LOOKS = 31

/** Work for creating a look-around or a set, beside its states. */
const MAKING_WORK = 20

/** A condition at a place of the text for passing through a state. */
export type Condition =
  | { readonly type: 'first' | 'last' }
  | { readonly type: 'boundary'; readonly negated: boolean }
  | { readonly type: 'look'; readonly bit: number; readonly negated: boolean }

/** A state of the nondeterministic automaton. It leads on with a character, under a condition, or freely. */
export interface State {
  readonly number: number
  /** Index of its set in {@link Program.sets}; −1 for a state that takes no character. */
  readonly set: number
  readonly condition: Condition | undefined
  /** A state with a set has exactly one. */
  next: readonly State[]
}

/** A look-around: its expression, and whether it looks ahead. */
export interface Look {
  readonly of: Expression
  readonly ahead: boolean
}

/** The nondeterministic automaton of a pattern. */
export class Program {
  readonly states: State[] = []
  readonly sets: CharacterSet[] = []
  readonly looks: Look[] = []
  readonly start: State
  readonly end: State
  /** Whether the pattern has word boundaries. */
  asksBoundary = false
  readonly #backward: boolean
  readonly #work: Work
  readonly #setNumbers = new Map<string, number>()

  /**
   * @param backward whether it reads from the end to the beginning, as look-aheads do
   * @throws Error if the pattern expands to too many states, and OverBudget
   */
  constructor(expression: Expression, work: Work, backward: boolean) {
    this.#backward = backward
    this.#work = work
    this.end = this.#state([])
    this.start = this.#build(expression, this.end)
  }

  #state(next: readonly State[], set = -1, condition?: Condition): State {
    if (this.states.length >= MAX_STATES) throw new Error('its counted repetitions are too large')
    this.#work.spend(1 + (next.length >> 2))
    const state = { number: this.states.length, set, condition, next }
    this.states.push(state)
    return state
  }

  /** The first state of `expression`, which leads to `next`. */
  #build(expression: Expression, next: State): State {
    switch (expression.type) {
      case 'character':
        return this.#state([next], this.#numberOf(expression.set))
      case 'choice':
        return this.#state(expression.of.map((one) => this.#build(one, next)))
      case 'sequence': {
        const inOrder = this.#backward ? expression.of : expression.of.toReversed()
        return inOrder.reduce((after, one) => this.#build(one, after), next)
      }
      case 'repeat':
        return this.#repeat(expression, next)
      case 'start':
        return this.#state([next], -1, { type: this.#backward ? 'last' : 'first' })
      case 'end':
        return this.#state([next], -1, { type: this.#backward ? 'first' : 'last' })
      case 'boundary':
        this.asksBoundary = true
        return this.#state([next], -1, expression)
      case 'look':
        return this.#state([next], -1, { type: 'look', bit: this.#bitOf(expression), negated: expression.negated })
    }
  }

  #repeat({ of, min, max }: Expression & { readonly type: 'repeat' }, next: State): State {
    let state = next
    if (max === Infinity) {
      const again = this.#state([])
      again.next = [this.#build(of, again), next]
      state = again
    } else {
      for (let i = min; i < max; i++) state = this.#state([this.#build(of, state), next])
    }
    for (let i = 0; i < min; i++) state = this.#build(of, state)
    return state
  }

  #numberOf(set: CharacterSet): number {
    let number = this.#setNumbers.get(set.key)
    if (number === undefined) {
      this.#work.spend(MAKING_WORK * set.cost)
      number = this.sets.push(set) - 1
      this.#setNumbers.set(set.key, number)
    }
    return number
  }

  #bitOf({ of, ahead }: Look): number {
    this.#work.spend(MAKING_WORK)
    const known = this.looks.findIndex((look) => look.of === of)
    if (known >= 0) return 1 << known
    if (this.looks.length >= MAX_LOOKS) throw new Error(`it has more than ${MAX_LOOKS} look-arounds`)
    return 1 << (this.looks.push({ of, ahead }) - 1)
  }
}
