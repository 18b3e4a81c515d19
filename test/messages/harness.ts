import type { JsonValue, ToolCall, ToolContent, ToolResult } from '../../packages/aof-runtime/src/index.ts'
import {
  anthropic,
  type Dialect,
  gemini,
  openaiChat,
  openaiResponses,
} from '../../packages/aof-runtime/src/messages/index.ts'

/** A part of a model's answer, before it is written down in a provider's form. */
export type Item =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'call'; readonly id?: unknown; readonly name?: unknown; readonly input?: unknown }
  /** A call that the provider runs itself. */
  | { readonly kind: 'server' }

/** One result as it stands in a provider's messages. */
export interface Sent {
  readonly id: string | undefined
  readonly name: string | undefined
  /** Undefined where the provider has no mark for failures. */
  readonly failed: boolean | undefined
  /** The text that the model reads. */
  readonly text: string
}

/** A dialect with what a test needs to treat all of them alike. */
export interface Harness {
  readonly name: string
  readonly dialect: Dialect<object, object, object>
  /** Whether arguments are text in this dialect. */
  readonly textArguments: boolean
  /** `reason`: why the model stopped, where it is not as usual. */
  answer(items: readonly Item[], reason?: string): object
  /** The reason of an answer that was cut off. */
  readonly cutOff: string
  /** The ids of the calls in the turn's messages. */
  turnIds(messages: readonly object[]): unknown[]
  sent(messages: readonly object[]): Sent[]
}

/** Arguments as a provider of text arguments gives them. */
function asText(input: unknown): unknown {
  return typeof input === 'string' || input === undefined || input === null ? input : JSON.stringify(input)
}

export const anthropicHarness: Harness = {
  name: 'anthropic',
  dialect: anthropic,
  textArguments: false,
  cutOff: 'max_tokens',
  answer: (items, stop_reason = 'tool_use') => ({
    type: 'message',
    role: 'assistant',
    content: items.map((item) => {
      if (item.kind === 'text') return { type: 'text', text: item.text }
      if (item.kind === 'server') return { type: 'server_tool_use', id: 'srv', name: 'web_search', input: {} }
      return { type: 'tool_use', id: item.id, name: item.name, input: item.input }
    }),
    stop_reason,
  }),
  turnIds: (messages) =>
    (messages as { content: { type: string; id?: unknown }[] }[]).flatMap(({ content }) =>
      content.filter(({ type }) => type === 'tool_use').map(({ id }) => id),
    ),
  sent: (messages) =>
    (messages as { content: { tool_use_id: string; content?: string; is_error?: boolean }[] }[]).flatMap(
      ({ content }) =>
        content.map((block) => ({
          id: block.tool_use_id,
          name: undefined,
          failed: block.is_error === true,
          text: block.content ?? '',
        })),
    ),
}

export const chatHarness: Harness = {
  name: 'openaiChat',
  dialect: openaiChat,
  textArguments: true,
  cutOff: 'length',
  answer: (items, finish_reason = 'tool_calls') => ({
    choices: [
      {
        index: 0,
        finish_reason,
        message: {
          role: 'assistant',
          content: items.flatMap((item) => (item.kind === 'text' ? [item.text] : [])).join('') || null,
          tool_calls: items.flatMap((item) =>
            item.kind === 'call'
              ? [{ id: item.id, type: 'function', function: { name: item.name, arguments: asText(item.input) } }]
              : [],
          ),
        },
      },
    ],
  }),
  turnIds: (messages) =>
    (messages as { tool_calls: { id?: unknown }[] }[]).flatMap(({ tool_calls }) => tool_calls.map(({ id }) => id)),
  sent: (messages) =>
    (messages as { tool_call_id: string; content: string }[]).map((message) => ({
      id: message.tool_call_id,
      name: undefined,
      failed: undefined,
      text: message.content,
    })),
}

export const responsesHarness: Harness = {
  name: 'openaiResponses',
  dialect: openaiResponses,
  textArguments: true,
  cutOff: 'incomplete',
  answer: (items, status = 'completed') => ({
    object: 'response',
    status,
    output: items.map((item) => {
      if (item.kind === 'text') return { type: 'message', content: [{ type: 'output_text', text: item.text }] }
      if (item.kind === 'server') return { type: 'web_search_call', id: 'ws', status: 'completed' }
      return { type: 'function_call', call_id: item.id, name: item.name, arguments: asText(item.input) }
    }),
  }),
  turnIds: (messages) =>
    (messages as { type: string; call_id?: unknown }[])
      .filter(({ type }) => type === 'function_call')
      .map(({ call_id }) => call_id),
  sent: (messages) =>
    (messages as { call_id: string; output: string }[]).map((item) => ({
      id: item.call_id,
      name: undefined,
      failed: undefined,
      text: item.output,
    })),
}

export const geminiHarness: Harness = {
  name: 'gemini',
  dialect: gemini,
  textArguments: false,
  cutOff: 'MAX_TOKENS',
  answer: (items, finishReason = 'STOP') => ({
    candidates: [
      {
        finishReason,
        content: {
          role: 'model',
          parts: items.map((item) => {
            if (item.kind === 'text') return { text: item.text }
            if (item.kind === 'server') return { executableCode: { language: 'PYTHON', code: '1' } }
            return { functionCall: { id: item.id, name: item.name, args: item.input } }
          }),
        },
      },
    ],
  }),
  turnIds: (messages) =>
    (messages as { parts: { functionCall?: { id?: unknown } }[] }[]).flatMap(({ parts }) =>
      parts.flatMap(({ functionCall }) => (functionCall === undefined ? [] : [functionCall.id])),
    ),
  sent: (messages) =>
    (messages as { parts: { functionResponse: GeminiSent }[] }[]).flatMap(({ parts }) =>
      parts.map(({ functionResponse: { id, name, response } }) => ({
        id,
        name,
        failed: 'error' in response,
        text:
          'error' in response
            ? JSON.stringify(response)
            : typeof response.output === 'string'
              ? response.output
              : JSON.stringify(response.output),
      })),
    ),
}

interface GeminiSent {
  id?: string
  name: string
  response: { output: unknown } | { error: unknown }
}

export const harnesses: readonly Harness[] = [anthropicHarness, chatHarness, responsesHarness, geminiHarness]

const timing = { queuedMs: 0, runMs: 1, totalMs: 1, attempts: 1 }

/** A success as an executor gives it for the call at `index`. */
export function success(
  call: Pick<ToolCall, 'id' | 'name'>,
  index: number,
  data: JsonValue,
  content?: ToolContent[],
): ToolResult {
  const { id, name } = call
  const base = { index, id, name, execution: 'ended', timing, source: 'run' } as const
  return { ...base, status: 'succeeded', success: true, data, ...(content !== undefined && { content }) }
}

/** A failure as an executor gives it for the call at `index`. */
export function failure(
  call: Pick<ToolCall, 'id' | 'name'>,
  index: number,
  error: Partial<Extract<ToolResult, { success: false }>['error']> = {},
  status: Exclude<ToolResult['status'], 'succeeded'> = 'failed',
): ToolResult {
  const { id, name } = call
  return {
    index,
    id,
    name,
    execution: 'ended',
    timing,
    source: 'run',
    status,
    success: false,
    error: { code: 'tool_error', message: 'It broke.', retryable: false, ...error },
  }
}

/** Whether a text is JSON of an object. */
export function isObjectText(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
