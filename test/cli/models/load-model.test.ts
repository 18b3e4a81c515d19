import { afterEach, describe, expect, test, vi } from 'vitest'
import { CliError } from '../../../packages/aof-cli/src/errors.ts'
import { EXIT } from '../../../packages/aof-cli/src/exit-codes.ts'
import { loadModel } from '../../../packages/aof-cli/src/models/load-model.ts'
import { PROVIDERS } from '../../../packages/aof-cli/src/models/providers.ts'

afterEach(() => void vi.restoreAllMocks())

type Environment = Readonly<Record<string, string>>

interface Asked {
  readonly url: string
  readonly headers: Headers
  readonly body: Readonly<Record<string, unknown>>
}

/** The request that a model sends; it gets no answer. */
async function requestOf(provider: string, name: string, env: Environment): Promise<Asked> {
  const asked: Asked[] = []
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    asked.push({
      url: String(input instanceof Request ? input.url : input),
      headers: new Headers(init?.headers),
      body: JSON.parse(String(init?.body)) as Asked['body'],
    })
    return new Response('{"error":{"message":"nobody is here"}}', { status: 400 })
  })
  const model = await loadModel({ provider, name }, env)
  expect(asked).toEqual([])
  const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'hi' }] }]
  await expect(model.doStream({ prompt })).rejects.toMatchObject({ statusCode: 400 })
  expect(asked).toHaveLength(1)
  return asked[0] as Asked
}

async function failureOf(provider: string, name: string, env: Environment = {}): Promise<CliError> {
  const error: unknown = await loadModel({ provider, name }, env).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(CliError)
  expect((error as CliError).exitCode).toBe(EXIT.model)
  return error as CliError
}

const BEARER = { authorization: 'Bearer k-1' }

/** Of each provider: what is set, and where its model asks with which key. */
const CASES: Readonly<Record<string, readonly [Environment, string, Environment]>> = {
  anthropic: [{ ANTHROPIC_API_KEY: 'k-1' }, 'https://api.anthropic.com/v1/messages', { 'x-api-key': 'k-1' }],
  azure: [
    { AZURE_API_KEY: 'k-1', AZURE_RESOURCE_NAME: 'mine' },
    'https://mine.openai.azure.com/openai/v1/responses',
    { 'api-key': 'k-1' },
  ],
  bedrock: [
    { AWS_BEARER_TOKEN_BEDROCK: 'k-1', AWS_REGION: 'eu-west-1' },
    'https://bedrock-runtime.eu-west-1.amazonaws.com/model/m-1/converse-stream',
    {},
  ],
  cerebras: [{ CEREBRAS_API_KEY: 'k-1' }, 'https://api.cerebras.ai/v1/chat/completions', BEARER],
  cohere: [{ COHERE_API_KEY: 'k-1' }, 'https://api.cohere.com/v2/chat', BEARER],
  deepinfra: [{ DEEPINFRA_TOKEN: 'k-1' }, 'https://api.deepinfra.com/v1/openai/chat/completions', BEARER],
  deepseek: [{ DEEPSEEK_API_KEY: 'k-1' }, 'https://api.deepseek.com/v1/chat/completions', BEARER],
  fireworks: [{ FIREWORKS_API_KEY: 'k-1' }, 'https://api.fireworks.ai/inference/v1/chat/completions', BEARER],
  google: [
    { GEMINI_API_KEY: 'k-1' },
    'https://generativelanguage.googleapis.com/v1beta/models/m-1:streamGenerateContent?alt=sse',
    { 'x-goog-api-key': 'k-1' },
  ],
  groq: [{ GROQ_API_KEY: 'k-1' }, 'https://api.groq.com/openai/v1/chat/completions', BEARER],
  huggingface: [{ HF_TOKEN: 'k-1' }, 'https://router.huggingface.co/v1/chat/completions', BEARER],
  mistral: [{ MISTRAL_API_KEY: 'k-1' }, 'https://api.mistral.ai/v1/chat/completions', BEARER],
  moonshot: [{ MOONSHOT_API_KEY: 'k-1' }, 'https://api.moonshot.ai/v1/chat/completions', BEARER],
  ollama: [{ OLLAMA_HOST: 'box:9999' }, 'http://box:9999/v1/chat/completions', {}],
  openai: [{ OPENAI_API_KEY: 'k-1' }, 'https://api.openai.com/v1/responses', BEARER],
  'openai-compatible': [
    { OPENAI_COMPATIBLE_BASE_URL: 'http://127.0.0.1:1/v1/', OPENAI_COMPATIBLE_API_KEY: 'k-1' },
    'http://127.0.0.1:1/v1/chat/completions',
    BEARER,
  ],
  openrouter: [{ OPENROUTER_API_KEY: 'k-1' }, 'https://openrouter.ai/api/v1/chat/completions', BEARER],
  together: [{ TOGETHER_API_KEY: 'k-1' }, 'https://api.together.xyz/v1/chat/completions', BEARER],
  xai: [{ XAI_API_KEY: 'k-1' }, 'https://api.x.ai/v1/chat/completions', BEARER],
}

