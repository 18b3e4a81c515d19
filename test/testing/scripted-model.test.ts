import { createAnthropic } from '@ai-sdk/anthropic'
import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MisuseError } from '../../packages/aof-runtime/src/index.ts'
import {
  scriptedModel,
  type ScriptedModel,
  type ScriptedSpeech,
  settleMicrotasks,
  VirtualClock,
} from '../../packages/aof-runtime/src/testing/index.ts'
import { anthropicAnswer } from './anthropic-answer.ts'
import { misformed } from './part-grammar.ts'

const ask = (text: string): LanguageModelV4CallOptions => ({
  prompt: [{ role: 'user', content: [{ type: 'text', text }] }],
})

/** Reads a stream to its end, noting what it ended with and when each part came. */
async function read(
  model: ScriptedModel,
  options = ask('go'),
  clock = new VirtualClock(),
): Promise<{ parts: LanguageModelV4StreamPart[]; at: number[]; thrown?: unknown }> {
  const parts: LanguageModelV4StreamPart[] = []
  const at: number[] = []
  try {
    const { stream } = await model.doStream(options)
    for await (const part of stream) {
      parts.push(part)
      at.push(clock.now())
    }
    return { parts, at }
  } catch (thrown) {
    return { parts, at, thrown }
  }
}

const finish: LanguageModelV4StreamPart = {
  type: 'finish',
  finishReason: { unified: 'stop', raw: 'end_turn' },
  usage: {
    inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: 2, text: 2, reasoning: 0 },
  },
}

