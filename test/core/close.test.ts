import { describe, expect, test } from 'vitest'
import { defineTool, planTool } from '../../packages/aof-runtime/src/index.ts'
import { settleMicrotasks, VirtualClock } from '../../packages/aof-runtime/src/testing/index.ts'
import { callOf, callsOf, dataOf, deaf, failureOf, setUp, type SetUp, sleeper, untilAborted } from './harness.ts'

function setUpAll(): SetUp & { runs: PromiseWithResolvers<unknown>[] } {
  const clock = new VirtualClock()
  const { tool, runs } = deaf()
  return { ...setUp([sleeper(clock), untilAborted(), tool], { clock, maxParallelTools: 2 }), runs }
}

describe('close', () => {
  test('close of an idle executor resolves at once', async () => {
    const { executor, clock } = setUpAll()
    expect(await executor.close()).toEqual({ abandoned: 0 })
    expect(clock.pending).toBe(0)
  })

  test('close lets running and waiting calls end, and takes no more', async () => {
    const { executor, clock } = setUpAll()
    const running = executor.executeTools(callsOf('sleep', 6))
    const closing = executor.close()
    const [late] = await executor.executeTools([callOf('sleep')])
    expect(failureOf(late)).toMatchObject({
      status: 'rejected',
      execution: 'none',
      error: { code: 'closed', message: 'The executor has been closed; nothing was run.', retryable: false },
    })
    expect(failureOf(await executor.call('sleep', {})).status).toBe('rejected')
    expect(await executor.executeTools([])).toEqual([])
    expect(await clock.runUntil(closing)).toEqual({ abandoned: 0 })
    expect((await running).map(({ status }) => status)).toEqual(callsOf('', 6).map(() => 'succeeded'))
    expect([clock.now(), clock.pending]).toEqual([300, 0])
  })

  test.each([
    [undefined, 5_000],
    [70, 70],
    [0, 0],
  ])('close aborts the remaining calls after drainMs %s, and counts the abandoned ones', async (drainMs, abortedAt) => {
    const { executor, clock, runs } = setUpAll()
    const running = executor.executeTools([callOf('until_aborted'), callOf('deaf'), callOf('sleep')], {
      timeoutMs: Infinity,
    })
    const closed = await clock.runUntil(executor.close(drainMs === undefined ? {} : { drainMs }))
    expect(closed).toEqual({ abandoned: 1 })
    expect(clock.now()).toBe(abortedAt + 50)
    expect((await running).map(({ status, execution }) => `${status} ${execution}`)).toEqual([
      'aborted ended',
      'aborted unknown',
      'aborted none',
    ])
    runs[0]?.resolve(1)
    await settleMicrotasks()
    expect(executor.stats()).toMatchObject({ running: 0, waiting: 0, abandoned: 0 })
    expect(clock.pending).toBe(0)
  })

  test('close with drainMs: Infinity waits for ever', async () => {
    const { executor, clock, runs } = setUpAll()
    void executor.executeTools([callOf('deaf')], { timeoutMs: Infinity })
    let closed = false
    const closing = executor.close({ drainMs: Infinity }).then(() => (closed = true))
    await clock.advance(1e9)
    expect(closed).toBe(false)
    runs[0]?.resolve(1)
    await closing
    expect(clock.pending).toBe(0)
  })

  test('close ends an open batch that its caller never closes', async () => {
    const { executor, clock } = setUpAll()
    const batch = executor.openBatch()
    batch.reserve({ id: 'a', name: 'sleep' })
    batch.add(callOf('until_aborted'))
    expect(await clock.runUntil(executor.close({ drainMs: 20 }))).toEqual({ abandoned: 0 })
    expect((await batch.results()).map(({ status }) => status)).toEqual(['invalid', 'aborted'])
  })

  test('a slot that is completed after closing is rejected', async () => {
    const { executor, clock } = setUpAll()
    const batch = executor.openBatch()
    const slot = batch.reserve({ id: 'a', name: 'sleep' })
    const closing = executor.close()
    slot.complete('{}')
    batch.close()
    expect((await batch.results()).map(({ status }) => status)).toEqual(['rejected'])
    expect(await clock.runUntil(closing)).toEqual({ abandoned: 0 })
  })

  test('a second close gives the same promise, whatever its options', async () => {
    const { executor, clock } = setUpAll()
    void executor.executeTools([callOf('sleep')])
    const closing = executor.close({ drainMs: 1_000 })
    expect(executor.close({ drainMs: 0 })).toBe(closing)
    await clock.runUntil(executor[Symbol.asyncDispose]())
    expect(clock.now()).toBe(100)
  })

  test('close from within a tool does not wait for that tool for ever', async () => {
    const { executor, clock } = setUpAll()
    const { defineTool } = await import('../../packages/aof-runtime/src/index.ts')
    const closer = defineTool({ name: 'closer', execute: () => executor.close({ drainMs: 30 }) })
    expect((await clock.runUntil(executor.call(closer, {}))).status).toBe('aborted')
  })
})

