import type { Work } from '../work.ts'
import type { CharacterSet } from './character-set.ts'

/** Characters that a pattern cannot tell apart. */
export interface CharacterClass {
  readonly number: number
  /** For each set of the pattern, whether it has them. */
  readonly inSets: Uint8Array
  readonly isWord: boolean
}

const PAGE_BITS = 8
const PAGE = 1 << PAGE_BITS

/** Up to how many sets a character's membership in them is one small number. */
const MAX_BITS = 30

/** Sorts characters into classes, as they come. */
export class Alphabet {
  /** By number; the first one stands for the end of the text. */
  readonly classes: CharacterClass[]
  /** The classes of the first characters, by code; 0 where they have not come yet. */
  readonly ascii: Uint16Array = new Uint16Array(128)
  /** By the upper bits of a character. */
  readonly #pages: (Uint16Array | undefined)[] = []
  #pageCount = 0
  readonly #byMembership = new Map<number | string, number>()
  readonly #sets: readonly CharacterSet[]
  readonly #asksWord: boolean
  readonly #cost: number

  /** @param asksWord whether characters of words have to be told from others */
  constructor(sets: readonly CharacterSet[], asksWord: boolean) {
    this.#sets = sets
    this.#asksWord = asksWord
    this.#cost = sets.reduce((sum, set) => sum + set.cost, 8)
    this.classes = [{ number: 0, inSets: new Uint8Array(sets.length), isWord: false }]
  }

  /** How many code points have a place to remember their class. */
  get size(): number {
    return this.#pageCount * PAGE
  }

  /** The number of the class of a character. @throws OverBudget */
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
