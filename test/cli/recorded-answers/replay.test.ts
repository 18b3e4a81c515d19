import { describe, expect, test } from 'vitest'
import { openRecorded } from '../../../packages/aof-cli/src/recorded-answers/open-recorded.ts'
import { replayFetch } from '../../../packages/aof-cli/src/recorded-answers/wire.ts'
import { settleMicrotasks } from '../../../packages/aof-runtime/src/testing/macrotask.ts'
import { type Fixture, FIXTURES, lines, sse } from './fixtures.ts'
import { callsOf, inputOf, replay } from './replay.ts'
import { runnableCalls } from './runnable-calls.ts'

const fixtureOf = (dialect: string): Fixture => FIXTURES.find((fixture) => fixture.dialect === dialect) as Fixture
const types = (parts: readonly { type: string }[]): string[] => parts.map(({ type }) => type)

describe('pacing', () => {
  test.each(FIXTURES)(
    '$dialect: the provider gets one event at a time, and the end after all events',
    async ({ events, frame }) => {
      const asked: number[] = []
      let through: () => void = () => {}
      const beforeEvent = (k: number): Promise<void> => {
        asked.push(k)
        return new Promise((resolve) => (through = resolve))
      }
      const answer = await openRecorded(frame(events), { beforeEvent })
      const replayed = replay(frame(events), { beforeEvent })
      for (let k = 0; k <= answer.events; k++) {
        await settleMicrotasks()
        expect(asked).toEqual(Array.from({ length: k + 1 }, (_, i) => i))
        through()
      }
      expect(callsOf(await replayed)).toHaveLength(2)
    },
  )

  test('a call is given with the event that ends it, before the next event is read', async () => {
    const { events, frame } = fixtureOf('anthropic-messages')
    const seen: string[] = []
    const beforeEvent = async (k: number): Promise<void> => {
      await settleMicrotasks()
      seen.push(`event ${k}`)
    }
    const { model } = await openRecorded(frame(events), { beforeEvent })
    for await (const part of (await model.doStream({ prompt: [] })).stream)
      if (part.type === 'tool-call') seen.push(part.toolName)
    expect(seen.indexOf('look_up')).toBe(seen.indexOf('event 8') + 1)
    expect(seen.indexOf('ping')).toBe(seen.indexOf('event 11') + 1)
  })

  test('an error of the hook ends the stream like a lost connection', async () => {
    const { events, frame } = fixtureOf('openai-responses')
    const beforeEvent = (k: number): void => {
      if (k === 7) throw new Error('connection lost')
    }
    const parts = await replay(frame(events), { beforeEvent })
    expect(String(parts.map((part) => part.type === 'broken' && part.error).at(-1))).toMatch(
      /^RecordedAnswerError: @ai-sdk\/openai cannot read .*: connection lost$/,
    )
    expect(callsOf(parts).map(({ toolName }) => toolName)).toEqual(['look_up'])
  })
})

describe('the replaying fetch', () => {
  const sent = { contentType: 'text/event-stream', events: [new Uint8Array([97]), new Uint8Array([98])] }

  test('answers any request, once', async () => {
    const fetch = replayFetch(sent)
    const response = await fetch('https://api.example/v1', { method: 'POST' })
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(await response.text()).toBe('ab')
    await expect(fetch('https://api.example/v1')).rejects.toThrow('only one was recorded')
  })

  test('stops at an abort (I13)', async () => {
    const controller = new AbortController()
    const fetch = replayFetch(sent, (k) => {
      if (k === 1) controller.abort(new Error('stop'))
    })
    const response = await fetch('https://api.example/v1', { signal: controller.signal })
    await expect(response.text()).rejects.toThrow('stop')
  })

  test('is reached by the abort of a request to the model', async () => {
    const controller = new AbortController()
    const { events, frame } = fixtureOf('ollama-chat')
    const beforeEvent = (k: number): void => {
      if (k === 2) controller.abort(new Error('stop'))
    }
    const { model } = await openRecorded(frame(events), { beforeEvent })
    const { stream } = await model.doStream({ prompt: [], abortSignal: controller.signal })
    const read = async (): Promise<void> => {
      for await (const _part of stream);
    }
    await expect(read()).rejects.toMatchObject({ name: 'Error', message: 'stop' })
  })

  test('does not request a continuation from a network', async () => {
    const part = { functionCall: { name: 'ping', args: {} } }
    const body = sse([
      {
        candidates: [
          { content: { role: 'model', parts: [part] }, finishReason: 'CONTINUATION', continuationToken: 't' },
        ],
      },
    ])
    const parts = await replay(body)
    expect(JSON.stringify(parts.map((each) => ('error' in each ? String(each.error) : each.type)))).toContain(
      'only one was recorded',
    )
  })

  test('each doStream starts from the beginning', async () => {
    const { events, frame } = fixtureOf('cohere-v2')
    const { model } = await openRecorded(frame(events))
    const read = async (): Promise<unknown[]> => {
      const parts: unknown[] = []
      for await (const part of (await model.doStream({ prompt: [] })).stream) parts.push(part)
      return parts
    }
    expect(await read()).toEqual(await read())
  })
})

