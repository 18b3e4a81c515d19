import { type Document, isCollection, isScalar, parseAllDocuments, Scalar, visit } from 'yaml'
import { findExcess, MAX_DEPTH, MAX_TOKENS } from './nesting.ts'
import { Findings } from './problem.ts'
import { quoted, spanAt } from './source.ts'
import { syntaxFinding, unclosedFinding } from './syntax.ts'
import type { Node } from './tree.ts'
import { Budget, TreeBuilder } from './tree-builder.ts'

/** The largest number of documents in a file. */
const MAX_DOCUMENTS = 100

/** A document of a file, and its findings. */
export interface ParsedTree {
  /** Undefined if the document is unusable; the findings report why. */
  readonly tree: Node | undefined
  readonly findings: Findings
}

/**
 * Parses a file of YAML 1.2 (or JSON) documents with the core schema: no tags that create other types than text,
 * numbers, booleans, lists and maps, no merge keys, no duplicate keys, only text as keys, within limits of depth, size
 * and aliases. Parsing runs no code and reads no other file (I43). Documents without content are left out.
 *
 * @param findings the findings of the whole file. They include its syntax errors; then there are no documents.
 */
export function parseTrees(findings: Findings): ParsedTree[] {
  const { text } = findings.source
  const excess = findExcess(text)
  if (excess !== undefined) {
    findings.error(excess.span, EXCESS[excess.limit])
    return []
  }
  const documents: Document.Parsed[] = [
    ...parseAllDocuments(text, {
      version: '1.2',
      schema: 'core',
      merge: false,
      resolveKnownTags: false,
      uniqueKeys: false, // its own check takes quadratic time; TreeBuilder has one
      intAsBigInt: true,
      prettyErrors: false,
      logLevel: 'error',
    }),
  ]
  let from = 0
  for (const document of documents) {
    reportSyntax(document, from, findings)
    // Further errors of a parser are mostly consequences of the first one.
    if (findings.failed) return []
    from = document.range[2]
  }
  const trees = documents.filter(
    ({ contents }) => contents !== null && !(isScalar(contents) && contents.value === null),
  )
  if (trees.length > MAX_DOCUMENTS) {
    const message = `more than ${MAX_DOCUMENTS} documents`
    findings.error(spanAt(0), { code: 'too_many_parts', message, fix: 'put the agents into several files' })
    return []
  }
  const budget = new Budget()
  return trees.map(({ contents }) => {
    const own = new Findings(findings.source)
    const [start] = contents?.range ?? [0]
    const key = { start, end: start, path: '' }
    const tree = contents === null ? undefined : new TreeBuilder(own, budget).build(contents, '', key)
    return { tree: own.failed ? undefined : tree, findings: own }
  })
}

const EXCESS = {
  depth: {
    code: 'too_deep',
    message: `nested more than ${MAX_DEPTH} levels deep`,
    fix: 'an agent file needs ten at most: check for brackets or dashes that are repeated by mistake',
  },
  tokens: {
    code: 'too_many_parts',
    message: `more than ${MAX_TOKENS} keys, values and line ends`,
    fix: 'keep data out of the agent file: let a tool read it',
  },
} as const

/** @param from the end of the previous document */
function reportSyntax(document: Document.Parsed, from: number, findings: Findings): void {
  const { text } = findings.source
  for (const error of document.errors) {
    const [start, end] = error.pos
    const opener = error.code === 'MISSING_CHAR' || error.code === 'BAD_INDENT' ? openerOf(document, start) : undefined
    if (opener === undefined) {
      findings.error({ start, end }, syntaxFinding(error.code, error.message, text.slice(start, end)))
    } else {
      findings.error(spanAt(opener), unclosedFinding(text.charAt(opener)))
    }
    break
  }
  for (const warning of document.warnings) {
    if (warning.code === 'TAG_RESOLVE_FAILED') continue
    const [start, end] = warning.pos
    findings.error({ start, end }, syntaxFinding(warning.code, warning.message, text.slice(start, end)))
  }
  const { yaml } = document.directives
  const directive = /^%(YAML|TAG)\b.*$/m.exec(text.slice(from, document.contents?.range?.[0] ?? from))
  if (directive !== null && (directive[1] === 'TAG' || yaml.version !== '1.2')) {
    findings.error(spanAt(from + directive.index, directive[0].length), {
      code: 'directive',
      message: `expected YAML 1.2 without tags of its own, found the directive ${quoted(directive[0])}`,
      fix: 'remove the line',
    })
  }
}

/** The start of the innermost quotes or brackets that are still open at `offset`. */
function openerOf(document: Document.Parsed, offset: number): number | undefined {
  let opener: number | undefined
  visit(document, {
    Node(_key, node) {
      const [start = 0, end = 0] = node.range ?? []
      const opens = isCollection(node)
        ? node.flow === true
        : isScalar(node) && (node.type === Scalar.QUOTE_DOUBLE || node.type === Scalar.QUOTE_SINGLE)
      if (opens && start < offset && offset <= end) opener = start
    },
  })
  return opener
}
