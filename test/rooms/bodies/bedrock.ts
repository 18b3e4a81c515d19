import { createAmazonBedrock } from '@ai-sdk/amazon-bedrock'
import { eventFrames } from '../../../packages/aof-cli/src/recorded-answers/aws-event-stream.ts'
import {
  BREAKS,
  CONTEXT,
  field,
  FILTER,
  INTERRUPTED,
  LIMIT,
  MALFORMED,
  pieces,
  UNKNOWN,
  type WrittenTurn,
} from '../turn.ts'
import type { DialectBodies, Sent } from './dialect.ts'

const usage = { inputTokens: 1, outputTokens: 1, totalTokens: 2 }

function whole({ calls, goesOn, end }: WrittenTurn): object {
  const blocks = calls.map(({ id, arguments: { value } }) => ({
    toolUse: { toolUseId: id, name: 'write', ...field('input', value) },
  }))
  const content = [...blocks, ...(goesOn ? [{ text: 'And so on.' }] : [])]
  return { output: { message: { role: 'assistant', content } }, stopReason: end.reason, usage }
}

function streamed({ calls, goesOn, end }: WrittenTurn): Uint8Array {
  const blocks = calls.flatMap(({ id, arguments: { text } }, contentBlockIndex) => [
    { contentBlockStart: { contentBlockIndex, start: { toolUse: { toolUseId: id, name: 'write' } } } },
    ...pieces(text).map((input) => ({ contentBlockDelta: { contentBlockIndex, delta: { toolUse: { input } } } })),
    { contentBlockStop: { contentBlockIndex } },
  ])
  const contentBlockIndex = calls.length
  const text = [
    { contentBlockDelta: { contentBlockIndex, delta: { text: 'And so on.' } } },
    { contentBlockStop: { contentBlockIndex } },
  ]
  const events = [{ messageStart: { role: 'assistant' } }, ...blocks, ...(goesOn ? text : [])]
  if (end.breaks === 'error') events.push({ internalServerException: { message: 'overloaded' } } as never)
  if (end.breaks === undefined)
    events.push({ messageStop: { stopReason: end.reason } } as never, { metadata: { usage } } as never)
  return Buffer.concat(events.map((event) => eventFrames(JSON.stringify(event), event)))
}

interface Block {
  readonly toolUse?: { readonly toolUseId: string; readonly input: unknown }
  readonly toolResult?: { readonly toolUseId: string; readonly content: unknown }
}

function read(sent: readonly { readonly content: readonly Block[] }[]): Sent {
  const blocks = sent.flatMap(({ content }) => content)
  return {
    calls: blocks.flatMap(({ toolUse }) => (toolUse ? [{ id: toolUse.toolUseId, arguments: toolUse.input }] : [])),
    results: blocks.flatMap(({ toolResult }) =>
      toolResult ? [{ id: toolResult.toolUseId, said: toolResult.content }] : [],
    ),
  }
}

export const bedrock: DialectBodies = {
  dialect: 'bedrock-converse',
  ends: [
    { reason: 'tool_use' },
    { reason: 'end_turn' },
    { reason: 'stop_sequence' },
    { reason: null, only: 'streamed', cut: INTERRUPTED },
    { reason: 'max_tokens', cut: LIMIT },
    { reason: 'model_context_window_exceeded', cut: CONTEXT },
    { reason: 'guardrail_intervened', cut: FILTER },
    { reason: 'content_filtered', cut: FILTER },
    { reason: 'malformed_tool_use', cut: MALFORMED },
    { reason: 'malformed_model_output', cut: MALFORMED },
    { reason: 'a_reason_of_tomorrow', cut: UNKNOWN },
    ...BREAKS,
  ],
  whole: { writes: 'value', body: whole },
  streamed: { writes: 'pieces', body: streamed },
  contentType: 'application/vnd.amazon.eventstream',
  canGoOn: true,
  model: (fetch) => createAmazonBedrock({ apiKey: 'none', region: 'us-east-1', fetch })('anthropic.claude-sonnet-4-5'),
  history: (body: { messages: object[] }) => body.messages,
  read,
}
