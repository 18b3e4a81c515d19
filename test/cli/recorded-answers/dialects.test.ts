import { describe, expect, test } from 'vitest'
import { DIALECT_NAMES } from '../../../packages/aof-cli/src/recorded-answers/detect-dialect.ts'
import { openRecorded } from '../../../packages/aof-cli/src/recorded-answers/open-recorded.ts'
import { awsChunks, awsEvents, CALLS, type Fixture, FIXTURES, lines, sse } from './fixtures.ts'
import { callsOf, inputOf, replay } from './replay.ts'

const FRAMES = {
  sse,
  'sse with CRLF': (events) => sse(events).replaceAll('\n', '\r\n'),
  // A client cannot tell whether a CR at the very end is all of a line's end.
  'sse with CR': (events) => `${sse(events).replaceAll('\n', '\r')}\n`,
  'sse with comments and other fields': (events) =>
    `: hello\n\nretry: 5\n${sse(events).replaceAll('data:', 'id: 7\ndata:')}`,
  ndjson: lines,
  'ndjson with CRLF and blank lines': (events) => lines(events).replaceAll('\n', '\r\n\r\n'),
  'json-array': (events) => JSON.stringify(events, null, 2),
  'aws-chunks': awsChunks,
} satisfies Record<string, (events: readonly object[]) => string | Uint8Array>

/** The two calls, equal for every dialect. */
function expected({ ids }: Fixture): object[] {
  return CALLS.map((call, i) => ({ ...call, id: ids?.[i as 0 | 1] ?? `call-${i}` }))
}

async function callsIn(body: string | Uint8Array, dialect?: string): Promise<object[]> {
  const calls = callsOf(await replay(body, { dialect }))
  return calls.map((call) => ({ id: call.toolCallId, name: call.toolName, arguments: inputOf(call) }))
}

test('there is a fixture for every dialect', () => {
  expect(FIXTURES.map(({ dialect }) => dialect).sort()).toEqual(DIALECT_NAMES)
})

describe.each(FIXTURES)('$dialect', (fixture) => {
  const { dialect, events, frame } = fixture

  test('a stream is detected from its body and gives its calls in order', async () => {
    const body = frame(events)
    expect(await openRecorded(body)).toMatchObject({ dialect, streamed: true })
    expect(await callsIn(body)).toEqual(expected(fixture))
    expect(await callsIn(typeof body === 'string' ? Buffer.from(body) : body)).toEqual(expected(fixture))
  })

  test.each(Object.entries(FRAMES))('a stream framed as %s gives the same calls', async (name, framed) => {
    if (dialect === 'anthropic-on-bedrock' && name !== 'aws-chunks') {
      expect(await openRecorded(framed(events))).toMatchObject({ dialect: 'anthropic-messages' })
    }
    expect(await callsIn(framed(events), dialect)).toEqual(expected(fixture))
  })

  test('a stream of the parts of a stream: text first, each call with its input, one finish', async () => {
    const parts = await replay(frame(events))
    expect(parts[0]).toEqual({ type: 'stream-start', warnings: [] })
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: { unified: 'tool-calls' } })
    for (const { toolCallId } of callsOf(parts)) {
      const own = parts.flatMap((part) =>
        ('id' in part && part.id === toolCallId) || ('toolCallId' in part && part.toolCallId === toolCallId)
          ? [part.type]
          : [],
      )
      expect(own[0]).toBe('tool-input-start')
      expect(own.slice(-2)).toEqual(['tool-input-end', 'tool-call'])
    }
  })

  test('the same body gives the same parts each time (I2)', async () => {
    const json = async (): Promise<string> => JSON.stringify(callsOf(await replay(frame(events))))
    expect(await json()).toBe(await json())
  })
})

describe.each(FIXTURES.filter(({ whole }) => whole !== undefined))('$dialect, whole', (fixture) => {
  const { dialect, whole, events, frame } = fixture

  test('a whole answer is detected from its body and gives its calls in order', async () => {
    for (const body of [
      JSON.stringify(whole),
      `\uFEFF\n${JSON.stringify(whole, null, 2)}\n`,
      Buffer.from(JSON.stringify(whole)),
    ]) {
      expect(await openRecorded(body)).toMatchObject({ dialect, streamed: false, framing: 'json', events: 1 })
      expect(await callsIn(body)).toEqual(expected(fixture))
    }
  })

  test('a whole answer gives the parts of its stream, except for the pieces of text', async () => {
    const kinds = async (body: string | Uint8Array): Promise<string[]> =>
      (await replay(body))
        .map(({ type }) => type)
        .filter((type) => /^(stream-start|tool-call|tool-input-(start|end)|finish)$/.test(type))
    const streamed = await kinds(frame(events))
    expect((await kinds(JSON.stringify(whole))).sort()).toEqual(streamed.sort())
  })
})

test("Amazon's own events in InvokeModel's frames are read as Converse's", async () => {
  const fixture = FIXTURES.find(({ dialect }) => dialect === 'bedrock-converse') as Fixture
  const body = awsChunks(fixture.events)
  expect(await openRecorded(body)).toMatchObject({ dialect: 'bedrock-converse', framing: 'aws-chunks' })
  expect(await callsIn(body)).toEqual(expected(fixture))
  expect(await callsIn(Buffer.from(body).toString('base64'))).toEqual(expected(fixture))
})

