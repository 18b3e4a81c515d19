import type { AgentFile, Variable } from './agent-file.ts'
import { type Findings, type Problem, problemAt } from './problem.ts'
import { quoted, type Span } from './source.ts'
import { type Environment, fillTemplate, readTemplate } from './template.ts'
import { child, itemsOf, type MapNode, type Node, wordOf } from './tree.ts'
import { LOADER_NAMES, VARIABLE } from './patterns.ts'

const VARIABLE_NAME = new RegExp(VARIABLE.regex)
const LOADERS = new RegExp(LOADER_NAMES)

/** Reports an invalid variable name, and a name through which a program would load other code. */
export function checkVariableName(name: string, span: Span, findings: Findings): void {
  if (!VARIABLE_NAME.test(name)) {
    findings.error(span, { code: 'wrong_value', message: `expected ${VARIABLE.words}, found ${quoted(name)}` })
  } else if (LOADERS.test(name)) {
    findings.error(span, {
      code: 'unsafe',
      message: `${name} makes programs load or run other code: it is not handed to commands`,
      fix: 'write what is meant into command, or set it in a script of yours that the command calls',
    })
  }
}

/** Reads a map of variables whose values may contain `${NAME}`. */
export function readVariables(node: Node | undefined, findings: Findings): Variable[] {
  if (node?.kind !== 'map') return []
  return [...node.entries].flatMap(([name, variable]) => {
    if (VARIABLE_NAME.test(name)) checkVariableName(name, variable.key, findings)
    checkSearchPath(name, variable, findings)
    const value = readTemplate(variable, findings)
    return value === undefined ? [] : [{ name, value, at: findings.source.place(variable.span) }]
  })
}

/** Checks the templates in `env` and `headers` of MCP servers. */
export function checkServers(spec: MapNode, findings: Findings): void {
  for (const server of itemsOf(child(spec, 'mcp_servers'))) {
    readVariables(child(server, 'env'), findings)
    const headers = child(server, 'headers')
    if (headers?.kind === 'map') for (const header of headers.entries.values()) readTemplate(header, findings)
  }
}

function checkSearchPath(name: string, node: Node, findings: Findings): void {
  const value = wordOf(node)
  if (name !== 'PATH' || value === undefined) return
  const relative = value.split(':').find((directory) => !/^(?:\/|\$\{|[A-Za-z]:\\)/.test(directory))
  if (relative === undefined) return
  findings.error(node.span, {
    code: 'unsafe',
    message: `expected directories from the root, found ${quoted(relative)}: programs of the current directory would run`,
    fix: 'write whole paths',
  })
}

/** The variables of an agent file with their values. */
export type ResolvedVariables =
  | { readonly ok: true; readonly values: ReadonlyMap<string, string> }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** Fills the variables of an agent file with values of `env`, and reports missing ones. */
export function resolveVariables(agent: AgentFile, env: Environment): ResolvedVariables {
  const values = new Map<string, string>()
  const problems: Problem[] = []
  for (const { name, value, at } of agent.environment) {
    const filled = fillTemplate(value, env)
    if (filled.ok) {
      values.set(name, filled.text)
      continue
    }
    const message = `the variable ${filled.missing.join(' and ')} is not set`
    const fix = `set it (export ${filled.missing[0]}=…), or write a default: \${${filled.missing[0]}:-…}`
    problems.push(problemAt(at, 'error', { code: 'substitution', message, fix }))
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, values }
}
