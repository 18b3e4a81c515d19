import { suggest } from '../core/suggest.ts'
import type { ModelName } from './agent-file.ts'
import { isInside, outsideFinding } from './inside.ts'
import type { Findings } from './problem.ts'
import { quoted } from './source.ts'
import { child, type MapNode, type Node, textOf } from './tree.ts'

/** Providers by the names that agent files use; others may exist, this is for advice. */
const WELL_KNOWN_PROVIDERS: readonly string[] = [
  'anthropic',
  'azure',
  'bedrock',
  'cohere',
  'deepseek',
  'google',
  'groq',
  'mistral',
  'ollama',
  'openai',
  'openai-compatible',
  'openrouter',
  'recorded',
  'scripted',
  'vertex',
  'xai',
]

/** Providers whose models are files of the agent: a module of scripted turns, a recording. */
export const FILE_PROVIDERS: ReadonlySet<string> = new Set(['recorded', 'scripted'])

const PROVIDER = /^[A-Za-z][A-Za-z0-9_-]*$/

/**
 * The model of an agent: `model: provider:name`, `provider` and `model`, or `model: {provider, name}`.
 *
 * @returns undefined where the file does not say it; why is among the findings
 */
export function readModel(spec: MapNode, findings: Findings): ModelName | undefined {
  const node = child(spec, 'model')
  const given = textOf(child(spec, 'provider'))
  if (node === undefined) return undefined
  const parts = node.kind === 'map' ? recordParts(node) : textParts(textOf(node), given)
  if (parts === undefined) {
    if (textOf(node) !== undefined) reportNoProvider(node, textOf(node) ?? '', findings)
    return undefined
  }
  if (given !== undefined && given !== parts.provider) {
    findings.error(node.span, 'spec.model', {
      code: 'conflict',
      message: `the model says ${quoted(parts.provider)} is its provider, spec.provider says ${quoted(given)}`,
      fix: 'keep one of the two',
    })
    return undefined
  }
  warnOfMisspelling(node, parts.provider, findings)
  if (FILE_PROVIDERS.has(parts.provider)) checkFile(node, parts.name, findings)
  return { ...parts, at: findings.source.place(node.span, 'spec.model') }
}

type Parts = Pick<ModelName, 'provider' | 'name'>

function recordParts(node: MapNode): Parts | undefined {
  const provider = textOf(child(node, 'provider'))
  const name = textOf(child(node, 'name'))
  return provider === undefined || name === undefined ? undefined : { provider, name }
}

/** With a provider given apart, a colon may belong to the name: `llama3.2:3b`. */
function textParts(model: string | undefined, given: string | undefined): Parts | undefined {
  if (model === undefined || !/^\S+$/.test(model)) return undefined
  const colon = model.indexOf(':')
  const provider = model.slice(0, Math.max(colon, 0))
  const name = model.slice(colon + 1)
  const says = PROVIDER.test(provider) && name !== ''
  if (given === undefined) return says ? { provider, name } : undefined
  return says && (provider === given || WELL_KNOWN_PROVIDERS.includes(provider))
    ? { provider, name }
    : { provider: given, name: model }
}

function reportNoProvider(node: Node, model: string, findings: Findings): void {
  findings.error(node.span, 'spec.model', {
    code: 'wrong_value',
    message: `expected provider:name, e.g. anthropic:claude-sonnet-4-5, found ${quoted(model)}`,
    fix: model.includes('${')
      ? 'write the name of the model here: no variable is put in'
      : 'write who serves the model before its name, or add the field provider',
  })
}

function checkFile(node: Node, path: string, findings: Findings): void {
  if (!isInside(path)) findings.error(node.span, 'spec.model', outsideFinding('a file', path))
}

function warnOfMisspelling(node: Node, provider: string, findings: Findings): void {
  if (WELL_KNOWN_PROVIDERS.includes(provider)) return
  const meant = suggest(provider, WELL_KNOWN_PROVIDERS)
  if (meant === undefined) return
  findings.warn(node.span, 'spec.model', {
    code: 'suspicious',
    message: `no well-known provider is called ${quoted(provider)}`,
    fix: `did you mean ${meant}?`,
  })
}
