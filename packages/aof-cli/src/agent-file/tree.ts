import { keysOf } from 'aof-runtime/internal'
import type { JsonValue } from 'aof-runtime'
import type { Span } from './source.ts'

/**
 * A document as a tree of values with their places in the file. Maps hold the keys, so no key can reach a prototype (I38).
 */
export type Node = MapNode | ListNode | ScalarNode

export interface MapNode {
  readonly kind: 'map'
  readonly span: Span
  readonly entries: ReadonlyMap<string, Entry>
}

/** One field of a map: its value, and the place of its key. */
export interface Entry {
  readonly key: Span
  readonly value: Node
}

export interface ListNode {
  readonly kind: 'list'
  readonly span: Span
  readonly items: readonly Node[]
}

export interface ScalarNode {
  readonly kind: 'scalar'
  readonly span: Span
  readonly value: string | number | boolean | null
  /** The source text of a scalar without quotes, e.g. `010`, whose value is the number 10. */
  readonly written: string
  /** The reason why the number is possibly not the intended one. */
  readonly doubt?: 'leading_zero' | 'inexact' | 'not_finite'
}

/** The value of a field of a map; undefined if it is missing, or if `node` is not a map. */
export function child(node: Node | undefined, key: string): Node | undefined {
  return node?.kind === 'map' ? node.entries.get(key)?.value : undefined
}

/** The value of a text node; undefined for any other node. */
export function textOf(node: Node | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined
}

/** The source text of a scalar, even if it is read as a number or boolean; undefined for null. */
export function wordOf(node: Node | undefined): string | undefined {
  if (node?.kind !== 'scalar' || node.value === null) return undefined
  return typeof node.value === 'string' ? node.value : node.written
}

export function numberOf(node: Node | undefined): number | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'number' ? node.value : undefined
}

export function booleanOf(node: Node | undefined): boolean | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'boolean' ? node.value : undefined
}

export function itemsOf(node: Node | undefined): readonly Node[] {
  return node?.kind === 'list' ? node.items : []
}

/**
 * The node as a plain JSON value.
 *
 * @param scalarOf gives the value of a scalar; by default its own
 */
export function jsonOf(node: Node, scalarOf = ({ value }: ScalarNode): JsonValue => value): JsonValue {
  switch (node.kind) {
    case 'scalar':
      return scalarOf(node)
    case 'list':
      return node.items.map((item) => jsonOf(item, scalarOf))
    case 'map':
      return Object.fromEntries(Array.from(node.entries, ([key, entry]) => [key, jsonOf(entry.value, scalarOf)]))
  }
}

/** A value of a document, its path, and the place of its key (of a list item: its own place). */
export interface Value {
  readonly node: Node
  readonly path: string
  readonly key: Span
}

/** The value at a JSON Pointer, or the last existing one on the way to it. */
export function valueAt(document: Node, pointer: string): Value {
  const { start } = document.span
  return keysOf(pointer).reduce<Value>(
    (value, key) => {
      const { node, path } = value
      if (node.kind === 'map') {
        const entry = node.entries.get(key)
        return entry === undefined ? value : { node: entry.value, path: fieldPath(path, key), key: entry.key }
      }
      const item = itemsOf(node)[Number(key)]
      return item === undefined ? value : { node: item, path: `${path}[${key}]`, key: item.span }
    },
    { node: document, path: '', key: { start, end: start } },
  )
}

/** `path` with a field's key appended, as in JavaScript. */
export function fieldPath(path: string, key: string): string {
  if (!/^[A-Za-z_][\w-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`
  return path === '' ? key : `${path}.${key}`
}
