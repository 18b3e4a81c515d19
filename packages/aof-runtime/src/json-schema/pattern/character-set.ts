/** Pairs of first and last code points. */
export type Ranges = readonly number[]

const LAST_CODE_POINT = 0x10_ff_ff

export const DIGITS: Ranges = [0x30, 0x39]
export const WORD: Ranges = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a]
export const SPACE: Ranges = [
  0x09, 0x0d, 0x20, 0x20, 0xa0, 0xa0, 0x1680, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029, 0x202f, 0x202f, 0x205f, 0x205f,
  0x3000, 0x3000, 0xfeff, 0xfeff,
]
export const LINE_ENDS: Ranges = [0x0a, 0x0a, 0x0d, 0x0d, 0x2028, 0x2029]

/** The code points outside of sorted, disjoint ranges. */
export function complement(ranges: Ranges): Ranges {
  const others: number[] = []
  let from = 0
  for (let i = 0; i < ranges.length; i += 2) {
    if ((ranges[i] as number) > from) others.push(from, (ranges[i] as number) - 1)
    from = (ranges[i + 1] as number) + 1
  }
  if (from <= LAST_CODE_POINT) others.push(from, LAST_CODE_POINT)
  return others
}

/** Property tests by their source; creating one is expensive. */
const MAX_PROPERTIES = 100
const properties = new Map<string, RegExp>()

/** A test for `\p{…}` or `\P{…}`. @throws SyntaxError if Unicode has no such property */
export function propertyTest(source: string): RegExp {
  let test = properties.get(source)
  if (test === undefined) {
    test = new RegExp(`^${source}$`, 'u')
    if (properties.size >= MAX_PROPERTIES) properties.clear()
    properties.set(source, test)
  }
  return test
}

/** A set of characters that one place of a pattern accepts. */
export class CharacterSet {
  /** The same for equal sets: their source. */
  readonly key: string
  /** Work for one membership test. */
  readonly cost: number
  readonly #ranges: Ranges
  readonly #properties: readonly RegExp[]
  readonly #negated: boolean

  constructor(ranges: Ranges, tests: readonly RegExp[] = [], negated = false) {
    this.#ranges = ranges
    this.#properties = tests
    this.#negated = negated
    this.key = `${negated ? '^' : ''}${ranges.join()} ${tests.map((test) => test.source).join('')}`
    this.cost = 1 + (ranges.length >> 2) + 8 * tests.length
  }

  has(codePoint: number): boolean {
    const ranges = this.#ranges
    for (let i = 0; i < ranges.length; i += 2)
      if (codePoint >= (ranges[i] as number) && codePoint <= (ranges[i + 1] as number)) return !this.#negated
    if (this.#properties.length > 0) {
      const character = String.fromCodePoint(codePoint)
      for (const property of this.#properties) if (property.test(character)) return !this.#negated
    }
    return this.#negated
  }
}
