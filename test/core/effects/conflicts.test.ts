import { describe, expect, test } from 'vitest'
import {
  AdmissionController,
  defineTool,
  type ToolCall,
  type ToolEvent,
} from '../../../packages/aof-runtime/src/index.ts'
import { VirtualClock } from '../../../packages/aof-runtime/src/testing/index.ts'
import { dataOf, failureOf, setUp, type SetUp, type SetUpOptions, sleeper } from '../harness.ts'
import { type Touch, touch, touching } from './harness.ts'

function setUpTouch(options: SetUpOptions & { readonly tool?: Parameters<typeof touch>[1] } = {}): SetUp {
  const { clock = new VirtualClock(), tool, ...rest } = options
  return setUp([touch(clock, tool), sleeper(clock)], { clock, ...rest })
}

/** When each call ran, by its id. */
function spans(events: readonly ToolEvent[]): Record<string, readonly [number, number]> {
  const started = new Map<string, number>()
  const all: [string, [number, number]][] = []
  for (const event of events) {
    if (event.type === 'started') started.set(event.id, event.at)
    if (event.type === 'settled' && started.has(event.id)) all.push([event.id, [started.get(event.id) ?? -1, event.at]])
  }
  return Object.fromEntries(all)
}

async function spansOf(calls: Record<string, Touch>, options: SetUpOptions = {}): Promise<ReturnType<typeof spans>> {
  const { run, events } = setUpTouch(options)
  await run(Object.entries(calls).map(([id, what]) => touching(id, what)))
  return spans(events)
}