test('Converse events are sent in frames that the AWS codec accepts, whatever their recorded framing', async () => {
  const fixture = FIXTURES.find(({ dialect }) => dialect === 'bedrock-converse') as Fixture
  const parts = await replay(lines([...fixture.events, { throttlingException: { message: 'Slow down.' } }]))
  expect(parts).toContainEqual(expect.objectContaining({ type: 'error' }))
  expect(JSON.stringify(parts)).toContain('Slow down.')
  expect(await callsIn(awsEvents(fixture.events))).toEqual(expected(fixture))
})

describe('Vertex AI with numbers for names', () => {
  const candidate = {
    content: { role: 'model', parts: [{ functionCall: { name: 'ping', args: { category: 3, modality: 1 } } }] },
  }
  const safetyRatings = [{ category: 7, probability: 1, severity: 1 }]
  const usageMetadata = {
    promptTokenCount: 5,
    totalTokenCount: 9,
    trafficType: 1,
    promptTokensDetails: [{ modality: 1, tokenCount: 5 }],
  }

  test.each([
    [1, 'tool-calls', 'STOP'],
    [3, 'content-filter', 'SAFETY'],
    [99, 'other', '99'],
  ])('finish reason %i is read', async (finishReason, unified, raw) => {
    const parts = await replay(
      JSON.stringify({ candidates: [{ ...candidate, finishReason, safetyRatings }], usageMetadata }),
    )
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: { unified, raw } })
  })

  test('the content written by the model is unchanged', async () => {
    const calls = callsOf(
      await replay(JSON.stringify({ candidates: [{ ...candidate, finishReason: 1 }], usageMetadata })),
    )
    expect(calls.map(inputOf)).toEqual([{ category: 3, modality: 1 }])
  })

  test('a stream event that is one document is not detected as a whole answer', async () => {
    const part = { functionCall: { name: 'ping', willContinue: true } }
    const body = JSON.stringify({ candidates: [{ content: { role: 'model', parts: [part] } }] })
    expect(await openRecorded(body)).toMatchObject({ streamed: true })
    expect(callsOf(await replay(body))).toEqual([])
  })
})

describe('bodies without an answer', () => {
  const refusals: [string, string | Uint8Array, string | RegExp][] = [
    ['nothing', ' \n', 'It is empty.'],
    ['a page', '<html>502</html>', 'It begins with "<html>502</html>"'],
    ['bytes', new Uint8Array([0, 0, 0, 20, 0xff, 0xfe]), 'nor an AWS event stream'],
    ['base64 of something else', Buffer.from('hello, world, hello').toString('base64'), 'It begins with'],
    ['a document that was cut off', '{"choices":[{"mess', 'It begins like JSON, but'],
    ['a printed document that was cut off', '{\n  "choices": [\n    {\n', 'It begins like JSON, but'],
    ['deep JSON (bad input 29)', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'not an answer'],
    ['something else', '{"hello":1}', /in none of the dialects.*anthropic-messages, .*openai-responses\./],
    ['a list', '[1,"a",null]', 'in none of the dialects'],
    ['a number', '12', 'It begins with "12"'],
    ['an error of OpenAI', '{"error":{"message":"Bad key."}}', "a provider's error, not an answer: Bad key."],
    ['an error of Anthropic', '{"type":"error","error":{"type":"x","message":"Busy."}}', 'not an answer: Busy.'],
    ['an error of Ollama', '{"error":"no such model"}', 'not an answer: no such model'],
    ['an error of Cohere', '{"message":"bad request\\u001b[2J"}', 'not an answer: bad request\uFFFD[2J'],
    [
      'an error in a stream',
      'event: error\ndata: {"type":"error","error":{"message":"Overloaded"}}\n\n',
      'not an answer: Overloaded',
    ],
  ]
  test.each(refusals)('%s', async (_name, body, message) => {
    await expect(openRecorded(body)).rejects.toThrow(message)
    await expect(openRecorded(body)).rejects.toMatchObject({ name: 'RecordedAnswerError' })
  })

  test('an unknown dialect is reported with the list of known ones', async () => {
    await expect(openRecorded('{}', { dialect: 'openai\u202E' })).rejects.toThrow(
      /There is no dialect "openai\uFFFD": anthropic-messages, /,
    )
  })

  test('a body that the provider of the named dialect refuses is reported', async () => {
    const { model } = await openRecorded('{"hello":1}', { dialect: 'openai-chat' })
    await expect(model.doStream({ prompt: [] })).rejects.toThrow(
      /^@ai-sdk\/openai-compatible cannot read the body as an answer of OpenAI's Chat Completions API: /,
    )
  })

  test('doGenerate refuses a whole answer and names the method to use', async () => {
    const { model } = await openRecorded(JSON.stringify(FIXTURES[0]?.whole))
    await expect(model.doGenerate({ prompt: [] })).rejects.toThrow('use doStream')
  })
})

describe('ollama-chat: an event that its provider would silently skip breaks the stream', () => {
  const [first, ...rest] = (FIXTURES.find(({ dialect }) => dialect === 'ollama-chat') as Fixture).events as [
    object,
    ...object[],
  ]

  test.each([
    ['{"error":"out of memory"}', 'Event 2 of 5 is an error: out of memory.'],
    ['{"model":"m","messa', 'Event 2 of 5 is not a JSON object: {"model":"m","messa.'],
  ])('%s', async (line, message) => {
    const parts = await replay(`${lines([first])}${line}\n${lines(rest)}`)
    expect(callsOf(parts)).toEqual([])
    expect(parts.at(-1)).toMatchObject({
      type: 'broken',
      error: { kind: 'unread', message: expect.stringContaining(message) },
    })
  })
})