describe('ids', () => {
  const chat = (calls: object[]): string =>
    JSON.stringify({
      object: 'chat.completion',
      choices: [{ index: 0, message: { role: 'assistant', tool_calls: calls }, finish_reason: 'tool_calls' }],
    })
  const call = (id?: unknown, text = '{}'): object => ({
    ...(id !== undefined && { id }),
    type: 'function',
    function: { name: 'ping', arguments: text },
  })
  const ids = async (body: string): Promise<string[]> => callsOf(await replay(body)).map(({ toolCallId }) => toolCallId)

  test('missing ids become stand-ins by index that collide with no other id (bad inputs 18, 20; I3)', async () => {
    expect(await ids(chat([call('call-1'), call(), call(''), call('a')]))).toEqual([
      'call-1',
      'call-1-2',
      'call-2',
      'a',
    ])
  })

  test('repeated ids stay (bad input 16; I3)', async () => {
    expect(await ids(chat([call('a'), call('a')]))).toEqual(['a', 'a'])
  })

  test('__proto__ and long ids are ordinary ids (bad inputs 19, 21)', async () => {
    expect(await ids(chat([call('__proto__'), call('x'.repeat(1_000_000))]))).toEqual([
      '__proto__',
      'x'.repeat(1_000_000),
    ])
  })

  test('in a stream, a repeated id gets a stand-in the second time, because the provider invents one', async () => {
    const chunk = (index: number): object => ({
      choices: [{ index: 0, delta: { tool_calls: [{ index, ...call('a') }] } }],
    })
    expect(
      await ids(`${sse([chunk(0), chunk(1), { choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] }])}`),
    ).toEqual(['a', 'call-1'])
  })

  test('the parts of a call have the same id, and results of the provider follow their call', async () => {
    const parts = await replay(lines(fixtureOf('ollama-chat').events))
    const carried = parts.flatMap((part) => (part.type.startsWith('tool-input') && 'id' in part ? [part.id] : []))
    expect(carried).toEqual(['call-0', 'call-0', 'call-0', 'call-1', 'call-1', 'call-1'])
  })

  test('calls that the provider runs keep their ids, and get no index', async () => {
    const body = JSON.stringify({
      candidates: [
        {
          content: {
            role: 'model',
            parts: [
              { executableCode: { language: 'PYTHON', code: '1' } },
              { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1' } },
              { functionCall: { name: 'ping' } },
            ],
          },
          finishReason: 'STOP',
        },
      ],
    })
    const parts = await replay(body)
    expect(callsOf(parts).map(({ toolCallId }) => toolCallId)).toEqual(['call-0'])
    const [ran] = parts.filter((part) => part.type === 'tool-call')
    const [result] = parts.filter((part) => part.type === 'tool-result')
    expect(ran).toMatchObject({ providerExecuted: true, toolCallId: result?.toolCallId })
  })
})

describe('truncated content never looks like a call that may run (I37)', () => {
  const cutWhole: [string, object][] = [
    [
      'anthropic-messages',
      {
        type: 'message',
        id: 'm',
        model: 'm',
        role: 'assistant',
        content: [{ type: 'tool_use', id: 'a', name: 'ping', input: {} }],
        stop_reason: 'max_tokens',
        usage: { input_tokens: 1, output_tokens: 1 },
      },
    ],
    [
      'openai-chat',
      {
        object: 'chat.completion',
        choices: [
          {
            index: 0,
            message: {
              role: 'assistant',
              tool_calls: [{ id: 'a', type: 'function', function: { name: 'ping', arguments: '' } }],
            },
            finish_reason: 'length',
          },
        ],
      },
    ],
    [
      'google-generate-content',
      {
        candidates: [
          {
            content: { role: 'model', parts: [{ functionCall: { name: 'ping', args: { a: 1 } } }] },
            finishReason: 'MAX_TOKENS',
          },
        ],
      },
    ],
    [
      'bedrock-converse',
      {
        output: { message: { role: 'assistant', content: [{ toolUse: { toolUseId: 'a', name: 'ping', input: {} } }] } },
        stopReason: 'max_tokens',
        usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
      },
    ],
  ]
  test.each(cutWhole)(
    '%s: only the end follows a last call that is possibly incomplete, and says so',
    async (dialect, whole) => {
      const parts = await replay(JSON.stringify(whole))
      expect((await openRecorded(JSON.stringify(whole))).dialect).toBe(dialect)
      expect(types(parts).slice(-2)).toEqual(['tool-call', 'finish'])
      expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: { unified: 'length' } })
    },
  )

  test('truncated text is given unchanged, and does not parse; earlier calls and whole text do', async () => {
    const call = (text: string): object => ({ id: 'a', type: 'function', function: { name: 'ping', arguments: text } })
    const whole = (...texts: string[]): string =>
      JSON.stringify({
        object: 'chat.completion',
        choices: [{ index: 0, message: { role: 'assistant', tool_calls: texts.map(call) }, finish_reason: 'length' }],
      })
    expect(callsOf(await replay(whole('', '{"a":"x'))).map(inputOf)).toEqual([{}, undefined])
    expect(callsOf(await replay(whole('', '{"a":1}'))).map(inputOf)).toEqual([{}, { a: 1 }])
  })

  test.each(FIXTURES)(
    '$dialect: a stream that ends after any of its bytes (a property of the parts, see runnableCalls)',
    async (fixture) => {
      const body = Buffer.from(fixture.frame(fixture.events))
      const complete = runnableCalls(await replay(body)).map((call) => JSON.stringify([call.toolName, inputOf(call)]))
      expect(complete).toHaveLength(2)
      const step = Math.max(1, Math.floor(body.length / 200))
      for (let end = 1; end < body.length; end += step) {
        const parts = await replay(body.subarray(0, end), { dialect: fixture.dialect })
        const calls = runnableCalls(parts).map((call) => JSON.stringify([call.toolName, inputOf(call)]))
        expect(calls).toEqual(complete.slice(0, calls.length))
      }
    },
  )

  test('a truncated call, by dialect', async () => {
    const until = async (dialect: string, count: number, ...more: object[]): Promise<string[]> => {
      const { events, frame } = fixtureOf(dialect)
      const parts = await replay(frame([...events.slice(0, count), ...more]), { dialect })
      return parts
        .filter(({ type }) => /^(tool|finish|error|broken)/.test(type))
        .map((part) => {
          if (part.type === 'tool-call') return `tool-call ${part.input}`
          return part.type === 'finish' ? `finish ${part.finishReason.unified}` : part.type
        })
    }
    const begun = ['tool-input-start', 'tool-input-delta']
    // The stream breaks within the arguments of the first call.
    expect(await until('anthropic-messages', 7)).toEqual([...begun, 'finish interrupted'])
    expect(await until('anthropic-on-bedrock', 7)).toEqual(begun)
    expect(await until('openai-responses', 3)).toEqual([...begun, 'finish interrupted'])
    expect(await until('bedrock-converse', 5)).toEqual([...begun, 'finish other'])
    expect(await until('cohere-v2', 4)).toEqual([...begun, 'finish other'])
    expect(await until('openai-chat', 3)).toEqual([
      ...begun,
      'tool-input-end',
      'tool-call {"topic":',
      'error',
      'finish error',
    ])
    // It breaks before the first argument, where Chat Completions' provider gives a call that parses.
    expect(await until('openai-chat', 2)).toEqual([
      'tool-input-start',
      'tool-input-end',
      'tool-call ',
      'error',
      'finish error',
    ])
    // The model came to its limit there.
    const limit = { choices: [{ index: 0, delta: {}, finish_reason: 'length' }] }
    expect(await until('openai-chat', 2, limit)).toEqual([
      'tool-input-start',
      'tool-input-end',
      'tool-call ',
      'finish length',
    ])
    expect(await until('openai-chat', 3, limit)).toEqual([
      ...begun,
      'tool-input-end',
      'tool-call {"topic":',
      'finish length',
    ])
    const end = {
      type: 'message_delta',
      delta: { stop_reason: 'max_tokens', stop_sequence: null },
      usage: { output_tokens: 9 },
    }
    expect(await until('anthropic-messages', 7, end, { type: 'message_stop' })).toEqual([...begun, 'finish length'])
    // A block that is ended all the same is given as a call.
    const stop = { type: 'content_block_stop', index: 1 }
    expect(await until('anthropic-messages', 6, stop, end, { type: 'message_stop' })).toEqual([
      'tool-input-start',
      'tool-input-end',
      'tool-call {}',
      'finish length',
    ])
    expect(await until('anthropic-messages', 7, stop, end, { type: 'message_stop' })).toEqual([
      ...begun,
      'tool-input-end',
      'tool-call {"topic":',
      'finish length',
    ])
    // Cohere's provider parses the text itself, and breaks.
    expect(await until('cohere-v2', 4, { type: 'tool-call-end', index: 0 })).toEqual([
      ...begun,
      'tool-input-end',
      'broken',
    ])
  })
})
