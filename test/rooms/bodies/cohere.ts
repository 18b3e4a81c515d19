import { createCohere } from '@ai-sdk/cohere'
import {
  BREAKS,
  CONTEXT,
  FAILED,
  field,
  FILTER,
  INTERRUPTED,
  LIMIT,
  pieces,
  UNKNOWN,
  type WrittenTurn,
} from '../turn.ts'
import { type DialectBodies, sse } from './dialect.ts'
import { readChat } from './openai-chat.ts'

const usage = { billed_units: { input_tokens: 1, output_tokens: 1 }, tokens: { input_tokens: 1, output_tokens: 1 } }

function whole({ calls, end }: WrittenTurn): object {
  const tool_calls = calls.map(({ id, arguments: { text } }) => ({
    id,
    type: 'function',
    function: { name: 'write', ...field('arguments', text) },
  }))
  return { id: 'c', finish_reason: end.reason, message: { role: 'assistant', tool_calls }, usage }
}

function streamed({ calls, end }: WrittenTurn): string {
  const events = calls.flatMap(({ id, arguments: { text } }, index) => {
    const tool_calls = { id, type: 'function', function: { name: 'write', arguments: '' } }
    return [
      { type: 'tool-call-start', index, delta: { message: { tool_calls } } },
      ...pieces(text).map((piece) => ({
        type: 'tool-call-delta',
        index,
        delta: { message: { tool_calls: { function: { arguments: piece } } } },
      })),
      { type: 'tool-call-end', index },
    ]
  })
  const said = [{ id: 'c', type: 'message-start', delta: { message: { role: 'assistant' } } }, ...events]
  if (end.breaks === 'silent') return sse(said)
  if (end.breaks === 'error') return `${sse(said)}data: {"message":"overloaded"}\n\n`
  return sse([...said, { type: 'message-end', delta: { finish_reason: end.reason, usage } }])
}

export const cohere: DialectBodies = {
  dialect: 'cohere-v2',
  ends: [
    { reason: 'TOOL_CALL' },
    { reason: 'COMPLETE' },
    { reason: 'STOP_SEQUENCE' },
    { reason: null, only: 'streamed', cut: INTERRUPTED },
    { reason: 'MAX_TOKENS', cut: LIMIT },
    { reason: 'ERROR', cut: FAILED },
    { reason: 'ERROR_TOXIC', cut: FILTER },
    { reason: 'ERROR_LIMIT', cut: CONTEXT },
    { reason: 'A_REASON_OF_TOMORROW', cut: UNKNOWN },
    ...BREAKS,
  ],
  whole: { writes: 'text', body: whole },
  streamed: { writes: 'pieces', body: streamed },
  contentType: 'text/event-stream',
  canGoOn: false,
  model: (fetch) => createCohere({ apiKey: 'none', fetch })('m'),
  history: (body: { messages: object[] }) => body.messages,
  read: readChat,
}
