import { isAlias, isCollection, isMap, isPair, isScalar, isSeq, parseAllDocuments, Scalar, visit } from 'yaml'
import type { Alias, Document, Node as YamlNode, Pair, YAMLMap, YAMLSeq } from 'yaml'
import { findExcess, MAX_DEPTH, MAX_TOKENS } from './nesting.ts'
import type { Findings } from './problem.ts'
import { quoted, type Span } from './source.ts'
import { syntaxFinding, unclosedFinding } from './syntax.ts'
import { type Entry, fieldPath, type ListNode, type MapNode, type Node, type ScalarNode } from './tree.ts'

/** The largest number of aliases, and of values after their expansion, in a file. */
const MAX_ALIASES = 100
const MAX_VALUES = 20_000

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
    findings.error(excess.span, '', EXCESS[excess.limit])
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
  const trees = documents.filter(hasContent)
  if (trees.length > MAX_DOCUMENTS) {
    findings.error({ start: 0, end: 1 }, '', {
      code: 'too_many_parts',
      message: `more than ${MAX_DOCUMENTS} documents`,
      fix: 'put the agents into several files',
    })
    return []
  }
  const budget = new Budget()
  return trees.map(({ contents }) => {
    const own = findings.another()
    const tree = contents === null ? undefined : new TreeBuilder(own, budget).build(contents, '')
    return { tree: own.failed ? undefined : tree, findings: own }
  })
}

