import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, test } from 'vitest'
import {
  type AnyTool,
  type BreakerOptions,
  type CallOptions,
  defineTool,
  type ToolExecutorOptions,
  ToolFailure,
  type ToolResult,
} from '../../packages/aof-runtime/src/index.ts'
import { settleMicrotasks } from '../../packages/aof-runtime/src/testing/index.ts'
import { callOf, callsOf, deaf, eventsOf, type SetUp, setUp } from './harness.ts'

const breaker = { failureRate: 0.5, windowMs: 1_000, minimumAttempts: 4, openMs: 300 } satisfies BreakerOptions

/** A tool whose breaker may be tried from now on, at 310 ms; `runs` has its attempts, four of which have timed out. */
async function halfOpen(
  more: Pick<ToolExecutorOptions, 'queue' | 'maxAbandoned' | 'maxParallelTools'> = {},
  others: readonly AnyTool[] = [],
): Promise<SetUp & Pick<ReturnType<typeof deaf>, 'runs'>> {
  const { tool, runs } = deaf('bad')
  const tools = [{ ...tool, breaker, timeoutMs: 10 }, ...others]
  const set = setUp(tools, { maxAbandoned: Infinity, graceMs: 0, ...more })
  await set.clock.runUntil(set.executor.executeTools(callsOf('bad', 4)))
  await set.clock.advance(300)
  return { ...set, runs }
}

/** Three calls of such a tool, the first of which is its probe: `runs[4]`. */
async function probed(
  more: Pick<ToolExecutorOptions, 'queue' | 'maxAbandoned' | 'maxParallelTools'> = {},
  options: CallOptions = {},
): Promise<Awaited<ReturnType<typeof halfOpen>> & { readonly running: Promise<ToolResult[]> }> {
  const set = await halfOpen(more)
  const running = set.executor.executeTools(callsOf('bad', 3), { timeoutMs: 10_000, ...options })
  await settleMicrotasks()
  return { ...set, running }
}

const endsOf = (results: readonly ToolResult[]): string[] =>
  results.map((result) => (result.success ? result.status : result.error.code))

const AT_REST = { running: 0, waiting: 0, waitingFor: { breaker: 0 }, suspended: 0 }

