import { openaiChat as messages } from 'aof-runtime/messages'
import { elementsOf, type Fields, fieldsOf, isObject } from 'aof-runtime/internal/messages'
import { changed, chatCall } from '../odd-calls.ts'
import { MODEL_ID, NO_KEY, PACKAGES, providerPackage } from '../provider-package.ts'
import type { RecordedDialect } from './dialect.ts'

/** OpenAI's Chat Completions API, and compatible services. */
export const openaiChat: RecordedDialect = {
  name: 'openai-chat',
  title: "OpenAI's Chat Completions API",
  isWhole: ({ choices, object }) =>
    Array.isArray(choices) && (object === 'chat.completion' || choices.some((choice) => 'message' in fieldsOf(choice))),
  isEvent: ({ choices, object }) =>
    Array.isArray(choices) &&
    (object === 'chat.completion.chunk' || choices.some((choice) => 'delta' in fieldsOf(choice))),
  wire: 'sse',
  // Of the two packages for this API, this one accepts the variants of compatible services.
  provider: providerPackage(PACKAGES.openaiCompatible, ({ createOpenAICompatible }, fetch) =>
    createOpenAICompatible({
      name: 'recorded',
      baseURL: 'https://recorded.invalid',
      apiKey: NO_KEY,
      fetch,
    }).chatModel(MODEL_ID),
  ),
  amend,
  results: (results) => messages.results(results),
}

/** Rewrites calls so that the client accepts them, and joins text and calls that some servers send separately. */
function amend(value: unknown): object | undefined {
  const { choices } = fieldsOf(value)
  if (!Array.isArray(choices) || !isObject(value)) return undefined
  const [first, ...others] = changed(choices, amendChoice).map(fieldsOf)
  if (first === undefined) return undefined
  const apart = callsIn(first).length === 0 ? others.filter((other) => callsIn(other).length > 0) : []
  const key = 'message' in first ? 'message' : 'delta'
  const calls = apart.flatMap(callsIn)
  const finish_reason = apart.map((other) => other.finish_reason).find((reason) => typeof reason === 'string')
  const whole =
    calls.length === 0
      ? first
      : {
          ...first,
          [key]: { ...fieldsOf(first[key]), tool_calls: calls },
          ...(finish_reason !== undefined && { finish_reason }),
        }
  return whole === choices[0] ? undefined : { ...value, choices: [whole, ...others] }
}

function amendChoice(choice: Fields): Fields {
  const key = 'message' in choice ? 'message' : 'delta'
  const said = fieldsOf(choice[key])
  if (!Array.isArray(said.tool_calls)) return choice
  const calls = changed(said.tool_calls.filter(isObject), (call) => chatCall(call, key === 'message'))
  const isSame =
    calls.length === said.tool_calls.length && calls.every((call, i) => call === elementsOf(said.tool_calls)[i])
  return isSame ? choice : { ...choice, [key]: { ...said, tool_calls: calls } }
}

function callsIn(choice: Fields): readonly unknown[] {
  return elementsOf(fieldsOf(choice.message ?? choice.delta).tool_calls)
}
