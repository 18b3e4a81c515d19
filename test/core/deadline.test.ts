import { describe, expect, test } from 'vitest'
import {
  type AnyTool,
  Budget,
  defineTool,
  MAX_DELAY_MS,
  MisuseError,
  ToolExecutor,
} from '../../packages/aof-runtime/src/index.ts'
import { VirtualClock } from '../../packages/aof-runtime/src/testing/index.ts'
import { callOf, callsOf, deaf, eventsOf, failureOf, setUp, sleeper, untilAborted } from './harness.ts'

describe('deadlines (I11)', () => {
  const layers: [string, { call?: number; batch?: number; tool?: number; executor?: number }, number, string][] = [
    ['the call', { call: 10, batch: 20, tool: 30, executor: 40 }, 10, "the call's deadlineMs"],
    ['the batch', { call: 90, batch: 20, tool: 30, executor: 40 }, 20, "the batch's deadlineMs"],
    ['the tool', { call: 90, batch: 90, tool: 30, executor: 40 }, 30, "the tool's deadlineMs"],
    ['the executor', { call: 90, batch: 90, tool: 90, executor: 40 }, 40, "the executor's deadlineMs"],
  ]
  test.each(layers)(
    'I11 the earliest deadline counts, and the message names it: %s',
    async (_layer, { call, batch, tool, executor }, ms, source) => {
      const slow: AnyTool = { ...deaf().tool, ...(tool !== undefined && { deadlineMs: tool }) }
      const { run, clock } = setUp([slow], executor === undefined ? {} : { deadlineMs: executor })
      const [result] = await run(
        [{ ...callOf('deaf'), ...(call !== undefined && { deadlineMs: call }) }],
        batch === undefined ? {} : { deadlineMs: batch },
      )
      expect(clock.now()).toBe(ms + 50)
      expect(failureOf(result)).toMatchObject({
        status: 'timed_out',
        execution: 'unknown',
        error: {
          code: 'deadline',
          message: `The call of 'deaf' was not done within ${ms} ms (${source}; raise it there if it needs longer). It did not stop when asked to, and may still act.`,
          retryable: true,
        },
      })
      expect(clock.pending).toBe(0)
    },
  )

  test('I11 I13 a deadline runs while a call waits for a permit, and the call then never starts', async () => {
    const clock = new VirtualClock()
    const { run, events, executor } = setUp([sleeper(clock)], { clock, maxParallelTools: 1 })
    const results = await run(
      callsOf('sleep', 3).map((call) => ({ ...call, arguments: { ms: 100 } })),
      { deadlineMs: 140 },
    )
    expect(results.map(({ status, execution }) => [status, execution])).toEqual([
      ['succeeded', 'ended'],
      ['timed_out', 'unknown'],
      ['timed_out', 'none'],
    ])
    expect(failureOf(results[2]).error.message).toBe(
      "The call of 'sleep' was not done within 140 ms (the batch's deadlineMs; raise it there if it needs longer). Nothing was run.",
    )
    expect(eventsOf(events, 'started').map(({ index }) => index)).toEqual([0, 1])
    expect(executor.stats()).toMatchObject({ running: 0, waiting: 0 })
  })

  test('I11 a deadline runs while arguments arrive, also for later calls', async () => {
    const { executor, clock } = setUp([deaf().tool])
    const batch = executor.openBatch({ deadlineMs: 100 })
    batch.reserve({ id: 'a', name: 'deaf' })
    await clock.advance(100)
    const late = batch.add(callOf('deaf'))
    const slot = batch.reserve({ id: 'c', name: 'deaf' })
    slot.complete({})
    batch.close()
    const results = await batch.results()
    expect(results.map((result) => [failureOf(result).error.code, result.execution])).toEqual([
      ['deadline', 'none'],
      ['deadline', 'none'],
      ['deadline', 'none'],
    ])
    expect(await late.result()).toBe(results[1])
    expect(clock.pending).toBe(0)
  })

  test('I11 the deadline of a tool counts from the acceptance of the call, not from its arguments', async () => {
    const tool = { ...deaf().tool, deadlineMs: 100 }
    const { executor, clock } = setUp([tool])
    const batch = executor.openBatch()
    const slot = batch.reserve({ id: 'a', name: 'deaf' })
    await clock.advance(80)
    slot.complete({})
    batch.close()
    await clock.runUntil(batch.results())
    expect(clock.now()).toBe(150)
  })

  test('I11 a deadline holds while an asynchronous schema validates', async () => {
    const inputSchema = {
      '~standard': { version: 1, vendor: 'slow', validate: () => new Promise<never>(() => {}) },
    } as const
    const tool = defineTool({ name: 'slow', inputSchema, execute: () => 1 })
    const { run, clock } = setUp([tool])
    const [result] = await run([callOf('slow')], { deadlineMs: 70 })
    expect(failureOf(result)).toMatchObject({ status: 'timed_out', execution: 'none', error: { code: 'deadline' } })
    expect([clock.now(), clock.pending]).toEqual([70, 0])
  })

  test('I14 the result of a tool that obeys its signal says that it has ended', async () => {
    const { run, clock } = setUp([untilAborted()])
    const [result] = await run([callOf('until_aborted')], { deadlineMs: 70 })
    expect(failureOf(result)).toMatchObject({ status: 'timed_out', execution: 'ended', error: { code: 'deadline' } })
    expect(clock.now()).toBe(70)
  })

  test('I17 a deadline of Infinity sets no timer, and one that is not reached leaves none', async () => {
    const clock = new VirtualClock()
    const { run } = setUp([{ ...sleeper(clock), deadlineMs: 500 }], { clock, deadlineMs: Infinity })
    const [result] = await run([{ ...callOf('sleep'), deadlineMs: 1_000 }], { deadlineMs: Infinity })
    expect([result?.status, clock.now(), clock.pending]).toEqual(['succeeded', 100, 0])
  })

  test.each([0, -1, Number.NaN, MAX_DELAY_MS + 1, '5' as never])(
    '%s is refused wherever it is set',
    async (deadlineMs) => {
      const { tool } = deaf()
      expect(() => new ToolExecutor({ tools: [tool], deadlineMs })).toThrow(MisuseError)
      expect(() => new ToolExecutor({ tools: [{ ...tool, deadlineMs }] })).toThrow(MisuseError)
      const { executor, run } = setUp([tool])
      await expect(executor.executeTools([callOf('deaf')], { deadlineMs })).rejects.toThrow(MisuseError)
      const [result] = await run([{ ...callOf('deaf'), deadlineMs }])
      expect(failureOf(result).error).toMatchObject({
        code: 'malformed_call',
        message: `deadlineMs of a call takes 1 to ${MAX_DELAY_MS} milliseconds, or Infinity.`,
      })
    },
  )

  test("a budget's time is a deadline for all that shares it", async () => {
    const clock = new VirtualClock()
    const budget = new Budget({ wallMs: 250 })
    const { run } = setUp([sleeper(clock)], { clock })
    const first = await run([callOf('sleep', { ms: 200 })], { budget })
    expect([first[0]?.status, budget.exceeded]).toEqual(['succeeded', undefined])
    const [second] = await run([callOf('sleep', { ms: 200 })], { budget })
    expect(failureOf(second).error.message).toContain("within 250 ms (the budget's wallMs;")
    expect(budget.exceeded).toBe('wallMs')
    const [third] = await run([callOf('sleep', { ms: 200 })], { budget })
    expect(failureOf(third)).toMatchObject({ status: 'timed_out', execution: 'none' })
  })
})