describe('the stream of a scripted model', () => {
  test('the scripted model streams a turn with all kinds of parts', async () => {
    const model = scriptedModel(
      [
        {
          reasoning: 'Hm.',
          text: ['Look', 'ing.'],
          calls: [
            { name: 'search', arguments: { q: 'limits' } },
            { id: 'mine', name: 'now' },
          ],
          usage: { inputTokens: 10, cachedInputTokens: 4, outputTokens: 3 },
        },
      ],
      { chunkLength: 8 },
    )
    expect((await read(model)).parts).toEqual([
      { type: 'stream-start', warnings: [] },
      { type: 'response-metadata', id: 'response-0', modelId: 'scripted' },
      { type: 'reasoning-start', id: 'reasoning-0' },
      { type: 'reasoning-delta', id: 'reasoning-0', delta: 'Hm.' },
      { type: 'reasoning-end', id: 'reasoning-0' },
      { type: 'text-start', id: 'text-0' },
      { type: 'text-delta', id: 'text-0', delta: 'Look' },
      { type: 'text-delta', id: 'text-0', delta: 'ing.' },
      { type: 'text-end', id: 'text-0' },
      { type: 'tool-input-start', id: 'call-0-0', toolName: 'search' },
      { type: 'tool-input-delta', id: 'call-0-0', delta: '{"q":"li' },
      { type: 'tool-input-delta', id: 'call-0-0', delta: 'mits"}' },
      { type: 'tool-input-end', id: 'call-0-0' },
      { type: 'tool-call', toolCallId: 'call-0-0', toolName: 'search', input: '{"q":"limits"}' },
      { type: 'tool-input-start', id: 'mine', toolName: 'now' },
      { type: 'tool-input-delta', id: 'mine', delta: '{}' },
      { type: 'tool-input-end', id: 'mine' },
      { type: 'tool-call', toolCallId: 'mine', toolName: 'now', input: '{}' },
      {
        type: 'finish',
        finishReason: { unified: 'tool-calls', raw: 'tool-calls' },
        usage: {
          inputTokens: { total: 10, noCache: 6, cacheRead: 4, cacheWrite: undefined },
          outputTokens: { total: 3, text: undefined, reasoning: undefined },
        },
      },
    ])
  })

  test("the scripted model streams what Anthropic's provider makes of the same turn", async () => {
    const speech: ScriptedSpeech = {
      reasoning: ['Let me ', 'see.'],
      text: ['Look', 'ing.'],
      calls: [{ id: 'toolu_1', name: 'search', arguments: { q: 'limits' } }],
    }
    const anthropic = createAnthropic({ apiKey: 'none', fetch: async () => anthropicAnswer(speech, 20) })
    const real = await anthropic('claude-sonnet-4-5').doStream(ask('go'))
    const comparable = (part: LanguageModelV4StreamPart): unknown => {
      if (part.type === 'finish') return { type: part.type, finishReason: part.finishReason.unified }
      if (part.type === 'response-metadata') return { type: part.type }
      return 'id' in part && !part.type.startsWith('tool-') ? { ...part, id: undefined } : part
    }
    const realParts: LanguageModelV4StreamPart[] = []
    // The provider's own `custom` part repeats its first message; no other provider has one.
    for await (const part of real.stream) if (part.type !== 'custom') realParts.push(part)
    expect((await read(scriptedModel([speech]))).parts.map(comparable)).toEqual(realParts.map(comparable))
  })

  const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.array(fc.string(), { maxLength: 4 }))
  const call = fc.record({ name: fc.string(), arguments: fc.oneof(fc.jsonValue(), fc.string()) })
  const speech = fc.record(
    { text, reasoning: text, calls: fc.array(call, { maxLength: 4 }), error: fc.constant('overloaded') },
    { requiredKeys: [] },
  )

  test('any scripted turn is well-formed and has the content of the script', async () => {
    await fc.assert(
      fc.asyncProperty(speech, fc.integer({ min: 1, max: 30 }), async (script, chunkLength) => {
        const { parts, thrown } = await read(scriptedModel([script], { chunkLength }))
        expect(thrown).toBeUndefined()
        expect(misformed(parts)).toEqual([])
        const said = (type: 'text-delta' | 'reasoning-delta'): string =>
          parts.map((part) => (part.type === type ? part.delta : '')).join('')
        expect(said('text-delta')).toBe([script.text ?? ''].flat().join(''))
        expect(said('reasoning-delta')).toBe([script.reasoning ?? ''].flat().join(''))
        const calls = parts.flatMap((part) => (part.type === 'tool-call' ? [[part.toolName, part.input]] : []))
        const input = (args: unknown): string => (typeof args === 'string' ? args : JSON.stringify(args))
        expect(calls).toEqual((script.calls ?? []).map((given) => [given.name, input(given.arguments)]))
      }),
    )
  })

  test('no delta is longer than chunkLength, and none divides a character', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom('a', 'é', '…', '😀', '\u{10ffff}') }),
        fc.integer({ min: 1, max: 9 }),
        async (said, chunkLength) => {
          const { parts } = await read(scriptedModel([{ text: said }], { chunkLength }))
          const deltas = parts.flatMap((part) => (part.type === 'text-delta' ? [part.delta] : []))
          expect(deltas.join('')).toBe(said)
          expect(deltas.every((delta) => Array.from(delta).length <= chunkLength && delta.isWellFormed())).toBe(true)
        },
      ),
    )
  })

  test('string arguments are streamed unchanged, so that cut-off ones can be played (I37)', async () => {
    const { parts } = await read(scriptedModel([{ calls: [{ name: 'a', arguments: '{"q": "li' }] }]))
    expect(parts.find((part) => part.type === 'tool-call')).toMatchObject({ input: '{"q": "li' })
  })

  test.each([
    [{ text: 'x' }, 'stop'],
    [{ calls: [{ name: 'a' }] }, 'tool-calls'],
    [{ calls: [{ name: 'a' }], error: new Error('overloaded') }, 'error'],
    [{ calls: [{ name: 'a' }], finishReason: 'length' as const }, 'length'],
    [{}, 'stop'],
  ])('the turn %o finishes with %s', async (speech, reason) => {
    const { parts } = await read(scriptedModel([speech]))
    expect(parts.at(-1)).toMatchObject({ finishReason: { unified: reason } })
  })

  test('a list of parts is played unchanged, also within an object', async () => {
    const parts: LanguageModelV4StreamPart[] = [{ type: 'ping' }, { type: 'error', error: 1 }, finish]
    const model = scriptedModel([parts, { parts }, []])
    expect(await read(model)).toEqual({ parts, at: [0, 0, 0] })
    expect(await read(model)).toEqual({ parts, at: [0, 0, 0] })
    expect(await read(model)).toEqual({ parts: [], at: [] })
  })
})

