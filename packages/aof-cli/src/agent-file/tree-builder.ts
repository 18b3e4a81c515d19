import { type Alias, isAlias, isMap, isPair, isScalar, isSeq, type Pair, Scalar } from 'yaml'
import type { Node as YamlNode, YAMLMap, YAMLSeq } from 'yaml'
import type { Findings } from './problem.ts'
import { quoted, type Span } from './source.ts'
import { type Entry, fieldPath, type ListNode, type MapNode, type Node, type ScalarNode } from './tree.ts'

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
