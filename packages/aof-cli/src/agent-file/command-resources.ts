import { defined } from './defined.ts'
import { argumentsOf, type Element, parseElement } from './command-template.ts'
import type { InputSchema } from './input-schema.ts'
import type { Findings } from './problem.ts'
import { quoted, type Span } from './source.ts'
import { suggest } from 'aof-runtime/internal'
import { warnOfReferences } from './template.ts'
import { booleanOf, child, type MapNode, type Node, textOf } from './tree.ts'

/** The resources that the calls of a command read and write; undefined if the file does not list them. */
export interface CommandResources {
  readonly reads?: readonly Element[]
  readonly writes?: readonly Element[]
}

/** Reads `reads` and `writes` of a command. */
export function readResources(node: MapNode, schema: InputSchema, findings: Findings): CommandResources {
  const reads = readList(child(node, 'reads'), schema, findings)
  const writes = readList(child(node, 'writes'), schema, findings)
  if (writes !== undefined && writes.length > 0 && booleanOf(child(node, 'read_only')) === true) {
    findings.error(child(node, 'writes')?.span ?? node.span, {
      code: 'conflict',
      message: 'the command is read_only, so there is nothing that it writes',
      fix: 'remove one of the two',
    })
  }
  return defined({ reads, writes })
}

function readList(node: Node | undefined, { kinds }: InputSchema, findings: Findings): Element[] | undefined {
  if (node?.kind !== 'list') return undefined
  return node.items.flatMap((item) => {
    const text = textOf(item)
    if (text === undefined) return []
    warnOfReferences(item, 'the resource', findings)
    const element = parseElement(text)
    for (const name of argumentsOf(element)) checkArgument(item.span, name, element, kinds, findings)
    return [element]
  })
}

function checkArgument(
  span: Span,
  name: string,
  element: Element,
  kinds: InputSchema['kinds'],
  findings: Findings,
): void {
  const kind = kinds.get(name)
  if (kind === undefined) {
    const meant = suggest(name, kinds.keys())
    findings.error(span, {
      code: 'placeholder',
      message: `{${name}} names no argument of the command`,
      fix: meant === undefined ? `known are ${[...kinds.keys()].join(', ') || 'none'}` : `write {${meant}}`,
    })
  } else if (kind.list && element.length > 1) {
    findings.error(span, {
      code: 'placeholder',
      message: `the argument ${quoted(name)} is a list, which becomes resources of their own`,
      fix: `write "{${name}}" alone`,
    })
  }
}
