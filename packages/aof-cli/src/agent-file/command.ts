import { suggest } from 'aof-runtime/internal'
import type { CommandTool } from './agent-file.ts'
import { readLimits } from './command-limits.ts'
import { readResources } from './command-resources.ts'
import { argumentsOf, type ArgumentRule, type Group, parseElement } from './command-template.ts'
import { readDuration } from './duration.ts'
import { type InputSchema, readInputSchema, textSchema } from './input-schema.ts'
import type { Findings } from './problem.ts'
import { checkProgram, checkScripts } from './program.ts'
import { quoted } from './source.ts'
import { warnOfReferences } from './template.ts'
import { booleanOf, child, fieldPath, itemsOf, type MapNode, type Node, numberOf, textOf, wordOf } from './tree.ts'
import { checkVariableName } from './variables.ts'

/** Reads a command and reports its problems; undefined if too much of it is missing. */
export function readCommand(node: MapNode, path: string, findings: Findings): CommandTool | undefined {
  const command = child(node, 'command')
  if (command?.kind !== 'list' || command.items.length === 0) return undefined
  const groups = readGroups(command)
  const used = [...new Set(groups.flatMap((group) => group.elements.flatMap(argumentsOf)))]
  const schemaNode = child(node, 'input_schema')
  const schema =
    schemaNode?.kind === 'map'
      ? readInputSchema(schemaNode, fieldPath(path, 'input_schema'), findings)
      : textSchema(used)
  const commandPath = fieldPath(path, 'command')
  checkProgram(command.items[0], `${commandPath}[0]`, findings)
  checkScripts(command, commandPath, schema, findings)
  checkElements(command, commandPath, schema, findings)
  checkUse(node, path, used, schema, findings)
  const rules = rulesOf(node, path, used, schema, findings)
  const settings = readSettings(node, path, schema, findings)
  const name = textOf(child(node, 'name'))
  const program = textOf(command.items[0])
  if (name === undefined || program === undefined) return undefined
  return { kind: 'command', name, command: { program, groups, rules }, ...settings }
}

function readSettings(node: MapNode, path: string, schema: InputSchema, findings: Findings) {
  const description = textOf(child(node, 'description'))
  const timeoutMs = readDuration(child(node, 'timeout'), fieldPath(path, 'timeout'), findings)
  const cwd = textOf(child(node, 'cwd'))
  const codes = itemsOf(child(node, 'ok_exit_codes'))
    .map(numberOf)
    .filter((code) => code !== undefined)
  return {
    ...(description !== undefined && { description }),
    inputSchema: schema.json,
    readOnly: booleanOf(child(node, 'read_only')) ?? false,
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...readLimits(node, path, findings),
    ...readResources(node, path, schema, findings),
    env: readVariableNames(child(node, 'env'), fieldPath(path, 'env'), findings),
    ...(cwd !== undefined && { cwd }),
    okExitCodes: codes.length > 0 ? codes : [0],
    at: findings.source.place(child(node, 'name')?.span ?? node.span, path),
  }
}

function readVariableNames(node: Node | undefined, path: string, findings: Findings): string[] {
  return itemsOf(node).flatMap((item, index) => {
    const name = textOf(item)
    if (name === undefined) return []
    checkVariableName(name, item.span, `${path}[${index}]`, findings)
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
function checkElements(command: Node, path: string, schema: InputSchema, findings: Findings): void {
  itemsOf(command).forEach((item, index) => {
    if (index === 0) return
    for (const node of elementNodes(item)) {
      const at = `${path}[${index}]`
      const text = wordOf(node) ?? ''
      warnOfReferences(node, at, 'the program', findings)
      const element = parseElement(text)
      for (const name of argumentsOf(element)) {
        const kind = schema.kinds.get(name)
        if (kind === undefined) {
          reportUnknownArgument(node, at, name, schema, findings)
        } else if (!kind.always && item.kind !== 'list') {
          findings.error(node.span, at, {
            code: 'placeholder',
            message: `a call may lack the argument ${quoted(name)}, and then nothing can be put here`,
            fix: `put ${name} among required, give it a default, or put what belongs to it in a list of its own: ["-x", "{${name}}"]`,
          })
        } else if (kind.list && element.length > 1) {
          findings.error(node.span, at, {
            code: 'placeholder',
            message: `the argument ${quoted(name)} is a list, which becomes elements of their own`,
            fix: `write "{${name}}" alone`,
          })
        }
      }
    }
  })
}

function reportUnknownArgument(node: Node, path: string, name: string, schema: InputSchema, findings: Findings): void {
  const known = propertyNames(schema)
  if (known.includes(name)) return
  const meant = suggest(name, known)
  findings.error(node.span, path, {
    code: 'placeholder',
    message: `{${name}} names no property of input_schema`,
    fix: `${meant === undefined ? 'add it to the properties' : `write {${meant}}`}, or \\{${name}} for these characters themselves`,
  })
}

function propertyNames(schema: InputSchema): string[] {
  const { properties } = schema.json
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : []
}

function checkUse(node: MapNode, path: string, used: readonly string[], schema: InputSchema, findings: Findings): void {
  const properties = child(child(node, 'input_schema'), 'properties')
  for (const name of propertyNames(schema).filter((known) => !used.includes(known))) {
    const entry = properties?.kind === 'map' ? properties.entries.get(name) : undefined
    findings.warn(entry?.key ?? node.span, fieldPath(`${path}.input_schema.properties`, name), {
      code: 'suspicious',
      message: `the command does nothing with the argument ${quoted(name)}`,
      fix: `put {${name}} into command, or remove it`,
    })
  }
  if (child(node, 'description') === undefined) {
    findings.warn(child(node, 'name')?.span ?? node.span, path, {
      code: 'suspicious',
      message: 'the tool has no description: a model can only guess what it does',
      fix: 'add description: what it does, and when to use it',
    })
  }
}

function rulesOf(
  node: MapNode,
  path: string,
  used: readonly string[],
  schema: InputSchema,
  findings: Findings,
): ReadonlyMap<string, ArgumentRule> {
  const dashes = new Set<string>()
  itemsOf(child(node, 'allow_dash')).forEach((item, index) => {
    const name = textOf(item)
    if (name === undefined) return
    dashes.add(name)
    if (used.includes(name)) return
    findings.error(item.span, `${fieldPath(path, 'allow_dash')}[${index}]`, {
      code: 'placeholder',
      message: `expected the name of an argument in command, found ${quoted(name)}`,
      fix: `known are ${used.join(', ') || 'none'}`,
    })
  })
  return new Map(
    Array.from(schema.kinds, ([name, { list, chosen, fallback }]) => [
      name,
      { name, list, mayBeginWithDash: chosen || dashes.has(name), ...(fallback !== undefined && { fallback }) },
    ]),
  )
}
