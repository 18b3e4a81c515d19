import type { ToolCall } from '../core/contract/call.ts'
import type { JsonValue } from '../core/contract/json.ts'
import type { ToolResult } from '../core/contract/result.ts'
import { toolDefinitions } from '../core/tool/definition.ts'
import type { ObjectSchema } from '../core/contract/object-schema.ts'
import { sendableInput } from '../core/values/sendable-json.ts'
import type { AnyTool } from '../core/tool/tool.ts'
import { turnEnd } from '../core/contract/turn-end.ts'
import type { Dialect } from './dialect.ts'
import { elementsOf, type Fields, fieldsOf, isObject, withFields } from '../core/contract/fields.ts'
import { type FoundCall, hasId, incompleteness, isStandIn, toolCalls } from './found-call.ts'
import { notAnAnswer } from './not-an-answer.ts'
import { type Answered, inCallOrder } from './pairing.ts'
import { failureOf, renderSuccess } from './render.ts'
import { type SentCall, sentElements, wellFormed } from './sent-turn.ts'

/** The fields read from an answer of generateContent; the SDK's `GenerateContentResponse` fits. */
export interface GeminiAnswer {
  readonly candidates?: readonly GeminiCandidate[] | undefined
  readonly promptFeedback?: object | undefined
}

/** The fields read from a candidate. */
export interface GeminiCandidate {
  readonly content?: { readonly parts?: readonly object[] | undefined } | undefined
  readonly finishReason?: string | number | undefined
}

/** All tool definitions together for generateContent, assignable to the SDK's `Tool`. */
export interface GeminiTool {
  functionDeclarations: { name: string; description?: string; parametersJsonSchema: ObjectSchema }[]
}

/** The results of a turn in one message, assignable to the SDK's `Content`. */
export interface GeminiResults {
  role: 'user'
  parts: { functionResponse: GeminiToolResult }[]
}

/** One result, assignable to the SDK's `FunctionResponse`. */
export interface GeminiToolResult {
  /** Present only if the call has one. */
  id?: string
  name: string
  response: GeminiOutput
  parts?: GeminiMedia[]
}

/** The outcome: `output` of a success, `error` of a failure, so that no data can be mistaken for a failure. */
export type GeminiOutput = { output: JsonValue } | { error: { code: string; message: string } }

/** Media of a result, beside its outcome. */
export interface GeminiMedia {
  inlineData: { mimeType: string; data: string }
}

/** The functions of {@link gemini}. */
export interface GeminiDialect extends Dialect<GeminiAnswer, GeminiTool, GeminiResults> {
  turn<Answer extends GeminiAnswer>(answer: Answer): GeminiTurn<Answer>[]
}

/** The model's turn for the history: the content of the first candidate, with its thought signatures. */
export type GeminiTurn<Answer extends GeminiAnswer> = NonNullable<NonNullable<Answer['candidates']>[number]['content']>

/**
 * Google's generateContent, of the Gemini API and of Vertex AI.
 *
 * Only the first candidate is read. Its calls are the `functionCall` parts; the provider runs `executableCode` and
 * `toolCall` itself. If the answer ended for any reason but the model's own decision (token limit, a filter, …), a call
 * at its very end counts as cut off; the calls of `UNEXPECTED_TOOL_CALL` are complete. The results are one message with
 * a `functionResponse` for each call. A result has an id only if the call had one, so pass the answer too. PNG, JPEG
 * and WebP images and PDF are sent as they are, which models before Gemini 3 may refuse.
 *
 * @example
 * ```ts
 * import { ToolExecutor, defineTool } from 'aof-runtime'
 * import { gemini } from 'aof-runtime/messages'
 *
 * const add = defineTool({
 *   name: 'add',
 *   inputSchema: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } } },
 *   execute: ({ a, b }: { a: number; b: number }) => a + b,
 * })
 * const executor = new ToolExecutor({ tools: [add] })
 * const request = { contents: [] as object[], config: { tools: gemini.tools([add]) } }
 *
 * // const answer = await ai.models.generateContent(request)
 * const part = { functionCall: { name: 'add', args: { a: 1, b: 2 } } }
 * const answer = { candidates: [{ content: { role: 'model', parts: [part] } }] }
 * const results = await executor.executeTools(gemini.calls(answer))
 * request.contents.push(...gemini.turn(answer), ...gemini.results(results, answer))
 *
 * console.log(JSON.stringify(request.contents.at(-1)))
 * // {"role":"user","parts":[{"functionResponse":{"name":"add","response":{"output":3}}}]}
 * ```
 */
