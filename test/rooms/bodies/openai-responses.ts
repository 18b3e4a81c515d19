import { createOpenAI } from '@ai-sdk/openai'
import { openaiResponses as messages } from '../../../packages/aof-runtime/src/messages/index.ts'
import { BREAKS, FAILED, field, FILTER, LIMIT, pieces, UNKNOWN, type WrittenCall, type WrittenTurn } from '../turn.ts'
import { type DialectBodies, type Sent, sse } from './dialect.ts'

const usage = { input_tokens: 1, output_tokens: 1 }

const item = ({ id }: WrittenCall, text: unknown, status: string): object => ({
  type: 'function_call',
  id: `fc_${id}`,
  call_id: id,
  name: 'write',
  ...field('arguments', text),
  status,
})

const statusOf = ({ isMarked }: WrittenCall): string => (isMarked === true ? 'incomplete' : 'completed')

const message = {
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text: 'And so on.', annotations: [] }],
}

/** An answer whose reason is `completed`, `failed`, `incomplete` without details, or the reason of an incomplete one. */
function answer(reason: string | null, output: readonly object[]): object {
  const isIncomplete = reason !== 'completed' && reason !== 'failed'
  return {
    object: 'response',
    id: 'resp_1',
    created_at: 1,
    model: 'm',
    status: isIncomplete ? 'incomplete' : reason,
    error: null,
    incomplete_details: isIncomplete && reason !== 'incomplete' ? { reason } : null,
    output,
    usage,
  }
}

function whole({ calls, goesOn, end }: WrittenTurn): object {
  const items = calls.map((call) => item(call, call.arguments.text, statusOf(call)))
  return answer(end.reason, [...items, ...(goesOn ? [message] : [])])
}

function streamed({ calls, goesOn, end }: WrittenTurn): string {
  const events = calls.flatMap((call, output_index) => {
    const { text } = call.arguments
    const item_id = `fc_${call.id}`
    return [
      { type: 'response.output_item.added', output_index, item: item(call, '', 'in_progress') },
      ...pieces(text).map((delta) => ({
        type: 'response.function_call_arguments.delta',
        item_id,
        output_index,
        delta,
      })),
      { type: 'response.output_item.done', output_index, item: item(call, text, statusOf(call)) },
    ]
  })
  const place = { item_id: 'msg_1', output_index: calls.length, content_index: 0 }
  const text = [
    { type: 'response.output_item.added', output_index: calls.length, item: { ...message, content: [] } },
    { type: 'response.output_text.delta', ...place, delta: 'And so on.', logprobs: [] },
    { type: 'response.output_item.done', output_index: calls.length, item: message },
  ]
  const said = [
    { type: 'response.created', response: { ...answer('completed', []), status: 'in_progress' } },
    ...events,
    ...(goesOn ? text : []),
  ]
  if (end.breaks === 'silent') return sse(said)
  if (end.breaks === 'error')
    return sse([
      ...said,
      { type: 'error', sequence_number: 9, code: 'server_error', message: 'overloaded', param: null },
    ])
  const isIncomplete = end.reason !== 'completed' && end.reason !== 'failed'
  const type = `response.${isIncomplete ? 'incomplete' : end.reason}`
  return sse([...said, { type, response: answer(end.reason, []) }])
}

interface Item {
  readonly type?: string
  readonly id?: string
  readonly call_id?: string
  readonly arguments?: string
  readonly output?: unknown
}

/** A call may go back as a reference to what the provider has stored of it. */
function read(sent: readonly Item[]): Sent {
  return {
    calls: sent.flatMap(({ type, id = '', call_id, arguments: text = '' }) => {
      if (type === 'function_call') return [{ id: call_id, arguments: JSON.parse(text) as unknown }]
      return type === 'item_reference' && id.startsWith('fc_') ? [{ id: id.slice(3), arguments: undefined }] : []
    }),
    results: sent.flatMap(({ type, call_id: id, output: said }) =>
      type === 'function_call_output' ? [{ id, said }] : [],
    ),
  }
}

export const openaiResponses: DialectBodies = {
  dialect: 'openai-responses',
  ends: [
    { reason: 'completed' },
    { reason: 'max_output_tokens', cut: LIMIT },
    { reason: 'content_filter', cut: FILTER },
    { reason: 'incomplete', cut: /marks the answer as incomplete/ },
    { reason: 'a_reason_of_tomorrow', cut: UNKNOWN },
    { reason: 'failed', cut: FAILED },
    ...BREAKS,
  ],
  whole: { writes: 'text', body: whole },
  streamed: { writes: 'pieces', body: streamed },
  contentType: 'text/event-stream',
  canGoOn: true,
  canMark: true,
  messages,
  model: (fetch) => createOpenAI({ apiKey: 'none', fetch }).responses('m'),
  history: (body: { input: object[] }) => body.input,
  read,
}
