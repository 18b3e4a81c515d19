import type { LanguageModelV4, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { describe, expect, test } from 'vitest'
import { type ScriptedSpeech, settleMicrotasks } from '../../packages/aof-runtime/src/testing/index.ts'
import { speechParts } from '../../packages/aof-runtime/src/testing/scripted-turn.ts'
import { added, bench, type Bench, eventsOf, finish, handModel, inWords, takesTime, toolCall } from './harness.ts'
import { callsOf, historyFaults, ownFaults } from './history-faults.ts'
import { user } from './messages.ts'

const speech: ScriptedSpeech = {
  reasoning: ['first ', 'think'],
  text: ['then ', 'speak'],
  calls: [
    { name: 'reads', arguments: { ms: 20, give: 'read' } },
    { name: 'throws', arguments: { n: 1 } },
    { name: 'writes', arguments: { ms: 5, give: 'written' } },
  ],
}
const parts = speechParts(speech, { turn: 0, modelId: 'm', chunkLength: 20 })

const readOnly = { annotations: { readOnlyHint: true } }
const toolsOf = ({ tool: make, clock }: Bench) => [
  make('reads', takesTime(clock), readOnly),
  make(
    'throws',
    () => {
      throw new Error('as always')
    },
    readOnly,
  ),
  make('writes', takesTime(clock)),
]

/** The calls that have come when the stream breaks after part `k`, and how many of them are known to be complete by then. */
function cameBy(k: number): { readonly names: string[]; readonly complete: number } {
  const came = parts.slice(0, k)
  const names = came.flatMap((part) => (part.type === 'tool-call' ? [part.toolName] : []))
  const goesOn = came.at(-1)?.type === 'tool-call' ? 0 : 1
  return { names, complete: Math.max(0, names.length - 1 + goesOn) }
}

describe('a stream that breaks', () => {
  const points = Array.from({ length: parts.length }, (_, k) => k)

  test.each(
    (['all', 'read-only', 'off'] as const).flatMap((eager) => [
      { eager, breakWith: new Error('the line went dead'), how: 'with an error' },
      { eager, breakWith: 'end' as const, how: 'as if all were well' },
    ]),
  )(
    'I4: after a break at any part, $how, eager `$eager`, nothing runs twice and nothing is lost',
    async ({ eager, breakWith }) => {
      for (const breakAfter of points) {
        const given = bench()
        const talks = given.model([{ ...speech, breakAfter, breakWith, delayMs: 1 }, { text: 'ok' }])
        const modelRetry = { maxAttempts: 1 }
        const run = given.agent({ model: talks, tools: toolsOf(given), eager, modelRetry }).run('x')
        const ended = await given.end(run)
        const { names: expected, complete } = cameBy(breakAfter)
        const at = `after part ${breakAfter}`

        expect(
          given.starts.map(({ name }) => name),
          at,
        ).toEqual(expected.slice(0, complete))
        expect(new Set(given.starts.map(({ key }) => key)).size, at).toBe(complete)
        expect(historyFaults(ended.messages), at).toEqual([])
        expect(ownFaults(ended.messages), at).toEqual([])
        expect(
          ended.messages.flatMap((message) => callsOf(message).map(({ name }) => name)),
          at,
        ).toEqual(expected)
        expect((await eventsOf(run)).map(inWords), at).toContain('model_finished error')

        if (expected.length === 0) {
          expect(ended, at).toMatchObject({
            status: 'failed',
            iterations: 1,
            finishReason: 'error',
            error: { code: 'model_failed' },
          })
          expect(ended.error?.message, at).toBe(
            `The model's answer broke off: ${breakWith === 'end' ? 'the stream ended before the model had finished' : 'the line went dead'}`,
          )
          expect(ended.messages, at).toEqual([user('x')])
        } else {
          expect(ended, at).toMatchObject({
            status: 'done',
            iterations: 2,
            text: 'ok',
            calls: { total: expected.length },
          })
          expect(talks.calls[1]?.prompt, at).toEqual(ended.messages.slice(0, -1))
          const outputs = expected.map((name, i) => {
            if (i === complete) return { type: 'error-json', value: { error: { code: 'incomplete_call' } } }
            return name === 'throws'
              ? { type: 'error-json', value: { error: { code: 'tool_error' } } }
              : { type: 'text', value: name === 'reads' ? 'read' : 'written' }
          })
          expect(ended.messages[2], at).toMatchObject({ content: outputs.map((output) => ({ output })) })
          expect(ended.messages[1], at).toMatchObject({
            content: [
              { type: 'reasoning' },
              { type: 'text', text: 'then speak' },
              ...expected.map((toolName) => ({ toolName })),
            ],
          })
        }
        expect(given.clock.pending, at).toBe(0)
      }
    },
  )

  test('a stream that does not break gives the same turn', async () => {
    const given = bench()
    const ended = await given.end(
      given.agent({ model: given.model([speech, { text: 'ok' }]), tools: toolsOf(given) }).run('x'),
    )
    expect(added(ended.messages)).toHaveLength(3)
    expect(given.starts).toHaveLength(3)
  })

  test('if streams break repeatedly after a call has started, the run continues to its limit, and each call runs once', async () => {
    const given = bench()
    const talks = given.model(() => ({ ...speech, breakAfter: parts.length - 1 }))
    const ended = await given.end(given.agent({ model: talks, tools: toolsOf(given), maxIterations: 4 }).run('x'))
    expect(ended).toMatchObject({ status: 'max_iterations', iterations: 4, calls: { total: 12 } })
    // The last call of each turn may be incomplete, since nothing came after it.
    expect(given.starts).toHaveLength(8)
    expect(new Set(given.starts.map(({ key }) => key)).size).toBe(8)
    expect(historyFaults(ended.messages)).toEqual([])
  })

  test('after a break with a refused call its result is recorded, and the run continues', async () => {
    const given = bench()
    const talks = given.model([{ parts: [toolCall('a', 'missing')], breakWith: 'end' }, { text: 'ok' }])
    const ended = await given.end(given.agent({ model: talks, tools: [] }).run('x'))
    expect(ended).toMatchObject({ status: 'done', calls: { total: 1, failed: 1 } })
  })

  test('after a break in a later turn, before any call started, the run fails with the earlier results', async () => {
    const given = bench()
    const talks = given.model([
      { text: 'one', calls: [{ name: 'writes' }], usage: { inputTokens: 5 } },
      { text: 'two', breakAfter: 4, usage: { inputTokens: 7 } },
    ])
    const ended = await given.end(given.agent({ model: talks, tools: toolsOf(given) }).run('x'))
    expect(ended).toMatchObject({ status: 'failed', text: 'one', iterations: 2, usage: { inputTokens: 5 } })
    expect(ended.messages).toHaveLength(3)
    expect(historyFaults(ended.messages)).toEqual([])
  })
})

describe('a stream that carries an error', () => {
  test('an error in the stream before any call started fails the run with its message', async () => {
    const { agent, model, end } = bench()
    const overloaded = { type: 'overloaded_error', message: 'Overloaded' }
    const ended = await end(agent({ model: model([{ text: 'a', error: overloaded }]) }).run('x'))
    expect(ended).toMatchObject({
      status: 'failed',
      error: { code: 'model_failed', message: "The model's answer broke off: Overloaded" },
    })
    expect(ended.error?.cause).toBe(overloaded)
  })

  test('the first error of a stream counts; later parts are still read', async () => {
    const given = bench()
    const talks = given.model([
      [
        toolCall('a', 'reads', '{"ms":1}'),
        { type: 'error', error: new Error('one') },
        toolCall('b', 'reads', '{"ms":2}'),
        { type: 'error', error: new Error('two') },
        finish(),
      ],
      { text: 'ok' },
    ])
    const ended = await given.end(given.agent({ model: talks, tools: toolsOf(given) }).run('x'))
    expect(ended).toMatchObject({ status: 'done', calls: { total: 2, succeeded: 1 } })
    const failing = given.model([
      [
        { type: 'text-delta', id: 't', delta: 'half' },
        { type: 'error', error: new Error('one') },
        { type: 'error', error: new Error('two') },
        finish(),
      ],
    ])
    expect((await given.end(given.agent({ model: failing }).run('x'))).error?.message).toBe(
      "The model's answer broke off: one",
    )
  })

  test('the finish reasons `error` and `interrupted` are breaks: with a call the run continues, without one it fails', async () => {
    for (const reason of ['error', 'interrupted'] as const) {
      const given = bench()
      const answer: LanguageModelV4StreamPart[] = [{ type: 'text-delta', id: 't', delta: 'half' }, finish(reason)]
      const ended = await given.end(given.agent({ model: given.model([answer]) }).run('x'))
      expect(ended).toMatchObject({ status: 'failed', finishReason: 'error', messages: [user('x')] })
      const called = given.model([[toolCall('a', 'reads', '{"ms":1}'), finish(reason)], { text: 'ok' }])
      expect(await given.end(given.agent({ model: called, tools: toolsOf(given) }).run('x'))).toMatchObject({
        status: 'done',
        calls: { total: 1 },
      })
    }
  })
})

describe('a model that rejects', () => {
  function lockedStream(): ReadableStream<LanguageModelV4StreamPart> {
    const stream = new ReadableStream<LanguageModelV4StreamPart>()
    stream.getReader()
    return stream
  }

  test('a model that rejects, throws, or returns no stream fails the run, with its history', async () => {
    const refuse: [Partial<LanguageModelV4>, string][] = [
      [{ doStream: () => Promise.reject(new Error('401 no key')) }, 'The model failed: 401 no key'],
      [
        {
          doStream: () => {
            throw new Error('at once')
          },
        },
        'The model failed: at once',
      ],
      [{ doStream: () => Promise.reject(undefined) }, 'The model failed: no reason was given (undefined)'],
      [{ doStream: async () => ({}) as never }, 'The model failed: '],
      [{ doStream: async () => ({ stream: lockedStream() }) }, 'The model failed: '],
    ]
    for (const [how, message] of refuse) {
      const { agent, model, tool: make, end } = bench()
      const good = model([{ calls: [{ name: 'work' }] }])
      let asked = 0
      const talks: LanguageModelV4 = {
        ...good,
        doStream: (options) =>
          asked++ === 0 ? good.doStream(options) : (how.doStream as LanguageModelV4['doStream'])(options),
      }
      const given = agent({ model: talks, tools: [make('work')] })
      const run = given.run('x')
      const ended = await end(run)
      expect(ended).toMatchObject({ status: 'failed', iterations: 2, error: { code: 'model_failed' } })
      expect(ended.error?.message).toContain(message)
      expect(ended.messages).toHaveLength(3)
      expect(historyFaults(ended.messages)).toEqual([])
      expect((await eventsOf(run)).slice(-3).map(inWords)).toEqual(['turn_finished 1', 'turn_started', 'done failed'])
      // No batch is left open: the executor has nothing to wait for.
      expect(await given.close({ drainMs: Infinity })).toEqual({ abandoned: 0 })
    }
  })

  test('an unreadable part breaks the stream, which is cancelled', async () => {
    const { agent, end } = bench()
    const model = handModel()
    const run = agent({ model }).run('x')
    await settleMicrotasks()
    model.send({ type: 'text-delta', id: 't', delta: 'a' }, null as never)
    const ended = await end(run)
    expect(ended).toMatchObject({ status: 'failed', error: { code: 'model_failed' } })
    expect(model.cancelled).toHaveLength(1)
  })
})
