import { type Alias, isAlias, isMap, isPair, isScalar, isSeq, type Pair, Scalar } from 'yaml'
import type { Node as YamlNode, YAMLMap, YAMLSeq } from 'yaml'
import type { Findings } from './problem.ts'
import { type FieldSpan, quoted } from './source.ts'
import { fieldPath, type Node, type Placed, type ScalarNode } from './tree.ts'

/** The largest number of aliases, and of values after their expansion, in a file. */
const MAX_ALIASES = 100
const MAX_VALUES = 20_000

const CORE_TAGS: ReadonlySet<string> = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((name) => `tag:yaml.org,2002:${name}`),
)

const FORBIDDEN_KEYS: ReadonlyMap<string, string> = new Map([
  ['__proto__', 'a key that could reach the prototype of an object'],
  ['<<', 'a merge key, which YAML 1.2 does not have'],
])

/** The usage counts of all documents of a file together. */
export class Budget {
  aliases = 0
  values = 0
}

/** Builds the tree of one document, and reports everything that no agent file may contain: tags, merge keys, endless aliases, … */
export class TreeBuilder {
  readonly #findings: Findings
  readonly #budget: Budget
  readonly #anchors = new Map<string, YamlNode>()
  readonly #open = new Set<YamlNode>()

  constructor(findings: Findings, budget: Budget) {
    this.#findings = findings
    this.#budget = budget
  }

