import type { ToolResult } from 'aof-runtime'
import { printable } from 'aof-runtime/internal'
import { failureText, type Fields, fieldsOf, inCallOrder, isObject, successText } from 'aof-runtime/internal/messages'
import { argumentsValue, givenName, withCalls, wrapped } from '../odd-calls.ts'
import { MODEL_ID, PACKAGES, providerPackage } from '../provider-package.ts'
import type { RecordedBody, RecordedEvent } from '../recorded-event.ts'
import type { RecordedDialect } from './dialect.ts'

/** Ollama's own chat API. */
export const ollamaChat: RecordedDialect = {
  name: 'ollama-chat',
  title: "Ollama's chat API",
  isWhole: ({ message, done }) => isObject(message) && done === true,
  isEvent: ({ message, done }) => isObject(message) && typeof done === 'boolean',
  wire: 'ndjson',
  provider: providerPackage(PACKAGES.ollama, ({ createOllama }, fetch) => createOllama({ fetch })(MODEL_ID)),
  unusable,
  amend: (value) => withCalls(value, amendCall),
  endReason,
  results: ollamaResults,
}

/** Rewrites the arguments of calls as an object. For any other value the client drops the event, or refuses the answer. */
function amendCall(call: Fields): Fields {
  const called = fieldsOf(call.function)
  if (isObject(called.arguments) && typeof called.name === 'string') return call
  const read = { name: givenName(called.name), arguments: wrapped(argumentsValue(called.arguments)) }
  return { ...call, function: { ...called, ...read } }
}

/** For every turn with calls the client reports that it ended for them, even at a token limit. */
function endReason({ events }: RecordedBody): string {
  const last = events.map(({ value }) => fieldsOf(value)).findLast(({ done }) => done === true)
  if (last === undefined) return 'interrupted'
  return typeof last.done_reason === 'string' ? last.done_reason : 'stop'
}

function unusable({ text, value }: RecordedEvent): string | undefined {
  if (text === '' || isObject(value)) {
    const { error } = fieldsOf(value)
    return typeof error === 'string' ? `is an error: ${printable(error, 500)}` : undefined
  }
  return `is not a JSON object: ${printable(text, 60)}`
}

/** A message for each result; the order and the names identify the calls. */
function ollamaResults(results: readonly ToolResult[]): object[] {
  return inCallOrder(results, undefined).map(({ result, name }) => ({
    role: 'tool',
    tool_name: name,
    content: result.success ? successText(result) : failureText(result),
  }))
}
