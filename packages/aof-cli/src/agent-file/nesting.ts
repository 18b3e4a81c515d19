import { Lexer } from 'yaml'
import type { Span } from './source.ts'

/** The deepest nesting and the largest number of tokens of a document. */
export const MAX_DEPTH = 64
export const MAX_TOKENS = 50_000

const DOCUMENT_START = '\u0002'
const FLOW_END = '\u0018'
const SCALAR_FOLLOWS = '\u001F'

/** The place at which a document exceeds a limit. */
export interface Excess {
  readonly limit: 'depth' | 'tokens'
  readonly span: Span
}

/**
 * Scans a document token by token, in linear time, for nesting or token counts beyond the limits: for thousands of
 * levels, a parser needs quadratic time and deep recursion.
 *
 * Block nesting is derived from indentation, which is never less than the real depth. `text` must not contain control
 * characters, because the lexer marks its tokens with them.
 */
export function findExcess(text: string): Excess | undefined {
  let offset = 0
  let lineStart = 0
  let tokens = 0
  let flowDepth = 0
  const columns: number[] = []
  for (const token of new Lexer().lex(text)) {
    if (token === DOCUMENT_START || token === SCALAR_FOLLOWS) continue
    if (token === FLOW_END) {
      flowDepth = Math.max(0, flowDepth - 1)
      continue
    }
    const span = { start: offset, end: offset + token.length }
    if (++tokens > MAX_TOKENS) return { limit: 'tokens', span }
    if (token === '[' || token === '{') flowDepth++
    else if (token === ']' || token === '}') flowDepth = Math.max(0, flowDepth - 1)
    else if (flowDepth === 0 && !/^(?:\s*$|#)/.test(token)) indent(columns, offset - lineStart)
    if (columns.length + flowDepth > MAX_DEPTH) return { limit: 'depth', span }
    offset = span.end
    const newline = token.lastIndexOf('\n')
    if (newline !== -1) lineStart = span.start + newline + 1
  }
  return undefined
}

/** `columns` are the columns of the open blocks; a token further left closes the blocks to its right. */
function indent(columns: number[], column: number): void {
  while ((columns.at(-1) ?? -1) > column) columns.pop()
  if (columns.at(-1) !== column) columns.push(column)
}
