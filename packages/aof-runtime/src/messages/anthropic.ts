import type { ToolCall } from '../core/contract/call.ts'
import type { SucceededResult, ToolResult } from '../core/contract/result.ts'
import { toolDefinitions } from '../core/tool/definition.ts'
import type { ObjectSchema } from '../core/contract/object-schema.ts'
import { sendableInput } from '../core/values/sendable-json.ts'
import type { AnyTool } from '../core/tool/tool.ts'
import { turnEnd } from '../core/contract/turn-end.ts'
import type { Dialect } from './dialect.ts'
import { elementsOf, type Fields, fieldsOf, withFields } from '../core/contract/fields.ts'
import { type FoundCall, incompleteness, toolCalls } from './found-call.ts'
import { notAnAnswer } from './not-an-answer.ts'
import { type Answered, inCallOrder } from './pairing.ts'
import { failureText, IMAGE_TYPES, type Media, renderSuccess } from './render.ts'
import { sentElements, wellFormed } from './sent-turn.ts'

/** The fields read from an answer of the Messages API; the SDK's `Message` fits. */
export interface AnthropicAnswer {
  readonly content: readonly object[]
  readonly stop_reason?: string | null
}

/** A tool definition for the Messages API, assignable to the SDK's `Tool`. */
export interface AnthropicTool {
  name: string
  description?: string
  input_schema: ObjectSchema
}

/** The model's turn for the history, assignable to the SDK's `MessageParam`. */
export interface AnthropicTurn<Content = AnthropicAnswer['content']> {
  role: 'assistant'
  content: Content
}

/** The results of a turn in one message, assignable to the SDK's `MessageParam`. */
export interface AnthropicResults {
  role: 'user'
  content: AnthropicToolResult[]
}

/** One result, assignable to the SDK's `ToolResultBlockParam`. */
export interface AnthropicToolResult {
  type: 'tool_result'
  tool_use_id: string
  /** Left out if it would be empty, because the API refuses empty content. */
  content?: string | AnthropicContent[]
  is_error?: true
  /** Repeated from calls of the provider's toolsets. */
  toolset_name?: string
}

/** A content block of a result. */
export type AnthropicContent =
  | { type: 'text'; text: string }
  | { type: 'image'; source: { type: 'base64'; media_type: AnthropicImageType; data: string } }
  | { type: 'document'; source: { type: 'base64'; media_type: 'application/pdf'; data: string }; title?: string }

/** The image types that the API accepts. */
export type AnthropicImageType = 'image/jpeg' | 'image/png' | 'image/gif' | 'image/webp'

/** The functions of {@link anthropic}. */
export interface AnthropicDialect extends Dialect<AnthropicAnswer, AnthropicTool, AnthropicResults> {
  turn<Answer extends AnthropicAnswer>(answer: Answer): AnthropicTurn<Answer['content']>[]
}

/**
 * Anthropic's Messages API, and other providers that offer the same API.
 *
 * Calls are the `tool_use` blocks; the provider runs `server_tool_use` and `mcp_tool_use` itself. If the answer ended
 * for any reason but the model's own decision (token limit, refusal, …), a call at its very end counts as cut off. The
 * results are one message with a `tool_result` for each call; failures have `is_error`. JPEG, PNG, GIF and WebP images
 * and PDF are sent as they are.
 *
 * @example
 * ```ts
 * import { ToolExecutor, defineTool } from 'aof-runtime'
 * import { anthropic } from 'aof-runtime/messages'
 *
 * const add = defineTool({
 *   name: 'add',
 *   inputSchema: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } } },
 *   execute: ({ a, b }: { a: number; b: number }) => a + b,
 * })
 * const executor = new ToolExecutor({ tools: [add] })
 * const request = { messages: [] as object[], tools: anthropic.tools([add]) }
 *
 * // const answer = await client.messages.create(request)
 * const answer = { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'add', input: { a: 1, b: 2 } }] }
 * const results = await executor.executeTools(anthropic.calls(answer))
 * request.messages.push(...anthropic.turn(answer), ...anthropic.results(results, answer))
 *
 * console.log(JSON.stringify(request.messages.at(-1)))
 * // {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"3"}]}
 * ```
 */
export const anthropic: AnthropicDialect = { tools, calls, turn, results }

function tools(given: Iterable<AnyTool>): AnthropicTool[] {
  return toolDefinitions(given).map(({ name, description, inputSchema }) => ({
    name,
    ...(description !== undefined && { description }),
    input_schema: inputSchema,
  }))
}

function calls(answer: AnthropicAnswer): ToolCall[] {
  return toolCalls(findCalls(answer))
}

function turn<Answer extends AnthropicAnswer>(answer: Answer): AnthropicTurn<Answer['content']>[] {
  const found = findCalls(answer)
  const blocks = sentElements(answer.content, found, (block, call) =>
    withFields(block, { ...call, input: sendableInput(block.input) }),
  )
  const content = blocks.some(isBlank) ? blocks.filter((block) => !isBlank(block)) : blocks
  return content.length === 0 ? [] : [{ role: 'assistant', content: wellFormed(content) }]
}

function results(given: readonly ToolResult[], answer?: AnthropicAnswer): AnthropicResults[] {
  const content = inCallOrder(given, answer && findCalls(answer)).map(toolResult)
  return content.length === 0 ? [] : [{ role: 'user', content }]
}

/** The API sometimes sends blocks of blank text, but refuses them in a request. */
function isBlank(block: unknown): boolean {
  const { type, text } = fieldsOf(block)
  return type === 'text' && typeof text === 'string' && text.trim() === ''
}

function findCalls(answer: unknown): FoundCall[] {
  const { content, stop_reason } = fieldsOf(answer)
  if (!Array.isArray(content))
    throw notAnAnswer('an answer of the Messages API, an object with a list `content`', answer)
  const end = turnEnd(stop_reason ?? 'end_turn')
  return elementsOf(content).flatMap((block, i) => {
    const source = fieldsOf(block)
    if (source.type !== 'tool_use') return []
    return {
      source,
      id: source.id,
      name: source.name,
      arguments: source.input,
      incomplete: incompleteness({ end, isLast: i === content.length - 1 }),
    }
  })
}

function toolResult({ result, id, source }: Answered): AnthropicToolResult {
  const content = result.success ? successContent(result) : failureText(result)
  return {
    type: 'tool_result',
    tool_use_id: id,
    ...(content.length > 0 && { content }),
    ...(!result.success && { is_error: true }),
    ...toolsetOf(source),
  }
}

function toolsetOf(source: Fields | undefined): { toolset_name?: string } {
  const name = source?.toolset_name
  return typeof name === 'string' ? { toolset_name: name } : {}
}

function successContent(result: SucceededResult): string | AnthropicContent[] {
  const rendered = renderSuccess(result, mediaBlock)
  if (typeof rendered === 'string') return rendered
  return rendered
    .filter((part) => part !== '')
    .map((part) => (typeof part === 'string' ? { type: 'text', text: part } : part))
}

function mediaBlock({ mimeType, data, uri }: Media): AnthropicContent | undefined {
  if (isImageType(mimeType)) return { type: 'image', source: { type: 'base64', media_type: mimeType, data } }
  if (mimeType !== 'application/pdf') return undefined
  return {
    type: 'document',
    source: { type: 'base64', media_type: mimeType, data },
    ...(uri !== undefined && { title: uri }),
  }
}

function isImageType(mimeType: string): mimeType is AnthropicImageType {
  return IMAGE_TYPES.has(mimeType)
}