  /** @param key the place of its key, if it has one */
  build(node: YamlNode, path: string, key?: FieldSpan): Node {
    const span = spanOf(node, path)
    const placed = { span, key: key ?? span }
    if (isAlias(node)) return this.#alias(node, placed)
    if (++this.#budget.values > MAX_VALUES) return this.#tooMany(placed)
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node)
    this.#checkTag(node, span)
    this.#open.add(node)
    const built: Node = isMap(node)
      ? { ...placed, kind: 'map', entries: this.#entries(node, path) }
      : isSeq(node)
        ? { ...placed, kind: 'list', items: this.#items(node, path) }
        : { ...placed, kind: 'scalar', ...(isScalar(node) ? this.#scalar(node, span) : NOTHING) }
    this.#open.delete(node)
    return built
  }

  #alias({ source }: Alias, placed: Placed): Node {
    const target = this.#anchors.get(source)
    const { span, key } = placed
    if (++this.#budget.aliases > MAX_ALIASES) return this.#tooMany(placed)
    if (target !== undefined && !this.#open.has(target)) return { ...this.build(target, span.path, key), span }
    this.#findings.error(
      span,
      target === undefined
        ? {
            code: 'alias',
            message: `*${source} refers to an anchor that is not set before it`,
            fix: `put &${source} before the value that is meant, or the text in quotes`,
          }
        : {
            code: 'alias',
            message: `*${source} refers to a value that holds it: it would have no end`,
            fix: 'write out what is meant',
          },
    )
    return nothing(placed)
  }

  #tooMany(placed: Placed): Node {
    // Reported once: every further value would exceed the limit again.
    if (this.#budget.values <= MAX_VALUES + 1 && this.#budget.aliases <= MAX_ALIASES + 1) {
      this.#findings.error(placed.span, {
        code: 'alias',
        message: `more than ${MAX_ALIASES} aliases, or more than ${MAX_VALUES} values with aliases written out`,
        fix: 'write out what is meant instead of using aliases',
      })
      this.#budget.values = MAX_VALUES + 1
    }
    return nothing(placed)
  }

  #checkTag(node: YamlNode, span: FieldSpan): void {
    const { tag } = node as { tag?: string }
    if (tag === undefined || CORE_TAGS.has(tag)) return
    const { text } = this.#findings.source
    const at = tagSpan(span, text)
    const written = text.startsWith('!', at.start) ? text.slice(at.start, at.end) : tag
    this.#findings.error(at, {
      code: 'tag',
      message: `expected plain text, numbers, booleans, lists and maps, found the tag ${quoted(written)}`,
      fix: 'remove the tag, or put the text in quotes',
    })
  }

  #entries(map: YAMLMap, path: string): Map<string, Node> {
    const entries = new Map<string, Node>()
    for (const pair of map.items) {
      if (this.#budget.values > MAX_VALUES) break
      this.#entry(pair as Pair<YamlNode, YamlNode | null>, path, entries)
    }
    return entries
  }

  #entry(pair: Pair<YamlNode, YamlNode | null>, path: string, entries: Map<string, Node>): void {
    const name = isScalar(pair.key) && pair.key.tag === undefined ? pair.key.value : undefined
    if (typeof name !== 'string') {
      const { start, end } = spanOf(pair.key, path)
      this.#findings.error(spanOf(pair.key, path), {
        code: 'key',
        message: `expected a key that is text, found ${quoted(this.#findings.source.text.slice(start, end))}`,
        fix: isScalar(pair.key) ? 'put the key in quotes' : 'put text that begins with { or [ in quotes',
      })
      return
    }
    const key = spanOf(pair.key, fieldPath(path, name))
    const forbidden = FORBIDDEN_KEYS.get(name)
    if (forbidden !== undefined) {
      this.#findings.error(key, {
        code: 'forbidden_key',
        message: `${name} is ${forbidden}`,
        fix: name === '<<' ? 'write out the fields that are meant' : 'remove it',
      })
      return
    }
    const value =
      pair.value === null ? nothing({ span: { ...key, start: key.end }, key }) : this.build(pair.value, key.path, key)
    const earlier = entries.get(name)
    if (earlier === undefined) {
      entries.set(name, value)
      return
    }
    this.#findings.error(key, {
      code: 'duplicate_key',
      message: `${quoted(name)} is there twice, first in line ${this.#findings.source.place(earlier.key).line}`,
      fix: 'keep one of the two',
    })
  }

  #items(list: YAMLSeq, path: string): Node[] {
    const items: Node[] = []
    for (const [index, item] of list.items.entries()) {
      if (this.#budget.values > MAX_VALUES) break
      const itemPath = `${path}[${index}]`
      const span = spanOf(list, itemPath)
      items.push(isPair(item) ? nothing({ span, key: span }) : this.build(item as YamlNode, itemPath))
    }
    return items
  }

  #scalar(node: Scalar, span: FieldSpan): Content {
    const written = node.type === Scalar.PLAIN ? (node.source ?? '') : ''
    const { value } = node
    switch (typeof value) {
      case 'bigint':
        return integer(Number(value), written)
      case 'number':
        return Number.isFinite(value) ? { value, written } : { value, written, doubt: 'not_finite' }
      case 'boolean':
        return { value, written }
      case 'string':
        this.#checkUnicode(value, span)
        return { value, written: value }
      default:
        return NOTHING
    }
  }

  #checkUnicode(value: string, span: FieldSpan): void {
    if (value.isWellFormed()) return
    this.#findings.error(span, {
      code: 'encoding',
      message: 'expected text, found half of a surrogate pair, which is not a character',
      fix: 'write the character itself',
    })
  }
}

type Content = Pick<ScalarNode, 'value' | 'written' | 'doubt'>

const NOTHING: Content = { value: null, written: '' }

function integer(value: number, written: string): Content {
  if (/^[-+]?0\d/.test(written)) return { value, written, doubt: 'leading_zero' }
  return Number.isSafeInteger(value) ? { value, written } : { value, written, doubt: 'inexact' }
}

function nothing(placed: Placed): ScalarNode {
  return { ...placed, kind: 'scalar', ...NOTHING }
}

function spanOf(node: YamlNode, path: string): FieldSpan {
  const [start, end] = node.range ?? [0, 0]
  return { start, end, path }
}

/** The place of a node's tag, which is before `span`; only an anchor or a comment may be between them. */
function tagSpan(span: FieldSpan, text: string): FieldSpan {
  const from = Math.max(0, span.start - 200)
  const tag = /![^\s,[\]{}]*(?=\s*(?:&\S+\s+)?(?:#.*\n\s*)?$)/.exec(text.slice(from, span.start))
  if (tag === null) return span
  return { ...span, start: from + tag.index, end: from + tag.index + tag[0].length }
}
