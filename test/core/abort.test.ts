import { describe, expect, test } from 'vitest'
import { defineTool } from '../../packages/aof-runtime/src/index.ts'
import { settleMicrotasks, VirtualClock } from '../../packages/aof-runtime/src/testing/index.ts'
import { callOf, callsOf, countedAbort, deaf, eventsOf, failureOf, setUp, sleeper, untilAborted } from './harness.ts'

const statuses = (results: readonly { status: string; execution: string }[]): string[] =>
  results.map(({ status, execution }) => `${status} ${execution}`)

describe('an abort (I13, I14)', () => {
  test('I13 after an abort before the batch nothing starts, and every call has its result at once', async () => {
    const ran: unknown[] = []
    const { run, clock, events } = setUp([defineTool({ name: 't', execute: (input) => ran.push(input) })])
    const results = await run([callOf('t'), callOf('nowhere'), callOf('t', '{"a":')], {
      signal: AbortSignal.abort('no more'),
    })
    expect(statuses(results)).toEqual(['aborted none', 'aborted none', 'aborted none'])
    expect(failureOf(results[0]).error).toEqual({
      code: 'aborted',
      message: 'The call was aborted before it started; nothing was run.',
      retryable: false,
    })
    expect([ran, clock.now(), eventsOf(events, 'started')]).toEqual([[], 0, []])
  })

  test('I13 an abort signals the running calls, and the waiting calls never start', async () => {
    const controller = new AbortController()
    const { run, clock, executor, events } = setUp([untilAborted()], { maxParallelTools: 2 })
    clock.setTimer(() => controller.abort(), 30)
    const results = await run(callsOf('until_aborted', 5), { signal: controller.signal })
    expect(statuses(results)).toEqual([
      'aborted ended',
      'aborted ended',
      'aborted none',
      'aborted none',
      'aborted none',
    ])
    expect(results.map(({ timing }) => [timing.queuedMs, timing.runMs, timing.attempts])).toEqual([
      [0, 30, 1],
      [0, 30, 1],
      [30, 0, 0],
      [30, 0, 0],
      [30, 0, 0],
    ])
    expect(eventsOf(events, 'started').length).toBe(2)
    expect(executor.stats()).toMatchObject({ running: 0, waiting: 0, abandoned: 0 })
  })

  test('an abort changes no result of a finished call', async () => {
    const controller = new AbortController()
    const clock = new VirtualClock()
    const { run } = setUp([sleeper(clock), untilAborted()], { clock })
    clock.setTimer(() => controller.abort(), 30)
    const results = await run([callOf('sleep', { ms: 10 }), callOf('until_aborted')], { signal: controller.signal })
    expect(statuses(results)).toEqual(['succeeded ended', 'aborted ended'])
  })

  test.each([10, 100, 3_000])('an abort of %i waiting calls leaves the queue of the others unchanged', async (size) => {
    const controller = new AbortController()
    const clock = new VirtualClock()
    const { executor } = setUp([sleeper(clock)], { clock, maxParallelTools: 1, quiet: true })
    const others: Promise<unknown>[] = []
    const aborted = [0, 1].map((half) => {
      others.push(executor.executeTools([callOf('sleep', { ms: 1, of: `other ${half}` })]))
      return executor.executeTools(callsOf('sleep', size), { signal: controller.signal })
    })
    others.push(executor.executeTools([callOf('sleep', { ms: 1 })]))
    const waits: number[] = []
    executor.subscribe(({ type }) => void (type === 'settled' && waits.push(executor.stats().waiting)))
    expect(executor.stats()).toMatchObject({ running: 1, waiting: 2 * size + 2 })
    controller.abort()
    expect(executor.stats()).toMatchObject({ running: 1, waiting: 2 })
    expect(waits).toEqual(Array.from({ length: 2 * size }, (_, i) => 2 * size + 1 - i))
    expect((await Promise.all(aborted)).flat().every(({ status }) => status === 'aborted')).toBe(true)
    await clock.runUntil(Promise.all(others))
    expect(executor.stats()).toMatchObject({ running: 0, waiting: 0 })
    expect(clock.now()).toBe(3)
  })

  test('the signal of the tool has the reason of the abort', async () => {
    const controller = new AbortController()
    const reasons: unknown[] = []
    const tool = defineTool({
      name: 't',
      execute: (_input, { signal }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve(reasons.push(signal.reason)))
        }),
    })
    const { run, clock } = setUp([tool])
    clock.setTimer(() => controller.abort('user left'), 1)
    await run([callOf('t')], { signal: controller.signal })
    expect(reasons).toEqual(['user left'])
  })

  test('a signal that is first read after the abort is aborted', async () => {
    const controller = new AbortController()
    const clock = new VirtualClock()
    const seen: unknown[] = []
    const tool = defineTool({
      name: 't',
      execute: async (_input, ctx) => {
        await clock.sleep(20)
        seen.push(ctx.signal.aborted, ctx.signal.reason, ctx.signal === ctx.signal)
      },
    })
    const { run } = setUp([tool], { clock })
    clock.setTimer(() => controller.abort('late'), 10)
    await run([callOf('t')], { signal: controller.signal })
    expect(seen).toEqual([true, 'late', true])
  })

  test('I14 a value returned within the grace is dropped, and the result says that the tool has ended', async () => {
    const controller = new AbortController()
    const clock = new VirtualClock()
    const { run } = setUp([sleeper(clock)], { clock, graceMs: 50 })
    clock.setTimer(() => controller.abort(), 60)
    const [result] = await run([callOf('sleep', { ms: 100 })], { signal: controller.signal })
    expect(clock.now()).toBe(100)
    expect(failureOf(result)).toMatchObject({
      status: 'aborted',
      execution: 'ended',
      error: {
        code: 'aborted',
        message:
          'The call was aborted while it ran. It has ended since, and what it returned was dropped; it may have acted.',
      },
      timing: { runMs: 100 },
    })
  })

  test.each([
    ['returns', (run: PromiseWithResolvers<unknown>) => run.resolve('too late'), { returned: 'too late' }],
    ['throws', (run: PromiseWithResolvers<unknown>) => run.reject('too late'), { thrown: 'too late' }],
  ])(
    'a deaf tool is abandoned after the grace; that it later %s is one event and nothing else (I8)',
    async (_how, end, outcome) => {
      const controller = new AbortController()
      const { tool, runs } = deaf()
      const { run, clock, executor, events, lines } = setUp([tool], { graceMs: 50 })
      clock.setTimer(() => controller.abort(), 10)
      const [result] = await run([callOf('deaf')], { signal: controller.signal })
      expect(clock.now()).toBe(60)
      expect(failureOf(result)).toMatchObject({
        status: 'aborted',
        execution: 'unknown',
        error: { message: 'The call was aborted while it ran. It did not stop when asked to, and may still act.' },
      })
      expect(executor.stats()).toMatchObject({ running: 0, abandoned: 1 })
      expect(eventsOf(events, 'abandoned')).toMatchObject([{ reason: 'abort', at: 60, index: 0 }])
      expect(lines).toContain('WARN Tool [0] deaf did not end after its signal; it is abandoned and may still act')

      await clock.advance(100)
      const before = events.length
      end(runs[0] as PromiseWithResolvers<unknown>)
      await settleMicrotasks()
      expect(events.slice(before)).toMatchObject([{ type: 'ended_late', lateMs: 100, outcome, index: 0 }])
      expect(executor.stats().abandoned).toBe(0)
    },
  )

  test('an abandoned tool gives its permit back at once', async () => {
    const controller = new AbortController()
    const { tool } = deaf()
    const { executor, clock } = setUp([tool, defineTool({ name: 'next', execute: () => 1 })], { maxParallelTools: 1 })
    const first = executor.executeTools([callOf('deaf')], { signal: controller.signal })
    const second = executor.executeTools([callOf('next')])
    controller.abort()
    await clock.runUntil(first)
    expect((await clock.runUntil(second)).map(({ status }) => status)).toEqual(['succeeded'])
    expect(clock.now()).toBe(50)
  })

  test('with a grace of zero an aborted call has its result at once', async () => {
    const controller = new AbortController()
    const { run, clock } = setUp([untilAborted()], { graceMs: 0 })
    clock.setTimer(() => controller.abort(), 10)
    expect(statuses(await run([callOf('until_aborted')], { signal: controller.signal }))).toEqual(['aborted unknown'])
    expect(clock.now()).toBe(10)
  })

  test('an abort during the grace of a timeout changes nothing', async () => {
    const controller = new AbortController()
    const { run, clock } = setUp([deaf().tool], { timeoutMs: 100, graceMs: 50 })
    clock.setTimer(() => controller.abort(), 120)
    expect(statuses(await run([callOf('deaf')], { signal: controller.signal }))).toEqual(['timed_out unknown'])
    expect(clock.now()).toBe(150)
  })

  test('I13 an abort of an open batch settles reserved slots, later calls, and slots that are completed afterwards', async () => {
    const controller = new AbortController()
    const { executor, clock } = setUp([untilAborted()])
    const batch = executor.openBatch({ signal: controller.signal })
    batch.add(callOf('until_aborted'))
    const slot = batch.reserve({ id: 's', name: 'until_aborted' })
    controller.abort()
    expect((await slot.result()).status).toBe('aborted')
    batch.add(callOf('until_aborted'))
    batch.reserve({ id: 't', name: 'until_aborted' }).complete('{}')
    batch.close()
    expect(statuses(await clock.runUntil(batch.results()))).toEqual([
      'aborted ended',
      'aborted none',
      'aborted none',
      'aborted none',
    ])
  })
})

