import { createAmazonBedrockAnthropic } from '@ai-sdk/amazon-bedrock/anthropic'
import { createAnthropic } from '@ai-sdk/anthropic'
import { chunkFrame } from '../../../packages/aof-cli/src/recorded-answers/aws-event-stream.ts'
import { anthropic as messages } from '../../../packages/aof-runtime/src/messages/index.ts'
import {
  BREAKS,
  CONTEXT,
  field,
  INTERRUPTED,
  LIMIT,
  pieces,
  REFUSAL,
  type TurnEnding,
  UNKNOWN,
  type WrittenTurn,
} from '../turn.ts'
import { type DialectBodies, type Sent, sse } from './dialect.ts'

const message = { type: 'message', id: 'm', model: 'm', role: 'assistant', stop_sequence: null }
const usage = { input_tokens: 1, output_tokens: 1 }

function whole({ calls, goesOn, end }: WrittenTurn): object {
  const blocks = calls.map(({ id, arguments: { value } }) => ({
    type: 'tool_use',
    id,
    name: 'write',
    ...field('input', value),
  }))
  const content = [...blocks, ...(goesOn ? [{ type: 'text', text: 'And so on.' }] : [])]
  return { ...message, content, stop_reason: end.reason, usage }
}

function events({ calls, goesOn, end }: WrittenTurn): object[] {
  const blocks = calls.flatMap(({ id, arguments: { text } }, index) => [
    { type: 'content_block_start', index, content_block: { type: 'tool_use', id, name: 'write', input: {} } },
    ...pieces(text).map((partial_json) => ({
      type: 'content_block_delta',
      index,
      delta: { type: 'input_json_delta', partial_json },
    })),
    { type: 'content_block_stop', index },
  ])
  const index = calls.length
  const text = [
    { type: 'content_block_start', index, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index, delta: { type: 'text_delta', text: 'And so on.' } },
    { type: 'content_block_stop', index },
  ]
  const said = [
    { type: 'message_start', message: { ...message, content: [], stop_reason: null, usage } },
    ...blocks,
    ...(goesOn ? text : []),
  ]
  if (end.breaks === 'silent') return said
  if (end.breaks === 'error') return [...said, { type: 'error', error: { type: 'overloaded_error', message: 'busy' } }]
  const delta = { stop_reason: end.reason, stop_sequence: null }
  return [...said, { type: 'message_delta', delta, usage: { output_tokens: 2 } }, { type: 'message_stop' }]
}

interface Block {
  readonly type: string
  readonly id?: string
  readonly input?: unknown
  readonly tool_use_id?: string
  readonly content?: unknown
}

function read(sent: readonly { readonly content: readonly Block[] }[]): Sent {
  const blocks = sent.flatMap(({ content }) => content)
  return {
    calls: blocks.flatMap(({ type, id, input }) => (type === 'tool_use' ? [{ id, arguments: input }] : [])),
    results: blocks.flatMap(({ type, tool_use_id: id, content: said }) =>
      type === 'tool_result' ? [{ id, said }] : [],
    ),
  }
}

const ends: readonly TurnEnding[] = [
  { reason: 'tool_use' },
  { reason: 'end_turn' },
  { reason: 'stop_sequence' },
  { reason: 'pause_turn' },
  { reason: null, only: 'whole' },
  { reason: null, only: 'streamed', cut: INTERRUPTED },
  { reason: 'max_tokens', cut: LIMIT },
  { reason: 'model_context_window_exceeded', cut: CONTEXT },
  { reason: 'refusal', cut: REFUSAL },
  { reason: 'a_reason_of_tomorrow', cut: UNKNOWN },
  ...BREAKS,
]

const history = (body: { messages: object[] }): object[] => body.messages

export const anthropic: DialectBodies = {
  dialect: 'anthropic-messages',
  ends,
  whole: { writes: 'value', body: whole },
  streamed: { writes: 'pieces', body: (turn) => sse(events(turn)) },
  contentType: 'text/event-stream',
  canGoOn: true,
  messages,
  model: (fetch) => createAnthropic({ apiKey: 'none', fetch })('claude-sonnet-4-5'),
  history,
  read,
}

export const anthropicOnBedrock: DialectBodies = {
  dialect: 'anthropic-on-bedrock',
  ends,
  streamed: {
    writes: 'pieces',
    body: (turn) => Buffer.concat(events(turn).map((event) => chunkFrame(JSON.stringify(event)))),
  },
  contentType: 'application/vnd.amazon.eventstream',
  canGoOn: true,
  model: (fetch) =>
    createAmazonBedrockAnthropic({ apiKey: 'none', region: 'us-east-1', fetch })('anthropic.claude-sonnet-4-5'),
  history,
  read,
}