describe('scripted turns', () => {
  test('scripted turns come in order, with ids that differ from turn to turn', async () => {
    const model = scriptedModel([{ calls: [{ name: 'a' }] }, { calls: [{ name: 'a' }] }, { text: 'end' }])
    const ids: string[] = []
    for (let turn = 0; turn < 3; turn++) {
      for (const part of (await read(model)).parts) if (part.type === 'tool-call') ids.push(part.toolCallId)
    }
    expect(ids).toEqual(['call-0-0', 'call-1-0'])
  })

  test('scripted turns may be functions of the call, even one for all turns', async () => {
    const echo = async ({ prompt }: LanguageModelV4CallOptions, turn: number): Promise<ScriptedSpeech> => ({
      text: `${turn}: ${JSON.stringify(prompt[0]?.content)}`,
    })
    const model = scriptedModel(echo)
    expect((await model.doGenerate(ask('one'))).content).toEqual([
      { type: 'text', text: '0: [{"type":"text","text":"one"}]' },
    ])
    expect((await model.doGenerate(ask('two'))).content).toEqual([
      { type: 'text', text: '1: [{"type":"text","text":"two"}]' },
    ])
  })

  test('a call beyond the script is an error that says so', async () => {
    const model = scriptedModel([{ text: 'only' }])
    await model.doGenerate(ask('first'))
    const message = `The scripted model was called for turn 2, and its script has 1. Add a turn, or find out why the model is called again (the prompt's last message has the role user).`
    await expect(model.doStream(ask('second'))).rejects.toThrow(message)
    expect(model.calls).toHaveLength(2)
  })

  test('calls are recorded as they were at that time', async () => {
    const model = scriptedModel([{ text: 'a' }, { text: 'b' }])
    const url = new URL('https://example.com/')
    const options = ask('first')
    options.prompt.push({ role: 'user', content: [{ type: 'file', data: { type: 'url', url }, mediaType: 'image' }] })
    options.tools = [{ type: 'function', name: 't', inputSchema: { type: 'object' } }]
    await model.doStream(options)
    const before = structuredClone(ask('first').prompt[0])
    options.prompt[0] = { role: 'system', content: 'changed' }
    options.tools.pop()
    await model.doGenerate(options)
    expect(model.calls[0]?.prompt[0]).toEqual(before)
    expect(model.calls[0]?.prompt[1]?.content[0]).toEqual({
      type: 'file',
      data: { type: 'url', url },
      mediaType: 'image',
    })
    expect(model.calls.map(({ tools }) => tools?.length)).toEqual([1, 0])
    expect(model.calls[1]?.prompt[0]).toEqual({ role: 'system', content: 'changed' })
  })
})

describe('the pace of a scripted model', () => {
  test('each part comes after its delay, however slow the reader is', async () => {
    const clock = new VirtualClock()
    const model = scriptedModel(
      [{ parts: [{ type: 'ping' }, { type: 'ping' }, { type: 'ping' }, finish], delayMs: 10 }],
      {
        clock,
      },
    )
    const { stream } = await model.doStream(ask('go'))
    const at: number[] = []
    const reading = (async () => {
      for await (const _part of stream) {
        at.push(clock.now())
        if (at.length === 1) await clock.sleep(15)
      }
    })()
    await clock.runUntil(reading)
    expect(at).toEqual([10, 25, 30, 40])
  })

  test("a delay may depend on the part, and a turn's own delay takes precedence", async () => {
    const clock = new VirtualClock()
    const turns = [
      { text: 'ab', delayMs: (_part: LanguageModelV4StreamPart, index: number) => index },
      { text: 'ab' },
      [finish],
    ]
    const model = scriptedModel(turns, { clock, delayMs: 100 })
    expect((await clock.runUntil(read(model, ask('go'), clock))).at).toEqual([0, 1, 3, 6, 10, 15])
    expect((await clock.runUntil(read(model, ask('go'), clock))).at).toEqual([115, 215, 315, 415, 515, 615])
    expect((await clock.runUntil(read(model, ask('go'), clock))).at).toEqual([715])
  })

  test('doGenerate takes as long as the stream', async () => {
    const clock = new VirtualClock()
    const model = scriptedModel([{ text: 'ab', delayMs: 10 }], { clock })
    await clock.runUntil(model.doGenerate(ask('go')))
    expect(clock.now()).toBe(60)
  })
})

