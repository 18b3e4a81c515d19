import { chunkFrame, eventFrames } from '../../../packages/aof-cli/src/recorded-answers/aws-event-stream.ts'
import type { DialectName } from '../../../packages/aof-cli/src/recorded-answers/dialects/dialect.ts'

/** One answer in a dialect, whole and as the events of a stream: text, then `look_up({"topic":"tides"})` and `ping({})`. */
export interface Fixture {
  readonly dialect: DialectName
  /** Absent where the dialect is one of streams alone. */
  readonly whole?: object
  readonly events: readonly object[]
  /** The text between the frames of the stream as this provider sends it. */
  readonly frame: (events: readonly object[]) => string | Uint8Array
  /** Null where the dialect gives calls no ids. */
  readonly ids: readonly [string, string] | null
}

export const CALLS = [
  { name: 'look_up', arguments: { topic: 'tides' } },
  { name: 'ping', arguments: {} },
] as const

export const sse = (events: readonly object[]): string =>
  events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')
export const lines = (events: readonly object[]): string => events.map((event) => `${JSON.stringify(event)}\n`).join('')
export const awsEvents = (events: readonly object[]): Uint8Array =>
  Buffer.concat(events.map((event) => eventFrames(JSON.stringify(event), event)))
export const awsChunks = (events: readonly object[]): Uint8Array =>
  Buffer.concat(events.map((event) => chunkFrame(JSON.stringify(event))))

const namedEvents = (events: readonly object[]): string =>
  events
    .map((event) => `event: ${'type' in event ? String(event.type) : ''}\ndata: ${JSON.stringify(event)}\n\n`)
    .join('')

const anthropicEvents = [
  {
    type: 'message_start',
    message: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [],
      stop_reason: null,
      usage: { input_tokens: 5, output_tokens: 1 },
    },
  },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'ping' },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'One moment.' } },
  { type: 'content_block_stop', index: 0 },
  {
    type: 'content_block_start',
    index: 1,
    content_block: { type: 'tool_use', id: 'toolu_a', name: 'look_up', input: {} },
  },
  { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '{"topic":' } },
  { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '"tides"}' } },
  { type: 'content_block_stop', index: 1 },
  {
    type: 'content_block_start',
    index: 2,
    content_block: { type: 'tool_use', id: 'toolu_b', name: 'ping', input: {} },
  },
  { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '' } },
  { type: 'content_block_stop', index: 2 },
  { type: 'message_delta', delta: { stop_reason: 'tool_use', stop_sequence: null }, usage: { output_tokens: 30 } },
  { type: 'message_stop' },
]

const chatChunk = (delta: object, finish_reason: string | null = null): object => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 0,
  model: 'm',
  choices: [{ index: 0, delta, finish_reason }],
})

const responsesItem = (i: number, name: string, text: string, status: string): object => ({
  type: 'function_call',
  id: `fc_${i}`,
  call_id: `call_${'ab'[i]}`,
  name,
  arguments: text,
  status,
})

const responsesAnswer = (status: string, output: object[]): object => ({
  id: 'resp_1',
  object: 'response',
  created_at: 0,
  status,
  model: 'm',
  output,
  error: null,
  incomplete_details: null,
  usage: status === 'completed' ? { input_tokens: 5, output_tokens: 30 } : null,
})

const responsesCall = (i: number, name: string, deltas: readonly string[]): object[] => {
  const text = deltas.join('')
  return [
    { type: 'response.output_item.added', output_index: i, item: responsesItem(i, name, '', 'in_progress') },
    ...deltas.map((delta) => ({
      type: 'response.function_call_arguments.delta',
      item_id: `fc_${i}`,
      output_index: i,
      delta,
    })),
    { type: 'response.function_call_arguments.done', item_id: `fc_${i}`, output_index: i, arguments: text },
    { type: 'response.output_item.done', output_index: i, item: responsesItem(i, name, text, 'completed') },
  ]
}

