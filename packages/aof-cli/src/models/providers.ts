import { defined } from '../agent-file/defined.ts'
import { PACKAGES, providerPackage, type ProviderPackage } from '../recorded-answers/provider-package.ts'
import { COMPATIBLE_SERVICES, type CompatibleService } from './compatible-services.ts'

/** A provider of models, and how to create one of its models. */
export interface Provider {
  /** Its name for people. */
  readonly title: string
  /**
   * The variables that must be set: for each need, all variables of one alternative. The first alternative is the
   * recommended one.
   */
  readonly needs: readonly Need[]
  /** Variables that must be addresses if they are set. */
  readonly addresses?: readonly string[]
  /** The page that issues keys. */
  readonly keys?: string
  /** The package of the AI SDK that creates the model. */
  readonly package: (asked: AskedModel) => ProviderPackage
}

/** Alternatives, each a list of variables that are needed together. */
export type Need = readonly (readonly string[])[]

/** A requested model, with the environment for its settings. */
export interface AskedModel {
  /** The provider's name of the model. */
  readonly name: string
  /** The value of the first of these variables that is set and not blank. */
  readonly variable: (...names: string[]) => string | undefined
}

/** The providers with their own package, or with more settings than a key. */
const OWN: Readonly<Record<string, Provider>> = {
  anthropic: {
    title: 'Anthropic',
    needs: [[['ANTHROPIC_API_KEY']]],
    keys: 'https://console.anthropic.com/settings/keys',
    package: ({ name, variable }) =>
      providerPackage(PACKAGES.anthropic, ({ createAnthropic }, fetch) =>
        createAnthropic({ ...keyOf(variable('ANTHROPIC_API_KEY')), fetch })(name),
      ),
  },
  azure: {
    title: 'Azure OpenAI',
    needs: [
      [['AZURE_API_KEY'], ['AZURE_OPENAI_API_KEY']],
      [['AZURE_RESOURCE_NAME'], ['AZURE_OPENAI_ENDPOINT']],
    ],
    addresses: ['AZURE_OPENAI_ENDPOINT'],
    package: ({ name, variable }) => {
      const key = variable('AZURE_API_KEY', 'AZURE_OPENAI_API_KEY')
      const endpoint =
        variable('AZURE_OPENAI_ENDPOINT') ?? `https://${variable('AZURE_RESOURCE_NAME') ?? ''}.openai.azure.com`
      const baseURL = `${withoutSlash(endpoint)}/openai/v1`
      const headers = key === undefined ? {} : { 'api-key': key }
      return openai(name, { ...keyOf(key), baseURL, headers })
    },
  },
  bedrock: {
    title: 'Amazon Bedrock',
    needs: [
      [['AWS_BEARER_TOKEN_BEDROCK'], ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']],
      [['AWS_REGION'], ['AWS_DEFAULT_REGION']],
    ],
    package: ({ name, variable }) =>
      providerPackage(PACKAGES.bedrock, ({ createAmazonBedrock }, fetch) =>
        createAmazonBedrock({
          ...defined({
            region: variable('AWS_REGION', 'AWS_DEFAULT_REGION'),
            apiKey: variable('AWS_BEARER_TOKEN_BEDROCK'),
            accessKeyId: variable('AWS_ACCESS_KEY_ID'),
            secretAccessKey: variable('AWS_SECRET_ACCESS_KEY'),
            sessionToken: variable('AWS_SESSION_TOKEN'),
          }),
          fetch,
        })(name),
      ),
  },
  cohere: {
    title: 'Cohere',
    needs: [[['COHERE_API_KEY']]],
    keys: 'https://dashboard.cohere.com/api-keys',
    package: ({ name, variable }) =>
      providerPackage(PACKAGES.cohere, ({ createCohere }, fetch) =>
        createCohere({ ...keyOf(variable('COHERE_API_KEY')), fetch })(name),
      ),
  },
  google: {
    title: 'the Gemini API of Google',
    needs: [[['GOOGLE_GENERATIVE_AI_API_KEY'], ['GEMINI_API_KEY'], ['GOOGLE_API_KEY']]],
    keys: 'https://aistudio.google.com/apikey',
    package: ({ name, variable }) =>
      providerPackage(PACKAGES.google, ({ createGoogle }, fetch) => {
        const key = variable('GOOGLE_GENERATIVE_AI_API_KEY', 'GEMINI_API_KEY', 'GOOGLE_API_KEY')
        return createGoogle({ ...keyOf(key), fetch })(name)
      }),
  },
  ollama: {
    title: 'Ollama',
    needs: [],
    package: ({ name, variable }) =>
      compatible(name, {
        name: 'ollama',
        baseURL: `${ollamaAddress(variable('OLLAMA_HOST'))}/v1`,
        ...keyOf(variable('OLLAMA_API_KEY')),
        includeUsage: true,
      }),
  },
  openai: {
    title: 'OpenAI',
    needs: [[['OPENAI_API_KEY']]],
    keys: 'https://platform.openai.com/api-keys',
    package: ({ name, variable }) => openai(name, keyOf(variable('OPENAI_API_KEY'))),
  },
  'openai-compatible': {
    title: "a service that speaks OpenAI's Chat Completions API",
    needs: [[['OPENAI_COMPATIBLE_BASE_URL']]],
    addresses: ['OPENAI_COMPATIBLE_BASE_URL'],
    package: ({ name, variable }) =>
      compatible(name, {
        name: 'openai-compatible',
        baseURL: withoutSlash(variable('OPENAI_COMPATIBLE_BASE_URL') ?? ''),
        ...keyOf(variable('OPENAI_COMPATIBLE_API_KEY')),
      }),
  },
}

/** Every provider, by its name in `provider:name`. */
export const PROVIDERS: ReadonlyMap<string, Provider> = new Map([
  ...Object.entries(OWN),
  ...Object.entries(COMPATIBLE_SERVICES).map(([id, service]) => [id, compatibleProvider(id, service)] as const),
])

function compatibleProvider(id: string, service: CompatibleService): Provider {
  const { title, baseURL, keyVariables, keys, countsUnasked } = service
  return {
    title,
    needs: [keyVariables.map((variable) => [variable])],
    keys,
    package: ({ name, variable }) =>
      compatible(name, {
        name: id,
        baseURL,
        ...keyOf(variable(...keyVariables)),
        includeUsage: countsUnasked !== true,
      }),
  }
}

/** OpenAI's own models, through its Responses API, the default of the package. */
function openai(
  name: AskedModel['name'],
  settings: { apiKey?: string; baseURL?: string; headers?: Record<string, string> },
): ProviderPackage {
  return providerPackage(PACKAGES.openai, ({ createOpenAI }, fetch) => createOpenAI({ ...settings, fetch })(name))
}

function compatible(
  name: AskedModel['name'],
  settings: { name: string; baseURL: string; apiKey?: string; includeUsage?: boolean },
): ProviderPackage {
  return providerPackage(PACKAGES.openaiCompatible, ({ createOpenAICompatible }, fetch) =>
    createOpenAICompatible({ ...settings, fetch })(name),
  )
}

function keyOf(apiKey: string | undefined): { apiKey?: string } {
  return defined({ apiKey })
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '')
}

/**
 * The address of Ollama, read from `OLLAMA_HOST` as its own command does: a host, a port or both, with or without `http://`.
 *
 * @returns an address without a trailing slash; other text unchanged
 */
export function ollamaAddress(host: string | undefined): string {
  const given = host?.trim() ?? ''
  const full = /^https?:\/\//.test(given) ? given : `http://${given.replace(/^(?=:|$)/, '127.0.0.1')}`
  if (!URL.canParse(full)) return given
  const url = new URL(full)
  // The wildcard address is for listening only; requests go to the local host.
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1'
  if (full !== given && !/:\d+(?:\/|$)/.test(given)) url.port = '11434'
  return url.href.replace(/\/+$/, '')
}
