import type { Findings } from './problem.ts'
import { quoted, type Span } from './source.ts'
import type { Node } from './tree.ts'

/** A value of a document: what it is, where it belongs, and where its key stands (a list item: itself). */
export interface Value {
  readonly node: Node
  readonly path: string
  readonly key: Span
}

/** Reports that `value` is of another type than `expected`. */
export function mismatch(value: Value, expected: string, findings: Findings, fix?: string): void {
  const { node, path, key } = value
  const nothing = node.kind === 'scalar' && node.value === null
  const advice = fix ?? (nothing ? 'write a value, or remove the line' : undefined)
  findings.error(nothing ? key : node.span, path, {
    code: 'wrong_type',
    message: `expected ${expected}, found ${described(node)}`,
    ...(advice !== undefined && { fix: advice }),
  })
}

function described(node: Node): string {
  if (node.kind !== 'scalar') return `a ${node.kind}`
  if (node.value === null) return 'nothing'
  return typeof node.value === 'string' ? quoted(node.value) : `the ${typeof node.value} ${node.written}`
}