export const gemini: GeminiDialect = { tools, calls, turn, results }

/** Finish reasons by number, as Vertex AI may send them; only those on which it and the Gemini API agree. */
export const FINISH_REASONS: readonly string[] =
  'FINISH_REASON_UNSPECIFIED STOP MAX_TOKENS SAFETY RECITATION OTHER'.split(' ')

const MEDIA_TYPES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/webp', 'application/pdf'])

function tools(given: Iterable<AnyTool>): GeminiTool[] {
  const functionDeclarations = toolDefinitions(given).map(({ name, description, inputSchema }) => ({
    name,
    ...(description !== undefined && { description }),
    parametersJsonSchema: inputSchema,
  }))
  return functionDeclarations.length === 0 ? [] : [{ functionDeclarations }]
}

function calls(answer: GeminiAnswer): ToolCall[] {
  return toolCalls(findCalls(answer))
}

function turn<Answer extends GeminiAnswer>(answer: Answer): GeminiTurn<Answer>[] {
  checkAnswer(answer)
  const content = fieldsOf(answer.candidates?.[0]?.content)
  const parts = elementsOf(content.parts)
  if (parts.length === 0) return []
  const sent = sentElements(parts, findCalls(answer), sentPart, (part) => fieldsOf(part).functionCall)
  return [wellFormed(sent === parts ? content : { ...content, parts: sent }) as GeminiTurn<Answer>]
}

function sentPart(part: Fields, { name }: SentCall): Fields {
  const called = fieldsOf(part.functionCall)
  const input = called.args !== undefined && { args: sendableInput(called.args) }
  return withFields(part, { functionCall: withFields(called, { name, ...input }) })
}

function results(given: readonly ToolResult[], answer?: GeminiAnswer): GeminiResults[] {
  const parts = inCallOrder(given, answer && findCalls(answer)).map((answered) => ({
    functionResponse: toolResult(answered),
  }))
  return parts.length === 0 ? [] : [{ role: 'user', parts }]
}

function findCalls(answer: unknown): FoundCall[] {
  checkAnswer(answer)
  const { content, finishReason } = fieldsOf(elementsOf(fieldsOf(answer).candidates)[0])
  const parts = elementsOf(fieldsOf(content).parts)
  const end = turnEnd(reasonName(finishReason))
  return parts.flatMap((part, i) => {
    const source = fieldsOf(part).functionCall
    if (!isObject(source)) return []
    const isLast = i === parts.length - 1
    const incomplete = incompleteness({ end, isLast, isMarked: source.willContinue === true })
    return { source, id: source.id, name: source.name, arguments: source.args, incomplete }
  })
}

/** An answer without a reason counts as finished by the model. */
function reasonName(given: unknown): unknown {
  return typeof given === 'number' ? (FINISH_REASONS[given] ?? `number ${given}`) : (given ?? 'STOP')
}

/** A blocked prompt has no candidate, and the API leaves out empty fields. */
function checkAnswer(answer: unknown): void {
  const { candidates, promptFeedback } = fieldsOf(answer)
  if (Array.isArray(candidates) || isObject(promptFeedback)) return
  throw notAnAnswer('an answer of generateContent, an object with a list `candidates`', answer)
}

function toolResult({ result, id, name, source }: Answered): GeminiToolResult {
  const hasOwnId = source === undefined ? !isStandIn(id, result.index) : hasId(source.id)
  return { ...(hasOwnId && { id }), name, ...said(result) }
}

function said(result: ToolResult): Pick<GeminiToolResult, 'response' | 'parts'> {
  if (!result.success) return { response: { error: failureOf(result) } }
  const { content, data } = result
  if (content === undefined) return { response: { output: typeof data === 'string' ? data.toWellFormed() : data } }
  const rendered = renderSuccess(result, ({ mimeType, data: bytes }): GeminiMedia | undefined =>
    MEDIA_TYPES.has(mimeType) ? { inlineData: { mimeType, data: bytes } } : undefined,
  )
  if (typeof rendered === 'string') return { response: { output: rendered } }
  return {
    response: { output: rendered.filter((part) => typeof part === 'string').join('\n') },
    parts: rendered.filter((part) => typeof part !== 'string'),
  }
}
