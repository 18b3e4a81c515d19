import { defined } from './defined.ts'
import type { AgentDocument, AgentFile, ParsedAgent, ParsedFile, SkippedDocument } from './agent-file.ts'
import { checkFormat } from './check-format.ts'
import { chooseAgent } from './choose-agent.ts'
import { decode } from './decode.ts'
import { readDuration } from './duration.ts'
import { API_VERSION, FLAT_SIGNS, KIND } from './format.ts'
import { readModel } from './model.ts'
import { parseTrees } from './parse-tree.ts'
import { type Findings, reportRepeatedNames } from './problem.ts'
import { type Span, spanAt } from './source.ts'
import { suggest } from 'aof-runtime/internal'
import { warnOfReferences } from './template.ts'
import { readTools } from './tools.ts'
import { child, jsonOf, type MapNode, type Node, numberOf, textOf } from './tree.ts'
import { unsupportedFields, unsupportedProblem } from './unsupported.ts'
import { checkServers, readVariables } from './variables.ts'

/**
 * Reads a file of agents (`apiVersion: aof.dev/v1`, `kind: Agent`, or the flat form; YAML or JSON; one document or several)
 * and checks everything in it. Reading runs no code, opens no other file and reads no environment variable. It never
 * throws: it reports each problem with its place, its reason and its remedy.
 *
 * @param input the file's bytes (UTF-8, at most 1 MiB) or its text
 * @param options `file` is the file name in problems
 */
export function parseAgentFiles(input: string | Uint8Array, options: { readonly file: string }): ParsedFile {
  const findings = decode(input, options.file)
  const trees = findings.failed ? [] : parseTrees(findings)
  if (trees.length === 0 && !findings.failed) reportNoAgent(spanAt(0), 'found an empty file', findings)
  const agents: AgentDocument[] = []
  const skipped: SkippedDocument[] = []
  for (const { tree, findings: own } of trees) {
    const other = tree === undefined ? undefined : otherKind(tree, own)
    if (other === undefined) agents.push(readDocument(tree, own))
    else skipped.push(other)
  }
  reportRepeatedNames('agents', agents, findings)
  return { agents, skipped, problems: findings.list() }
}

/**
 * Reads the only agent of a file, or the one with the given name.
 *
 * @param options `file` is the file name in problems; `name` chooses one of several agents
 */
export function parseAgentFile(
  input: string | Uint8Array,
  options: { readonly file: string; readonly name?: string },
): ParsedAgent {
  return chooseAgent(parseAgentFiles(input, options), options.name)
}

/** The kind of a document that does not describe an agent. A kind close to `Agent` counts as misspelt. */
function otherKind(tree: Node, { source }: Findings): SkippedDocument | undefined {
  const node = child(tree, 'kind')
  const kind = textOf(node)
  if (node === undefined || kind === undefined || suggest(kind, [KIND]) !== undefined) return undefined
  return { kind, name: nameOf(tree), at: source.place(node.span) }
}

function nameOf(tree: Node | undefined): string | undefined {
  return textOf(child(child(tree, 'metadata'), 'name')) ?? textOf(child(tree, 'name'))
}

function readDocument(tree: Node | undefined, findings: Findings): AgentDocument {
  const isFlat = tree?.kind === 'map' && isFlatForm(tree)
  const isForeign = tree !== undefined && !isFlat && !meansAgent(tree, findings)
  const agent = tree?.kind === 'map' && !isForeign ? readAgent(tree, isFlat, findings) : undefined
  const problems = findings.list()
  const parsed: ParsedAgent =
    agent !== undefined && !findings.failed
      ? { ok: true, agent, problems }
      : { ok: false, problems, ...(agent !== undefined && { readable: agent }) }
  return { name: nameOf(tree), isForeign, at: findings.source.place(spanAt(tree?.span.start ?? 0)), parsed }
}

/** True if the fields of `metadata` and `spec` are at the top level. */
function isFlatForm({ entries }: MapNode): boolean {
  return !entries.has('spec') && !entries.has('metadata') && FLAT_SIGNS.some((field) => entries.has(field))
}

/** True if the document is meant to be an agent file. Otherwise only this is reported. */
function meansAgent(tree: Node, findings: Findings): boolean {
  if (tree.kind !== 'map') {
    reportNoAgent(tree.span, `found a ${tree.kind === 'list' ? 'list' : 'single value'}`, findings)
    return false
  }
  if (['apiVersion', 'kind', 'spec'].some((field) => tree.entries.has(field))) return true
  reportNoAgent(spanAt(tree.span.start), 'found neither', findings)
  return false
}

function reportNoAgent(span: Span, found: string, findings: Findings): void {
  findings.error(span, {
    code: 'missing_field',
    message: `expected an agent file, with apiVersion: ${API_VERSION} and kind: ${KIND}, ${found}`,
    fix: `begin with apiVersion: ${API_VERSION}, kind: ${KIND}, metadata: {name: …} and spec: {model: …}`,
  })
}

function readAgent(tree: MapNode, isFlat: boolean, findings: Findings): AgentFile | undefined {
  const spec = isFlat ? tree : child(tree, 'spec')
  const agent = spec?.kind === 'map' ? readSpec(tree, spec, findings) : undefined
  // The readers run first: where both find an error, their words are better than those of the schema.
  checkFormat(tree, isFlat ? '/tools' : '/spec/tools', findings)
  return agent
}

function readSpec(tree: MapNode, spec: MapNode, findings: Findings): AgentFile | undefined {
  const name = nameOf(tree)
  const model = readModel(spec, findings)
  const { tools, unsupported: unsupportedTools } = readTools(spec, findings)
  const environment = readVariables(same(spec, ['environment', 'env'], findings), findings)
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
  warnOfReferences(instructions, 'the model', findings)
  const number = (name: string): number | undefined =>
    numberOf(same(spec, [name, `model_config.${name}`, `model.${name}`], findings))
  return defined({
    description: textOf(described),
    instructions: textOf(instructions),
    temperature: number('temperature'),
    maxTokens: number('max_tokens'),
    maxIterations: numberOf(child(spec, 'max_iterations')),
    maxParallelTools: numberOf(child(spec, 'max_parallel_tools')),
    timeoutMs: readDuration(child(spec, 'timeout'), findings),
    toolTimeoutMs: readDuration(child(spec, 'tool_timeout'), findings),
    eager: textOf(child(spec, 'eager')) as AgentFile['eager'],
  })
}

/** The value of a field with several possible places; if it is in two of them, the values must be equal. */
function same(spec: MapNode, paths: readonly string[], findings: Findings): Node | undefined {
  const found = paths.flatMap((path) => {
    const node = path.split('.').reduce<Node | undefined>(child, spec)
    return node === undefined ? [] : [{ path, node, json: JSON.stringify(jsonOf(node)) }]
  })
  const [first] = found
  const other = found.find(({ json }) => json !== first?.json)
  if (first !== undefined && other !== undefined) {
    findings.error(other.node.span, {
      code: 'conflict',
      message: `${first.path} and ${other.path} are the same field, and say different things`,
      fix: 'keep one of the two',
    })
  }
  return first?.node
}
