import { elementsOf } from '../../../messages/fields.ts'
import { openaiResponses as messages } from '../../../messages/index.ts'
import { MODEL_ID, NO_KEY, providerPackage } from '../provider-package.ts'
import type { RecordedDialect } from './dialect.ts'

/** OpenAI's Responses API. */
export const openaiResponses: RecordedDialect = {
  name: 'openai-responses',
  title: "OpenAI's Responses API",
  isWhole: ({ object, output }) => Array.isArray(output) && (object === 'response' || object === undefined),
  isEvent: ({ type }) => typeof type === 'string' && type.startsWith('response.'),
  wire: 'sse',
  wholeArguments: 'text',
  provider: providerPackage({
    name: '@ai-sdk/openai',
    major: 4,
    load: () => import('@ai-sdk/openai'),
    model: ({ createOpenAI }, fetch) => createOpenAI({ apiKey: NO_KEY, fetch }).responses(MODEL_ID),
  }),
  callBlocks: ({ type, output, item }) => (type === 'response.output_item.done' ? [item] : elementsOf(output)),
  results: (results, blocks) => messages.results(results, blocks && { output: blocks }),
}
