/** A regular expression as a tree: that of ECMAScript, without what needs memory of what was matched. */
export type Expression =
  | { readonly type: 'empty' }
  /** One character of those that `accepts` accepts. */
  | { readonly type: 'character'; readonly accepts: (codePoint: number) => boolean }
  | { readonly type: 'sequence' | 'choice'; readonly of: readonly Expression[] }
  | { readonly type: 'repeat'; readonly of: Expression; readonly min: number; readonly max: number }
  | { readonly type: 'start' | 'end' }
  /** Between a word's character and another one, or, where `negated`, not. */
  | { readonly type: 'boundary'; readonly negated: boolean }
  /** What follows (`ahead`), or what came before, matches or, where `negated`, does not. */
  | { readonly type: 'look'; readonly ahead: boolean; readonly negated: boolean; readonly of: Expression }

/** How deep groups may be nested. */
const MAX_DEPTH = 100

/**
 * The tree of a pattern that the engine itself takes.
 *
 * @param flags `u`, or none
 * @throws Error for what a linear search cannot do (back-references), and for groups nested too deep
 */
export function parsePattern(source: string, flags: string): Expression {
  return new Parser(source, flags).parse()
}

class Parser {
  readonly #source: string
  readonly #flags: string
  #at = 0
  #depth = 0

  constructor(source: string, flags: string) {
    this.#source = source
    this.#flags = flags
  }

  parse(): Expression {
    const parsed = this.#choice()
    if (this.#at < this.#source.length) throw new Error(`it has an unexpected ${this.#source.charAt(this.#at)}`)
    return parsed
  }

  #choice(): Expression {
    const of = [this.#sequence()]
    while (this.#take('|')) of.push(this.#sequence())
    return of.length === 1 ? (of[0] as Expression) : { type: 'choice', of }
  }

  #sequence(): Expression {
    const of: Expression[] = []
    while (this.#at < this.#source.length && !this.#sees('|') && !this.#sees(')')) of.push(this.#quantified())
    return of.length === 1 ? (of[0] as Expression) : { type: 'sequence', of }
  }

  #quantified(): Expression {
    const of = this.#atom()
    const range = this.#quantifier()
    if (range === undefined) return of
    this.#take('?')
    return { type: 'repeat', of, min: range[0], max: range[1] }
  }

  #quantifier(): readonly [number, number] | undefined {
    if (this.#take('*')) return [0, Infinity]
    if (this.#take('+')) return [1, Infinity]
    if (this.#take('?')) return [0, 1]
    const counted = this.#match(/\{(\d+)(?:(,)(\d*))?\}/y)
    if (counted === undefined) return undefined
    const min = Number(counted[1])
    if (counted[2] === undefined) return [min, min]
    return [min, counted[3] === '' ? Infinity : Number(counted[3])]
  }

  #atom(): Expression {
    if (this.#take('^')) return { type: 'start' }
    if (this.#take('$')) return { type: 'end' }
    if (this.#sees('(')) return this.#group()
    if (this.#sees('[')) return this.#set()
    if (this.#take('\\b')) return { type: 'boundary', negated: false }
    if (this.#take('\\B')) return { type: 'boundary', negated: true }
    if (this.#match(/\\(?:k<|[1-9])/y) !== undefined)
      throw new Error('it refers back to what was matched, which takes time without bounds')
    const escape = this.#match(/\\(?:u\{[^}]*\}|u[Dd][89ABab]..\\u[Dd][C-Fc-f]..|u.{4}|x..|c.|[pP]\{[^}]*\}|.)/suy)
    if (escape !== undefined) return character(escape[0], this.#flags)
    const [plain = ''] = this.#match(/./suy) ?? []
    if (plain === '.') return { type: 'character', accepts: (code) => !LINE_ENDS.has(code) }
    const code = plain.codePointAt(0)
    return { type: 'character', accepts: (other) => other === code }
  }

  #set(): Expression {
    const [set] = this.#match(/\[(?:\\.|[^\]\\])*\]/suy) ?? []
    if (set === undefined) throw new Error('it has a [ that is not closed')
    return character(set, this.#flags)
  }

  #group(): Expression {
    if (++this.#depth > MAX_DEPTH) throw new Error(`it nests groups more than ${MAX_DEPTH} deep`)
    const [opening = ''] = this.#match(/\((?:\?(?:<?[=!]|:|<[^>]*>|[a-z]*(?:-[a-z]*)?:))?/y) ?? []
    if (/^\(\?[a-z-]+:$/.test(opening)) throw new Error('it sets flags for a group')
    const of = this.#choice()
    if (!this.#take(')')) throw new Error('it has a ( that is not closed')
    this.#depth--
    if (!/[=!]$/.test(opening)) return of
    return { type: 'look', ahead: !opening.includes('<'), negated: opening.endsWith('!'), of }
  }

  #sees(text: string): boolean {
    return this.#source.startsWith(text, this.#at)
  }

  #take(text: string): boolean {
    const isThere = this.#sees(text)
    if (isThere) this.#at += text.length
    return isThere
  }

  #match(sticky: RegExp): RegExpExecArray | undefined {
    sticky.lastIndex = this.#at
    const match = sticky.exec(this.#source)
    if (match === null) return undefined
    this.#at = sticky.lastIndex
    return match
  }
}

const LINE_ENDS: ReadonlySet<number> = new Set([0x0a, 0x0d, 0x2028, 0x2029])

/** What one character of the pattern stands for is asked of the engine: it knows its sets, escapes and properties. */
function character(source: string, flags: string): Expression {
  const single = new RegExp(`^${source}$`, flags)
  const known = new Map<number, boolean>()
  const accepts = (codePoint: number): boolean => {
    let isAccepted = known.get(codePoint)
    if (isAccepted === undefined) {
      isAccepted = single.test(String.fromCodePoint(codePoint))
      if (known.size < 512) known.set(codePoint, isAccepted)
    }
    return isAccepted
  }
  return { type: 'character', accepts }
}

/**
 * How many ways there are at most to match in a text of `length` characters from one place on, which bounds what an
 * engine that goes back may do there.
 */
export function waysToMatch(expression: Expression, length: number): number {
  switch (expression.type) {
    case 'choice':
      return expression.of.reduce((sum, one) => sum + waysToMatch(one, length), 0)
    case 'sequence':
      return expression.of.reduce((product, one) => product * waysToMatch(one, length), 1)
    case 'look':
      return 1 + waysToMatch(expression.of, length)
    case 'repeat': {
      const { of, min, max } = expression
      const each = waysToMatch(of, length)
      const most = Math.min(max, length + 1)
      if (each > 1) return most <= 1 ? each + 1 : each ** most
      return Math.max(most - min, 0) + 1
    }
    default:
      return 1
  }
}
