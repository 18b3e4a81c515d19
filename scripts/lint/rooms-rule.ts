import { dirname, relative, resolve, sep } from 'node:path'
import { type Room, rooms } from './rooms.ts'
import type { Rule, RuleContext, SyntaxNode } from './rule.ts'

type Kind = 'value' | 'type' | 'lazy'

/** Imports keep to the edges of {@link rooms}. */
export const roomsRule: Rule = {
  create(context) {
    const from = roomOf(context, context.filename)
    if (from === undefined) return {}
    const room = rooms[from]
    if (room === undefined) {
      return { Program: (node) => context.report({ node, message: `src/${from} is not in scripts/lint/rooms.ts.` }) }
    }
    const check = (kind: Kind, source: SyntaxNode | null | undefined): void => {
      if (source?.type !== 'Literal' || typeof source.value !== 'string') return
      const problem = fault(context, from, room, kind, source.value)
      if (problem !== undefined) context.report({ node: source, message: problem })
    }
    return {
      ImportDeclaration: (node) => check(node.importKind === 'type' ? 'type' : 'value', node.source),
      ExportNamedDeclaration: (node) => check(node.exportKind === 'type' ? 'type' : 'value', node.source),
      ExportAllDeclaration: (node) => check(node.exportKind === 'type' ? 'type' : 'value', node.source),
      ImportExpression: (node) => check('lazy', node.source),
      TSImportType: (node) => check('type', node.source ?? node.argument),
    }
  },
}

/** The room of a file of `src`; nothing for any other file. */
function roomOf(context: RuleContext, file: string): string | undefined {
  const [top, room] = relative(context.cwd, file).split(sep)
  return top === 'src' ? room : undefined
}

function fault(context: RuleContext, from: string, room: Room, kind: Kind, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return relativeFault(context, from, room, kind, specifier)
  if (specifier.startsWith('node:')) {
    if (room.node === 'all' || room.node.includes(specifier)) return undefined
    return `src/${from} imports of Node's modules only [${room.node.join(', ')}], not ${specifier}.`
  }
  const name = packageOf(specifier)
  if (room.packages?.includes(name)) return undefined
  if (kind === 'type' && room.types?.includes(name)) return undefined
  if (room.lazy?.includes(name)) {
    return kind === 'value' ? `${name} is optional: load it with import() where it is used.` : undefined
  }
  return `src/${from} does not import the package ${name} (scripts/lint/rooms.ts).`
}

function relativeFault(
  context: RuleContext,
  from: string,
  room: Room,
  kind: Kind,
  specifier: string,
): string | undefined {
  const to = roomOf(context, resolve(dirname(context.filename), specifier))
  if (to === undefined) return `src/${from} imports nothing outside src, not ${specifier}.`
  if (to === from || room.rooms.includes(to)) return undefined
  if (room.lazyRooms?.includes(to) === true)
    return kind === 'value' ? `src/${to} needs Node: load it with import() when it is needed.` : undefined
  if (room.rooms.length === 0) return `src/${from} imports nothing outside src/${from}, not src/${to}.`
  return `src/${from} imports of the other rooms only [${room.rooms.join(', ')}], not ${to}.`
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}
