import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { openaiChat as messages } from '../../../packages/aof-runtime/src/messages/index.ts'
import { BREAKS, FAILED, field, FILTER, INTERRUPTED, LIMIT, pieces, UNKNOWN, type WrittenTurn } from '../turn.ts'
import { type DialectBodies, type Sent, sse } from './dialect.ts'

const envelope = (kind: string, choice: object): object => ({
  id: 'c',
  object: kind,
  created: 0,
  model: 'm',
  choices: [{ index: 0, ...choice }],
})

function whole({ calls, end }: WrittenTurn): object {
  const tool_calls = calls.map(({ id, arguments: { text } }) => ({
    id,
    type: 'function',
    function: { name: 'write', ...field('arguments', text) },
  }))
  const message = { role: 'assistant', content: null, tool_calls }
  return envelope('chat.completion', { message, finish_reason: end.reason })
}

function streamed({ calls, end }: WrittenTurn): string {
  const chunk = (delta: object, finish_reason: string | null = null): object =>
    envelope('chat.completion.chunk', { delta, finish_reason })
  const events = calls.flatMap(({ id, arguments: { text } }, index) => {
    const [first, ...rest] = pieces(text)
    const begun = { name: 'write', ...(first !== undefined && { arguments: first }) }
    return [
      chunk({ tool_calls: [{ index, id, type: 'function', function: begun }] }),
      ...rest.map((piece) => chunk({ tool_calls: [{ index, function: { arguments: piece } }] })),
    ]
  })
  if (end.breaks === 'silent') return sse(events)
  if (end.breaks === 'error') return sse([...events, { error: { message: 'overloaded', type: 'server_error' } }])
  return `${sse([...events, chunk({}, end.reason)])}data: [DONE]\n\n`
}

interface Message {
  readonly role: string
  readonly content: unknown
  readonly tool_call_id?: string
  readonly tool_calls?: readonly { readonly id: string; readonly function: { readonly arguments: string } }[]
}

export function readChat(sent: readonly Message[]): Sent {
  return {
    calls: sent.flatMap(({ tool_calls = [] }) =>
      tool_calls.map(({ id, function: called }) => ({ id, arguments: JSON.parse(called.arguments) as unknown })),
    ),
    results: sent.flatMap(({ role, tool_call_id: id, content: said }) => (role === 'tool' ? [{ id, said }] : [])),
  }
}

export const openaiChat: DialectBodies = {
  dialect: 'openai-chat',
  ends: [
    { reason: 'tool_calls' },
    { reason: 'stop' },
    { reason: 'function_call' },
    { reason: null, only: 'whole' },
    { reason: null, only: 'streamed', cut: INTERRUPTED },
    { reason: 'length', cut: LIMIT },
    { reason: 'model_length', cut: LIMIT },
    { reason: 'content_filter', cut: FILTER },
    { reason: 'error', cut: FAILED },
    { reason: 'a_reason_of_tomorrow', cut: UNKNOWN },
    ...BREAKS,
  ],
  whole: { writes: 'text', body: whole },
  streamed: { writes: 'text', body: streamed },
  contentType: 'text/event-stream',
  canGoOn: false,
  messages,
  model: (fetch) => createOpenAICompatible({ name: 'rooms', baseURL: 'https://rooms.invalid', fetch }).chatModel('m'),
  history: (body: { messages: object[] }) => body.messages,
  read: readChat,
}
