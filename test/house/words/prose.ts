import { SyntaxKind } from 'typescript/unstable/ast'
import { TestCalls } from './test-calls.ts'
import { isText, type Token, tokensOf } from './tokens.ts'

/** A piece of text for people: a comment, a string, or a paragraph of Markdown. */
export interface Prose {
  /** Line of its beginning, from 1. */
  readonly line: number
  /** It has the line breaks of the file, but not the marks of comments, lists, headings and tables. */
  readonly text: string
}

/** The comments and strings of a TypeScript file. */
export function proseOfSource(source: string): Prose[] {
  return proseOfTokens(source, ({ kind }) => isText(kind))
}

/** The comments of a test file and the titles of its tests; its other strings are data. */
export function proseOfTest(source: string): Prose[] {
  const calls = new TestCalls()
  return proseOfTokens(source, (token) => {
    const isTitle = calls.atTitle && isText(token.kind)
    calls.read(token)
    return isTitle
  })
}

/** The comments, and the strings that `isProse` selects; it is called with every token. */
function proseOfTokens(source: string, isProse: (token: Token) => boolean): Prose[] {
  const prose: Prose[] = []
  let lineComment: Prose | undefined
  for (const token of tokensOf(source)) {
    const { kind, line, text } = token
    if (isProse(token)) {
      prose.push({ line, text: text.slice(1) })
    } else if (kind === SyntaxKind.SingleLineCommentTrivia) {
      const words = text.slice('//'.length).trim()
      const last = prose.at(-1)
      const continues = last !== undefined && last === lineComment && line === last.line + last.text.split('\n').length
      lineComment = continues ? { line: last.line, text: `${last.text}\n${words}` } : { line, text: words }
      prose.splice(continues ? -1 : prose.length, 1, lineComment)
    } else if (kind === SyntaxKind.MultiLineCommentTrivia) {
      prose.push(...paragraphs(line, text.slice('/*'.length, -'*/'.length).replaceAll(/^[ \t]*\*+/gm, '')))
    }
  }
  return prose
}

/** The paragraphs, headings, list items and table cells of a Markdown document, and the lines of its code blocks. */
export function proseOfMarkdown(markdown: string): Prose[] {
  return paragraphs(1, markdown)
}

/** Begins anew where a sentence does: after an empty line, and at a mark of Markdown or a tag of a doc comment. */
function paragraphs(firstLine: number, text: string): Prose[] {
  const prose: Prose[] = []
  let open: string[] = []
  let begin = firstLine
  const end = (): void => {
    if (open.length > 0) prose.push({ line: begin, text: open.join('\n') })
    open = []
  }
  for (const [index, line] of text.split('\n').entries()) {
    const words = line.replace(/^\s*(?:[-+]\s+|\*\s+|\d+\.\s+|#+\s+|>\s+|\|\s*|(?:\/\/|#)\s+|@\w+(?: \w+ -)?\s+)+/, '')
    if (words !== line || line.trim() === '') end()
    if (open.length === 0) begin = firstLine + index
    if (words.trim() !== '') open.push(words.trim())
  }
  end()
  return prose
}
