import type { ToolEntry } from './agent-file.ts'
import { readCommand } from './command.ts'
import { checkInside } from './inside.ts'
import { NAMED_TOOL_FIELDS } from './format.ts'
import { MODULE_ENDING } from './patterns.ts'
import { type Findings, reportRepeatedNames } from './problem.ts'
import { quoted } from './source.ts'
import { warnOfReferences } from './template.ts'
import { booleanOf, child, itemsOf, type MapNode, type Node, textOf } from './tree.ts'
import { type Unsupported, unsupportedTool } from './unsupported.ts'

/** The tools of an agent file: the supported and the unsupported ones. */
export interface ReadTools {
  readonly tools: ToolEntry[]
  readonly unsupported: Unsupported[]
}

const MODULE = new RegExp(MODULE_ENDING)

/** Reads `spec.tools`. Entries with `enabled: false` are checked and left out. */
export function readTools(spec: MapNode, findings: Findings): ReadTools {
  const tools: ToolEntry[] = []
  const unsupported: Unsupported[] = []
  for (const node of itemsOf(child(spec, 'tools'))) {
    const entry = node.kind === 'map' ? readEntry(node, findings) : undefined
    if (booleanOf(child(node, 'enabled')) === false) continue
    if (entry !== undefined) tools.push(entry)
    else if (isPath(node)) reportPath(node, findings)
    else if (isKnown(node)) unsupported.push(unsupportedTool(node, findings))
  }
  const commands = tools.filter((tool) => tool.kind === 'command')
  const names = commands.map(({ name, at }) => ({ name, at: { ...at, path: `${at.path}.name` } }))
  reportRepeatedNames('tools', names, findings)
  return { tools, unsupported }
}

/** True if an entry is a file path in place of a tool name. */
function isPath(node: Node): boolean {
  return /[/\\]/.test(textOf(node) ?? '') || MODULE.test(textOf(node) ?? '')
}

function reportPath(node: Node, findings: Findings): void {
  findings.error(node.span, {
    code: 'wrong_value',
    message: `expected the name of a tool, found the path ${quoted(textOf(node) ?? '')}`,
    fix: `write module: ${textOf(node)}`,
  })
}

/** True if an entry, which is neither module nor command, is another tool of the format. */
function isKnown(node: Node): boolean {
  if (node.kind !== 'map') return textOf(node) !== undefined
  const type = textOf(child(node, 'type'))
  const named = !['module', 'command'].some((field) => node.entries.has(field))
  return named && (type === undefined ? isNamed(node) : /^(?:shell|http|mcp)$/i.test(type))
}

/** True for a tool by name; false for another tool with a misspelt field. */
function isNamed({ entries }: MapNode): boolean {
  return entries.has('name') && [...entries.keys()].every((field) => NAMED_TOOL_FIELDS.includes(field))
}

function readEntry(node: MapNode, findings: Findings): ToolEntry | undefined {
  if (node.entries.has('module')) return readModule(node, findings)
  if (!node.entries.has('command')) return undefined
  checkInside(child(node, 'cwd'), 'a directory', findings)
  warnOfReferences(child(node, 'description'), 'the model', findings)
  return readCommand(node, findings)
}

function readModule(node: MapNode, findings: Findings): ToolEntry | undefined {
  const module = child(node, 'module')
  const written = textOf(module)
  if (module === undefined || written === undefined) return undefined
  checkInside(module, 'a module', findings)
  if (!MODULE.test(written)) {
    findings.error(module.span, {
      code: 'wrong_value',
      message: `expected a JavaScript or TypeScript file, found ${quoted(written)}`,
      fix: 'write its whole name, e.g. ./tools.ts',
    })
  }
  return { kind: 'module', path: written, at: findings.source.place(module.span) }
}
