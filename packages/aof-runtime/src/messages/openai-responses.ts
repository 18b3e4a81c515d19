import type { ToolCall } from '../core/contract/call.ts'
import type { ToolResult } from '../core/contract/result.ts'
import { toolDefinitions } from '../core/tool/definition.ts'
import type { ObjectSchema } from '../core/contract/object-schema.ts'
import type { AnyTool } from '../core/tool/tool.ts'
import { isMarkedUndone, turnEnd } from '../core/contract/turn-end.ts'
import type { Dialect } from './dialect.ts'
import { elementsOf, type Fields, fieldsOf, withFields } from '../core/contract/fields.ts'
import { type FoundCall, incompleteness, toolCalls } from './found-call.ts'
import { isPending, notAnAnswer } from './not-an-answer.ts'
import { type Answered, inCallOrder } from './pairing.ts'
import { failureText, IMAGE_TYPES, type Media, renderSuccess } from './render.ts'
import { sentElements, sentText, wellFormed } from './sent-turn.ts'

/** The fields read from an answer of the Responses API; the SDK's `Response` fits. */
export interface OpenAIResponsesAnswer {
  readonly output: readonly object[]
  readonly status?: string | null
  readonly incomplete_details?: { readonly reason?: string | null } | null
}

/** A tool definition for the Responses API, assignable to the SDK's `Tool`. */
export interface OpenAIResponsesTool {
  type: 'function'
  name: string
  description?: string
  parameters: ObjectSchema
  /** Always false: strict mode, the API's default, supports only a part of JSON Schema. */
  strict: false
}

/** One result, assignable to the SDK's `ResponseInputItem`. */
export interface OpenAIResponsesResult {
  type: 'function_call_output' | 'custom_tool_call_output'
  call_id: string
  output: string | OpenAIResponsesContent[]
  /** Repeated from calls that a program of the model made. */
  caller?: { type: 'program'; caller_id: string }
}

/** A content block of a result. */
export type OpenAIResponsesContent =
  | { type: 'input_text'; text: string }
  | { type: 'input_image'; detail: 'auto'; image_url: string }
  | { type: 'input_file'; filename: string; file_data: string }

/** The functions of {@link openaiResponses}. */
export interface OpenAIResponsesDialect extends Dialect<
  OpenAIResponsesAnswer,
  OpenAIResponsesTool,
  OpenAIResponsesResult
> {
  turn<Answer extends OpenAIResponsesAnswer>(answer: Answer): OpenAIResponsesTurnItem<Answer>[]
}

/**
 * An item of the model's turn, assignable to the SDK's `ResponseInputItem`. Two kinds of items can be in the list
 * although this type leaves them out, because the SDK's input and output types disagree about them.
 */
export type OpenAIResponsesTurnItem<Answer extends OpenAIResponsesAnswer> = Exclude<
  Answer['output'][number],
  { readonly type: 'additional_tools' | 'computer_call_output' }
>

/**
 * OpenAI's Responses API, and other providers that offer the same API.
 *
 * Calls are the items `function_call` and `custom_tool_call`, whose free text becomes JSON text of a string. The
 * provider runs its own calls (web search, code interpreter, MCP, …); the application answers calls of another form
 * (computer, shell, patch) itself. A call that is marked as incomplete, or is the last of an incomplete answer, counts
 * as cut off. An answer that is queued, or in progress without output, is refused: retrieve it again later. Each result
 * is one item, and only its text marks a failure. PNG, JPEG, WebP and GIF images and PDF are sent as they are.
 *
 * With `previous_response_id` or a conversation the provider already has the model's turn: send the results alone.
 *
 * @example
 * ```ts
 * import { ToolExecutor, defineTool } from 'aof-runtime'
 * import { openaiResponses } from 'aof-runtime/messages'
 *
 * const add = defineTool({
 *   name: 'add',
 *   inputSchema: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } } },
 *   execute: ({ a, b }: { a: number; b: number }) => a + b,
 * })
 * const executor = new ToolExecutor({ tools: [add] })
 * const request = { input: [] as object[], tools: openaiResponses.tools([add]) }
 *
 * // const answer = await client.responses.create(request)
 * const answer = { output: [{ type: 'function_call', call_id: 'call_a', name: 'add', arguments: '{"a":1,"b":2}' }] }
 * const results = await executor.executeTools(openaiResponses.calls(answer))
 * request.input.push(...openaiResponses.turn(answer), ...openaiResponses.results(results, answer))
 *
 * console.log(JSON.stringify(request.input.at(-1)))
 * // {"type":"function_call_output","call_id":"call_a","output":"3"}
 * ```
 */