describe('idle timeouts (I12)', () => {
  /** Reports progress every `everyMs`, and ends after `ms`. */
  function reporting(clock: VirtualClock, everyMs: number, ms: number, more: Partial<AnyTool> = {}): AnyTool {
    return {
      ...defineTool({
        name: 'report',
        execute: async (_input, { progress, signal }) => {
          for (let at = everyMs; at < ms; at += everyMs) {
            await clock.sleep(everyMs, { signal })
            progress(at)
          }
          await clock.sleep(ms - clock.now(), { signal })
          return 'done'
        },
      }),
      ...more,
    }
  }

  test('I12 progress puts off the idle timeout', async () => {
    const clock = new VirtualClock()
    const { run } = setUp([reporting(clock, 90, 1_000, { idleTimeoutMs: 100 })], { clock })
    expect((await run([callOf('report')])).map(({ status }) => status)).toEqual(['succeeded'])
    expect(clock.pending).toBe(0)
  })

  test('I12 an attempt without progress ends at the idle timeout, and the message names the layer', async () => {
    const clock = new VirtualClock()
    const { run } = setUp([reporting(clock, 200, 1_000)], { clock, idleTimeoutMs: 100 })
    const [result] = await run([callOf('report')])
    expect(failureOf(result)).toMatchObject({
      status: 'timed_out',
      execution: 'ended',
      error: {
        code: 'idle_timeout',
        message:
          "The tool 'report' reported no progress for 100 ms (the executor's idleTimeoutMs; raise it there if it needs longer). It has ended since, and what it returned was dropped; it may have acted.",
      },
    })
    expect(clock.now()).toBe(100)
  })

  test('I12 progress puts off neither the timeout nor a deadline', async () => {
    for (const [limits, code] of [
      [{ timeoutMs: 300 }, 'timeout'],
      [{ deadlineMs: 300 }, 'deadline'],
    ] as const) {
      const clock = new VirtualClock()
      const { run } = setUp([reporting(clock, 50, 1_000, { idleTimeoutMs: 100 })], { clock })
      const [result] = await run([{ ...callOf('report'), ...limits }])
      expect([failureOf(result).error.code, clock.now()]).toEqual([code, 300])
    }
  })

  test('I12 the idle timeout of the nearest layer wins', async () => {
    for (const [call, batch, tool, at] of [
      [10, 20, 30, 10],
      [undefined, 20, 30, 20],
      [undefined, undefined, 30, 30],
      [Infinity, 20, 30, 500],
    ] as const) {
      const clock = new VirtualClock()
      const { run } = setUp([reporting(clock, 500, 500, { idleTimeoutMs: tool })], { clock, idleTimeoutMs: 40 })
      await run([{ ...callOf('report'), ...(call !== undefined && { idleTimeoutMs: call }) }], {
        ...(batch !== undefined && { idleTimeoutMs: batch }),
      })
      expect(clock.now()).toBe(at)
    }
  })
})

