import { defined } from './defined.ts'
import { suggest } from 'aof-runtime/internal'
import type { CommandTool } from './agent-file.ts'
import { readLimits } from './command-limits.ts'
import { readResources } from './command-resources.ts'
import { argumentsOf, type ArgumentRule, type Group, parseElement } from './command-template.ts'
import { readDuration } from './duration.ts'
import { type InputSchema, readInputSchema, textSchema } from './input-schema.ts'
import type { Findings } from './problem.ts'
import { checkProgram, checkScripts } from './program.ts'
import { quoted, type Span } from './source.ts'
import { warnOfReferences } from './template.ts'
import { booleanOf, child, itemsOf, type MapNode, type Node, numberOf, textOf, wordOf } from './tree.ts'
import { checkVariableName } from './variables.ts'

/** Reads a command and reports its problems; undefined if too much of it is missing. */
export function readCommand(node: MapNode, findings: Findings): CommandTool | undefined {
  const command = child(node, 'command')
  if (command?.kind !== 'list' || command.items.length === 0) return undefined
  const groups = readGroups(command)
  const used = [...new Set(groups.flatMap((group) => group.elements.flatMap(argumentsOf)))]
  const schemaNode = child(node, 'input_schema')
  const schema = schemaNode?.kind === 'map' ? readInputSchema(schemaNode, findings) : textSchema(used)
  checkProgram(command.items[0], findings)
  checkScripts(command, schema, findings)
  checkElements(command, schema, findings)
  checkUse(node, used, schema, findings)
  const rules = rulesOf(node, used, schema, findings)
  const settings = readSettings(node, schema, findings)
  const name = textOf(child(node, 'name'))
  const program = textOf(command.items[0])
  if (name === undefined || program === undefined) return undefined
  return { kind: 'command', name, command: { program, groups, rules }, ...settings }
}

function readSettings(node: MapNode, schema: InputSchema, findings: Findings) {
  const codes = itemsOf(child(node, 'ok_exit_codes'))
    .map(numberOf)
    .filter((code) => code !== undefined)
  return defined({
    description: textOf(child(node, 'description')),
    inputSchema: schema.json,
    readOnly: booleanOf(child(node, 'read_only')) ?? false,
    timeoutMs: readDuration(child(node, 'timeout'), findings),
    ...readLimits(node, findings),
    ...readResources(node, schema, findings),
    env: readVariableNames(child(node, 'env'), findings),
    cwd: textOf(child(node, 'cwd')),
    okExitCodes: codes.length > 0 ? codes : [0],
    at: findings.source.place(nameSpan(node)),
  })
}

/** The place of its name, as a place of the whole tool. */
function nameSpan(node: MapNode): Span {
  return { ...(child(node, 'name') ?? node).span, path: node.span.path }
}

function readVariableNames(node: Node | undefined, findings: Findings): string[] {
  return itemsOf(node).flatMap((item) => {
    const name = textOf(item)
    if (name === undefined) return []
    checkVariableName(name, item.span, findings)
    return [name]
  })
}

/** The elements after the program, in groups: a list within the list is one group. */
function readGroups(command: Node): Group[] {
  return itemsOf(command)
    .slice(1)
    .map((item) => ({
      optional: item.kind === 'list',
      elements: elementNodes(item).map((element) => parseElement(wordOf(element) ?? '')),
    }))
}

function elementNodes(item: Node): readonly Node[] {
  return item.kind === 'list' ? item.items : [item]
}

/** Checks the arguments in the command: each is in the schema, is present in every call or in an optional group, and a list fills a whole element. */
function checkElements(command: Node, schema: InputSchema, findings: Findings): void {
  itemsOf(command).forEach((item, index) => {
    if (index === 0) return
    for (const node of elementNodes(item)) {
      const span = { ...node.span, path: item.span.path }
      warnOfReferences({ ...node, span }, 'the program', findings)
      const element = parseElement(wordOf(node) ?? '')
      for (const name of argumentsOf(element)) {
        const kind = schema.kinds.get(name)
        if (kind === undefined) {
          reportUnknownArgument(span, name, schema, findings)
        } else if (!kind.always && item.kind !== 'list') {
          findings.error(span, {
            code: 'placeholder',
            message: `a call may lack the argument ${quoted(name)}, and then nothing can be put here`,
            fix: `put ${name} among required, give it a default, or put what belongs to it in a list of its own: ["-x", "{${name}}"]`,
          })
        } else if (kind.list && element.length > 1) {
          findings.error(span, {
            code: 'placeholder',
            message: `the argument ${quoted(name)} is a list, which becomes elements of their own`,
            fix: `write "{${name}}" alone`,
          })
        }
      }
    }
  })
}

function reportUnknownArgument(span: Span, name: string, schema: InputSchema, findings: Findings): void {
  const known = propertyNames(schema)
  if (known.includes(name)) return
  const meant = suggest(name, known)
  findings.error(span, {
    code: 'placeholder',
    message: `{${name}} names no property of input_schema`,
    fix: `${meant === undefined ? 'add it to the properties' : `write {${meant}}`}, or \\{${name}} for these characters themselves`,
  })
}

function propertyNames(schema: InputSchema): string[] {
  const { properties } = schema.json
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : []
}

function checkUse(node: MapNode, used: readonly string[], schema: InputSchema, findings: Findings): void {
  const properties = child(child(node, 'input_schema'), 'properties')
  for (const name of propertyNames(schema).filter((known) => !used.includes(known))) {
    findings.warn(child(properties, name)?.key ?? node.span, {
      code: 'suspicious',
      message: `the command does nothing with the argument ${quoted(name)}`,
      fix: `put {${name}} into command, or remove it`,
    })
  }
  if (child(node, 'description') === undefined) {
    findings.warn(nameSpan(node), {
      code: 'suspicious',
      message: 'the tool has no description: a model can only guess what it does',
      fix: 'add description: what it does, and when to use it',
    })
  }
}

function rulesOf(
  node: MapNode,
  used: readonly string[],
  schema: InputSchema,
  findings: Findings,
): ReadonlyMap<string, ArgumentRule> {
  const dashes = new Set<string>()
  for (const item of itemsOf(child(node, 'allow_dash'))) {
    const name = textOf(item)
    if (name === undefined) continue
    dashes.add(name)
    if (used.includes(name)) continue
    findings.error(item.span, {
      code: 'placeholder',
      message: `expected the name of an argument in command, found ${quoted(name)}`,
      fix: `known are ${used.join(', ') || 'none'}`,
    })
  }
  return new Map(
    Array.from(schema.kinds, ([name, { list, chosen, fallback }]) => [
      name,
      { name, list, mayBeginWithDash: chosen || dashes.has(name), ...(fallback !== undefined && { fallback }) },
    ]),
  )
}