export const openaiResponses: OpenAIResponsesDialect = { tools, calls, turn, results }

function tools(given: Iterable<AnyTool>): OpenAIResponsesTool[] {
  return toolDefinitions(given).map(({ name, description, inputSchema }) => ({
    type: 'function',
    name,
    ...(description !== undefined && { description }),
    parameters: inputSchema,
    strict: false,
  }))
}

function calls(answer: OpenAIResponsesAnswer): ToolCall[] {
  return toolCalls(findCalls(answer))
}

function turn<Answer extends OpenAIResponsesAnswer>(answer: Answer): OpenAIResponsesTurnItem<Answer>[] {
  const found = findCalls(answer)
  const items = sentElements(answer.output, found, (item, { id, name }) => {
    const text = item.type === 'function_call' && { arguments: sentText(item.arguments) }
    return withFields(item, { call_id: id, name, ...text })
  })
  return [...wellFormed(items)] as OpenAIResponsesTurnItem<Answer>[]
}

function results(given: readonly ToolResult[], answer?: OpenAIResponsesAnswer): OpenAIResponsesResult[] {
  return inCallOrder(given, answer && findCalls(answer)).map(resultItem)
}

function findCalls(answer: unknown): FoundCall[] {
  const { output, status, incomplete_details } = fieldsOf(answer)
  if (!Array.isArray(output) || isPending(answer))
    throw notAnAnswer('an answer of the Responses API, an object with a list `output`', answer)
  const end = turnEnd(fieldsOf(incomplete_details).reason ?? status ?? 'completed')
  return elementsOf(output).flatMap((item, i) => {
    const source = fieldsOf(item)
    const given = argumentsOf(source)
    if (given === undefined) return []
    const isLast = i === output.length - 1
    const incomplete = incompleteness({ end, isLast, isMarked: isMarkedUndone(source.status) })
    return { source, id: source.call_id, name: source.name, arguments: given.arguments, incomplete }
  })
}

/** The arguments of an item that is a call for the application; undefined for all other items. */
function argumentsOf(source: Fields): { arguments: unknown } | undefined {
  if (source.type === 'function_call') return { arguments: source.arguments }
  if (source.type === 'custom_tool_call') return { arguments: JSON.stringify(source.input) }
  return undefined
}

function resultItem({ result, id, source }: Answered): OpenAIResponsesResult {
  return {
    type: source?.type === 'custom_tool_call' ? 'custom_tool_call_output' : 'function_call_output',
    call_id: id,
    output: result.success ? outputOf(renderSuccess(result, mediaPart)) : failureText(result),
    ...callerOf(source),
  }
}

function callerOf(source: Fields | undefined): { caller?: { type: 'program'; caller_id: string } } {
  const { type, caller_id } = fieldsOf(source?.caller)
  return type === 'program' && typeof caller_id === 'string' ? { caller: { type, caller_id } } : {}
}

function outputOf(rendered: string | (string | OpenAIResponsesContent)[]): string | OpenAIResponsesContent[] {
  if (typeof rendered === 'string') return rendered
  return rendered.map((part) => (typeof part === 'string' ? { type: 'input_text', text: part } : part))
}

function mediaPart({ mimeType, data, uri }: Media): OpenAIResponsesContent | undefined {
  const url = `data:${mimeType};base64,${data}`
  if (IMAGE_TYPES.has(mimeType)) return { type: 'input_image', detail: 'auto', image_url: url }
  if (mimeType !== 'application/pdf') return undefined
  return { type: 'input_file', filename: uri?.split('/').at(-1) || 'file.pdf', file_data: url }
}
