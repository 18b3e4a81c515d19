import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { describe, expect, test } from 'vitest'
import type { Eager } from '../../packages/aof-runtime/src/agent/index.ts'
import type { JsonSchema } from '../../packages/aof-runtime/src/index.ts'
import { settleMicrotasks } from '../../packages/aof-runtime/src/testing/index.ts'
import { bench, eventsOf, finish, handModel, inWords, takesTime, toolCall } from './harness.ts'
import { historyFaults } from './history-faults.ts'

const readOnly = { annotations: { readOnlyHint: true } }

describe('eager start', () => {
  /** Whether the turn of the event loop in which this is called has passed. */
  function loopTurn(): () => boolean {
    let passed = false
    setImmediate(() => (passed = true))
    return () => passed
  }

  test('with eager `all` a call starts at the next part of the stream, while the stream continues', async () => {
    const { agent, tool: make } = bench()
    const startedIn: boolean[] = []
    let isPassed = loopTurn()
    const model = handModel()
    const run = agent({ model, tools: [make('work', () => void startedIn.push(isPassed()))] }).run('x')
    await settleMicrotasks()
    for (const id of ['a', 'b']) {
      model.send({ type: 'tool-input-start', id, toolName: 'work' }, toolCall(id, 'work'))
      await settleMicrotasks()
      expect(startedIn).toHaveLength(id === 'a' ? 0 : 1)
      isPassed = loopTurn()
      model.send({ type: 'text-delta', id: 't', delta: `after ${id}` })
      await settleMicrotasks()
      expect(startedIn).toHaveLength(id === 'a' ? 1 : 2)
    }
    expect(startedIn).toEqual([false, false])
    model.send(finish())
    model.close()
    await settleMicrotasks()
    model.send(finish('stop'))
    model.close()
    await run.result
    const events = (await eventsOf(run)).map(inWords)
    expect(events.indexOf('settled 0 succeeded')).toBeLessThan(events.indexOf('call_arriving 1'))
    expect(events.indexOf('started 1')).toBeLessThan(events.indexOf('model_finished tool-calls'))
  })

  test.each<[Eager, Record<string, number>]>([
    // The last call waits for the end, which shows that it is complete.
    ['all', { reads: 100, writes: 200, unmarked: 1_000 }],
    ['read-only', { reads: 100, writes: 1_000, unmarked: 1_000 }],
    ['off', { reads: 1_000, writes: 1_000, unmarked: 1_000 }],
  ])('with eager `%s` calls start at the expected moments', async (eager, moments) => {
    const { agent, model, tool: make, starts, end } = bench()
    const tools = [
      make('reads', undefined, readOnly),
      make('writes', undefined, { annotations: { readOnlyHint: false } }),
      make('unmarked'),
    ]
    const talks = model([
      {
        calls: [{ name: 'reads' }, { name: 'writes' }, { name: 'unmarked' }],
        delayMs: (part) => (part.type === 'tool-call' ? 100 : part.type === 'finish' ? 700 : 0),
      },
      { text: 'ok' },
    ])
    const run = agent({ model: talks, tools, eager }).run('x')
    const ended = await end(run)
    expect(Object.fromEntries(starts.map(({ name, at }) => [name, at]))).toEqual(moments)
    expect(ended.calls).toMatchObject({ total: 3, succeeded: 3 })
    expect(historyFaults(ended.messages)).toEqual([])
    // Calls that wait for the end of the answer start after the event that reports it.
    const events = (await eventsOf(run)).map(inWords)
    const early = eager === 'all' ? 3 : Object.values(moments).filter((at) => at < 1_000).length
    expect(
      events.slice(0, events.indexOf('model_finished tool-calls')).filter((event) => event.startsWith('started')),
    ).toHaveLength(early)
  })

  test('with eager `read-only` a name that is not a tool waits for the end', async () => {
    const { agent, model, tool: make, end } = bench()
    const talks = model([{ calls: [{ name: 'missing' }, { name: 'reads' }] }, { text: 'ok' }])
    const run = agent({ model: talks, tools: [make('reads', undefined, readOnly)], eager: 'read-only' }).run('x')
    await end(run)
    const events = (await eventsOf(run)).map(inWords)
    const told = events.indexOf('model_finished tool-calls')
    expect(events.indexOf('settled 0 invalid')).toBeGreaterThan(told)
    expect(events.indexOf('started 1')).toBeLessThan(told)
  })

  /** Five calls, complete 100 ms apart from 100 ms on; the answer ends with the last of them. */
  const cases: readonly {
    readonly what: string
    readonly tools: readonly number[]
    readonly eagerMs: number
    readonly waitingMs: number
  }[] = [
    { what: 'all tools take 300', tools: [300, 300, 300, 300, 300], eagerMs: 800, waitingMs: 800 },
    { what: 'the first takes 600', tools: [600, 300, 300, 300, 300], eagerMs: 800, waitingMs: 1_100 },
    { what: 'the first takes 1000', tools: [1_000, 300, 300, 300, 300], eagerMs: 1_100, waitingMs: 1_500 },
    { what: '600, 500, 400, 300, 200', tools: [600, 500, 400, 300, 200], eagerMs: 700, waitingMs: 1_100 },
  ]
  test.each(cases)('eager start reaches the ideal end exactly: $what', async ({ tools, eagerMs, waitingMs }) => {
    for (const [eager, wallMs] of [
      ['all', eagerMs],
      ['off', waitingMs],
    ] as const) {
      const { agent, model, tool: make, clock, end } = bench()
      const talks = model([
        {
          calls: tools.map((ms) => ({ name: 'work', arguments: { ms } })),
          delayMs: (part) => (part.type === 'tool-call' ? 100 : 0),
        },
        { text: 'ok' },
      ])
      const ended = await end(agent({ model: talks, tools: [make('work', takesTime(clock))], eager }).run('x'))
      expect(ended).toMatchObject({ status: 'done', wallMs, calls: { succeeded: 5 } })
      expect(clock.now()).toBe(wallMs)
    }
  })

  test('eager start keeps to the limit of the executor, in call order', async () => {
    const { agent, model, tool: make, clock, starts, end } = bench()
    const talks = model([
      {
        calls: [50, 50, 50, 50, 50].map((ms) => ({ name: 'work', arguments: { ms } })),
        delayMs: (part) => (part.type === 'tool-call' ? 10 : 0),
      },
      { text: 'ok' },
    ])
    const ended = await end(
      agent({ model: talks, tools: [make('work', takesTime(clock))], maxParallelTools: 2 }).run('x'),
    )
    expect(starts.map(({ at }) => at)).toEqual([10, 20, 60, 70, 110])
    expect(starts.map(({ key }) => key.split('/')[2])).toEqual(['0', '1', '2', '3', '4'])
    expect(ended.wallMs).toBe(160)
  })
})

