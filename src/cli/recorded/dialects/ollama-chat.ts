import type { ToolResult } from '../../../core/result.ts'
import { isObject } from '../../../messages/fields.ts'
import { inCallOrder } from '../../../messages/pairing.ts'
import { failureText, successText } from '../../../messages/render.ts'
import { MODEL_ID, providerPackage } from '../provider-package.ts'
import type { RecordedDialect } from './dialect.ts'

/** Ollama's own chat API. */
export const ollamaChat: RecordedDialect = {
  name: 'ollama-chat',
  title: "Ollama's chat API",
  isWhole: ({ message, done }) => isObject(message) && done === true,
  isEvent: ({ message, done }) => isObject(message) && typeof done === 'boolean',
  wire: 'ndjson',
  wholeArguments: 'value',
  provider: providerPackage({
    name: 'ollama-ai-provider-v2',
    major: 4,
    load: () => import('ollama-ai-provider-v2'),
    model: ({ createOllama }, fetch) => createOllama({ fetch })(MODEL_ID),
  }),
  results: ollamaResults,
}

/** A message for each result; calls are told apart by their order and their names. */
interface OllamaResult {
  role: 'tool'
  tool_name: string
  content: string
}

function ollamaResults(results: readonly ToolResult[]): OllamaResult[] {
  return inCallOrder(results, undefined).map(({ result, name }) => ({
    role: 'tool',
    tool_name: name,
    content: result.success ? successText(result) : failureText(result),
  }))
}
