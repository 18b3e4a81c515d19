import type { ModelName } from './agent-file.ts'
import { isInside, outsideFinding } from './inside.ts'
import type { Findings } from './problem.ts'
import { quoted } from './source.ts'
import { FILE_PROVIDERS, isWellKnown, type ProviderAndName, providerNamed, readModelName } from './provider-names.ts'
import { child, fieldPath, type MapNode, type Node, textOf } from './tree.ts'

/**
 * The model of an agent: `model: provider:name` or `provider/name`, `provider` and `model`, or `model: {provider, name}`.
 *
 * @returns undefined if the model is missing or wrong; the findings report why
 */
export function readModel(spec: MapNode, findings: Findings): ModelName | undefined {
  const node = child(spec, 'model')
  const given = textOf(child(spec, 'provider'))
  if (node === undefined) return undefined
  const parts = node.kind === 'map' ? recordParts(node) : textParts(textOf(node), given)
  if (parts === undefined) {
    const written = textOf(node)
    // The schema reports blanks.
    if (written !== undefined && /^\S+$/.test(written)) reportNoProvider(node, written, findings)
    return undefined
  }
  if (given !== undefined && providerNamed(given) !== parts.provider) {
    findings.error(node.span, {
      code: 'conflict',
      message: `the model says ${quoted(parts.provider)} is its provider, ${fieldPath(spec.span.path, 'provider')} says ${quoted(given)}`,
      fix: 'keep one of the two',
    })
    return undefined
  }
  if (FILE_PROVIDERS.has(parts.provider) && !isInside(parts.name))
    findings.error(node.span, outsideFinding('a file', parts.name))
  return { ...parts, at: findings.source.place(node.span) }
}

function recordParts(node: MapNode): ProviderAndName | undefined {
  const provider = textOf(child(node, 'provider'))
  const name = textOf(child(node, 'name'))
  return provider === undefined || name === undefined ? undefined : { provider: providerNamed(provider), name }
}

/**
 * With a separate `provider`, a colon or a slash may belong to the model name: `llama3.2:3b`, `meta-llama/llama-3`. A slash
 * does, unless the same provider precedes it; gateways have models that begin with the gateway's name.
 */
function textParts(model: string | undefined, given: string | undefined): ProviderAndName | undefined {
  if (model === undefined || !/^\S+$/.test(model)) return undefined
  const said = readModelName(model)
  if (given === undefined) return said
  const provider = providerNamed(given)
  const isColon = model[model.search(/[:/]/)] === ':'
  const isSame = said?.provider === provider && (isColon || provider !== 'openrouter')
  if (said !== undefined && (isSame || (isColon && isWellKnown(said.provider)))) return said
  return { provider, name: model }
}

function reportNoProvider(node: Node, model: string, findings: Findings): void {
  findings.error(node.span, {
    code: 'wrong_value',
    message: `expected provider:name, e.g. anthropic:claude-sonnet-4-5, found ${quoted(model)}`,
    fix: model.includes('${')
      ? 'write the name of the model here: no variable is put in'
      : 'write who serves the model before its name, or add the field provider',
  })
}