describe('effects', () => {
  test('I32: reads of one resource share it, a write is alone, in call order', async () => {
    const ran = await spansOf({
      read1: { reads: ['a'], ms: 10 },
      read2: { reads: ['a'], ms: 20 },
      write1: { writes: ['a'], ms: 5 },
      write2: { writes: ['a'], ms: 5 },
      read3: { reads: ['a'], ms: 5 },
      read4: { reads: ['a'], ms: 5 },
      other: { writes: ['b'], ms: 5 },
    })
    expect(ran).toEqual({
      read1: [0, 10],
      read2: [0, 20],
      write1: [20, 25],
      write2: [25, 30],
      read3: [30, 35],
      read4: [30, 35],
      other: [0, 5],
    })
  })

  test('a resource conflicts with one that it contains, and not with a sibling', async () => {
    const ran = await spansOf({
      file: { writes: ['file:/src/a.ts'] },
      beside: { writes: ['file:/src/b.ts'] },
      likewise: { writes: ['file:/src/a.ts.bak'] },
      folder: { writes: ['file:/src'] },
      below: { reads: ['file:/src/a.ts'] },
      outside: { writes: ['file:/doc'] },
      all: { reads: ['/'] },
    })
    expect(ran).toEqual({
      file: [0, 10],
      beside: [0, 10],
      likewise: [0, 10],
      folder: [10, 20],
      below: [20, 30],
      outside: [0, 10],
      all: [20, 30],
    })
  })

  test('a call with several effects waits for all conflicting calls, and delays no call without a conflict', async () => {
    const ran = await spansOf({
      a: { writes: ['a'], ms: 10 },
      b: { writes: ['b'], ms: 20 },
      both: { writes: ['a', 'b'], ms: 5 },
      a2: { reads: ['a'], ms: 5 },
      c: { writes: ['c'], ms: 5 },
    })
    expect(ran).toEqual({ a: [0, 10], b: [0, 20], both: [20, 25], a2: [25, 30], c: [0, 5] })
  })

  test('a waiting call holds no permit', async () => {
    const { run, events } = setUpTouch({ maxParallelTools: 2 })
    await run([
      touching('w1', { writes: ['a'], ms: 10 }),
      touching('w2', { writes: ['a'], ms: 10 }),
      touching('free', { ms: 10 }),
    ])
    expect(spans(events)).toEqual({ w1: [0, 10], free: [0, 10], w2: [10, 20] })
  })

  test('a failed call releases its effects, and no waiting call is skipped', async () => {
    const { run, events } = setUpTouch({ graceMs: 0 })
    const results = await run([
      touching('throws', { writes: ['a'], ms: 5, ends: 'throw' }),
      touching('hangs', { writes: ['a'], ends: 'hang' }, { timeoutMs: 10 }),
      { id: 'invalid', name: 'touch', arguments: '{"writes":' },
      touching('good', { writes: ['a'], ms: 5 }),
    ])
    expect(results.map(({ status }) => status)).toEqual(['failed', 'timed_out', 'invalid', 'succeeded'])
    expect(spans(events)['good']).toEqual([15, 20])
  })

  test('I7, I8: an `effects` that throws, rejects, or gives nonsense, makes the call fail before it starts', async () => {
    const clock = new VirtualClock()
    const wrong = (name: string, effects: () => unknown): ReturnType<typeof touch> =>
      defineTool({ name, effectScope: 'file:', effects: effects as never, execute: () => 'ran' })
    const tools = [
      wrong('throws', () => {
        throw new Error('no idea')
      }),
      wrong('later', async () => []),
      wrong('later, and badly', () => Promise.reject(new Error('I8: nobody hears of this'))),
      wrong('text', () => 'file:/a'),
      wrong('mode', () => [{ resource: 'file:/a', mode: 'append' }]),
      wrong('empty', () => [{ resource: '', mode: 'read' }]),
      wrong('outside', () => [{ resource: 'db/x', mode: 'read' }]),
      wrong('good', () => [{ resource: 'file:/a', mode: 'read' }]),
    ]
    const { run, executor } = setUp(tools, { clock })
    const results = await run(tools.map(({ name }) => ({ id: name, name, arguments: {} })))
    expect(results.slice(0, -1).map((result) => failureOf(result).error.code)).toEqual(
      Array(tools.length - 1).fill('effects_failed'),
    )
    expect(failureOf(results[0]).error.message).toBe(
      "The effects of a call of 'throws' could not be determined: no idea. Nothing was run.",
    )
    expect(failureOf(results[6]).error.message).toContain("'/db/x' is not within the tool's effectScope")
    expect(dataOf(results.at(-1))).toBe('ran')
    expect(executor.stats().waitingFor.conflict).toBe(0)
  })

  test('a call that waits for a conflict is counted, and its event names the call that it waits for', async () => {
    const { executor, clock, events } = setUpTouch()
    const running = executor.executeTools([touching('a', { writes: ['x'] }), touching('b', { writes: ['x'] })])
    await clock.advance(1)
    expect(executor.stats()).toMatchObject({ running: 1, waiting: 1, waitingFor: { conflict: 1 } })
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'parked',
        id: 'b',
        waitsFor: 'conflict',
        behind: expect.objectContaining({ id: 'a' }) as object,
      }),
    )
    await clock.runUntil(running)
  })

  test('I13 an abort ends the waiting calls, and the calls behind them can start', async () => {
    const { executor, clock, events } = setUpTouch()
    const stop = new AbortController()
    const one = executor.executeTools([touching('a', { writes: ['x'], ms: 50 })])
    const two = executor.executeTools([touching('b', { writes: ['x', 'y'] })], { signal: stop.signal })
    const three = executor.executeTools([touching('c', { writes: ['y'] })])
    await clock.advance(5)
    stop.abort()
    await clock.runUntil(Promise.all([one, two, three]))
    expect((await two)[0]).toMatchObject({ status: 'aborted', execution: 'none' })
    expect(spans(events)).toEqual({ a: [0, 50], c: [5, 15] })
  })

  test('exclusion holds for all that share the controller, in the order of acceptance; `scope: run` opts out', async () => {
    const clock = new VirtualClock()
    const admission = new AdmissionController({ clock })
    const one = setUpTouch({ clock, admission })
    const other = setUpTouch({ clock, admission })
    await clock.runUntil(
      Promise.all([
        one.executor.executeTools([touching('a', { writes: ['x'] }), touching('p', { privately: ['y'] })]),
        other.executor.executeTools([touching('b', { writes: ['x'] }), touching('q', { privately: ['y'] })]),
      ]),
    )
    expect({ ...spans(one.events), ...spans(other.events) }).toEqual({
      a: [0, 10],
      p: [0, 10],
      b: [10, 20],
      q: [0, 10],
    })
  })

  test('an effect with `scope: run` still conflicts with the shared effects of the same run', async () => {
    const ran = await spansOf({ a: { privately: ['x'] }, b: { reads: ['x'] }, c: { privately: ['x'] } })
    expect(ran).toEqual({ a: [0, 10], b: [10, 20], c: [20, 30] })
  })

  test('with `effects: off` nothing waits', async () => {
    const ran = await spansOf({ a: { writes: ['x'] }, b: { writes: ['x'] } }, { effects: 'off' })
    expect(ran).toEqual({ a: [0, 10], b: [0, 10] })
  })

  test('I32 a retried call keeps its place in the order of effects', async () => {
    const clock = new VirtualClock()
    let attempts = 0
    const flaky = defineTool({
      name: 'flaky',
      annotations: { idempotentHint: true },
      effects: () => [{ resource: 'x', mode: 'write' }],
      retry: { maxAttempts: 2, initialDelayMs: 100 },
      execute: async () => {
        await clock.sleep(10)
        if (++attempts === 1) throw new Error('once more')
        return attempts
      },
    })
    const { run, events } = setUp([flaky, touch(clock)], { clock })
    await run([{ id: 'f', name: 'flaky', arguments: {} }, touching('after', { writes: ['x'] })])
    const [, end] = spans(events)['f'] ?? []
    expect(spans(events)['after']?.[0]).toBe(end)
    expect(end).toBeGreaterThan(20)
  })

  test('I32 10 000 writes of one resource that return at once run in order, without a deep stack', async () => {
    const order: number[] = []
    const write = defineTool({
      name: 'write',
      effects: () => [{ resource: 'x', mode: 'write' }],
      execute: ({ i }: { i: number }) => void order.push(i),
    })
    const { run } = setUp([write], { quiet: true })
    await run(Array.from({ length: 10_000 }, (_, i) => ({ id: `${i}`, name: 'write', arguments: { i } })))
    expect(order).toEqual(Array.from({ length: 10_000 }, (_, i) => i))
  })
})

