import { CharacterSet, complement, LINE_ENDS } from './character-set.ts'
import { foreignGroup } from './foreign-syntax.ts'
import { Reader } from './reader.ts'
import { readEscape, readSet } from './set-parser.ts'
import type { Expression } from './syntax.ts'

/** The deepest nesting of groups. */
const MAX_DEPTH = 100

const GROUP_NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u
const BACK_REFERENCE = 'it has a back-reference, which cannot be matched in bounded time'

/**
 * Parses a pattern: an ECMAScript regular expression with the flag `u`, as JSON Schema defines it. It also accepts some
 * syntax that the flag refuses but that has only one meaning: unnecessary escapes, and literal braces, brackets and
 * hyphens.
 *
 * @throws Error for invalid syntax, for syntax of other dialects that ECMAScript lacks, for syntax that linear-time
 * matching cannot support (back-references), and for groups that are nested too deep
 */
export function parsePattern(source: string): Expression {
  return new Parser(source).parse()
}

class Parser {
  readonly #reader: Reader
  readonly #names = new Set<string>()
  readonly #characters = new Map<number, Expression>()
  #depth = 0

  constructor(source: string) {
    this.#reader = new Reader(source)
  }

  parse(): Expression {
    const parsed = this.#choice()
    if (!this.#reader.isAtEnd) throw this.#reader.invalid('it has a ) that is not opened')
    return parsed
  }

  #choice(): Expression {
    const of = [this.#sequence()]
    while (this.#reader.take('|')) of.push(this.#sequence())
    return of.length === 1 ? (of[0] as Expression) : { type: 'choice', of }
  }

  #sequence(): Expression {
    const reader = this.#reader
    const of: Expression[] = []
    while (!reader.isAtEnd && !reader.sees('|') && !reader.sees(')')) of.push(this.#quantified())
    return of.length === 1 ? (of[0] as Expression) : { type: 'sequence', of }
  }

  #quantified(): Expression {
    const reader = this.#reader
    const of = this.#atom()
    const range = this.#quantifier()
    if (range === undefined) return of
    if (of.type === 'start' || of.type === 'end' || of.type === 'boundary' || (of.type === 'look' && !of.ahead))
      throw reader.invalid('it has nothing to repeat')
    if (range[0] > range[1]) throw reader.invalid('it has numbers out of order in {}')
    if (!reader.take('?') && reader.sees('+'))
      throw new Error(
        'it has a possessive quantifier, which ECMAScript regular expressions do not know: leave out the +',
      )
    if (/^(?:[*+?]|\{\d+(?:,\d*)?\})/.test(reader.rest(40))) throw reader.invalid('it has nothing to repeat')
    return { type: 'repeat', of, min: range[0], max: range[1] }
  }

  #quantifier(): readonly [number, number] | undefined {
    const reader = this.#reader
    if (reader.take('*')) return [0, Infinity]
    if (reader.take('+')) return [1, Infinity]
    if (reader.take('?')) return [0, 1]
    const counted = reader.match(/\{(\d+)(?:(,)(\d*))?\}/y)
    if (counted === undefined) return undefined
    const min = Number(counted[1])
    if (counted[2] === undefined) return [min, min]
    return [min, counted[3] === '' ? Infinity : Number(counted[3])]
  }

  #atom(): Expression {
    const reader = this.#reader
    const ordinary = reader.takeOrdinary()
    if (ordinary !== undefined) return this.#character(ordinary)
    if (reader.take('^')) return { type: 'start' }
    if (reader.take('$')) return { type: 'end' }
    if (reader.sees('(')) return this.#group()
    if (reader.sees('[')) return { type: 'character', set: readSet(reader) }
    if (reader.take('.')) return { type: 'character', set: new CharacterSet(complement(LINE_ENDS)) }
    if (reader.sees('\\')) return this.#escape()
    const range = reader.match(/\{,\d+\}/y)
    if (range !== undefined) throw new Error(`it has ${range[0]} without a lower bound: write {0${range[0].slice(1)}`)
    if (/^(?:[*+?]|\{\d+(?:,\d*)?\})/.test(reader.rest(40))) throw reader.invalid('it has nothing to repeat')
    const [plain = ''] = reader.match(/./suy) ?? []
    return this.#character(plain.codePointAt(0) as number)
  }

  #character(code: number): Expression {
    let expression = this.#characters.get(code)
    if (expression === undefined) {
      expression = { type: 'character', set: new CharacterSet([code, code]) }
      this.#characters.set(code, expression)
    }
    return expression
  }

  #escape(): Expression {
    const reader = this.#reader
    if (reader.take('\\b')) return { type: 'boundary', negated: false }
    if (reader.take('\\B')) return { type: 'boundary', negated: true }
    if (reader.match(/\\(?:k<|[1-9])/y) !== undefined) throw new Error(BACK_REFERENCE)
    const escaped = readEscape(reader)
    if (typeof escaped === 'number') return this.#character(escaped)
    return { type: 'character', set: new CharacterSet(escaped.ranges, escaped.properties) }
  }

  #group(): Expression {
    const reader = this.#reader
    if (++this.#depth > MAX_DEPTH) throw new Error(`it nests groups more than ${MAX_DEPTH} deep`)
    const opening = this.#opening()
    const of = this.#choice()
    if (!reader.take(')')) throw reader.invalid('it has a ( that is not closed')
    this.#depth--
    // A look-around that must not be repeated itself may be repeated within a group.
    if (!/[=!]$/.test(opening)) return { type: 'sequence', of: [of] }
    return { type: 'look', ahead: !opening.includes('<'), negated: opening.endsWith('!'), of }
  }

  #opening(): string {
    const reader = this.#reader
    const foreign = foreignGroup(reader.rest(40))
    if (foreign !== undefined) throw new Error(foreign)
    const named = reader.match(/\(\?<([^=!>][^>]*)>/y)
    if (named !== undefined) {
      const name = named[1] as string
      if (!GROUP_NAME.test(name)) throw reader.invalid('it has a group whose name is not allowed')
      if (this.#names.has(name)) throw reader.invalid(`it has two groups of the name ${name}`)
      this.#names.add(name)
      return named[0]
    }
    const opening = reader.match(/\((?:\?(?:<?[=!]|:))?/y)?.[0] ?? ''
    if (opening === '(' && reader.sees('?')) throw reader.invalid('it has (? without a known kind of group after it')
    return opening
  }
}