describe('I37: cut-off calls', () => {
  const incomplete = { output: { value: { error: { code: 'incomplete_call' } } } }

  test('I37: at `length` a complete call runs, and the model gets a result for the cut-off one', async () => {
    for (const eager of ['all', 'read-only', 'off'] as const) {
      const { agent, model, tool: make, starts, end } = bench()
      const talks = model([
        [
          { type: 'tool-input-start', id: 'a', toolName: 'work' },
          toolCall('a', 'work', '{"n":1}'),
          { type: 'tool-input-start', id: 'b', toolName: 'work' },
          { type: 'tool-input-delta', id: 'b', delta: '{"n":' },
          finish('length'),
        ],
        { text: 'ok' },
      ])
      const ended = await end(agent({ model: talks, tools: [make('work')], eager }).run('x'))
      expect(starts.map(({ input }) => input)).toEqual([{ n: 1 }])
      expect(ended).toMatchObject({ status: 'done', iterations: 2, calls: { total: 2, succeeded: 1 } })
      expect(ended.messages[2]).toMatchObject({ content: [{ toolCallId: 'a' }, { toolCallId: 'b', ...incomplete }] })
      expect(historyFaults(ended.messages)).toEqual([])
    }
  })

  test.each([
    ['a call whose arguments were cut', '{"path":"a'],
    ['a call that looks whole', '{"n":1}'],
    ['a call that was cut before its first argument', ''],
    ['a call that was cut before its first argument, in blanks', ' \n'],
  ])('I37: %s, at the end of a cut-off turn, does not run, and its result says why', async (_what, input) => {
    for (const eager of ['all', 'read-only', 'off'] as const) {
      for (const reason of ['length', 'interrupted', 'error', 'content-filter', 'other'] as const) {
        const { agent, model, tool: make, starts, end } = bench()
        const calls = [toolCall('a', 'work', '{"n":0}'), toolCall('b', 'work', input)]
        const talks = model([[...calls, finish(reason)], { text: 'ok' }])
        const ended = await end(agent({ model: talks, tools: [make('work', undefined, readOnly)], eager }).run('x'))
        expect(starts.map(({ input: given }) => given)).toEqual([{ n: 0 }])
        expect(ended).toMatchObject({ status: 'done', text: 'ok', calls: { total: 2, succeeded: 1 } })
        expect(ended.messages[2]).toMatchObject({ content: [{}, incomplete] })
        expect(historyFaults(ended.messages)).toEqual([])
      }
    }
  })

  const begin: LanguageModelV4StreamPart = { type: 'tool-input-start', id: 'a', toolName: 'work' }
  const fed: LanguageModelV4StreamPart = { type: 'tool-input-delta', id: 'a', delta: '{}' }
  const unfed: LanguageModelV4StreamPart = { type: 'tool-input-delta', id: 'a', delta: '' }
  const bare = [begin, unfed, toolCall('a', 'work', '{}')]

  const takesSome: JsonSchema = { type: 'object', properties: { n: { type: 'number' } } }

  /** How many calls started before the last part came, and how many in all. */
  async function startsOf(parts: readonly LanguageModelV4StreamPart[]): Promise<readonly [early: number, all: number]> {
    const { agent, tool: make, starts, clock } = bench()
    const model = handModel()
    const run = agent({ model, tools: [make('work', undefined, { inputSchema: takesSome })], maxIterations: 1 }).run(
      'x',
    )
    await settleMicrotasks()
    model.send(...parts.slice(0, -1))
    await settleMicrotasks()
    const early = starts.length
    model.send(...parts.slice(-1))
    model.close()
    const { messages } = await clock.runUntil(run.result)
    expect(historyFaults(messages)).toEqual([])
    return [early, starts.length]
  }

  test('a call starts once the model continues after it, or ends the turn itself', async () => {
    for (const call of [bare, [begin, fed, toolCall('a', 'work', '{}')], [toolCall('a', 'work', '{"n":1}')]]) {
      expect(await startsOf([...call, finish('length')])).toEqual([0, 0])
      expect(await startsOf([...call, finish()])).toEqual([0, 1])
      expect(await startsOf([...call, finish('stop')])).toEqual([0, 1])
      for (const next of [
        { type: 'text-start', id: 't' },
        { type: 'text-delta', id: 't', delta: 'a' },
        { type: 'reasoning-start', id: 't' },
        { type: 'reasoning-delta', id: 't', delta: 'a' },
        { type: 'tool-input-start', id: 'b', toolName: 'work' },
        { type: 'tool-result', toolCallId: 'p', toolName: 'web_search', result: 1 },
        { type: 'custom', kind: 'some.kind' },
        { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'aW1n' } },
      ] satisfies LanguageModelV4StreamPart[])
        expect(await startsOf([...call, next, finish('length')]), next.type).toEqual([1, 1])
      expect(await startsOf([...call, toolCall('b', 'work'), finish('length')])).toEqual([1, 1])
    }
  })

  test('parts that a provider adds itself do not show that the model has continued', async () => {
    for (const next of [
      { type: 'ping' },
      { type: 'raw', rawValue: {} },
      { type: 'response-metadata', id: 'r' },
      { type: 'source', sourceType: 'url', id: 's', url: 'https://example.org' },
      { type: 'text-end', id: 't' },
      { type: 'reasoning-end', id: 't' },
      { type: 'tool-input-end', id: 'a' },
      { type: 'error', error: new Error('unreadable') },
    ] satisfies LanguageModelV4StreamPart[])
      expect(await startsOf([...bare, next, finish('length')]), next.type).toEqual([0, 0])
  })

  test('arguments with an unreadable piece do not run, even if the rest of them parses', async () => {
    const unreadable: LanguageModelV4StreamPart = { type: 'error', error: new Error('unreadable') }
    const says: LanguageModelV4StreamPart = { type: 'text-delta', id: 't', delta: 'a' }
    expect(await startsOf([begin, unreadable, toolCall('a', 'work'), finish()])).toEqual([0, 0])
    expect(await startsOf([begin, toolCall('a', 'work'), unreadable, finish()])).toEqual([0, 0])
    expect(await startsOf([says, unreadable, begin, toolCall('a', 'work'), says, finish()])).toEqual([1, 1])
    expect(
      await startsOf([begin, unreadable, toolCall('a', 'work'), begin, toolCall('a', 'work'), says, finish()]),
    ).toEqual([1, 1])
  })
})