describe('without a declaration', () => {
  test.each([
    [{}, false],
    [{ annotations: { readOnlyHint: true } }, false],
    [{ annotations: { readOnlyHint: false } }, false],
    [{ effectScope: 'mcp:memory', annotations: { readOnlyHint: true } }, false],
    [{ effectScope: 'mcp:memory', annotations: {} }, true],
    [{ effectScope: 'mcp:memory' }, true],
  ])('a tool with %j runs one call at a time: %s', async (declared, isSerial) => {
    const clock = new VirtualClock()
    const tool = defineTool({ name: 't', execute: () => clock.sleep(10), ...declared } as never)
    const { run } = setUp([tool as never], { clock })
    await run([
      { id: 'a', name: 't', arguments: {} },
      { id: 'b', name: 't', arguments: {} },
    ])
    expect(clock.now()).toBe(isSerial ? 20 : 10)
  })

  test('the reads of an annotated set of tools wait for its writes', async () => {
    const clock = new VirtualClock()
    const make = (name: string, readOnlyHint: boolean): ReturnType<typeof sleeper> =>
      defineTool({
        name,
        effectScope: 'mcp:memory',
        annotations: { readOnlyHint },
        execute: async () => clock.sleep(10),
      })
    const { run, events } = setUp([make('write', false), make('read', true)], { clock })
    const call = (id: string, name: string): { id: string; name: string; arguments: object } => ({
      id,
      name,
      arguments: {},
    })
    await run([call('w1', 'write'), call('r1', 'read'), call('r2', 'read'), call('w2', 'write')])
    expect(spans(events)).toEqual({ w1: [0, 10], r1: [10, 20], r2: [10, 20], w2: [20, 30] })
  })
})