test('the stats describe the present moment', async () => {
  const { executor, clock } = setUpAll()
  expect(executor.stats()).toEqual({
    running: 0,
    waiting: 0,
    waitingFor: { dependency: 0, conflict: 0, breaker: 0, rate: 0, key: 0, tool: 0, executor: 0, process: 0 },
    suspended: 0,
    abandoned: 0,
    limits: { maxParallelTools: 2 },
    tools: [],
  })
  const running = executor.executeTools(
    [callOf('sleep', { ms: 10 }), callOf('deaf'), callOf('sleep', { ms: 5 }), callOf('nowhere')],
    { timeoutMs: 100 },
  )
  expect(executor.stats()).toMatchObject({ running: 2, waiting: 1, abandoned: 0 })
  await clock.advance(12)
  expect(executor.stats()).toMatchObject({ running: 2, waiting: 0, abandoned: 0 })
  await clock.runUntil(running)
  expect(executor.stats()).toMatchObject({ running: 0, waiting: 0, abandoned: 1 })
})

describe('close, whatever comes after its abort', () => {
  test('I14 neither a batch opened after the abort nor one opened by a cut tool keeps close waiting', async () => {
    const clock = new VirtualClock()
    const opens = defineTool({
      name: 'opens',
      execute: async (_input, ctx) => {
        await clock.sleep(60)
        ctx.executor.openBatch()
      },
    })
    const { executor } = setUp([opens, sleeper(clock)], { clock })
    const running = executor.executeTools([callOf('opens'), callOf('sleep', { ms: 500 })])
    await clock.advance(20)
    const closed = executor.close({ drainMs: 10 })
    await clock.advance(20)
    const late = executor.openBatch()
    expect(failureOf(await clock.runUntil(late.add(callOf('sleep', { ms: 1 })).result())).error.code).toBe('closed')
    expect((await clock.runUntil(running)).map(({ status }) => status)).toEqual(['aborted', 'aborted'])
    expect(await clock.runUntil(closed)).toHaveProperty('abandoned')
  })

  test('a closed executor refuses calls by tools of another executor like any other call', async () => {
    const clock = new VirtualClock()
    const closing = setUp([sleeper(clock)], { clock }).executor
    const plan = planTool(closing)
    const asks = defineTool({ name: 'asks', execute: async () => closing.executeTools([callOf('sleep', { ms: 1 })]) })
    const other = setUp([asks, plan], { clock, trackNesting: true }).executor
    await closing.close()
    const [asked, planned] = await clock.runUntil(
      other.executeTools([
        callOf('asks'),
        callOf('plan', { steps: [{ id: 'a', tool: 'sleep', arguments: { ms: 1 } }] }),
      ]),
    )
    expect(dataOf(asked)).toMatchObject([{ status: 'rejected', error: { code: 'closed' } }])
    expect(dataOf(planned)).toMatchObject({ results: [{ status: 'rejected', error: { code: 'closed' } }] })
  })
})
