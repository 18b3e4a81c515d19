import type { Work } from '../work.ts'
import type { CharacterSet } from './character-set.ts'
import type { Expression } from './syntax.ts'

/** How many states the counted repetitions of a pattern may unfold to. */
const MAX_STATES = 10_000

/** How many look-arounds a pattern may have beside each other: each has a bit. */
const MAX_LOOKS = 31

/** What making a look-around or a set takes, beside its states. */
const MAKING_WORK = 20

/** What must hold at a place for a state to be passed. */
export type Condition =
  | { readonly type: 'first' | 'last' }
  | { readonly type: 'boundary'; readonly negated: boolean }
  | { readonly type: 'look'; readonly bit: number; readonly negated: boolean }

/** What a state leads to: with a character, under a condition, or by itself. */
export interface State {
  readonly number: number
  /** The place of its set in {@link Program.sets}; −1 for a state that takes no character. */
  readonly set: number
  readonly condition: Condition | undefined
  /** A state with a set has one. */
  next: readonly State[]
}

/** A look-around: what is looked for, and whether it lies ahead. */
export interface Look {
  readonly of: Expression
  readonly ahead: boolean
}

/** The states through which a pattern is followed. */
export class Program {
  readonly states: State[] = []
  readonly sets: CharacterSet[] = []
  readonly looks: Look[] = []
  readonly start: State
  readonly end: State
  /** Whether it asks where words begin and end. */
  asksBoundary = false
  readonly #backward: boolean
  readonly #work: Work
  readonly #setNumbers = new Map<string, number>()

  /**
   * @param backward whether it reads from the end to the beginning, as for what follows a place
   * @throws Error where the pattern unfolds to too many states, and OverBudget
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

  /** The state from which `expression` leads to `next`. */
  #build(expression: Expression, next: State): State {
    switch (expression.type) {
      case 'empty':
        return next
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