describe('the order of conflicting calls', () => {
  test('dependencies beat call order: a call has the place of the last that it depends on', async () => {
    const { run, events } = setUpTouch()
    await run([
      touching('first', { writes: ['x'] }, { dependsOn: ['third'] }),
      touching('second', { writes: ['x'] }),
      touching('third', { ms: 5 }),
      touching('fourth', { writes: ['x'] }),
    ])
    expect(spans(events)).toEqual({ second: [0, 10], third: [0, 5], first: [10, 20], fourth: [20, 30] })
  })

  test('in an open batch a call waits for earlier places that might be in conflict; one without effects does not', async () => {
    const { executor, clock, events } = setUpTouch()
    const batch = executor.openBatch()
    const slot = batch.reserve({ id: 'a', name: 'touch' })
    batch.add(touching('b', { writes: ['x'] }))
    batch.add({ id: 'free', name: 'sleep', arguments: { ms: 1 } })
    const other = executor.executeTools([touching('other', { writes: ['y'], ms: 3 })])
    await clock.advance(5)
    slot.complete({ writes: ['y'] })
    await clock.runUntil(other)
    batch.close()
    await clock.runUntil(batch.results())
    // Another run never waits for a model that still talks.
    expect(spans(events)).toEqual({ free: [0, 1], other: [0, 3], a: [5, 15], b: [5, 15] })
  })

  test('in an open batch a call waits for an earlier place within the effectScope alone', async () => {
    const { executor, clock, events } = setUpTouch({ tool: { effectScope: ['db', 'file:'] } })
    const batch = executor.openBatch()
    const dropped = batch.reserve({ id: 'a', name: 'touch' })
    batch.add(touching('b', { writes: ['db/x'] }))
    await clock.advance(5)
    dropped.drop('never mind')
    batch.close()
    await clock.runUntil(batch.results())
    expect(spans(events)).toEqual({ b: [5, 15] })
    const results = await clock.runUntil(executor.executeTools([touching('c', { writes: ['net'] })]))
    expect(failureOf(results[0]).error.code).toBe('effects_failed')
  })

  test('a call whose arguments refer to results counts as writing its whole scope, in its place', async () => {
    const { run, events } = setUpTouch()
    await run([
      { id: 'ms', name: 'sleep', arguments: { ms: 7 } },
      touching('a', { ms: { $result: 'ms', pointer: '/ms' } as never, writes: ['x'] }),
      touching('b', { writes: ['y'] }),
    ])
    expect(spans(events)).toEqual({ ms: [0, 7], a: [7, 14], b: [7, 17] })
  })

  test('an earlier call whose producer has not come yet delays no other call', async () => {
    const { executor, clock, events } = setUpTouch()
    const batch = executor.openBatch()
    batch.add(touching('a', { writes: ['x'] }, { dependsOn: ['p'] }))
    batch.add(touching('b', { writes: ['x'] }))
    await clock.advance(3)
    batch.add(touching('p', { ms: 1 }))
    batch.add(touching('c', { writes: ['x'] }))
    batch.close()
    await clock.runUntil(batch.results())
    expect(spans(events)).toEqual({ b: [0, 10], p: [3, 4], a: [10, 20], c: [20, 30] })
  })
})

