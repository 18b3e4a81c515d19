import { type Findings, type Problem, problemAt } from './problem.ts'
import { type Place, quoted } from './source.ts'
import { child, itemsOf, type MapNode, type Node, textOf } from './tree.ts'

/** A field or tool of an agent file that this version does not support. */
export interface Unsupported {
  /** The name of the field or tool. */
  readonly what: string
  /** `ignored`: the agent runs nevertheless; `refused`: the agent does not run, because it would not be the intended agent. */
  readonly effect: 'ignored' | 'refused'
  readonly message: string
  readonly at: Place
}

/** An unsupported entry as a problem: a warning if a file is checked, an error if the agent runs. */
export function unsupportedProblem(entry: Unsupported, severity: Problem['severity']): Problem {
  const remedy = entry.what === 'tool' ? TOOL_FIX : 'remove it, if the agent can do without'
  const fix = entry.effect === 'refused' ? remedy : undefined
  return problemAt(entry.at, severity, { code: 'unsupported', message: entry.message, fix })
}

const TOOL_FIX = 'give the tool as a command ({name, command: [program, …]}) or in a module ({module: ./tools.ts})'

interface Rule {
  readonly effect: Unsupported['effect']
  readonly words: string
  readonly applies: (node: Node) => boolean
}

const notEmpty = (node: Node): boolean => (node.kind === 'map' ? node.entries.size > 0 : itemsOf(node).length > 0)

const FIELDS: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['memory', { effect: 'ignored', words: 'each run begins without a memory', applies: (node) => !isInMemory(node) }],
  ['mcp_servers', { effect: 'refused', words: 'the agent would lack the tools of its servers', applies: notEmpty }],
  [
    'tool_restrictions',
    { effect: 'refused', words: 'the tools would run without the restrictions', applies: notEmpty },
  ],
  ['output_schema', { effect: 'refused', words: 'the answer would not be held to the schema', applies: notEmpty }],
])

/** Every agent has a memory that ends with its run, so this needs no support. */
function isInMemory(node: Node): boolean {
  const type = textOf(node) ?? textOf(child(node, 'type')) ?? ''
  return /^in_?memory$/i.test(type)
}

/** The fields of `spec` that this version does not support. */
export function unsupportedFields(spec: MapNode, findings: Findings): Unsupported[] {
  return [...FIELDS].flatMap(([what, { effect, words, applies }]) => {
    const node = child(spec, what)
    if (node === undefined || !applies(node)) return []
    const consequence = effect === 'ignored' ? 'ignored' : 'an agent with it does not run'
    const message = `${what} is not supported by this version, ${consequence}: ${words}`
    return [{ what, effect, message, at: findings.source.place(node.key) }]
  })
}

/** A tool that is not built into this version. */
export function unsupportedTool(node: Node, findings: Findings): Unsupported {
  const name = textOf(node) ?? textOf(child(node, 'name')) ?? textOf(child(node, 'type')) ?? 'tool'
  return {
    what: 'tool',
    effect: 'refused',
    message: `the tool ${quoted(name)} is not built into this version: an agent with it does not run`,
    at: findings.source.place({ ...(child(node, 'name') ?? child(node, 'type') ?? node).span, path: node.span.path }),
  }
}
