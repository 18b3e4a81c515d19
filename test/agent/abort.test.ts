import type { LanguageModelV4 } from '@ai-sdk/provider'
import { describe, expect, test } from 'vitest'
import { settleMicrotasks } from '../../packages/aof-runtime/src/testing/index.ts'
import { countingSignal } from '../testing/counting-signal.ts'
import { bench, type Bench, eventsOf, handModel, inWords, takesTime, toolCall } from './harness.ts'
import { historyFaults, ownFaults, resultsOf } from './history-faults.ts'
import { assistant, text, user } from './messages.ts'

const GRACE_MS = 50

/** Starts a run and aborts it at a moment; checks what holds after every abort (I13). */
async function aborted(
  { agent, end, clock, starts }: Bench,
  options: Parameters<Bench['agent']>[0],
  atMs: number,
): Promise<Awaited<ReturnType<Bench['end']>>> {
  const controller = new AbortController()
  const run = agent(options).run('x', { signal: controller.signal })
  if (atMs === 0) controller.abort()
  else clock.setTimer(() => controller.abort(), atMs)
  const ended = await end(run)
  expect(ended.status).toBe('aborted')
  expect(ended).not.toHaveProperty('error')
  expect(ended.wallMs).toBeGreaterThanOrEqual(atMs)
  expect(ended.wallMs).toBeLessThanOrEqual(atMs + GRACE_MS)
  expect(historyFaults(ended.messages)).toEqual([])
  expect(ownFaults(ended.messages)).toEqual([])
  const events = await eventsOf(run)
  const [done] = events.slice(-1)
  expect(done && inWords(done)).toBe('done aborted')
  const before = starts.length
  for (const { at } of starts) expect(at).toBeLessThanOrEqual(atMs)
  await clock.advance(10_000)
  expect(starts).toHaveLength(before)
  expect(clock.pending).toBe(0)
  return ended
}