describe('nested calls', () => {
  test('I32 nested calls share the effects of their parents, and keep order among each other', async () => {
    const { run, events } = setUpTouch()
    const nested = [touching('n1', { writes: ['x'] }), touching('n2', { writes: ['x'] })]
    const [result] = await run([touching('outer', { writes: ['x'], nested }), touching('after', { writes: ['x'] })])
    expect(dataOf(result)).toEqual(['succeeded', 'succeeded'])
    expect(spans(events)).toEqual({ n1: [0, 10], n2: [10, 20], outer: [0, 20], after: [20, 30] })
  })

  test('nested calls go before unrelated calls that have not started', async () => {
    const { run, events } = setUpTouch()
    await run([
      touching('outer', { writes: ['x'], nested: [touching('n', { writes: ['y'] })] }),
      touching('waits', { writes: ['x', 'y'] }),
    ])
    expect(spans(events)).toEqual({ n: [0, 10], outer: [0, 10], waits: [10, 20] })
  })

  test('I26 a nested call that would wait for a call which waits for its parent is rejected at once', async () => {
    const { run, events } = setUpTouch()
    const results = await run([
      touching('a', { writes: ['x'], ms: 1, nested: [touching('na', { writes: ['y'] })] }),
      touching('b', { writes: ['y'], ms: 2, nested: [touching('nb', { writes: ['x'] })] }),
    ])
    expect(spans(events)).toEqual({ na: [2, 12], a: [0, 12], b: [0, 2] })
    expect(results.map(dataOf)).toEqual([['succeeded'], ['rejected']])
    const refused = events.find((event) => event.type === 'settled' && event.id === 'nb')
    expect(refused).toMatchObject({
      result: {
        status: 'rejected',
        execution: 'none',
        error: {
          code: 'deadlock',
          message:
            "The call would wait for ever: what it reads or writes is in use by call 0 of a batch, 'a', of the tool 'touch', which waits itself for a call that made this one. Nothing was run.",
        },
      },
    })
  })
})

describe('a call that was abandoned', () => {
  test('an abandoned call releases its reads at once, and keeps its writes until it ends', async () => {
    const { run, events, executor, clock } = setUpTouch({ graceMs: 1, abandonedHoldMs: 1_000 })
    const results = await run([
      touching('deaf', { reads: ['r'], writes: ['w'], ends: 'deaf' }, { timeoutMs: 10 }),
      touching('r', { writes: ['r'] }),
      touching('w', { reads: ['w'] }),
    ])
    expect(results[0]).toMatchObject({ status: 'timed_out', execution: 'unknown' })
    expect(spans(events)).toMatchObject({ r: [11, 21], w: [1_011, 1_021] })
    expect(events).toContainEqual(expect.objectContaining({ type: 'hold_ended', id: 'deaf', at: 1_011 }))
    expect(executor.stats().abandoned).toBe(1)
    await clock.runUntil(executor.close())
  })

  test('with `onUncertain: reject` a call that conflicts with an abandoned call is rejected, until the abandoned call has ended', async () => {
    const clock = new VirtualClock()
    const { promise, resolve } = Promise.withResolvers<void>()
    const deaf = defineTool({
      name: 'deaf',
      timeoutMs: 10,
      effects: () => [{ resource: 'w', mode: 'write' }],
      execute: () => promise,
    })
    const { run, executor } = setUp([deaf, touch(clock)], {
      clock,
      graceMs: 1,
      abandonedHoldMs: 100,
      onUncertain: 'reject',
    })
    const write = touching('w', { writes: ['w'] })
    const [, waited] = await run([{ id: 'd', name: 'deaf', arguments: {} }, write])
    expect(clock.now()).toBe(111)
    expect(failureOf(waited)).toMatchObject({
      status: 'rejected',
      error: { code: 'uncertain_effects', retryable: true },
    })
    const [refused] = await run([write])
    expect(failureOf(refused).error.code).toBe('uncertain_effects')
    resolve()
    await clock.advance(0)
    const [good] = await run([write])
    expect(good?.success).toBe(true)
    expect(executor.stats()).toMatchObject({ abandoned: 0, waiting: 0 })
  })
})

