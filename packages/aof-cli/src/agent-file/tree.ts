import { keysOf } from 'aof-runtime/internal'
import type { JsonValue } from 'aof-runtime'
import type { FieldSpan } from './source.ts'

/**
 * A document as a tree of values with their places in the file. Maps hold the keys, so no key can reach a prototype (I38).
 */
export type Node = MapNode | ListNode | ScalarNode

/** The places of a node. */
export interface Placed {
  readonly span: FieldSpan
  /** The place of its key in a map; of any other node, its own. */
  readonly key: FieldSpan
}

export interface MapNode extends Placed {
  readonly kind: 'map'
  readonly entries: ReadonlyMap<string, Node>
}

export interface ListNode extends Placed {
  readonly kind: 'list'
  readonly items: readonly Node[]
}

export interface ScalarNode extends Placed {
  readonly kind: 'scalar'
  readonly value: string | number | boolean | null
  /** The source text of a scalar without quotes, e.g. `010`, whose value is the number 10. */
  readonly written: string
  /** The reason why the number is possibly not the intended one. */
  readonly doubt?: 'leading_zero' | 'inexact' | 'not_finite'
}

/** The value of a field of a map; undefined if it is missing, or if `node` is not a map. */
export function child(node: Node | undefined, key: string): Node | undefined {
  return node?.kind === 'map' ? node.entries.get(key) : undefined
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
      return Object.fromEntries(Array.from(node.entries, ([key, value]) => [key, jsonOf(value, scalarOf)]))
  }
}

/** The node at a JSON Pointer, or the last existing one on the way to it. */
export function nodeAt(document: Node, pointer: string): Node {
  return keysOf(pointer).reduce((node, key) => child(node, key) ?? itemsOf(node)[Number(key)] ?? node, document)
}

/** `path` with a field's key appended, as in JavaScript. */
export function fieldPath(path: string, key: string): string {
  if (!/^[A-Za-z_][\w-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`
  return path === '' ? key : `${path}.${key}`
}
