/** A service that speaks OpenAI's Chat Completions API. */
export interface CompatibleService {
  readonly title: string
  readonly baseURL: string
  /** Variables for its key; the first is the recommended one. */
  readonly keyVariables: readonly string[]
  /** The page that issues keys. */
  readonly keys: string
  /** True if requests must not ask for token counts in streams (`stream_options`): the service refuses that, or counts anyway. */
  readonly countsUnasked?: true
}

/** The services known by name. */
export const COMPATIBLE_SERVICES: Readonly<Record<string, CompatibleService>> = {
  cerebras: {
    title: 'Cerebras',
    baseURL: 'https://api.cerebras.ai/v1',
    keyVariables: ['CEREBRAS_API_KEY'],
    keys: 'https://cloud.cerebras.ai',
  },
  deepinfra: {
    title: 'DeepInfra',
    baseURL: 'https://api.deepinfra.com/v1/openai',
    keyVariables: ['DEEPINFRA_API_KEY', 'DEEPINFRA_TOKEN'],
    keys: 'https://deepinfra.com/dash/api_keys',
  },
  deepseek: {
    title: 'DeepSeek',
    baseURL: 'https://api.deepseek.com/v1',
    keyVariables: ['DEEPSEEK_API_KEY'],
    keys: 'https://platform.deepseek.com/api_keys',
  },
  fireworks: {
    title: 'Fireworks AI',
    baseURL: 'https://api.fireworks.ai/inference/v1',
    keyVariables: ['FIREWORKS_API_KEY'],
    keys: 'https://app.fireworks.ai/settings/users/api-keys',
  },
  groq: {
    title: 'Groq',
    baseURL: 'https://api.groq.com/openai/v1',
    keyVariables: ['GROQ_API_KEY'],
    keys: 'https://console.groq.com/keys',
  },
  huggingface: {
    title: 'Hugging Face',
    baseURL: 'https://router.huggingface.co/v1',
    keyVariables: ['HF_TOKEN', 'HUGGINGFACE_API_KEY'],
    keys: 'https://huggingface.co/settings/tokens',
  },
  mistral: {
    title: 'Mistral',
    baseURL: 'https://api.mistral.ai/v1',
    keyVariables: ['MISTRAL_API_KEY'],
    keys: 'https://console.mistral.ai/api-keys',
    countsUnasked: true,
  },
  moonshot: {
    title: 'Moonshot AI',
    baseURL: 'https://api.moonshot.ai/v1',
    keyVariables: ['MOONSHOT_API_KEY'],
    keys: 'https://platform.moonshot.ai/console/api-keys',
  },
  openrouter: {
    title: 'OpenRouter',
    baseURL: 'https://openrouter.ai/api/v1',
    keyVariables: ['OPENROUTER_API_KEY'],
    keys: 'https://openrouter.ai/settings/keys',
  },
  together: {
    title: 'Together AI',
    baseURL: 'https://api.together.xyz/v1',
    keyVariables: ['TOGETHER_API_KEY', 'TOGETHER_AI_API_KEY'],
    keys: 'https://api.together.ai/settings/api-keys',
  },
  xai: {
    title: 'xAI',
    baseURL: 'https://api.x.ai/v1',
    keyVariables: ['XAI_API_KEY'],
    keys: 'https://console.x.ai',
  },
}