describe('odd effects', () => {
  test('I6 an effects array with holes fails its call alone', async () => {
    const clock = new VirtualClock()
    const sparse = defineTool({
      name: 'sparse',
      effects: () => {
        const effects = [{ resource: 'x', mode: 'write' as const }]
        effects.length = 2
        return effects
      },
      execute: () => 1,
    })
    const good = defineTool({ name: 'good', effects: () => [{ resource: 'x', mode: 'write' }], execute: () => 'ok' })
    const { run } = setUp([sparse, good], { clock })
    const [odd, other] = await run([
      { id: 'a', name: 'sparse', arguments: {} },
      { id: 'b', name: 'good', arguments: {} },
    ])
    expect([failureOf(odd).error.code, dataOf(other)]).toEqual(['effects_failed', 'ok'])
  })

  test('I32 a further attempt does not write beside an abandoned part of the attempt before', async () => {
    const clock = new VirtualClock()
    let writers = 0
    const seen: number[] = []
    const effects = () => [{ resource: 'x', mode: 'write' as const }]
    const child = defineTool({
      name: 'child',
      effects,
      timeoutMs: 20,
      execute: async () => {
        writers++
        await clock.sleep(400)
        writers--
      },
    })
    const parent = defineTool({
      name: 'parent',
      effects,
      annotations: { idempotentHint: true },
      retry: { maxAttempts: 2, initialDelayMs: 1 },
      execute: async (_input, ctx) => {
        seen.push(writers)
        await ctx.executor.call('child', {})
        throw new Error('again')
      },
    })
    const { run } = setUp([child, parent], { clock, graceMs: 10 })
    expect((await run([{ id: 'p', name: 'parent', arguments: {} }]))[0]?.status).toBe('failed')
    expect(seen).toEqual([0])
  })

  test('a waiting call lends its priority to the nested calls of the call that it waits for', async () => {
    const clock = new VirtualClock()
    const order: string[] = []
    const work = (name: string, effects?: () => { resource: string; mode: 'write' }[]) =>
      defineTool({
        name,
        ...(effects && { effects }),
        execute: async () => {
          order.push(name)
          await clock.sleep(10)
        },
      })
    const x = () => [{ resource: 'x', mode: 'write' as const }]
    const outer = defineTool({
      name: 'outer',
      effects: x,
      execute: async (_input, ctx) => {
        await clock.sleep(10)
        for (let i = 0; i < 2; i++) await ctx.executor.call('leaf', {})
      },
    })
    const { executor } = setUp([work('leaf'), work('fill'), work('urgent', x), outer], { clock, maxParallelTools: 1 })
    const fills = [1, 2, 3].map((n) => ({ id: `${n}`, name: 'fill', arguments: {} }))
    await clock.runUntil(
      Promise.all([
        executor.call('outer', {}),
        executor.executeTools(fills, { priority: 10 }),
        executor.call('urgent', {}, { priority: 50 }),
      ]),
    )
    expect(order).toEqual(['leaf', 'leaf', 'urgent', 'fill', 'fill', 'fill'])
  })

  test('I26 if the first waiting call ends as soon as it may start, the next one starts', async () => {
    const clock = new VirtualClock()
    const frail = touch(clock, {
      name: 'frail',
      timeoutMs: 5,
      annotations: { readOnlyHint: true },
      retry: { maxAttempts: 2, initialDelayMs: 20 },
    })
    const { executor } = setUp([frail, touch(clock)], { clock, graceMs: 0, maxAbandoned: 1 })
    const of = (name: string, what: Touch): ToolCall => ({ ...touching(name, what), name })
    // Abandoned at 5 ms, and refused at 15 ms, when it is to be tried again.
    const first = executor.executeTools([of('frail', { reads: ['x'], ends: 'deaf' })])
    await clock.advance(1)
    // Refused as soon as it may start.
    const second = executor.executeTools([of('touch', { ms: 0, nested: [of('frail', { writes: ['x'] })] })])
    await clock.advance(1)
    const third = executor.executeTools([of('touch', { writes: ['x'] })])
    await clock.runUntil(Promise.all([first, second, third]))
    expect(failureOf((await first)[0]).status).toBe('timed_out')
    expect(dataOf((await second)[0])).toEqual(['rejected'])
    expect((await third)[0]?.success).toBe(true)
    expect(executor.stats()).toMatchObject({ running: 0, waiting: 0, suspended: 0 })
  })
})