test('I11: a nested call does not start once the deadline of the call that makes it has passed, though no timer has fired', async () => {
  const clock = new VirtualClock()
  const ran: unknown[] = []
  const inner: AnyTool = defineTool({
    name: 'inner',
    maxParallel: 1,
    execute: async ({ of }: { of: string }) => {
      ran.push(of)
      await clock.sleep(10)
      clock.leap(600)
    },
  })
  const outer: AnyTool = defineTool({
    name: 'outer',
    execute: (_input, ctx) => ctx.executor.call('inner', { of: 'outer' }),
  })
  const { run, executor } = setUp([inner, outer], { clock })
  const results = await run([callOf('inner', { of: 'host' }), { ...callOf('outer'), deadlineMs: 100 }])
  expect(ran).toEqual(['host'])
  expect(failureOf(results[1]).error.code).toBe('deadline')
  expect(executor.stats()).toMatchObject({ running: 0, waiting: 0, suspended: 0 })
})

test('I17: a call whose end ends all calls that depend on it leaves no timer of its deadline', async () => {
  const clock = new VirtualClock()
  const never = { '~standard': { version: 1, vendor: 'test', validate: () => new Promise<never>(() => {}) } } as const
  const first = defineTool({ name: 'first', inputSchema: never, timeoutMs: 5, execute: () => 1 })
  const next = defineTool({ name: 'next', execute: () => 2 })
  const { run } = setUp([first, next], { clock, deadlineMs: 60_000 })
  const results = await run([callOf('first', {}, 'one'), { ...callOf('next', {}, 'two'), dependsOn: ['one'] }])
  expect(results.map((each) => failureOf(each).error.code)).toEqual(['timeout', 'dependency_failed'])
  expect([clock.now(), clock.pending]).toEqual([5, 0])
})
