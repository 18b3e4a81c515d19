import type { ToolResult } from '../../../core/result.ts'
import { printable } from '../../../core/text.ts'
import { fieldsOf, isObject } from '../../../messages/fields.ts'
import { inCallOrder } from '../../../messages/pairing.ts'
import { failureText, successText } from '../../../messages/render.ts'
import { MODEL_ID, providerPackage } from '../provider-package.ts'
import type { RecordedEvent } from '../recorded-body.ts'
import type { RecordedDialect } from './dialect.ts'

/** Ollama's own chat API. */
export const ollamaChat: RecordedDialect = {
  name: 'ollama-chat',
  title: "Ollama's chat API",
  isWhole: ({ message, done }) => isObject(message) && done === true,
  isEvent: ({ message, done }) => isObject(message) && typeof done === 'boolean',
  wire: 'ndjson',
  provider: providerPackage({
    name: 'ollama-ai-provider-v2',
    major: 4,
    load: () => import('ollama-ai-provider-v2'),
    model: ({ createOllama }, fetch) => createOllama({ fetch })(MODEL_ID),
  }),
  unusable,
  results: ollamaResults,
}

function unusable({ text, value }: RecordedEvent): string | undefined {
  if (text === '' || isObject(value)) {
    const { error } = fieldsOf(value)
    return typeof error === 'string' ? `is an error: ${printable(error, 500)}` : undefined
  }
  return `is not a JSON object: ${printable(text, 60)}`
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
