import { dirname, relative, resolve, sep } from 'node:path'
import { type Room, rooms } from './rooms.ts'
import type { Rule, RuleContext, SyntaxNode } from './rule.ts'

type Kind = 'value' | 'type' | 'lazy'

/** The place of a file: its package's sources, and the room there; undefined for a room that is not listed. */
interface Place {
  readonly sources: string
  readonly path: string
  readonly room: string | undefined
}

/** Allows only the imports that {@link rooms} lists. */
export const roomsRule: Rule = {
  create(context) {
    const from = placeOf(context, context.filename)
    if (from === undefined) return {}
    const room = from.room === undefined ? undefined : rooms[from.sources]?.[from.room]
    if (room === undefined) {
      const message = `${from.sources}/${from.path} belongs to no room of scripts/lint/rooms.ts.`
      return { Program: (node) => context.report({ node, message }) }
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

/** The place of a file of a package's sources; undefined for any other file. */
function placeOf(context: RuleContext, file: string): Place | undefined {
  const path = relative(context.cwd, file).split(sep).join('/')
  const sources = Object.keys(rooms).find((each) => path.startsWith(`${each}/`))
  if (sources === undefined) return undefined
  const within = path.slice(sources.length + 1)
  const holds = (room: string): boolean => room === '' || within === room || within.startsWith(`${room}/`)
  const holding = Object.keys(rooms[sources] ?? {}).filter(holds)
  return { sources, path: within, room: holding.toSorted((a, b) => b.length - a.length)[0] }
}

function fault(context: RuleContext, from: Place, room: Room, kind: Kind, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return relativeFault(context, from, room, kind, specifier)
  const here = nameOf(from)
  if (specifier.startsWith('node:')) {
    if (room.node === 'all' || room.node.includes(specifier)) return undefined
    return `${here} may import only these Node modules: [${room.node.join(', ')}], not ${specifier}.`
  }
  const name = packageOf(specifier)
  if (room.packages?.includes(name)) return undefined
  if (kind === 'type' && room.types?.includes(name)) return undefined
  if (room.lazy?.includes(name)) {
    return kind === 'value' ? `${name} must be loaded with import() at its use.` : undefined
  }
  return `${here} may not import the package ${name} (scripts/lint/rooms.ts).`
}

function relativeFault(
  context: RuleContext,
  from: Place,
  room: Room,
  kind: Kind,
  specifier: string,
): string | undefined {
  const to = placeOf(context, resolve(dirname(context.filename), specifier))
  if (to?.sources !== from.sources)
    return `${nameOf(from)} may import nothing outside ${from.sources}, not ${specifier}.`
  if (to.room === from.room || room.rooms.some((each) => isWithin(to, each))) return undefined
  if (room.lazyRooms?.some((each) => isWithin(to, each)) === true)
    return kind === 'value' ? `${nameOf(to)} needs Node: load it with import() at its use.` : undefined
  if (room.rooms.length === 0) return `${nameOf(from)} may import no other room, not ${to.path}.`
  return `${nameOf(from)} may import only these rooms: [${room.rooms.join(', ')}], not ${to.path}.`
}

function isWithin({ room }: Place, other: string): boolean {
  return other === '' || room === other || room?.startsWith(`${other}/`) === true
}

function nameOf({ sources, room }: Place): string {
  return room === undefined || room === '' ? sources : `${sources}/${room}`
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}