describe('I13: after an abort', () => {
  test('I13: after an abort before the run neither the model nor a hook is called', async () => {
    const { agent, model, end } = bench()
    const talks = model([{ text: 'ok' }])
    let prepared = 0
    const prepareTurn = (): undefined => void prepared++
    const run = agent({ model: talks, prepareTurn }).run('x', { signal: AbortSignal.abort() })
    expect(await end(run)).toMatchObject({ status: 'aborted', iterations: 0, messages: [user('x')], text: '' })
    expect([talks.calls.length, prepared]).toEqual([0, 0])
    expect((await eventsOf(run)).map(inWords)).toEqual(['done aborted'])
  })

  test('I13: an abort in the same turn of the event loop as the start ends the run', async () => {
    const given = bench()
    const ended = await aborted(given, { model: given.model([{ text: 'ok' }]) }, 0)
    expect(ended.messages).toEqual([user('x')])
  })

  test('I13: an abort ends the call of a model that honours its signal', async () => {
    const given = bench()
    const slow = given.model(async ({ abortSignal }) => {
      await given.clock.sleep(1_000, { ...(abortSignal && { signal: abortSignal }) })
      return { text: 'ok' }
    })
    expect(await aborted(given, { model: slow }, 300)).toMatchObject({
      wallMs: 300,
      iterations: 1,
      messages: [user('x')],
    })
  })

  test('I13: an abort ends the call of a model that never answers and ignores its signal', async () => {
    const given = bench()
    const deaf: LanguageModelV4 = { ...given.model([]), doStream: () => new Promise(() => {}) }
    expect(await aborted(given, { model: deaf }, 300)).toMatchObject({ wallMs: 300, messages: [user('x')] })
  })

  test('I13: a stream that arrives after an abort is cancelled', async () => {
    const given = bench()
    const late = handModel()
    const asks: LanguageModelV4 = {
      ...late,
      doStream: async (options) => {
        await given.clock.sleep(1_000)
        return late.doStream(options)
      },
    }
    const reason = new Error('enough')
    const run = given.agent({ model: asks }).run('x')
    given.clock.setTimer(() => run.abort(reason), 300)
    expect(await given.end(run)).toMatchObject({ status: 'aborted', wallMs: 300 })
    await given.clock.advance(1_000)
    expect(late.cancelled).toEqual([reason])
  })

  test('I13: a model that fails after an abort leaves no unhandled rejection', async () => {
    const given = bench()
    const asks: LanguageModelV4 = {
      ...given.model([]),
      doStream: async () => {
        await given.clock.sleep(1_000)
        throw new Error('too late')
      },
    }
    const run = given.agent({ model: asks }).run('x')
    given.clock.setTimer(() => run.abort(), 300)
    expect(await given.end(run)).toMatchObject({ status: 'aborted' })
    await given.clock.advance(1_000)
  })

  test('I13: after an abort mid-stream text stays as far as it arrived, and complete calls have their results', async () => {
    const given = bench()
    const { model, tool: make, clock, starts } = given
    const talks = model([
      {
        text: 'Let me look into this.',
        reasoning: 'hm',
        calls: [
          { name: 'fast', arguments: { n: 1 } },
          { name: 'slow', arguments: { ms: 1_000 } },
          { name: 'fast', arguments: { n: 2 } },
        ],
        delayMs: 10,
      },
    ])
    const tools = [make('fast'), make('slow', takesTime(clock))]
    // 4 parts before the reasoning ends, 4 of text, 4 a call.
    const ended = await aborted(given, { model: talks, tools }, 195)
    expect(starts.map(({ name }) => name)).toEqual(['fast', 'slow'])
    expect(ended.messages[1]).toMatchObject({
      content: [{ type: 'reasoning' }, { text: 'Let me look into this.' }, { toolName: 'fast' }, { toolName: 'slow' }],
    })
    expect(ended.messages[2]).toMatchObject({
      content: [
        { output: { type: 'text', value: 'fast done' } },
        { output: { value: { error: { code: 'aborted' } } } },
      ],
    })
    expect(ended).toMatchObject({ text: 'Let me look into this.', calls: { total: 2, succeeded: 1, failed: 1 } })
  })

  test('I13: after an abort in the middle of the text its first part is the answer', async () => {
    const given = bench()
    const ended = await aborted(
      given,
      { model: given.model([{ text: ['Once ', 'upon ', 'a ', 'time'], delayMs: 10 }]) },
      55,
    )
    expect(ended).toMatchObject({ text: 'Once upon ', messages: [user('x'), assistant(text('Once upon '))] })
  })

  test('I13: after an abort in the middle of the reasoning nothing is kept that a provider would refuse', async () => {
    const given = bench()
    const ended = await aborted(given, { model: given.model([{ reasoning: ['a', 'b', 'c'], delayMs: 10 }]) }, 45)
    expect(ended.messages).toEqual([user('x')])
  })

  test('I13: a stream that ignores its signal, and never ends, is cancelled by an abort', async () => {
    const given = bench()
    const model = handModel()
    const reason = new Error('enough')
    const run = given.agent({ model, tools: [given.tool('work')] }).run('x')
    await settleMicrotasks()
    model.send({ type: 'text-delta', id: 't', delta: 'ha' }, toolCall('a', 'work'))
    model.send({ type: 'text-delta', id: 't', delta: 'lf' })
    await settleMicrotasks()
    run.abort(reason)
    const ended = await given.end(run)
    expect(ended).toMatchObject({ status: 'aborted', text: 'half', wallMs: 0 })
    expect(resultsOf(ended.messages.at(-1))).toHaveLength(1)
    expect(model.cancelled).toEqual([reason])
  })

  test('I13: parts that arrive after an abort start no call', async () => {
    const given = bench()
    const model = handModel()
    const run = given.agent({ model, tools: [given.tool('work')] }).run('x')
    await settleMicrotasks()
    model.send(toolCall('a', 'work'), toolCall('b', 'work'))
    run.abort()
    const ended = await given.end(run)
    expect(ended.status).toBe('aborted')
    expect(given.starts).toEqual([])
    expect(historyFaults(ended.messages)).toEqual([])
  })

  test.each(['read-only', 'off'] as const)(
    'I13: with eager `%s` calls that wait for the end never start after an abort mid-stream',
    async (eager) => {
      const given = bench()
      const talks = given.model([{ calls: [{ name: 'work' }, { name: 'work' }], delayMs: 100 }])
      const ended = await aborted(given, { model: talks, tools: [given.tool('work')], eager }, 950)
      expect(given.starts).toEqual([])
      expect(ended.messages).toEqual([user('x')])
    },
  )

  test('I13: running tools get the abort signal, and those that end in time count as ended', async () => {
    const given = bench()
    const { model, tool: make, clock } = given
    const heard: unknown[] = []
    const listens = make(
      'listens',
      (_, { signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject((heard.push(clock.now()), signal.reason))),
        ),
    )
    const talks = model([{ calls: [{ name: 'listens' }, { name: 'quick' }, { name: 'queued' }] }])
    const ended = await aborted(
      given,
      { model: talks, tools: [listens, make('quick'), make('queued')], maxParallelTools: 1 },
      200,
    )
    expect(heard).toEqual([200])
    expect(ended.wallMs).toBe(200)
    expect(given.starts.map(({ name }) => name)).toEqual(['listens'])
    expect(ended.calls).toMatchObject({ total: 3, failed: 3 })
  })

  test('I13: after an abort a deaf tool is abandoned after the grace, and finished ones keep their results', async () => {
    const given = bench()
    const { agent, model, tool: make, clock, end } = given
    const deaf = make('deaf', () => clock.sleep(5_000))
    const run = agent({
      model: model([{ calls: [{ name: 'quick' }, { name: 'deaf' }] }]),
      tools: [make('quick'), deaf],
    }).run('x')
    clock.setTimer(() => run.abort(), 200)
    const ended = await end(run)
    expect(ended).toMatchObject({ status: 'aborted', wallMs: 200 + GRACE_MS })
    expect(ended.messages[2]).toMatchObject({
      content: [
        { output: { type: 'text', value: 'quick done' } },
        { output: { value: { error: { message: expect.stringContaining('may still act') } } } },
      ],
    })
    expect((await eventsOf(run)).map(inWords)).toContain('abandoned 1')
    await clock.advance(10_000)
    expect(clock.pending).toBe(0)
  })

  test("I13: after an abort at the turn's last result the model is not called again", async () => {
    const { agent, model, tool: make, clock, end } = bench()
    const controller = new AbortController()
    const last = make('last', async () => {
      await clock.sleep(100)
      controller.abort()
    })
    const talks = model([{ calls: [{ name: 'last' }] }, { text: 'ok' }])
    const ended = await end(agent({ model: talks, tools: [last] }).run('x', { signal: controller.signal }))
    expect(ended.status).toBe('aborted')
    expect(talks.calls).toHaveLength(1)
    expect(historyFaults(ended.messages)).toEqual([])
  })

  test('I13: after an abort in a later turn the results of earlier turns stay, and the text is the last one', async () => {
    const given = bench()
    const { model, tool: make, clock } = given
    const talks = model((_, turn) => ({ text: `turn ${turn}`, calls: [{ name: 'work', arguments: { ms: 100 } }] }))
    const ended = await aborted(given, { model: talks, tools: [make('work', takesTime(clock))] }, 250)
    expect(ended).toMatchObject({ iterations: 3, text: 'turn 2', calls: { total: 3, succeeded: 2, failed: 1 } })
    expect(ended.messages).toHaveLength(7)
  })

  test('I13: an abort after the end changes nothing', async () => {
    const { agent, model, end } = bench()
    const run = agent({ model: model([{ text: 'ok' }]) }).run('x')
    const ended = await end(run)
    run.abort()
    expect(await run.result).toBe(ended)
    expect(ended.status).toBe('done')
  })

  test('abort() without a reason gives tools an AbortError, with a reason that reason', async () => {
    for (const reason of [undefined, new Error('enough')]) {
      const { agent, model, tool: make, clock, end } = bench()
      const reasons: unknown[] = []
      const waits = make('waits', (_, { signal }) =>
        clock.sleep(1_000, { signal }).catch((thrown: unknown) => void reasons.push(thrown)),
      )
      const run = agent({ model: model([{ calls: [{ name: 'waits' }] }]), tools: [waits] }).run('x')
      clock.setTimer(() => (reason === undefined ? run.abort() : run.abort(reason)), 100)
      await end(run)
      expect(reasons).toEqual([reason ?? expect.objectContaining({ name: 'AbortError' })])
    }
  })

  test('a tool may abort its own run', async () => {
    const { agent, model, tool: make, starts, end } = bench()
    const runs: { abort(): void }[] = []
    const talks = model([{ calls: [{ name: 'stop' }, { name: 'work' }] }, { text: 'ok' }])
    const run = agent({ model: talks, tools: [make('stop', () => runs[0]?.abort()), make('work')] }).run('x')
    runs.push(run)
    expect((await end(run)).status).toBe('aborted')
    expect(starts.map(({ name }) => name)).toEqual(['stop'])
  })
})

