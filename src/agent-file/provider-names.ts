/** Other names of providers, as agent files write them, by the name that this package uses. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['amazon-bedrock', 'bedrock'],
  ['aws-bedrock', 'bedrock'],
  ['azure-openai', 'azure'],
  ['claude', 'anthropic'],
  ['gemini', 'google'],
  ['google-ai', 'google'],
  ['googleai', 'google'],
  ['grok', 'xai'],
  ['mistralai', 'mistral'],
])

/** The name of a provider as this package uses it: `gemini` is `google`, `Claude` is `anthropic`. */
export function providerNamed(written: string): string {
  const plain = written.toLowerCase().replaceAll('_', '-')
  return ALIASES.get(plain) ?? (KNOWN.has(plain) ? plain : written)
}

/** Providers whose models are files of the agent: a module of scripted turns, a recording. */
export const FILE_PROVIDERS: ReadonlySet<string> = new Set(['recorded', 'scripted'])

/** Providers by the names that agent files use; what else there may be, the command knows. */
const KNOWN: ReadonlySet<string> = new Set([
  ...FILE_PROVIDERS,
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
  'together',
  'vertex',
  'xai',
])

/** Whether a provider of this name, or of one that means the same, is well known. */
export function isWellKnown(provider: string): boolean {
  return KNOWN.has(providerNamed(provider))
}

/** A model with its provider, as `provider:name` says it. */
export interface ProviderAndName {
  readonly provider: string
  readonly name: string
}

const PROVIDER = /^[A-Za-z][A-Za-z0-9_-]*$/

/**
 * Reads `provider:name` or `provider/name`; the first of the two signs divides, so that names may hold both
 * (`bedrock/us.anthropic.claude-v1:0`, `openrouter:meta-llama/llama-3:free`).
 *
 * @returns undefined where there is no provider, or no name
 */
export function readModelName(text: string): ProviderAndName | undefined {
  const at = text.search(/[:/]/)
  const provider = text.slice(0, Math.max(at, 0))
  const name = text.slice(at + 1)
  return PROVIDER.test(provider) && name !== '' && !/\s/.test(text)
    ? { provider: providerNamed(provider), name }
    : undefined
}