function hasContent({ contents }: Document.Parsed): boolean {
  return contents !== null && !(isScalar(contents) && contents.value === null)
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
      findings.error({ start, end }, '', syntaxFinding(error.code, error.message, text.slice(start, end)))
    } else {
      findings.error({ start: opener, end: opener + 1 }, '', unclosedFinding(text.charAt(opener)))
    }
    break
  }
  for (const warning of document.warnings) {
    if (warning.code === 'TAG_RESOLVE_FAILED') continue
    const [start, end] = warning.pos
    findings.error({ start, end }, '', syntaxFinding(warning.code, warning.message, text.slice(start, end)))
  }
  const { yaml } = document.directives
  const directive = /^%(YAML|TAG)\b.*$/m.exec(text.slice(from, document.contents?.range?.[0] ?? from))
  if (directive !== null && (directive[1] === 'TAG' || yaml.version !== '1.2')) {
    const start = from + directive.index
    findings.error({ start, end: start + directive[0].length }, '', {
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

const CORE_TAGS: ReadonlySet<string> = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((name) => `tag:yaml.org,2002:${name}`),
)

const FORBIDDEN_KEYS: ReadonlyMap<string, string> = new Map([
  ['__proto__', 'a key that could reach the prototype of an object'],
  ['<<', 'a merge key, which YAML 1.2 does not have'],
])

/** The usage counts of all documents of a file together. */
class Budget {
  aliases = 0
  values = 0
}

class TreeBuilder {
  readonly #findings: Findings
  readonly #budget: Budget
  readonly #anchors = new Map<string, YamlNode>()
  readonly #open = new Set<YamlNode>()

  constructor(findings: Findings, budget: Budget) {
    this.#findings = findings
    this.#budget = budget
  }

  build(node: YamlNode, path: string): Node {
    if (isAlias(node)) return this.#alias(node, path)
    if (++this.#budget.values > MAX_VALUES) return this.#tooMany(node, path)
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node)
    this.#checkTag(node, path)
    this.#open.add(node)
    const built = isMap(node) ? this.#map(node, path) : isSeq(node) ? this.#list(node, path) : this.#scalar(node, path)
    this.#open.delete(node)
    return built
  }

  #alias(alias: Alias, path: string): Node {
    const target = this.#anchors.get(alias.source)
    const span = spanOf(alias)
    if (++this.#budget.aliases > MAX_ALIASES) return this.#tooMany(alias, path)
    if (target === undefined) {
      this.#findings.error(span, path, {
        code: 'alias',
        message: `*${alias.source} refers to an anchor that is not set before it`,
        fix: `put &${alias.source} before the value that is meant, or the text in quotes`,
      })
      return nothing(span)
    }
    if (this.#open.has(target)) {
      this.#findings.error(span, path, {
        code: 'alias',
        message: `*${alias.source} refers to a value that holds it: it would have no end`,
        fix: 'write out what is meant',
      })
      return nothing(span)
    }
    return { ...this.build(target, path), span }
  }

  #tooMany(node: YamlNode, path: string): Node {
    const span = spanOf(node)
    // Reported once: every further value would exceed the limit again.
    if (this.#budget.values <= MAX_VALUES + 1 && this.#budget.aliases <= MAX_ALIASES + 1) {
      this.#findings.error(span, path, {
        code: 'alias',
        message: `more than ${MAX_ALIASES} aliases, or more than ${MAX_VALUES} values with aliases written out`,
        fix: 'write out what is meant instead of using aliases',
      })
      this.#budget.values = MAX_VALUES + 1
    }
    return nothing(span)
  }

  #checkTag(node: YamlNode, path: string): void {
    const { tag } = node as { tag?: string }
    if (tag === undefined || CORE_TAGS.has(tag)) return
    const { text } = this.#findings.source
    const span = tagSpan(spanOf(node), text)
    const written = text.startsWith('!', span.start) ? text.slice(span.start, span.end) : tag
    this.#findings.error(span, path, {
      code: 'tag',
      message: `expected plain text, numbers, booleans, lists and maps, found the tag ${quoted(written)}`,
      fix: 'remove the tag, or put the text in quotes',
    })
  }

  #map(map: YAMLMap, path: string): MapNode {
    const entries = new Map<string, Entry>()
    for (const pair of map.items) {
      if (this.#budget.values > MAX_VALUES) break
      this.#entry(pair as Pair<YamlNode, YamlNode | null>, path, entries)
    }
    return { kind: 'map', span: spanOf(map), entries }
  }

  #entry(pair: Pair<YamlNode, YamlNode | null>, path: string, entries: Map<string, Entry>): void {
    const name = isScalar(pair.key) && pair.key.tag === undefined ? pair.key.value : undefined
    const key = spanOf(pair.key)
    if (typeof name !== 'string') {
      this.#findings.error(key, path, {
        code: 'key',
        message: `expected a key that is text, found ${quoted(this.#findings.source.text.slice(key.start, key.end))}`,
        fix: isScalar(pair.key) ? 'put the key in quotes' : 'put text that begins with { or [ in quotes',
      })
      return
    }
    const forbidden = FORBIDDEN_KEYS.get(name)
    if (forbidden !== undefined) {
      this.#findings.error(key, fieldPath(path, name), {
        code: 'forbidden_key',
        message: `${name} is ${forbidden}`,
        fix: name === '<<' ? 'write out the fields that are meant' : 'remove it',
      })
      return
    }
    const value =
      pair.value === null ? nothing({ start: key.end, end: key.end }) : this.build(pair.value, fieldPath(path, name))
    const earlier = entries.get(name)
    if (earlier !== undefined) {
      const { line } = this.#findings.source.place(earlier.key, path)
      this.#findings.error(key, fieldPath(path, name), {
        code: 'duplicate_key',
        message: `${quoted(name)} is there twice, first in line ${line}`,
        fix: 'keep one of the two',
      })
      return
    }
    entries.set(name, { key, value })
  }

  #list(list: YAMLSeq, path: string): ListNode {
    const items: Node[] = []
    for (const [index, item] of list.items.entries()) {
      if (this.#budget.values > MAX_VALUES) break
      const itemPath = `${path}[${index}]`
      items.push(isPair(item) ? nothing(spanOf(list)) : this.build(item as YamlNode, itemPath))
    }
    return { kind: 'list', span: spanOf(list), items }
  }

  #scalar(node: YamlNode, path: string): ScalarNode {
    const span = spanOf(node)
    if (!isScalar(node)) return nothing(span)
    const written = node.type === Scalar.PLAIN ? (node.source ?? '') : ''
    const { value } = node
    switch (typeof value) {
      case 'bigint':
        return integer(value, written, span)
      case 'number':
        return number(value, written, span)
      case 'boolean':
        return { kind: 'scalar', span, value, written }
      case 'string':
        this.#checkUnicode(value, span, path)
        return { kind: 'scalar', span, value, written: value }
      default:
        return nothing(span)
    }
  }

  #checkUnicode(value: string, span: Span, path: string): void {
    if (value.isWellFormed()) return
    this.#findings.error(span, path, {
      code: 'encoding',
      message: 'expected text, found half of a surrogate pair, which is not a character',
      fix: 'write the character itself',
    })
  }
}

function integer(value: bigint, written: string, span: Span): ScalarNode {
  const asNumber = Number(value)
  const node = { kind: 'scalar', span, value: asNumber, written } as const
  if (/^[-+]?0\d/.test(written)) return { ...node, doubt: 'leading_zero' }
  return Number.isSafeInteger(asNumber) ? node : { ...node, doubt: 'inexact' }
}

function number(value: number, written: string, span: Span): ScalarNode {
  const node = { kind: 'scalar', span, value, written } as const
  return Number.isFinite(value) ? node : { ...node, doubt: 'not_finite' }
}

function nothing(span: Span): ScalarNode {
  return { kind: 'scalar', span, value: null, written: '' }
}

function spanOf(node: YamlNode): Span {
  const [start, end] = node.range ?? [0, 0]
  return { start, end }
}

/** The place of a node's tag, which is before `span`; only an anchor or a comment may be between them. */
function tagSpan(span: Span, text: string): Span {
  const from = Math.max(0, span.start - 200)
  const tag = /![^\s,[\]{}]*(?=\s*(?:&\S+\s+)?(?:#.*\n\s*)?$)/.exec(text.slice(from, span.start))
  return tag === null ? span : { start: from + tag.index, end: from + tag.index + tag[0].length }
}
