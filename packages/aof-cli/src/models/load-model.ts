import type { LanguageModelV4 } from '@ai-sdk/provider'
import type { ModelName } from '../agent-file/agent-file.ts'
import type { Environment } from '../agent-file/template.ts'
import { type Finding, type Problem, problemAt } from '../agent-file/problem.ts'
import { aliases, FILE_PROVIDERS } from '../agent-file/provider-names.ts'
import type { Place } from '../agent-file/source.ts'
import { suggest } from 'aof-runtime/internal'
import { CliError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import type { ProviderPackage } from '../recorded-answers/provider-package.ts'
import { RecordedAnswerError } from '../recorded-answers/recorded-answer-error.ts'
import { oneLine } from '../text.ts'
import { installCommand } from './install-command.ts'
import { type AskedModel, type Need, type Provider, PROVIDERS } from './providers.ts'

/**
 * The model of `provider:name`, from the AI SDK's package for that provider, which is loaded now. It uses no network, and
 * finds configuration errors before the first request.
 *
 * @param env the environment with keys and addresses
 * @throws CliError with the exit code `model` and a remedy: an unknown provider, a package that is not installed, a key or
 *   an address that is not set
 */
export async function loadModel(
  { provider: id, name }: Pick<ModelName, 'provider' | 'name'>,
  env: Environment = process.env,
): Promise<LanguageModelV4> {
  const provider = PROVIDERS.get(id)
  if (provider === undefined) throw unknownProvider(id, name)
  const { asked, model, missing } = askedOf(id, name, provider, env)
  checkAddresses(provider, asked)
  const load = async (): Promise<LanguageModelV4> => (await provider.package(asked).load())(globalThis.fetch)
  return load().then(
    (made) => {
      if (missing.length > 0) throw new CliError(EXIT.model, ...notSet(model, provider, missing))
      return made
    },
    (error: unknown) => {
      throw unusablePackage(error, model, provider.package(asked), missing)
    },
  )
}

/**
 * Checks whether a model is available here: an unknown provider is an error; a missing package, key or address is a
 * warning, because another machine may have it. It loads nothing.
 */
export function modelProblems({ provider: id, name, at }: ModelName, env: Environment = process.env): Problem[] {
  if (FILE_PROVIDERS.has(id)) return []
  const provider = PROVIDERS.get(id)
  if (provider === undefined) return [modelProblem(at, 'error', unknownProvider(id, name))]
  const { asked, model, missing } = askedOf(id, name, provider, env)
  const { name: packageName, major } = provider.package(asked)
  const problems: Problem[] = []
  if (!isInstalled(packageName)) {
    const message = `${model} needs the package ${packageName}, which is not installed`
    problems.push(modelProblem(at, 'warning', { message, fix: installCommand(packageName, major) }))
  }
  if (missing.length > 0) {
    const [message, { fix }] = notSet(model, provider, missing)
    problems.push(modelProblem(at, 'warning', { message, fix }))
  }
  return problems
}

function askedOf(id: string, name: string, { needs }: Provider, env: Environment) {
  const asked: AskedModel = { name, variable: (...names) => firstSet(names, env) }
  const isSet = (variable: string): boolean => asked.variable(variable) !== undefined
  const missing = needs.filter((need) => !need.some((variables) => variables.every(isSet)))
  return { asked, model: `${id}:${oneLine(name, 100)}`, missing }
}

function modelProblem(at: Place, severity: Problem['severity'], { message, fix }: Omit<Finding, 'code'>): Problem {
  return problemAt(at, severity, { code: severity === 'error' ? 'wrong_value' : 'not_found', message, fix })
}

function isInstalled(packageName: string): boolean {
  try {
    import.meta.resolve(packageName)
    return true
  } catch {
    return false
  }
}

function firstSet(names: readonly string[], env: Environment): string | undefined {
  for (const name of names) {
    const value = env[name]?.trim() ?? ''
    if (value !== '') return value
  }
  return undefined
}

function checkAddresses({ addresses = [] }: Provider, { variable }: AskedModel): void {
  for (const name of addresses) {
    const value = variable(name)
    if (value === undefined || (/^https?:\/\//.test(value) && URL.canParse(value))) continue
    const found = JSON.stringify(oneLine(value, 200))
    throw new CliError(EXIT.model, `${name}: expected an address that begins with http:// or https://, found ${found}`)
  }
}

function notSet(model: string, { title, keys }: Provider, missing: readonly Need[]): [string, { fix: string }] {
  const all = missing.map((need) => need.map((names) => names.join(' and ')).join(', or '))
  const where = keys === undefined ? '' : `   (a key of ${title}: ${keys})`
  return [`${model} needs ${all.join('; and ')} in the environment`, { fix: `${settings(missing)}${where}` }]
}

/** The recommended variables to set. */
function settings(missing: readonly Need[]): string {
  return `export ${missing.flatMap(([first = []]) => first.map((name) => `${name}=…`)).join(' ')}`
}

function unusablePackage(error: unknown, model: string, { name, major }: ProviderPackage, missing: readonly Need[]) {
  if (!(error instanceof RecordedAnswerError)) return error
  const install = installCommand(name, major)
  const fix = missing.length === 0 ? install : `${install} && ${settings(missing)}`
  if (error.kind === 'provider_missing') {
    return new CliError(EXIT.model, `${model} needs the package ${name}, which is not installed`, { fix, cause: error })
  }
  return new CliError(EXIT.model, `${model}: ${error.message}`, { fix, cause: error })
}

/** Other names of providers. */
const OTHER_NAMES: ReadonlyMap<string, string> = aliases({
  bedrock: 'amazon amazon-bedrock aws',
  anthropic: 'claude',
  google: 'gemini vertex',
  openai: 'gpt',
  xai: 'grok',
  moonshot: 'kimi',
  'openai-compatible': 'litellm llamacpp lmstudio vllm',
  together: 'togetherai',
})

function unknownProvider(id: string, name: string): CliError {
  const known = [...PROVIDERS.keys()].toSorted()
  const near = suggest(id, [...known, ...OTHER_NAMES.keys()])
  const meant = near === undefined ? undefined : (OTHER_NAMES.get(near) ?? near)
  const fix = meant === undefined ? '' : `did you mean ${meant}:${oneLine(name, 100)}? `
  return new CliError(EXIT.model, `there is no provider ${JSON.stringify(oneLine(id, 60))} of models`, {
    fix: `${fix}Known are ${known.join(', ')}; openai-compatible takes any other that speaks OpenAI's Chat Completions API, at OPENAI_COMPATIBLE_BASE_URL.`,
  })
}