describe('I17: timers, listeners and rejections after a run', () => {
  test.each(['done', 'failed', 'max_iterations'])(
    "I17: a run leaves no listener on the caller's signal and no timer: %s",
    async (status) => {
      const { agent, model, tool: make, clock, end } = bench()
      const { signal, added, removed } = countingSignal()
      const script =
        status === 'failed'
          ? [{ calls: [{ name: 'work', arguments: { ms: 10 } }] }, { rejectWith: new Error('no') }]
          : [{ calls: [{ name: 'work', arguments: { ms: 10 } }] }, { text: 'ok' }]
      const given = agent({
        model: model(script),
        tools: [make('work', takesTime(clock))],
        maxIterations: status === 'max_iterations' ? 1 : 5,
      })
      expect((await end(given.run('x', { signal }))).status).toBe(status)
      expect(added()).toBe(1)
      expect(removed()).toBe(1)
      expect(clock.pending).toBe(0)
    },
  )

  test("I29: the model's signal loses its listeners, turn by turn", async () => {
    const { agent, model, tool: make, end } = bench()
    const counts = { added: 0, removed: 0 }
    const seen = new Set<AbortSignal>()
    const watch = (signal: AbortSignal | undefined): void => {
      if (signal === undefined || seen.has(signal)) return
      seen.add(signal)
      const add = signal.addEventListener.bind(signal)
      const remove = signal.removeEventListener.bind(signal)
      signal.addEventListener = (...args: Parameters<typeof add>) => (counts.added++, add(...args))
      signal.removeEventListener = (...args: Parameters<typeof remove>) => (counts.removed++, remove(...args))
    }
    const talks = model(({ abortSignal }, turn) => {
      watch(abortSignal)
      return turn < 8 ? { calls: [{ name: 'work' }, { name: 'work' }], delayMs: 1 } : { text: 'ok', delayMs: 1 }
    })
    await end(
      agent({ model: talks, tools: [make('work')], prepareTurn: () => undefined, stopWhen: () => false }).run('x'),
    )
    // A signal for each time that the model is asked.
    expect(seen.size).toBe(9)
    expect(counts.added).toBeGreaterThan(20)
    expect(counts.removed).toBe(counts.added)
  })

  test('I8: late events of a run cause no unhandled rejection', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown): void => void unhandled.push(reason)
    process.on('unhandledRejection', note)
    try {
      for (const atMs of [1, 5, 15, 25, 35, 200]) {
        const { agent, model, tool: make, clock, end } = bench()
        const late = make('late', async () => {
          await clock.sleep(500)
          throw new Error('late')
        })
        const talks = model([{ text: 'abc', calls: [{ name: 'late' }, { name: 'late' }], delayMs: 5, breakAfter: 10 }])
        const run = agent({ model: talks, tools: [late] }).run('x')
        clock.setTimer(() => run.abort(), atMs)
        expect((await end(run)).status).toBe('aborted')
        await clock.advance(10_000)
      }
      await settleMicrotasks()
      expect(unhandled).toEqual([])
    } finally {
      process.off('unhandledRejection', note)
    }
  })
})
