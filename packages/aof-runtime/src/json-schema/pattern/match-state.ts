import type { CharacterClass } from './alphabet.ts'
import type { Condition } from './program.ts'

/** A state of the deterministic automaton, created when a text first reaches it: the program states at one place. */
export interface MatchState {
  /** The states reached by the last character, without those that follow without a character. */
  readonly states: Int32Array
  /** Whether no character has been read. */
  readonly isFirst: boolean
  readonly afterWord: boolean
  /** Whether the pattern matched before the character that led here. */
  readonly matched: boolean
  /** Whether no further character can lead to a match. */
  readonly isDead: boolean
  /** Whether it is decided if the pattern matches anywhere. */
  readonly isDecided: boolean
  /** The next states by character class, at places where no look-around matches. */
  readonly plain: (MatchState | undefined)[]
  /** The same for places where some look-arounds match, by the number of their combination. */
  looked: (MatchState | undefined)[][] | undefined
}

export function begin(): MatchState {
  return {
    states: new Int32Array(0),
    isFirst: true,
    afterWord: false,
    matched: false,
    isDead: false,
    isDecided: false,
    plain: [],
    looked: undefined,
  }
}

export function knownStep({ plain, looked }: MatchState, lookNumber: number, kind: number): MatchState | undefined {
  return lookNumber === 0 ? plain[kind] : looked?.[lookNumber]?.[kind]
}

export function holds(condition: Condition, from: MatchState, read: CharacterClass, looked: number): boolean {
  switch (condition.type) {
    case 'first':
      return from.isFirst
    case 'last':
      return read.number === 0
    case 'boundary':
      return (from.afterWord !== read.isWord) !== condition.negated
    case 'look':
      return ((looked & condition.bit) !== 0) !== condition.negated
  }
}

export function hashOf({ states, afterWord, matched }: MatchState): number {
  let hash = (afterWord ? 1 : 0) + (matched ? 2 : 0)
  for (const state of states) hash = (Math.imul(hash, 0x01000193) + state + 1) | 0
  return hash
}

export function isSame(one: MatchState, other: MatchState): boolean {
  if (one.afterWord !== other.afterWord || one.matched !== other.matched) return false
  const { states } = one
  if (states.length !== other.states.length) return false
  for (let i = 0; i < states.length; i++) if (states[i] !== other.states[i]) return false
  return true
}
