import { createHook } from 'node:async_hooks'
import { describe, expect, test } from 'vitest'
import { defineTool, ToolExecutor } from 'aof-runtime'
import { VirtualClock } from 'aof-runtime/testing'
import { setUp, callOf, callsOf, dataOf, deaf, eventsOf, failureOf, sleeper } from './core/harness.ts'

const setUpSleep = (options = {}): ReturnType<typeof setUp> => {
  const clock = new VirtualClock()
  return setUp([sleeper(clock)], { clock, ...options })
}

describe('R9: the reference tests', () => {
  test.each([2, 5, 10])('parallel is really faster than sequential: %i tools take the time of one (R10)', async (n) => {
    const parallel = setUpSleep()
    await parallel.run(callsOf('sleep', n))
    const oneByOne = setUpSleep()
    for (const call of callsOf('sleep', n)) await oneByOne.run([call])
    const limitedToOne = setUpSleep({ maxParallelTools: 1 })
    await limitedToOne.run(callsOf('sleep', n))

    expect(parallel.clock.now()).toBe(100)
    expect(oneByOne.clock.now()).toBe(n * 100)
    expect(limitedToOne.clock.now()).toBe(n * 100)
  })

  test('a single tool has no parallel overhead: it runs at once, without the machinery for many calls (R6)', async () => {
    const resources: string[] = []
    const hook = createHook({ init: (_id, type) => void resources.push(type) })
    const clock = new VirtualClock()
    let hasRun = false
    const tool = defineTool({ name: 'now', execute: () => (hasRun = true) })
    const { executor, events, lines } = setUp([tool], { clock })
    hook.enable()
    const running = executor.executeTools([callOf('now')])
    hook.disable()

    expect(hasRun).toBe(true)
    expect((await running).map(({ status }) => status)).toEqual(['succeeded'])
    expect(resources.filter((type) => type !== 'PROMISE')).toEqual([])
    expect(resources.length).toBeLessThanOrEqual(3)
    expect(eventsOf(events, 'parked')).toEqual([])
    expect(lines.filter((line) => line.startsWith('INFO'))).toEqual([])
  })

  test("the check of a single tool's overhead can fail: waiting calls do need an async resource", async () => {
    const resources: string[] = []
    const hook = createHook({ init: (_id, type) => void resources.push(type) })
    const executor = new ToolExecutor({
      tools: [defineTool({ name: 't', execute: async () => 1 })],
      maxParallelTools: 1,
    })
    hook.enable()
    const running = executor.executeTools([callOf('t'), callOf('t')])
    hook.disable()
    await running
    expect(resources).toContain('aof.batch')
  })

  test('partial failures keep every result, each in its place', async () => {
    const clock = new VirtualClock()
    const failing = defineTool({
      name: 'fail',
      execute: async () => {
        await clock.sleep(10)
        throw new Error('disk full')
      },
    })
    const { run } = setUp([sleeper(clock), failing], { clock })
    const results = await run([
      callOf('sleep', { ms: 30, n: 0 }),
      callOf('fail'),
      callOf('sleep', { ms: 20, n: 2 }),
      callOf('nowhere'),
      callOf('sleep', { ms: 1, n: 4 }),
    ])
    expect(results.map(({ status }) => status)).toEqual(['succeeded', 'failed', 'succeeded', 'invalid', 'succeeded'])
    expect(results.filter((result) => result.success).map(dataOf)).toEqual([
      { ms: 30, n: 0 },
      { ms: 20, n: 2 },
      { ms: 1, n: 4 },
    ])
    expect(failureOf(results[1]).error.message).toBe('disk full')
  })
})