describe('the listeners that an abort leaves behind (I17)', () => {
  test.each([
    ['succeeded', undefined],
    ['aborted', 10],
    ['aborted before', -1],
  ])('I17 no listener of ours stays on the signal of the caller if the calls %s', async (_how, abortAtMs) => {
    const counted = countedAbort()
    const clock = new VirtualClock()
    const { run } = setUp([sleeper(clock), untilAborted()], { clock })
    if (abortAtMs === -1) counted.controller.abort()
    else if (abortAtMs !== undefined) clock.setTimer(() => counted.controller.abort(), abortAtMs)
    const running = run(callsOf(abortAtMs === undefined ? 'sleep' : 'until_aborted', 20), {
      signal: counted.controller.signal,
    })
    expect(counted.listeners).toBe(abortAtMs === -1 ? 0 : 1)
    await running
    expect([counted.listeners, clock.pending]).toEqual([0, 0])
  })

  test('I29 a long-lived signal gathers no listeners over many batches', async () => {
    const counted = countedAbort()
    const { run, executor } = setUp([defineTool({ name: 't', execute: (_input, { signal }) => signal.aborted })])
    for (let i = 0; i < 200; i++) await run(callsOf('t', 3), { signal: counted.controller.signal })
    const batch = executor.openBatch({ signal: counted.controller.signal })
    expect(counted.listeners).toBe(1)
    batch.close()
    expect(counted.listeners).toBe(0)
  })
})
