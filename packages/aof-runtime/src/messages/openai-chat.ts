import type { ToolCall } from '../core/contract/call.ts'
import type { ToolResult } from '../core/contract/result.ts'
import { toolDefinitions } from '../core/tool/definition.ts'
import type { ObjectSchema } from '../core/contract/object-schema.ts'
import type { AnyTool } from '../core/tool/tool.ts'
import { turnEnd } from '../core/contract/turn-end.ts'
import type { Dialect } from './dialect.ts'
import { elementsOf, type Fields, fieldsOf, isObject, withFields } from '../core/contract/fields.ts'
import { type FoundCall, incompleteness, toolCalls } from './found-call.ts'
import { notAnAnswer } from './not-an-answer.ts'
import { inCallOrder } from './pairing.ts'
import { failureText, successText } from './render.ts'
import { type SentCall, sentElements, sentText, wellFormed } from './sent-turn.ts'

/** The fields read from an answer of the Chat Completions API; the SDK's `ChatCompletion` fits. */
export interface OpenAIChatAnswer {
  readonly choices: readonly { readonly message: object; readonly finish_reason?: string | null }[]
}

/** A tool definition for the Chat Completions API, assignable to the SDK's `ChatCompletionTool`. */
export interface OpenAIChatTool {
  type: 'function'
  function: { name: string; description?: string; parameters: ObjectSchema }
}

/** One result, assignable to the SDK's `ChatCompletionMessageParam`. */
export interface OpenAIChatResult {
  role: 'tool'
  tool_call_id: string
  content: string
}

/** The functions of {@link openaiChat}. */
export interface OpenAIChatDialect extends Dialect<OpenAIChatAnswer, OpenAIChatTool, OpenAIChatResult> {
  turn<Answer extends OpenAIChatAnswer>(answer: Answer): Answer['choices'][number]['message'][]
}

/**
 * OpenAI's Chat Completions API, and the services with the same API: Groq, Mistral, DeepSeek, xAI, OpenRouter, Ollama,
 * llama.cpp, vLLM, Azure and many more.
 *
 * The first choice is read; if it has no calls, the calls of all other choices too (some servers send text and calls in
 * separate choices). Calls are the `tool_calls`, including those to custom tools, whose free text becomes JSON text of
 * a string. (The older `function_call` is not read.) If the answer ended for any reason but the model's own decision (a
 * limit, a filter, …), its last call counts as cut off. Each result is one message of text alone, and only its text
 * marks a failure.
 *
 * @example
 * ```ts
 * import { ToolExecutor, defineTool } from 'aof-runtime'
 * import { openaiChat } from 'aof-runtime/messages'
 *
 * const add = defineTool({
 *   name: 'add',
 *   inputSchema: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } } },
 *   execute: ({ a, b }: { a: number; b: number }) => a + b,
 * })
 * const executor = new ToolExecutor({ tools: [add] })
 * const request = { messages: [] as object[], tools: openaiChat.tools([add]) }
 *
 * // const answer = await client.chat.completions.create(request)
 * const call = { id: 'call_a', type: 'function', function: { name: 'add', arguments: '{"a":1,"b":2}' } }
 * const answer = { choices: [{ message: { role: 'assistant', content: null, tool_calls: [call] } }] }
 * const results = await executor.executeTools(openaiChat.calls(answer))
 * request.messages.push(...openaiChat.turn(answer), ...openaiChat.results(results, answer))
 *
 * console.log(JSON.stringify(request.messages.at(-1)))
 * // {"role":"tool","tool_call_id":"call_a","content":"3"}
 * ```
 */
export const openaiChat: OpenAIChatDialect = { tools, calls, turn, results }

function tools(given: Iterable<AnyTool>): OpenAIChatTool[] {
  return toolDefinitions(given).map(({ name, description, inputSchema }) => ({
    type: 'function',
    function: { name, ...(description !== undefined && { description }), parameters: inputSchema },
  }))
}

function calls(answer: OpenAIChatAnswer): ToolCall[] {
  return toolCalls(findCalls(answer))
}

function turn<Answer extends OpenAIChatAnswer>(answer: Answer): Answer['choices'][number]['message'][] {
  const found = findCalls(answer)
  const message = answer.choices[0]?.message
  if (!isObject(message)) return []
  const given = callingChoices(answer.choices).flatMap(callsOf)
  const sent = sentElements(given, found, sentCall)
  const own = elementsOf(message.tool_calls)
  const isOwn = sent.length === own.length && sent.every((call, i) => call === own[i])
  return [wellFormed(isOwn ? message : { ...message, tool_calls: sent })]
}

function results(given: readonly ToolResult[], answer?: OpenAIChatAnswer): OpenAIChatResult[] {
  return inCallOrder(given, answer && findCalls(answer)).map(({ result, id }) => ({
    role: 'tool',
    tool_call_id: id,
    content: result.success ? successText(result) : failureText(result),
  }))
}

function findCalls(answer: unknown): FoundCall[] {
  const choices: unknown = fieldsOf(answer).choices
  const choice = fieldsOf(elementsOf(choices)[0])
  if (!Array.isArray(choices) || 'delta' in choice) {
    throw notAnAnswer('an answer of the Chat Completions API, an object with a list `choices` of messages', answer)
  }
  const calling = callingChoices(choices)
  const sources = calling.flatMap(callsOf).filter(isObject)
  const end = turnEnd(
    calling.map(({ finish_reason }) => finish_reason).find((reason) => turnEnd(reason ?? 'stop').what) ?? 'stop',
  )
  return sources.map((source, i) => ({
    ...read(source),
    source,
    id: source.id,
    incomplete: incompleteness({ end, isLast: i === sources.length - 1 }),
  }))
}

/** The choices whose calls count: the first one or, if it has no calls, all (see {@link openaiChat}). */
function callingChoices(choices: readonly unknown[]): readonly Fields[] {
  const [first = {}, ...others] = choices.map(fieldsOf)
  return callsOf(first).length > 0 ? [first] : [first, ...others]
}

function callsOf({ message }: Fields): readonly unknown[] {
  return elementsOf(fieldsOf(message).tool_calls)
}

function sentCall(source: Fields, { id, name }: SentCall): Fields {
  if (isCustom(source)) return withFields(source, { id, custom: withFields(fieldsOf(source.custom), { name }) })
  const called = fieldsOf(source.function)
  return withFields(source, { id, function: withFields(called, { name, arguments: sentText(called.arguments) }) })
}

function isCustom({ type, function: called, custom }: Fields): boolean {
  return type === 'custom' || (called === undefined && custom !== undefined)
}

function read(source: Fields): Pick<FoundCall, 'name' | 'arguments'> {
  if (isCustom(source)) {
    const { name, input } = fieldsOf(source.custom)
    return { name, arguments: JSON.stringify(input) }
  }
  const called = fieldsOf(source.function)
  return { name: called.name, arguments: called.arguments }
}
