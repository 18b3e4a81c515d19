import { SyntaxKind } from 'typescript/unstable/ast'
import { createScanner } from 'typescript/unstable/ast/scanner'

export interface Token {
  readonly kind: SyntaxKind
  /** Line of its first character, from 1. */
  readonly line: number
  readonly text: string
}

/** The tokens and comments of a TypeScript file, without white space. */
export function* tokensOf(source: string): Generator<Token> {
  const scanner = createScanner(false, undefined, source)
  const braces: SyntaxKind[] = []
  let line = 1
  let counted = 0
  let last = SyntaxKind.Unknown
  for (let kind = scanner.scan(); kind !== SyntaxKind.EndOfFile; kind = scanner.scan()) {
    if (kind === SyntaxKind.WhitespaceTrivia || kind === SyntaxKind.NewLineTrivia) continue
    if (isSlash(kind) && !endsExpression(last)) kind = scanner.reScanSlashToken()
    if (kind === SyntaxKind.OpenBraceToken || kind === SyntaxKind.TemplateHead) braces.push(kind)
    if (kind === SyntaxKind.CloseBraceToken) {
      const opened = braces.pop()
      if (opened === SyntaxKind.TemplateHead) kind = scanner.reScanTemplateToken(false)
      if (kind === SyntaxKind.TemplateMiddle) braces.push(SyntaxKind.TemplateHead)
    }
    const start = scanner.getTokenStart()
    for (; counted < start; counted++) if (source[counted] === '\n') line++
    yield { kind, line, text: scanner.getTokenText() }
    if (!isComment(kind)) last = kind
  }
}

export function isComment(kind: SyntaxKind): boolean {
  return kind === SyntaxKind.SingleLineCommentTrivia || kind === SyntaxKind.MultiLineCommentTrivia
}

export function isText(kind: SyntaxKind): boolean {
  return (
    kind === SyntaxKind.StringLiteral || (kind >= SyntaxKind.FirstTemplateToken && kind <= SyntaxKind.LastTemplateToken)
  )
}

function isSlash(kind: SyntaxKind): boolean {
  return kind === SyntaxKind.SlashToken || kind === SyntaxKind.SlashEqualsToken
}

/** Whether a slash after this token divides; otherwise it begins a regular expression. */
function endsExpression(kind: SyntaxKind): boolean {
  switch (kind) {
    case SyntaxKind.Identifier:
    case SyntaxKind.PrivateIdentifier:
    case SyntaxKind.NumericLiteral:
    case SyntaxKind.BigIntLiteral:
    case SyntaxKind.RegularExpressionLiteral:
    case SyntaxKind.CloseParenToken:
    case SyntaxKind.CloseBracketToken:
    case SyntaxKind.CloseBraceToken:
    case SyntaxKind.PlusPlusToken:
    case SyntaxKind.MinusMinusToken:
    case SyntaxKind.ThisKeyword:
    case SyntaxKind.SuperKeyword:
    case SyntaxKind.TrueKeyword:
    case SyntaxKind.FalseKeyword:
    case SyntaxKind.NullKeyword:
      return true
    default:
      return isText(kind) && kind !== SyntaxKind.TemplateHead && kind !== SyntaxKind.TemplateMiddle
  }
}
