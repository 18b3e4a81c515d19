import type { AgentFile, ParsedAgent } from './agent-file.ts'
import { checkShape } from './check-shape.ts'
import { decode } from './decode.ts'
import { durationMs } from './duration.ts'
import { AGENT_FORMAT, API_VERSION, KIND } from './format.ts'
import { readModel } from './model.ts'
import { parseTree } from './parse-tree.ts'
import type { Findings } from './problem.ts'
import { quoted } from './source.ts'
import { warnOfReferences } from './template.ts'
import { readTools } from './tools.ts'
import { child, jsonOf, type MapNode, type Node, numberOf, textOf } from './tree.ts'
import { unsupportedFields, unsupportedProblem } from './unsupported.ts'
import { checkServers, readEnvironment } from './variables.ts'

/**
 * Reads an agent file (`apiVersion: aof.dev/v1`, `kind: Agent`; YAML or JSON) and checks everything in it. Reading runs
 * no code, opens no other file and looks at no environment variable. It never throws: whatever is wrong is a problem
 * with its place, its reason and its remedy.
 *
 * @param input the file's bytes (UTF-8, at most 1 MiB) or its text
 * @param options `file` is the name that problems carry
 */
export function parseAgentFile(input: string | Uint8Array, options: { readonly file: string }): ParsedAgent {
  const findings = decode(input, options.file)
  const tree = findings.failed ? undefined : parseTree(findings)
  if (tree === undefined) {
    if (!findings.failed) reportNoAgent({ start: 0, end: 1 }, 'found an empty file', findings)
    return { ok: false, problems: findings.list() }
  }
  const agent = isAgent(tree, findings) ? readDocument(tree, findings) : undefined
  const problems = findings.list()
  if (agent !== undefined && !findings.failed) return { ok: true, agent, problems }
  return { ok: false, problems, ...(agent !== undefined && { readable: agent }) }
}

/** Whether the document means to be an agent file; if not, that alone is reported. */
function isAgent(tree: Node, findings: Findings): tree is MapNode {
  if (tree.kind !== 'map') {
    reportNoAgent(tree.span, `found a ${tree.kind === 'list' ? 'list' : 'single value'}`, findings)
    return false
  }
  if (!['apiVersion', 'kind', 'spec'].some((field) => tree.entries.has(field))) {
    reportNoAgent({ start: tree.span.start, end: tree.span.start + 1 }, 'found neither', findings)
    return false
  }
  const kind = child(tree, 'kind')
  const named = textOf(kind)
  if (kind === undefined || named === undefined || named === KIND || named.toLowerCase().startsWith('agen')) return true
  findings.error(kind.span, 'kind', {
    code: 'wrong_value',
    message: `expected kind: ${KIND}, found ${quoted(named)}`,
    fix: `only files of kind ${KIND} are read`,
  })
  return false
}

function reportNoAgent(span: { start: number; end: number }, found: string, findings: Findings): void {
  findings.error(span, '', {
    code: 'missing_field',
    message: `expected an agent file, with apiVersion: ${API_VERSION} and kind: ${KIND}, ${found}`,
    fix: `begin with apiVersion: ${API_VERSION}, kind: ${KIND}, metadata: {name: …} and spec: {model: …}`,
  })
}

function readDocument(tree: MapNode, findings: Findings): AgentFile | undefined {
  checkShape({ node: tree, path: '', key: { start: tree.span.start, end: tree.span.start } }, AGENT_FORMAT, findings)
  const spec = child(tree, 'spec')
  if (spec?.kind !== 'map') return undefined
  const name = textOf(child(child(tree, 'metadata'), 'name'))
  const model = readModel(spec, findings)
  const { tools, unsupported: unsupportedTools } = readTools(spec, findings)
  const environment = readEnvironment(spec, findings)
  checkServers(spec, findings)
  const settings = readSettings(tree, spec, findings)
  const unsupported = [...unsupportedFields(spec, findings), ...unsupportedTools]
  for (const entry of unsupported) findings.add(unsupportedProblem(entry, 'warning'))
  if (name === undefined || model === undefined) return undefined
  return { file: findings.source.file, name, model, ...settings, environment, tools, unsupported }
}

type Settings = Omit<AgentFile, 'file' | 'name' | 'model' | 'environment' | 'tools' | 'unsupported'>

function readSettings(tree: MapNode, spec: MapNode, findings: Findings): Settings {
  const described = child(spec, 'description') ?? child(child(tree, 'metadata'), 'description')
  const instructions = same(spec, ['instructions', 'system_prompt'], findings)
  warnOfReferences(instructions, 'spec.instructions', 'the model', findings)
  const number = (name: string): number | undefined =>
    numberOf(same(spec, [name, `model_config.${name}`, `model.${name}`], findings))
  return defined({
    description: textOf(described),
    instructions: textOf(instructions),
    temperature: number('temperature'),
    maxTokens: number('max_tokens'),
    maxIterations: numberOf(child(spec, 'max_iterations')),
    maxParallelTools: numberOf(child(spec, 'max_parallel_tools')),
    timeoutMs: durationOf(child(spec, 'timeout')),
    toolTimeoutMs: durationOf(child(spec, 'tool_timeout')),
    eager: textOf(child(spec, 'eager')) as AgentFile['eager'],
  })
}

/** The value of a field that may stand in several places; where it stands in two, they must say the same. */
function same(spec: MapNode, paths: readonly string[], findings: Findings): Node | undefined {
  const found = paths.flatMap((path) => {
    const node = path.split('.').reduce<Node | undefined>(child, spec)
    return node === undefined ? [] : [{ path, node, json: JSON.stringify(jsonOf(node)) }]
  })
  const [first] = found
  const other = found.find(({ json }) => json !== first?.json)
  if (first !== undefined && other !== undefined) {
    findings.error(other.node.span, `spec.${other.path}`, {
      code: 'conflict',
      message: `${first.path} and ${other.path} are the same field, and say different things`,
      fix: 'keep one of the two',
    })
  }
  return first?.node
}

function durationOf(node: Node | undefined): number | undefined {
  const value = textOf(node) ?? numberOf(node)
  return value === undefined ? undefined : durationMs(value)
}

/** The fields of an object that have a value. */
function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}