describe('the reference behaviour', () => {
  test('R1: all calls of a turn run concurrently', async () => {
    const { tool, runs } = deaf()
    const { executor, run, clock } = setUp([tool])
    const running = run(callsOf('deaf', 7))
    expect(runs.length).toBe(7)
    expect(executor.stats()).toMatchObject({ running: 7, waiting: 0 })
    for (const each of runs) each.resolve(1)
    expect((await running).length).toBe(7)
    expect(clock.now()).toBe(0)
  })

  test.each([
    [undefined, 10, 300],
    [3, 3, 900],
    [1, 1, 2_500],
    [Infinity, 25, 100],
  ])('R2: maxParallelTools %s runs at most %i at once', async (maxParallelTools, expected, wallMs) => {
    const { executor, events, clock, run } = setUpSleep(maxParallelTools === undefined ? {} : { maxParallelTools })
    let most = 0
    executor.subscribe(() => (most = Math.max(most, executor.stats().running)))
    await run(callsOf('sleep', 25))
    expect(most).toBe(expected)
    expect(clock.now()).toBe(wallMs)
    expect(eventsOf(events, 'parked').length).toBe(25 - expected)
    expect(executor.stats().limits).toEqual({ maxParallelTools: maxParallelTools ?? 10 })
  })

  test('R2: the limit holds over all batches of an executor', async () => {
    const { executor, clock } = setUpSleep({ maxParallelTools: 2 })
    await clock.runUntil(Promise.all([1, 2, 3].map(() => executor.executeTools(callsOf('sleep', 2)))))
    expect(clock.now()).toBe(300)
  })

  test('R3: results come in the order of the calls, whatever order they finish in', async () => {
    const { events, run } = setUpSleep()
    const results = await run([50, 10, 40, 20, 30].map((ms, i) => callOf('sleep', { ms }, `call ${i}`)))
    expect(eventsOf(events, 'settled').map(({ index }) => index)).toEqual([1, 3, 4, 2, 0])
    expect(results.map(({ index, id }) => [index, id])).toEqual([0, 1, 2, 3, 4].map((i) => [i, `call ${i}`]))
    expect(results.map(dataOf)).toEqual([50, 10, 40, 20, 30].map((ms) => ({ ms })))
  })

  test('R4: a failing tool stops no other tool, and its result carries the error', async () => {
    const clock = new VirtualClock()
    const failing = defineTool({
      name: 'fail',
      execute: () => {
        throw new Error('no such user')
      },
    })
    const { run } = setUp([failing, sleeper(clock)], { clock })
    const [first, second] = await run([callOf('fail'), callOf('sleep')])
    expect(failureOf(first)).toMatchObject({
      status: 'failed',
      execution: 'ended',
      error: { code: 'tool_error', message: 'no such user', retryable: false },
    })
    expect(second?.success).toBe(true)
  })

  test('R5: a dying task becomes an error on its own call, never in the first empty slot', async () => {
    const clock = new VirtualClock()
    const { tool, runs } = deaf()
    const { run } = setUp([sleeper(clock), tool], { clock, timeoutMs: 500 })
    const results = run([callOf('sleep', { ms: 400 }), callOf('sleep', { ms: 300 }), callOf('deaf'), callOf('deaf')])
    runs[1]?.reject(undefined)
    expect((await results).map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'timed_out', 'failed'])
  })

  test('R6: no calls give no results at once, without an event or a log line', async () => {
    const { executor, events, lines } = setUpSleep()
    expect(await executor.executeTools([])).toEqual([])
    expect([events, lines]).toEqual([[], []])
  })

  test('R7: wall time of the batch, time of each tool, counts of success and failure', async () => {
    const { events, run } = setUpSleep({ maxParallelTools: 2 })
    const results = await run([
      callOf('sleep', { ms: 30 }),
      callOf('sleep', { ms: 50 }),
      callOf('sleep', { ms: 40 }),
      callOf('nowhere'),
    ])
    expect(results.map(({ timing }) => timing)).toEqual([
      { queuedMs: 0, runMs: 30, totalMs: 30, attempts: 1 },
      { queuedMs: 0, runMs: 50, totalMs: 50, attempts: 1 },
      { queuedMs: 30, runMs: 40, totalMs: 70, attempts: 1 },
      { queuedMs: 0, runMs: 0, totalMs: 0, attempts: 0 },
    ])
    expect(eventsOf(events, 'batch_settled')).toMatchObject([{ size: 4, succeeded: 3, failed: 1, wallMs: 70 }])
  })

  test('R8: the log lines, word for word', async () => {
    const clock = new VirtualClock()
    const { run, lines } = setUp([sleeper(clock, 'fetch_user', 95), sleeper(clock, 'fetch_orders', 105)], { clock })
    await run([callOf('fetch_user'), callOf('fetch_orders'), callOf('nowhere')])
    expect(lines).toEqual([
      'INFO Executing 3 tools in parallel (max concurrency: 10)',
      "DEBUG Tool [2] nowhere invalid (unknown_tool) without being started: There is no tool 'nowhere'. The tools are: fetch_user, fetch_orders.",
      'DEBUG Executing tool [0]: fetch_user',
      'DEBUG Executing tool [1]: fetch_orders',
      'DEBUG Tool [0] fetch_user completed in 95ms',
      'DEBUG Tool [1] fetch_orders completed in 105ms',
      'INFO Parallel tool execution completed: 3 tools in 105ms (2 success, 1 failures)',
    ])
  })

  test('R8: a single call writes only the lines of its own', async () => {
    const { run, lines } = setUpSleep()
    await run([callOf('sleep')])
    expect(lines).toEqual(['DEBUG Executing tool [0]: sleep', 'DEBUG Tool [0] sleep completed in 100ms'])
  })

  test('R8: an open batch writes the first line when it is closed', async () => {
    const { executor, lines, clock } = setUpSleep()
    const batch = executor.openBatch()
    batch.add(callOf('sleep', { ms: 5 }))
    batch.add(callOf('sleep', { ms: 9 }))
    await clock.advance(6)
    batch.close()
    await clock.runUntil(batch.results())
    expect(lines).toEqual([
      'DEBUG Executing tool [0]: sleep',
      'DEBUG Executing tool [1]: sleep',
      'DEBUG Tool [0] sleep completed in 5ms',
      'INFO Executing 2 tools in parallel (max concurrency: 10)',
      'DEBUG Tool [1] sleep completed in 9ms',
      'INFO Parallel tool execution completed: 2 tools in 9ms (2 success, 0 failures)',
    ])
  })
})
