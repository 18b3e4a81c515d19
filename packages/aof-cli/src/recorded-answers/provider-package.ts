import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as anthropic from '@ai-sdk/anthropic'
import type * as bedrock from '@ai-sdk/amazon-bedrock'
import type * as bedrockAnthropic from '@ai-sdk/amazon-bedrock/anthropic'
import type * as cohere from '@ai-sdk/cohere'
import type * as google from '@ai-sdk/google'
import type * as ollama from 'ollama-ai-provider-v2'
import type * as openai from '@ai-sdk/openai'
import type * as openaiCompatible from '@ai-sdk/openai-compatible'
import type { LanguageModelV4 } from '@ai-sdk/provider'
import { RecordedAnswerError } from './recorded-answer-error.ts'

/** The model id for providers; it is never sent. */
export const MODEL_ID = 'recorded'

/** The key for providers that require one, so that they do not search the environment. */
export const NO_KEY = 'recorded'

/** Creates the model whose requests go through `fetch`. */
export type ModelMaker = (fetch: typeof globalThis.fetch) => LanguageModelV4

/** A package of the AI SDK, or for it, that reads a dialect. */
export interface ProviderPackage {
  /** Its npm name, e.g. `@ai-sdk/openai`. */
  readonly name: string
  /** The major version that is known to work. */
  readonly major: number
  /**
   * Loads the package.
   *
   * @throws RecordedAnswerError `provider_missing`, `provider_unfit`
   */
  readonly load: () => Promise<ModelMaker>
}

/**
 * A package that is loaded on use: the one installed with this program or, if missing, the one of the project in the
 * current directory.
 *
 * @typeParam Module the exports of the package
 */
export function providerPackage<Module>(
  { name, major, specifier = name, load }: InstalledPackage<Module>,
  model: (module: Module, fetch: typeof globalThis.fetch) => LanguageModelV4,
): ProviderPackage {
  return {
    name,
    major,
    load: async () => {
      const module = await load().catch((error: unknown) => loadFromProject<Module>(specifier, error, { name, major }))
      const make: ModelMaker = (fetch) => model(module, fetch)
      checkModel(make, { name, major })
      return make
    },
  }
}

interface InstalledPackage<Module> extends Named {
  /** The module to import, if it is not the package itself. */
  readonly specifier?: string
  readonly load: () => Promise<Module>
}

/** The packages for models and their answers, by provider. */
export const PACKAGES: {
  readonly anthropic: InstalledPackage<typeof anthropic>
  readonly bedrock: InstalledPackage<typeof bedrock>
  readonly bedrockAnthropic: InstalledPackage<typeof bedrockAnthropic>
  readonly cohere: InstalledPackage<typeof cohere>
  readonly google: InstalledPackage<typeof google>
  readonly ollama: InstalledPackage<typeof ollama>
  readonly openai: InstalledPackage<typeof openai>
  readonly openaiCompatible: InstalledPackage<typeof openaiCompatible>
} = {
  anthropic: { name: '@ai-sdk/anthropic', major: 4, load: () => import('@ai-sdk/anthropic') },
  bedrock: { name: '@ai-sdk/amazon-bedrock', major: 5, load: () => import('@ai-sdk/amazon-bedrock') },
  bedrockAnthropic: {
    name: '@ai-sdk/amazon-bedrock',
    major: 5,
    specifier: '@ai-sdk/amazon-bedrock/anthropic',
    load: () => import('@ai-sdk/amazon-bedrock/anthropic'),
  },
  cohere: { name: '@ai-sdk/cohere', major: 4, load: () => import('@ai-sdk/cohere') },
  google: { name: '@ai-sdk/google', major: 4, load: () => import('@ai-sdk/google') },
  ollama: { name: 'ollama-ai-provider-v2', major: 4, load: () => import('ollama-ai-provider-v2') },
  openai: { name: '@ai-sdk/openai', major: 4, load: () => import('@ai-sdk/openai') },
  openaiCompatible: { name: '@ai-sdk/openai-compatible', major: 3, load: () => import('@ai-sdk/openai-compatible') },
}

type Named = Pick<ProviderPackage, 'name' | 'major'>

async function loadFromProject<Module>(specifier: string, error: unknown, named: Named): Promise<Module> {
  if (!isMissing(error, named.name)) throw unfit(named, error)
  let path: string
  try {
    path = createRequire(join(process.cwd(), 'package.json')).resolve(specifier)
  } catch {
    throw missing(named, error)
  }
  try {
    return (await import(pathToFileURL(path).href)) as Module
  } catch (broken) {
    throw unfit(named, broken)
  }
}

/** True if the package itself is missing, and not one of its dependencies. */
function isMissing(error: unknown, name: string): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  return error.code === 'ERR_MODULE_NOT_FOUND' && error.message.includes(`'${name}'`)
}

function checkModel(make: ModelMaker, named: Named): void {
  let version: string
  try {
    version = make(globalThis.fetch).specificationVersion
  } catch (error) {
    throw unfit(named, error)
  }
  if (version !== 'v4') throw unfit(named, new Error(`its models speak ${version} of the AI SDK's interface, not v4`))
}

function missing({ name, major }: Named, cause: unknown): RecordedAnswerError {
  return new RecordedAnswerError(
    'provider_missing',
    `Answers of this kind are read by ${name}, which is not installed. Install it: npm install ${name}@${major}`,
    { cause },
  )
}

function unfit({ name, major }: Named, cause: unknown): RecordedAnswerError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new RecordedAnswerError(
    'provider_unfit',
    `${name} is installed but cannot be used: ${reason}. Install a version that can: npm install ${name}@${major}`,
    { cause },
  )
}
