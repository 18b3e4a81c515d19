import type { Work } from '../work.ts'
import type { CharacterSet } from './character-set.ts'

/** A class of characters that a pattern treats alike. */
export interface CharacterClass {
  readonly number: number
  /** For each set of the pattern, whether it contains the characters of the class. */
  readonly inSets: Uint8Array
  readonly isWord: boolean
}

const PAGE_BITS = 8
const PAGE = 1 << PAGE_BITS

/** With up to this many sets, a character's memberships fit into one small integer. */
const MAX_BITS = 30

/** Assigns characters to classes, at their first occurrence. */
export class Alphabet {
  /** The classes by number; class 0 stands for the end of the text. */
  readonly classes: CharacterClass[]
  /** The classes of ASCII characters by code; 0 if not assigned yet. */
  readonly ascii: Uint16Array = new Uint16Array(128)
  /** The classes of all other characters, by the upper bits of their code. */
  readonly #pages: (Uint16Array | undefined)[] = []
  #pageCount = 0
  readonly #byMembership = new Map<number | string, number>()
  readonly #sets: readonly CharacterSet[]
  readonly #asksWord: boolean
  readonly #cost: number

  /** @param asksWord whether word characters must be in classes of their own */
  constructor(sets: readonly CharacterSet[], asksWord: boolean) {
    this.#sets = sets
    this.#asksWord = asksWord
    this.#cost = sets.reduce((sum, set) => sum + set.cost, 8)
    this.classes = [{ number: 0, inSets: new Uint8Array(sets.length), isWord: false }]
  }

  /** Number of code points for which there is a table entry. */
  get size(): number {
    return this.#pageCount * PAGE
  }

  /** The number of a character's class. @throws OverBudget */
  classOf(codePoint: number, work: Work): number {
    const page = codePoint < 128 ? this.ascii : (this.#pages[codePoint >> PAGE_BITS] ?? this.#newPage(codePoint))
    const place = codePoint & (PAGE - 1)
    return page[place] || (page[place] = this.#sort(codePoint, work))
  }

  #newPage(codePoint: number): Uint16Array {
    this.#pageCount++
    return (this.#pages[codePoint >> PAGE_BITS] = new Uint16Array(PAGE))
  }

  #sort(codePoint: number, work: Work): number {
    work.spend(this.#cost)
    const isWord = this.#asksWord && isWordCharacter(codePoint)
    const inSets = Uint8Array.from(this.#sets, (set) => (set.has(codePoint) ? 1 : 0))
    const membership = inSets.length < MAX_BITS ? bitsOf(inSets, isWord) : `${isWord ? 'w' : ''}${inSets.join('')}`
    let number = this.#byMembership.get(membership)
    if (number === undefined) {
      number = this.classes.length
      this.classes.push({ number, inSets, isWord })
      this.#byMembership.set(membership, number)
    }
    return number
  }
}

function bitsOf(inSets: Uint8Array, isWord: boolean): number {
  let bits = isWord ? 1 : 0
  for (const isIn of inSets) bits = (bits << 1) | isIn
  return bits
}

function isWordCharacter(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95 || (code >= 97 && code <= 122)
}
