import { SyntaxKind } from 'typescript/unstable/ast'
import { isComment, type Token } from './tokens.ts'

const testNames: ReadonlySet<string> = new Set(['test', 'it', 'describe'])

/** Follows the tokens of a file to know where the title of a test stands: `test('…')`, `describe.each([…])('…')`. */
export class TestCalls {
  /** For each open parenthesis, whether it opens the arguments of a test. */
  readonly #open: boolean[] = []
  #last = SyntaxKind.Unknown
  /** The tokens so far end with `test`, or with a member or a call of it. */
  #inTest = false
  /** How deep the next token stands within type arguments: `test.each<[string, number]>(…)`. */
  #angles = 0

  /** Whether the next token, if it is a string, is a title. */
  get atTitle(): boolean {
    return this.#last === SyntaxKind.OpenParenToken && this.#open.at(-1) === true
  }

  read({ kind, text }: Token): void {
    if (isComment(kind)) return
    if (kind === SyntaxKind.LessThanToken && (this.#inTest || this.#angles > 0)) this.#angles++
    else if (kind === SyntaxKind.GreaterThanToken && this.#angles > 0) this.#angles--
    else if (this.#angles === 0) this.#readOutsideOfTypes(kind, text)
  }

  #readOutsideOfTypes(kind: SyntaxKind, text: string): void {
    if (kind === SyntaxKind.OpenParenToken) {
      this.#open.push(this.#inTest)
      this.#inTest = false
    } else if (kind === SyntaxKind.CloseParenToken) {
      this.#inTest = this.#open.pop() === true
    } else if (this.#last !== SyntaxKind.DotToken) {
      this.#inTest = kind === SyntaxKind.DotToken ? this.#inTest : testNames.has(text)
    }
    this.#last = kind
  }
}