const geminiAnswer = (parts: object[], finishReason?: string): object => ({
  candidates: [{ content: { role: 'model', parts }, index: 0, ...(finishReason !== undefined && { finishReason }) }],
  usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 30, totalTokenCount: 35 },
  modelVersion: 'm',
  responseId: 'r1',
})

const geminiCalls = CALLS.map(({ name, arguments: args }) => ({ functionCall: { name, args } }))

const cohereCall = (index: number, id: string, name: string, deltas: readonly string[]): object[] => [
  {
    type: 'tool-call-start',
    index,
    delta: { message: { tool_calls: { id, type: 'function', function: { name, arguments: '' } } } },
  },
  ...deltas.map((text) => ({
    type: 'tool-call-delta',
    index,
    delta: { message: { tool_calls: { function: { arguments: text } } } },
  })),
  { type: 'tool-call-end', index },
]

const cohereUsage = {
  billed_units: { input_tokens: 5, output_tokens: 30 },
  tokens: { input_tokens: 5, output_tokens: 30 },
}

const converseEvents = [
  { messageStart: { role: 'assistant' } },
  { contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'One moment.' } } },
  { contentBlockStop: { contentBlockIndex: 0 } },
  { contentBlockStart: { contentBlockIndex: 1, start: { toolUse: { toolUseId: 'tooluse_a', name: 'look_up' } } } },
  { contentBlockDelta: { contentBlockIndex: 1, delta: { toolUse: { input: '{"topic":' } } } },
  { contentBlockDelta: { contentBlockIndex: 1, delta: { toolUse: { input: '"tides"}' } } } },
  { contentBlockStop: { contentBlockIndex: 1 } },
  { contentBlockStart: { contentBlockIndex: 2, start: { toolUse: { toolUseId: 'tooluse_b', name: 'ping' } } } },
  { contentBlockStop: { contentBlockIndex: 2 } },
  { messageStop: { stopReason: 'tool_use' } },
  { metadata: { usage: { inputTokens: 5, outputTokens: 30, totalTokens: 35 }, metrics: { latencyMs: 1 } } },
]

const ollamaMessage = (message: object, done: boolean): object => ({
  model: 'm',
  created_at: '2026-01-01T00:00:00Z',
  message: { role: 'assistant', content: '', ...message },
  done,
  ...(done && {
    done_reason: 'stop',
    total_duration: 1,
    load_duration: 1,
    prompt_eval_count: 5,
    prompt_eval_duration: 1,
    eval_count: 30,
    eval_duration: 1,
  }),
})

const ollamaCall = ({ name, arguments: args }: (typeof CALLS)[number]): object => ({
  function: { name, arguments: args },
})

