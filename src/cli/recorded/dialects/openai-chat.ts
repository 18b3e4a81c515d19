import { fieldsOf } from '../../../messages/fields.ts'
import { openaiChat as messages } from '../../../messages/index.ts'
import { MODEL_ID, NO_KEY, providerPackage } from '../provider-package.ts'
import type { RecordedDialect } from './dialect.ts'

/** OpenAI's Chat Completions API, and what speaks like it. */
export const openaiChat: RecordedDialect = {
  name: 'openai-chat',
  title: "OpenAI's Chat Completions API",
  isWhole: ({ choices, object }) =>
    Array.isArray(choices) && (object === 'chat.completion' || choices.some((choice) => 'message' in fieldsOf(choice))),
  isEvent: ({ choices, object }) =>
    Array.isArray(choices) &&
    (object === 'chat.completion.chunk' || choices.some((choice) => 'delta' in fieldsOf(choice))),
  wire: 'sse',
  wholeArguments: 'text',
  // Of the two packages for this API the one that takes what others than OpenAI make of it.
  provider: providerPackage({
    name: '@ai-sdk/openai-compatible',
    major: 3,
    load: () => import('@ai-sdk/openai-compatible'),
    model: ({ createOpenAICompatible }, fetch) =>
      createOpenAICompatible({
        name: 'recorded',
        baseURL: 'https://recorded.invalid',
        apiKey: NO_KEY,
        fetch,
      }).chatModel(MODEL_ID),
  }),
  results: (results) => messages.results(results),
}
