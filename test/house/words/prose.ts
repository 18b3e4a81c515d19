import { SyntaxKind } from 'typescript/unstable/ast'
import { TestCalls } from './test-calls.ts'
import { isText, tokensOf } from './tokens.ts'

/** A piece of text for people: a comment, a string, or a paragraph of Markdown. */
export interface Prose {
  /** Line of its beginning, from 1. */
  readonly line: number
  /** It has the line breaks of the file, but not the marks of comments, lists, headings and tables. */
  readonly text: string
}

/** The comments and strings of a TypeScript file. */
export function proseOfSource(source: string): Prose[] {
  const prose: Prose[] = []
  let lineComment: Prose | undefined
  for (const { kind, line, text } of tokensOf(source)) {
    if (kind === SyntaxKind.SingleLineCommentTrivia) {
      const words = text.slice('//'.length).trim()
      const last = lineComment
      const continues = last !== undefined && line === last.line + last.text.split('\n').length
      if (continues) prose.pop()
      lineComment = continues ? { line: last.line, text: `${last.text}\n${words}` } : { line, text: words }
      prose.push(lineComment)
    } else if (kind === SyntaxKind.MultiLineCommentTrivia) {
      prose.push(...paragraphs(line, text.slice('/*'.length, -'*/'.length).replaceAll(/^[ \t]*\*+/gm, '')))
    } else if (isText(kind)) {
      prose.push({ line, text: text.slice(1) })
    }
  }
  return prose
}

/** The titles of the tests of a file. */
export function testTitles(source: string): Prose[] {
  const titles: Prose[] = []
  const calls = new TestCalls()
  for (const token of tokensOf(source)) {
    if (calls.atTitle && isText(token.kind)) titles.push({ line: token.line, text: token.text.slice(1) })
    calls.read(token)
  }
  return titles
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
