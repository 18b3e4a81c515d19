/** Other names of providers in agent files, each with the name that this package uses. */
const ALIASES: ReadonlyMap<string, string> = aliases({
  anthropic: 'claude',
  azure: 'azure-openai',
  bedrock: 'amazon-bedrock aws-bedrock',
  google: 'gemini google-ai googleai',
  mistral: 'mistralai',
  xai: 'grok',
})

/** The name for each of its other names, which are divided by blanks. */
export function aliases(names: Readonly<Record<string, string>>): Map<string, string> {
  return new Map(Object.entries(names).flatMap(([name, others]) => others.split(' ').map((other) => [other, name])))
}

/** The name that this package uses for a provider: `gemini` is `google`, `Claude` is `anthropic`. */
export function providerNamed(written: string): string {
  const plain = written.toLowerCase().replaceAll('_', '-')
  return ALIASES.get(plain) ?? (KNOWN.has(plain) ? plain : written)
}

/** Providers whose models are files of the agent: a module of scripted turns, a recording. */
export const FILE_PROVIDERS: ReadonlySet<string> = new Set(['recorded', 'scripted'])

/** Well-known providers; the command may know more. */
const KNOWN: ReadonlySet<string> = new Set([
  ...FILE_PROVIDERS,
  ...'anthropic azure bedrock cohere deepseek google groq mistral ollama openai openai-compatible'.split(' '),
  ...'openrouter together vertex xai'.split(' '),
])

/** True if a provider of this name, or of an equivalent name, is well known. */
export function isWellKnown(provider: string): boolean {
  return KNOWN.has(providerNamed(provider))
}

/** The parts of `provider:name`. */
export interface ProviderAndName {
  readonly provider: string
  readonly name: string
}

const PROVIDER = /^[A-Za-z][A-Za-z0-9_-]*$/

/**
 * Reads `provider:name` or `provider/name`; the first separator divides them, so names may contain both
 * (`bedrock/us.anthropic.claude-v1:0`, `openrouter:meta-llama/llama-3:free`).
 *
 * @returns undefined if the provider or the name is missing
 */
export function readModelName(text: string): ProviderAndName | undefined {
  const at = text.search(/[:/]/)
  const provider = text.slice(0, Math.max(at, 0))
  const name = text.slice(at + 1)
  return PROVIDER.test(provider) && name !== '' && !/\s/.test(text)
    ? { provider: providerNamed(provider), name }
    : undefined
}