describe('while a circuit breaker is half open', () => {
  test('I20 one call is the probe; the others wait for it without permits, and run once it has succeeded', async () => {
    const { executor, clock, events, running, runs } = await probed()
    expect(runs).toHaveLength(5)
    expect(executor.stats()).toMatchObject({ running: 1, waiting: 2, waitingFor: { breaker: 2 } })
    expect(eventsOf(events, 'parked').map(({ waitsFor, index }) => [waitsFor, index])).toEqual([
      ['breaker', 1],
      ['breaker', 2],
    ])
    await clock.advance(50)
    runs[4]?.resolve('up')
    await settleMicrotasks()
    expect(runs).toHaveLength(7)
    for (const run of runs) run.resolve('up')
    expect(endsOf(await running)).toEqual(['succeeded', 'succeeded', 'succeeded'])
    expect(executor.stats()).toMatchObject(AT_REST)
  })

  test('I20 the calls that wait for a probe are rejected at once where it fails', async () => {
    const { running, runs, clock, executor } = await probed()
    runs[4]?.reject(new Error('still down'))
    const results = await running
    expect(endsOf(results)).toEqual(['tool_error', 'breaker_open', 'breaker_open'])
    expect(results[1]).toMatchObject({ execution: 'none', error: { message: expect.stringContaining('in 300 ms.') } })
    expect([runs.length, clock.now()]).toEqual([5, 310])
    expect(executor.stats()).toMatchObject(AT_REST)
  })

  test('I20 a probe that a permanent failure ends has shown that the tool works', async () => {
    const { running, runs } = await probed()
    runs[4]?.reject(new ToolFailure('no such city'))
    await settleMicrotasks()
    for (const run of runs) run.resolve('up')
    expect(endsOf(await running)).toEqual(['tool_error', 'succeeded', 'succeeded'])
  })

  test('I20 if the end of a probe says nothing about the tool, the next call is the probe and the others go on waiting', async () => {
    const { executor, events, runs } = await halfOpen()
    const abort = new AbortController()
    const first = executor.executeTools([callOf('bad')], { signal: abort.signal })
    const others = executor.executeTools(callsOf('bad', 3), { timeoutMs: 10_000 })
    await settleMicrotasks()
    abort.abort()
    await settleMicrotasks()
    expect(endsOf(await first)).toEqual(['aborted'])
    expect(runs).toHaveLength(6)
    expect(eventsOf(events, 'parked').map(({ waitsFor }) => waitsFor)).toEqual(['breaker', 'breaker', 'breaker'])
    expect(executor.stats()).toMatchObject({ running: 1, waitingFor: { breaker: 2 } })
    runs[5]?.resolve('up')
    await settleMicrotasks()
    for (const run of runs) run.resolve('up')
    expect(endsOf(await others)).toEqual(['succeeded', 'succeeded', 'succeeded'])
  })

  test('I51 a call that lacks a permit and cannot be the next probe delays no other call', async () => {
    const hog = deaf('hog')
    const { executor, runs } = await halfOpen({ maxParallelTools: 2 }, [hog.tool])
    const abort = new AbortController()
    const first = executor.executeTools([callOf('bad')], { signal: abort.signal })
    const gone = new AbortController()
    const second = executor.executeTools([callOf('bad')], { signal: gone.signal })
    const third = executor.executeTools([callOf('bad')])
    await settleMicrotasks()
    const hogs = executor.executeTools(callsOf('hog', 2), { priority: 1 })
    await settleMicrotasks()
    abort.abort()
    await settleMicrotasks()
    expect(hog.runs).toHaveLength(2)
    expect(executor.stats().waitingFor).toMatchObject({ breaker: 0, executor: 2 })
    gone.abort()
    for (const run of hog.runs) run.resolve('done')
    await settleMicrotasks()
    expect(runs).toHaveLength(6)
    runs[5]?.resolve('up')
    expect((await Promise.all([first, second, third, hogs])).map(endsOf)).toEqual([
      ['aborted'],
      ['aborted'],
      ['succeeded'],
      ['succeeded', 'succeeded'],
    ])
  })

  test('I27 a call waits for a probe no longer than openMs', async () => {
    const { clock, runs, running, executor } = await probed()
    await clock.advance(299)
    expect(executor.stats().waiting).toBe(2)
    await clock.advance(1)
    expect(executor.stats().waiting).toBe(0)
    runs[4]?.resolve('up')
    const results = await running
    expect(endsOf(results)).toEqual(['succeeded', 'breaker_open', 'breaker_open'])
    expect(results[1]).toMatchObject({
      error: {
        message:
          "The tool 'bad' has failed too often and is left alone for now; nothing was run. The call that tries whether it works again has not ended within 300 ms (openMs).",
      },
    })
  })

  test('I27 no more calls wait for a probe than the queue may hold', async () => {
    const { runs, running } = await probed({ queue: { max: 1 } })
    for (let i = 4; i <= 5; i++) {
      runs[i]?.resolve('up')
      await settleMicrotasks()
    }
    expect(endsOf(await running)).toEqual(['succeeded', 'succeeded', 'queue_full'])
  })

  test('I11, I13 deadlines, aborts and closing end the wait for a probe', async () => {
    const late = await probed({}, { deadlineMs: 20 })
    await late.clock.advance(20)
    expect(endsOf(await late.running)).toEqual(['deadline', 'deadline', 'deadline'])
    const abort = new AbortController()
    const aborted = await probed({}, { signal: abort.signal })
    abort.abort()
    expect(endsOf(await aborted.running)).toEqual(['aborted', 'aborted', 'aborted'])
    const closed = await probed()
    const closing = closed.executor.close({ drainMs: 10 })
    await closed.clock.advance(10)
    expect(endsOf(await closed.running)).toEqual(['aborted', 'aborted', 'aborted'])
    expect(await closing).toEqual({ abandoned: 5 })
    for (const { executor } of [late, aborted, closed]) expect(executor.stats()).toMatchObject(AT_REST)
  })

  test('I13 a listener that aborts the calls on the event that one waits for the probe leaves no call unsettled', async () => {
    const abort = new AbortController()
    const { executor, running } = await (async () => {
      const set = await halfOpen()
      set.executor.subscribe(({ type }) => {
        if (type === 'parked') abort.abort()
      })
      return { ...set, running: set.executor.executeTools(callsOf('bad', 3), { signal: abort.signal }) }
    })()
    expect(endsOf(await running)).toEqual(['aborted', 'aborted', 'aborted'])
    expect(executor.stats()).toMatchObject(AT_REST)
  })

  test('I34 a call that has waited for a probe runs in the async context of its caller', async () => {
    const caller = new AsyncLocalStorage<string>()
    const seen: (string | undefined)[] = []
    let isUp = false
    const tool = defineTool({
      name: 'seer',
      execute: async () => {
        seen.push(caller.getStore())
        await Promise.resolve()
        if (!isUp) throw new Error('down')
        return 'up'
      },
    })
    const { executor, clock } = setUp([{ ...tool, breaker }])
    await executor.executeTools(callsOf('seer', 4))
    await clock.advance(300)
    isUp = true
    seen.length = 0
    const runs = ['ann', 'bob', 'cid'].map((name) => caller.run(name, () => executor.executeTools([callOf('seer')])))
    expect((await Promise.all(runs)).map(endsOf)).toEqual([['succeeded'], ['succeeded'], ['succeeded']])
    expect(seen).toEqual(['ann', 'bob', 'cid'])
  })

  test('I26 a call that the probe makes itself, at any depth, is rejected at once', async () => {
    let isUp = false
    let nested: readonly ToolResult[] = []
    const between = defineTool({ name: 'between', execute: (_, ctx) => ctx.executor.call('self', {}) })
    const self: AnyTool = {
      ...defineTool({
        name: 'self',
        execute: async (_, ctx) => {
          if (!isUp) throw new Error('down')
          const through = await ctx.executor.call('between', {})
          nested = [
            await ctx.executor.call('self', {}),
            through.success ? (through.data as unknown as ToolResult) : through,
          ]
          return 'up'
        },
      }),
      breaker,
    }
    const { executor, clock } = setUp([self, between])
    await executor.executeTools(callsOf('self', 4))
    await clock.advance(300)
    isUp = true
    expect(endsOf(await executor.executeTools([callOf('self')]))).toEqual(['succeeded'])
    expect(clock.now()).toBe(300)
    expect(endsOf(nested)).toEqual(['breaker_open', 'breaker_open'])
    expect(nested[0]).toMatchObject({ error: { message: expect.stringContaining('has made this one') } })
    expect(executor.stats()).toMatchObject(AT_REST)
  })

  test('I26 a call that makes one which waits for a probe is suspended meanwhile', async () => {
    const maker = defineTool({ name: 'maker', execute: (_, ctx) => ctx.executor.call('bad', {}) })
    const { executor, runs } = await halfOpen({ maxParallelTools: 1 }, [maker])
    const probe = executor.executeTools([callOf('bad')], { timeoutMs: 10_000 })
    await settleMicrotasks()
    executor.maxParallelTools = 2
    const made = executor.executeTools([callOf('maker')])
    await settleMicrotasks()
    expect(executor.stats()).toMatchObject({ running: 1, suspended: 1, waitingFor: { breaker: 1 } })
    runs[4]?.resolve('up')
    await settleMicrotasks()
    runs[5]?.resolve('up')
    expect((await Promise.all([probe, made])).map(endsOf)).toEqual([['succeeded'], ['succeeded']])
  })

  test('I27 if too many attempts were abandoned, a call is rejected at once and waits for no probe', async () => {
    const { tool, runs } = deaf('bad')
    const { clock, executor } = setUp([{ ...tool, breaker, timeoutMs: 10 }], { maxAbandoned: 5, graceMs: 0 })
    void executor.executeTools([...callsOf('bad', 4), { ...callOf('bad'), timeoutMs: 320 }])
    await clock.advance(310)
    void executor.executeTools([callOf('bad')], { timeoutMs: 1_000 })
    await clock.advance(20)
    expect(runs).toHaveLength(6)
    expect(endsOf(await executor.executeTools([callOf('bad')]))).toEqual(['too_many_abandoned'])
  })
})