describe('a known model', () => {
  test('there is a case for every provider', () => {
    expect(Object.keys(CASES).sort()).toEqual([...PROVIDERS.keys()].sort())
  })

  test.each(Object.entries(CASES))(
    '%s: sends a request to the right address, with its key, and none before it is asked',
    async (provider, [env, url, headers]) => {
      const asked = await requestOf(provider, 'm-1', env)
      expect(asked.url).toBe(url)
      for (const [name, value] of Object.entries(headers)) expect(asked.headers.get(name)).toBe(value)
    },
  )

  test.each(['groq', 'ollama', 'openai-compatible', 'mistral'])(
    '%s: asks for token counts if the service allows it',
    async (provider) => {
      const [env] = CASES[provider] ?? [{}]
      const { body } = await requestOf(provider, 'm-1', env)
      const asks = provider === 'groq' || provider === 'ollama'
      expect(body['stream_options']).toEqual(asks ? { include_usage: true } : undefined)
    },
  )

  test('the provider gets a name with colons whole', async () => {
    const { body } = await requestOf('ollama', 'llama3.2:3b', {})
    expect(body['model']).toBe('llama3.2:3b')
  })

  test('Ollama needs no key, and runs on this machine by default', async () => {
    const { url, headers } = await requestOf('ollama', 'm-1', {})
    expect([url, headers.get('authorization')]).toEqual(['http://127.0.0.1:11434/v1/chat/completions', null])
  })

  test('Azure is reached by its endpoint', async () => {
    const env = { AZURE_OPENAI_API_KEY: 'k-1', AZURE_OPENAI_ENDPOINT: 'https://mine.example/' }
    expect((await requestOf('azure', 'm-1', env)).url).toBe('https://mine.example/openai/v1/responses')
  })
})

describe('the remedy for an unavailable model', () => {
  test.each([
    [
      'openai',
      {},
      'openai:m-1 needs OPENAI_API_KEY in the environment',
      /^export OPENAI_API_KEY=… .*https:\/\/platform\.openai\.com/,
    ],
    [
      'openai',
      { OPENAI_API_KEY: ' ' },
      'openai:m-1 needs OPENAI_API_KEY in the environment',
      /^export OPENAI_API_KEY=…/,
    ],
    [
      'google',
      {},
      'google:m-1 needs GOOGLE_GENERATIVE_AI_API_KEY, or GEMINI_API_KEY, or GOOGLE_API_KEY in the environment',
      /^export GOOGLE_GENERATIVE_AI_API_KEY=…/,
    ],
    [
      'bedrock',
      { AWS_ACCESS_KEY_ID: 'x' },
      'bedrock:m-1 needs AWS_BEARER_TOKEN_BEDROCK, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; and AWS_REGION, or AWS_DEFAULT_REGION in the environment',
      /^export AWS_BEARER_TOKEN_BEDROCK=… AWS_REGION=…$/,
    ],
    [
      'bedrock',
      { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'y' },
      'bedrock:m-1 needs AWS_REGION, or AWS_DEFAULT_REGION in the environment',
      /^export AWS_REGION=…$/,
    ],
    [
      'openai-compatible',
      {},
      'openai-compatible:m-1 needs OPENAI_COMPATIBLE_BASE_URL in the environment',
      /^export OPENAI_COMPATIBLE_BASE_URL=…$/,
    ],
  ] as const)('%s with %j: the variable to set', async (provider, env, message, fix) => {
    vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('asked the network'))
    const error = await failureOf(provider, 'm-1', env)
    expect(error.message).toBe(message)
    expect(error.fix).toMatch(fix)
    expect(fetch).not.toHaveBeenCalled()
  })

  test.each([
    ['anthropi', 'did you mean anthropic:m-1?'],
    ['OpenAI', 'did you mean openai:m-1?'],
    ['gemini', 'did you mean google:m-1?'],
    ['vllm', 'did you mean openai-compatible:m-1?'],
    ['togetherai', 'did you mean together:m-1?'],
    ['nobody-knows-this', 'Known are anthropic, azure, bedrock,'],
    ['__proto__', 'Known are anthropic, azure, bedrock,'],
    ['constructor', 'Known are anthropic, azure, bedrock,'],
  ])('%s: an unknown provider, with a suggestion', async (provider, words) => {
    const error = await failureOf(provider, 'm-1')
    expect(error.message).toBe(`there is no provider ${JSON.stringify(provider)} of models`)
    expect(error.fix).toContain(words)
    expect(error.fix).toContain('OPENAI_COMPATIBLE_BASE_URL')
  })

  test.each(['localhost:8000/v1', 'file:///etc/passwd', 'not a url'])('an invalid address: %s', async (address) => {
    const error = await failureOf('openai-compatible', 'm-1', { OPENAI_COMPATIBLE_BASE_URL: address })
    expect(error.message).toBe(
      `OPENAI_COMPATIBLE_BASE_URL: expected an address that begins with http:// or https://, found ${JSON.stringify(address)}`,
    )
  })

  test('I46: no message contains control characters', async () => {
    const error = await failureOf('x\u001B[2J', 'm\u202E')
    expect(`${error.message}${error.fix}`).not.toMatch(/[\u001B\u202E]/)
  })

  test('I35: no key is in any message', async () => {
    const error = await failureOf('azure', 'm-1', { AZURE_API_KEY: 'canary' })
    expect(JSON.stringify([error.message, error.fix, error.stack])).not.toContain('canary')
  })
})
