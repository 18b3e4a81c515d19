import type { JsonValue } from '../core/json.ts'
import type { Span } from './source.ts'

/**
 * A document as a tree of values that know where they stand in the file. Keys are held in maps, so that no key can
 * reach a prototype (I38).
 */
export type Node = MapNode | ListNode | ScalarNode

export interface MapNode {
  readonly kind: 'map'
  readonly span: Span
  readonly entries: ReadonlyMap<string, Entry>
}

/** One field of a map: its value, and where its key stands. */
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
  /** As it is written, for a scalar without quotes; `010` is a number, but what was meant? */
  readonly written: string
  /** Why the number that was read may not be the one that was meant. */
  readonly doubt?: 'leading_zero' | 'inexact' | 'not_finite'
}

/** The value of a field of a map; undefined where there is none, or where `node` is no map. */
export function child(node: Node | undefined, key: string): Node | undefined {
  return node?.kind === 'map' ? node.entries.get(key)?.value : undefined
}

/** The text that a node is, or undefined. */
export function textOf(node: Node | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined
}

/** The text that stands there, also where it would be read as a number or as true or false; undefined for nothing. */
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

/** The node as a plain JSON value. */
export function jsonOf(node: Node): JsonValue {
  switch (node.kind) {
    case 'scalar':
      return node.value
    case 'list':
      return node.items.map(jsonOf)
    case 'map':
      return Object.fromEntries(Array.from(node.entries, ([key, entry]) => [key, jsonOf(entry.value)]))
  }
}

/** `path` with a field's key appended, as it would be written in JavaScript. */
export function fieldPath(path: string, key: string): string {
  if (!/^[A-Za-z_][\w-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`
  return path === '' ? key : `${path}.${key}`
}