describe('scripted faults', () => {
  test('a stream breaks after the given number of parts, for each number of them', async () => {
    const speech: ScriptedSpeech = { text: 'ab', calls: [{ name: 'a' }] }
    const whole = (await read(scriptedModel([speech]))).parts
    for (let breakAfter = 0; breakAfter <= whole.length; breakAfter++) {
      const { parts, thrown } = await read(scriptedModel([{ ...speech, breakAfter }]))
      expect(parts).toEqual(whole.slice(0, breakAfter))
      expect(String(thrown)).toBe(`Error: The stream broke after part ${breakAfter}, as scripted.`)
    }
    const beyond = await read(scriptedModel([{ ...speech, breakAfter: whole.length + 1 }]))
    expect(beyond.thrown).toBeInstanceOf(MisuseError)
  })

  test('a stream breaks with the given error, or by ending', async () => {
    const broken = new Error('reset')
    expect(await read(scriptedModel([{ text: 'a', breakAfter: 1, breakWith: broken }]))).toMatchObject({
      thrown: broken,
    })
    const ended = await read(scriptedModel([{ text: 'a', breakAfter: 4, breakWith: 'end' }]))
    expect(ended.parts.map(({ type }) => type)).toEqual([
      'stream-start',
      'response-metadata',
      'text-start',
      'text-delta',
    ])
    expect('thrown' in ended).toBe(false)
  })

  test('a slow reader loses no part before a break', async () => {
    const model = scriptedModel([{ text: 'ab', breakAfter: 3 }])
    const { stream } = await model.doStream(ask('go'))
    for (let turn = 0; turn < 10; turn++) await settleMicrotasks()
    const reader = stream.getReader()
    const types = [await reader.read(), await reader.read(), await reader.read()].map(({ value }) => value?.type)
    expect(types).toEqual(['stream-start', 'response-metadata', 'text-start'])
    await expect(reader.read()).rejects.toThrow('as scripted')
  })

  test('an error is a part of the stream; without streaming it rejects', async () => {
    const error = new Error('overloaded')
    const model = scriptedModel([
      { text: 'a', error },
      { text: 'a', error },
    ])
    expect((await read(model)).parts.slice(-2)).toMatchObject([{ type: 'error', error }, { type: 'finish' }])
    await expect(model.doGenerate(ask('go'))).rejects.toBe(error)
  })

  test('a refused call rejects, and is recorded', async () => {
    const error = new Error('401')
    const model = scriptedModel([{ rejectWith: error }, { rejectWith: error }])
    await expect(model.doStream(ask('go'))).rejects.toBe(error)
    await expect(model.doGenerate(ask('go'))).rejects.toBe(error)
    expect(model.calls).toHaveLength(2)
  })

  test.each([{ delayMs: -1 }, { delayMs: () => NaN }, { breakAfter: -1 }, { breakAfter: 1.5 }])(
    'a turn with %o is refused',
    async (play) => {
      await expect(scriptedModel([{ text: 'a', ...play }]).doStream(ask('go'))).rejects.toThrow(MisuseError)
    },
  )

  test('a model with empty deltas is refused', () => {
    expect(() => scriptedModel([], { chunkLength: 0 })).toThrow(MisuseError)
  })
})