export const FIXTURES: readonly Fixture[] = [
  {
    dialect: 'anthropic-messages',
    whole: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [
        { type: 'text', text: 'One moment.' },
        { type: 'tool_use', id: 'toolu_a', name: 'look_up', input: { topic: 'tides' } },
        { type: 'tool_use', id: 'toolu_b', name: 'ping', input: {} },
      ],
      stop_reason: 'tool_use',
      stop_sequence: null,
      usage: { input_tokens: 5, output_tokens: 30 },
    },
    events: anthropicEvents,
    frame: namedEvents,
    ids: ['toolu_a', 'toolu_b'],
  },
  { dialect: 'anthropic-on-bedrock', events: anthropicEvents, frame: awsChunks, ids: ['toolu_a', 'toolu_b'] },
  {
    dialect: 'openai-chat',
    whole: {
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 0,
      model: 'm',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: 'One moment.',
            tool_calls: [
              { id: 'call_a', type: 'function', function: { name: 'look_up', arguments: '{"topic":"tides"}' } },
              { id: 'call_b', type: 'function', function: { name: 'ping', arguments: '' } },
            ],
          },
          finish_reason: 'tool_calls',
        },
      ],
      usage: { prompt_tokens: 5, completion_tokens: 30, total_tokens: 35 },
    },
    events: [
      chatChunk({ role: 'assistant', content: 'One moment.' }),
      chatChunk({
        tool_calls: [{ index: 0, id: 'call_a', type: 'function', function: { name: 'look_up', arguments: '' } }],
      }),
      chatChunk({ tool_calls: [{ index: 0, function: { arguments: '{"topic":' } }] }),
      chatChunk({ tool_calls: [{ index: 0, function: { arguments: '"tides"}' } }] }),
      chatChunk({
        tool_calls: [{ index: 1, id: 'call_b', type: 'function', function: { name: 'ping', arguments: '' } }],
      }),
      chatChunk({}, 'tool_calls'),
    ],
    frame: (events) => `: keep-alive\n\n${sse(events)}data: [DONE]\n\n`,
    ids: ['call_a', 'call_b'],
  },
  {
    dialect: 'openai-responses',
    whole: responsesAnswer('completed', [
      responsesItem(0, 'look_up', '{"topic":"tides"}', 'completed'),
      responsesItem(1, 'ping', '{}', 'completed'),
    ]),
    events: [
      { type: 'response.created', response: responsesAnswer('in_progress', []) },
      ...responsesCall(0, 'look_up', ['{"topic":', '"tides"}']),
      ...responsesCall(1, 'ping', ['{}']),
      { type: 'response.completed', response: responsesAnswer('completed', []) },
    ],
    frame: namedEvents,
    ids: ['call_a', 'call_b'],
  },
  {
    dialect: 'google-generate-content',
    whole: geminiAnswer([{ text: 'One moment.' }, ...geminiCalls], 'STOP'),
    events: [
      geminiAnswer([{ text: 'One moment.' }]),
      geminiAnswer(geminiCalls.slice(0, 1)),
      geminiAnswer(geminiCalls.slice(1), 'STOP'),
    ],
    frame: (events) => sse(events).replaceAll('\n', '\r\n'),
    ids: null,
  },
  {
    dialect: 'bedrock-converse',
    whole: {
      output: {
        message: {
          role: 'assistant',
          content: [
            { text: 'One moment.' },
            { toolUse: { toolUseId: 'tooluse_a', name: 'look_up', input: { topic: 'tides' } } },
            { toolUse: { toolUseId: 'tooluse_b', name: 'ping', input: {} } },
          ],
        },
      },
      stopReason: 'tool_use',
      usage: { inputTokens: 5, outputTokens: 30, totalTokens: 35 },
      metrics: { latencyMs: 1 },
    },
    events: converseEvents,
    frame: awsEvents,
    ids: ['tooluse_a', 'tooluse_b'],
  },
  {
    dialect: 'cohere-v2',
    whole: {
      id: 'c1',
      finish_reason: 'TOOL_CALL',
      message: {
        role: 'assistant',
        tool_plan: 'I will look it up.',
        tool_calls: [
          { id: 'look_up_a', type: 'function', function: { name: 'look_up', arguments: '{"topic":"tides"}' } },
          { id: 'ping_b', type: 'function', function: { name: 'ping', arguments: '{}' } },
        ],
      },
      usage: cohereUsage,
    },
    events: [
      {
        id: 'c1',
        type: 'message-start',
        delta: { message: { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] } },
      },
      { type: 'tool-plan-delta', delta: { message: { tool_plan: 'I will look it up.' } } },
      ...cohereCall(0, 'look_up_a', 'look_up', ['{"topic":', '"tides"}']),
      ...cohereCall(1, 'ping_b', 'ping', []),
      { type: 'message-end', delta: { finish_reason: 'TOOL_CALL', usage: cohereUsage } },
    ],
    frame: (events) => `${namedEvents(events)}data: [DONE]\n\n`,
    ids: ['look_up_a', 'ping_b'],
  },
  {
    dialect: 'ollama-chat',
    whole: ollamaMessage({ content: 'One moment.', tool_calls: CALLS.map(ollamaCall) }, true),
    events: [
      ollamaMessage({ content: 'One moment.' }, false),
      ollamaMessage({ tool_calls: CALLS.slice(0, 1).map(ollamaCall) }, false),
      ollamaMessage({ tool_calls: CALLS.slice(1).map(ollamaCall) }, false),
      ollamaMessage({}, true),
    ],
    frame: lines,
    ids: null,
  },
]