describe('I13: aborts of a scripted model', () => {
  test('I13: an abort before the call rejects with the reason', async () => {
    const model = scriptedModel([{ text: 'a' }])
    const options = { ...ask('go'), abortSignal: AbortSignal.abort('stop') }
    await expect(model.doStream(options)).rejects.toBe('stop')
    await expect(model.doGenerate(options)).rejects.toBe('stop')
  })

  test('I13, I17: an abort between parts, or during the wait for one, errors the stream with the reason and leaves no timer', async () => {
    for (const delayMs of [0, 10]) {
      const clock = new VirtualClock()
      const controller = new AbortController()
      const model = scriptedModel([{ text: 'abc', delayMs }], { clock })
      const { stream } = await model.doStream({ ...ask('go'), abortSignal: controller.signal })
      const reader = stream.getReader()
      await clock.runUntil(reader.read())
      const second = delayMs > 0 ? reader.read() : undefined
      await settleMicrotasks()
      controller.abort('stop')
      await expect(second ?? reader.read()).rejects.toBe('stop')
      expect(clock.pending).toBe(0)
    }
  })

  test('I13: an abort ends doGenerate', async () => {
    const clock = new VirtualClock()
    const controller = new AbortController()
    const model = scriptedModel([{ text: 'abc', delayMs: 5 }], { clock })
    const generating = Promise.resolve(model.doGenerate({ ...ask('go'), abortSignal: controller.signal }))
    void clock.setTimer(() => controller.abort('stop'), 7)
    await expect(clock.runUntil(generating)).rejects.toBe('stop')
    expect([clock.now(), clock.pending]).toEqual([7, 0])
  })

  test('I17: a reader that cancels leaves no timer behind', async () => {
    const clock = new VirtualClock()
    const { stream } = await scriptedModel([{ text: 'abc', delayMs: 5 }], { clock }).doStream(ask('go'))
    const reader = stream.getReader()
    const read = reader.read()
    await settleMicrotasks()
    expect(clock.pending).toBe(1)
    await reader.cancel()
    expect(await read).toEqual({ done: true, value: undefined })
    expect(clock.pending).toBe(0)
  })
})

describe('doGenerate', () => {
  test('doGenerate returns the content of the stream as one answer', async () => {
    const source: LanguageModelV4StreamPart = {
      type: 'source',
      sourceType: 'url',
      id: 's',
      url: 'https://example.com/',
    }
    const warnings = [{ type: 'other' as const, message: 'careful' }]
    const parts: LanguageModelV4StreamPart[] = [
      { type: 'stream-start', warnings },
      { type: 'response-metadata', id: 'r', modelId: 'm' },
      { type: 'reasoning-start', id: 'r' },
      { type: 'reasoning-delta', id: 'r', delta: 'Hm' },
      { type: 'text-start', id: '0' },
      { type: 'reasoning-delta', id: 'r', delta: '.' },
      { type: 'reasoning-end', id: 'r' },
      { type: 'text-delta', id: '0', delta: 'Yes' },
      { type: 'text-end', id: '0' },
      source,
      { type: 'tool-input-start', id: 'c', toolName: 'a' },
      { type: 'tool-input-delta', id: 'c', delta: '{}' },
      { type: 'tool-input-end', id: 'c' },
      { type: 'tool-call', toolCallId: 'c', toolName: 'a', input: '{}' },
      { type: 'ping' },
      finish,
    ]
    expect(await scriptedModel([parts]).doGenerate(ask('go'))).toEqual({
      content: [
        { type: 'reasoning', text: 'Hm.' },
        { type: 'text', text: 'Yes' },
        source,
        { type: 'tool-call', toolCallId: 'c', toolName: 'a', input: '{}' },
      ],
      finishReason: finish.finishReason,
      usage: finish.usage,
      warnings,
      response: { id: 'r', modelId: 'm' },
    })
  })

  test('doGenerate rejects at a break; an end without a finish is an interrupted answer', async () => {
    const model = scriptedModel([
      { text: 'ab', breakAfter: 4 },
      { text: 'ab', breakAfter: 4, breakWith: 'end' },
    ])
    await expect(model.doGenerate(ask('go'))).rejects.toThrow('The stream broke after part 4')
    expect(await model.doGenerate(ask('go'))).toMatchObject({
      content: [{ type: 'text', text: 'ab' }],
      finishReason: { unified: 'interrupted' },
    })
  })
})

test.each([
  ['hi', 'Turn 1 of the scripted model must be an object'],
  [{ tool: 'x' }, "Turn 1 of the scripted model has the unknown field 'tool'"],
  [{ calls: [{ nam: 'x' }] }, 'calls[0] has no name'],
])('an invalid turn is refused, with an explanation of a valid one: %j', async (turn, message) => {
  await expect(scriptedModel([turn as never]).doGenerate({ prompt: [] })).rejects.toThrow(message)
})
