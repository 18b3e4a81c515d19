import { describe, expect, test } from 'vitest'
import { AdmissionController, type AnyTool, defineTool, ToolExecutor } from '../../packages/aof-runtime/src/index.ts'
import { checkStackRoom, hasStackRoom } from '../../packages/aof-runtime/src/core/host/stack-room.ts'
import { VirtualClock } from '../../packages/aof-runtime/src/testing/index.ts'
import { callOf, callsOf, failureOf, setUp, sleeper } from './harness.ts'

const IDLE = { running: 0, waiting: 0, suspended: 0, abandoned: 0 }

describe('handing over', () => {
  test.each(['abort', 'deadline'] as const)(
    'I13 I25 a call that ends (%s) while its place in the queue is given away keeps no permit',
    async (how) => {
      const clock = new VirtualClock()
      const { executor, run } = setUp([sleeper(clock)], {
        clock,
        maxParallelTools: 1,
        queue: { max: 1, policy: 'wait' },
      })
      const controller = new AbortController()
      executor.subscribe((event) => {
        if (event.type !== 'parked' || event.waitsFor !== 'executor' || event.index !== 2) return
        if (how === 'abort') controller.abort()
      })
      const options = how === 'abort' ? { signal: controller.signal } : { deadlineMs: 100 }
      const results = await run(callsOf('sleep', 3), options)
      expect(results.map(({ status }) => status).slice(1)).toEqual(
        how === 'abort' ? ['aborted', 'aborted'] : ['timed_out', 'timed_out'],
      )
      expect(executor.stats()).toMatchObject(IDLE)
      expect((await run(callsOf('sleep', 3))).every(({ success }) => success)).toBe(true)
    },
  )

  test('I13 a breaker that asks for a probe, and a listener that aborts then, leave no permit out', async () => {
    const clock = new VirtualClock()
    const controller = new AbortController()
    const tool = defineTool({
      name: 'f',
      breaker: { minimumAttempts: 1, openMs: 10 },
      execute: async (input: { ok?: boolean }) => {
        await clock.sleep(5)
        if (input.ok !== true) throw new Error('no')
        return 'ok'
      },
    })
    const { executor, run } = setUp([tool, sleeper(clock)], { clock, maxParallelTools: 1 })
    executor.subscribe((event) => {
      if (event.type === 'breaker_changed' && event.state === 'half_open') controller.abort()
    })
    await run([callOf('f')])
    const all = Promise.all([
      executor.executeTools([callOf('sleep')]),
      executor.executeTools([callOf('f', { ok: true })], { signal: controller.signal }),
    ])
    expect((await clock.runUntil(all)).map(([result]) => result?.status)).toEqual(['succeeded', 'aborted'])
    expect(executor.stats()).toMatchObject(IDLE)
    expect((await run([callOf('f', { ok: true })]))[0]?.status).toBe('succeeded')
  })

  test('I13 a clock that throws as a call starts fails that call and keeps no permit', async () => {
    const clock = new VirtualClock()
    let isBroken = false
    const faulty = {
      now: () => clock.now(),
      setTimer: (...args: Parameters<VirtualClock['setTimer']>) => {
        if (isBroken) throw new Error('no timer')
        return clock.setTimer(...args)
      },
    }
    const tool = defineTool({ name: 't', execute: () => 1 })
    const executor = new ToolExecutor({ tools: [tool], clock: faulty, maxParallelTools: 1 })
    isBroken = true
    const [first] = await executor.executeTools([callOf('t'), callOf('t')])
    expect(failureOf(first)).toMatchObject({
      status: 'failed',
      error: { message: expect.stringContaining('no timer') as string },
    })
    expect(executor.stats()).toMatchObject(IDLE)
    isBroken = false
    expect((await executor.executeTools([callOf('t')]))[0]?.status).toBe('succeeded')
  })
})

describe('a stack that is nearly full', () => {
  test('I13 calls made at every depth of a recursion give all permits back', async () => {
    const tool = defineTool({ name: 't', execute: () => 1 })
    const executor = new ToolExecutor({ tools: [tool], maxParallelTools: 10 })
    const seen: Promise<unknown>[] = []
    const deep = (n: number): number => {
      if (n % 50 === 0 || n > 7_000) seen.push(executor.call(tool, {}))
      return deep(n + 1) + 1
    }
    for (let round = 0; round < 3; round++) {
      try {
        deep(1)
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError)
      }
    }
    for (const each of await Promise.allSettled(seen)) {
      // In the very last frames not even the question for room can be asked: such a call is refused.
      if (each.status === 'rejected') expect(each.reason).toBeInstanceOf(RangeError)
      else expect(each.value).toMatchObject({ status: 'succeeded' })
    }
    expect(executor.stats()).toMatchObject(IDLE)
  })

  test.each([true, false])(
    'I13 a tool that recurses and calls an executor on its way (tracked: %s)',
    async (trackNesting) => {
      const admission = new AdmissionController({ maxParallel: 10 })
      const inner = defineTool({ name: 'inner', execute: () => 1 })
      const made: Promise<unknown>[] = []
      const outer = defineTool({
        name: 'outer',
        execute: (_input: unknown, ctx) => {
          const deep = (n: number): number => {
            if (n % 40 === 0) made.push((n % 80 === 0 ? ctx.executor : executor).call('inner', {}))
            return deep(n + 1) + 1
          }
          return deep(1)
        },
      })
      const executor = new ToolExecutor({ tools: [inner, outer], admission, trackNesting })
      for (let i = 0; i < 5; i++) {
        const [result] = await executor.executeTools([callOf('outer')])
        expect(failureOf(result).error.code).toBe('tool_error')
      }
      await Promise.allSettled(made)
      expect(executor.stats()).toMatchObject(IDLE)
      expect(admission.stats()).toMatchObject(IDLE)
      expect((await executor.executeTools([callOf('inner')]))[0]?.status).toBe('succeeded')
    },
  )

  test('I13 an open batch refuses to go on where there is no room, and nothing of it changes', async () => {
    const clock = new VirtualClock()
    const { executor } = setUp([sleeper(clock)], { clock })
    const batch = executor.openBatch()
    const call = callOf('sleep')
    batch.add(call)
    const refusals: unknown[] = []
    const acts = [() => batch.add(call), () => batch.close(), () => executor.openBatch()]
    const deep = (): number => {
      if (hasStackRoom()) return deep() + 0
      for (const act of acts) {
        try {
          act()
        } catch (error) {
          refusals.push(error)
        }
      }
      return 0
    }
    deep()
    expect(refusals.map((error) => error instanceof RangeError)).toEqual([true, true, true])
    batch.close()
    expect((await clock.runUntil(batch.results())).map(({ status }) => status)).toEqual(['succeeded'])
    expect(() => checkStackRoom('x')).not.toThrow()
  })
})

describe('a listener that ends the run as a nested batch opens', () => {
  test.each(['whole', 'streamed'] as const)(
    'I13 a listener that ends the run at the opening of a nested batch leaves nothing for close to wait for (%s)',
    async (form) => {
      const clock = new VirtualClock()
      const controller = new AbortController()
      const parent = defineTool({
        name: 'parent',
        execute: async (_input: unknown, ctx) => {
          if (form === 'whole') return (await ctx.executor.executeTools(callsOf('sleep', 3))).length
          const batch = ctx.executor.openBatch({ deadlineMs: 1_000 })
          batch.add(callOf('sleep'))
          batch.close()
          return (await batch.results()).length
        },
      })
      const { executor, events, run } = setUp([parent, sleeper(clock)], { clock })
      executor.subscribe((event) => {
        if (event.type === 'batch_opened' && event.madeBy !== undefined) controller.abort()
      })
      const [result] = await run([callOf('parent')], { signal: controller.signal })
      expect(result?.status).toBe('aborted')
      expect(await clock.runUntil(executor.close({ drainMs: 10 }), { maxMs: 1_000 })).toEqual({ abandoned: 0 })
      expect(executor.stats()).toMatchObject(IDLE)
      const nested = events.filter((event) => 'batch' in event && event.batch === 2).map(({ type }) => type)
      expect(nested.at(-1)).toBe('batch_settled')
      expect(clock.pending).toBe(0)
    },
  )

  test('I13 closing at the opening of a batch waits for that batch', async () => {
    const clock = new VirtualClock()
    const { executor, run } = setUp([sleeper(clock)], { clock })
    let closed: Promise<unknown> | undefined
    let isSettled = false
    executor.subscribe(({ type }) => {
      if (type === 'batch_opened') closed = executor.close({ drainMs: 10 }).then(() => expect(isSettled).toBe(true))
      if (type === 'batch_settled') isSettled = true
    })
    const [result] = await run([callOf('sleep')])
    expect(failureOf(result).error.code).toBe('closed')
    await clock.runUntil(closed as Promise<unknown>)
  })
})

describe('a deadline that passes while the event loop stands still', () => {
  const blocking = (clock: VirtualClock, ms: number): AnyTool =>
    defineTool({ name: 'block', execute: () => clock.leap(ms) })

  test.each(['call', 'batch', 'tool'] as const)(
    'I14 a call never starts after the deadline of its %s, also if the event loop was blocked',
    async (whose) => {
      const clock = new VirtualClock()
      const ran: number[] = []
      const late = defineTool({
        name: 'late',
        ...(whose === 'tool' && { deadlineMs: 100 }),
        execute: () => void ran.push(clock.now()),
      })
      for (const maxParallelTools of [1, 10]) {
        const { executor, run } = setUp([blocking(clock, 600), late], { clock, maxParallelTools })
        const call = { ...callOf('late'), ...(whose === 'call' && { deadlineMs: 100 }) }
        const results = await run([callOf('block'), call], whose === 'batch' ? { deadlineMs: 100 } : {})
        expect(failureOf(results[1])).toMatchObject({
          status: 'timed_out',
          execution: 'none',
          error: { code: 'deadline' },
        })
        expect(ran).toEqual([])
        expect(executor.stats()).toMatchObject(IDLE)
      }
    },
  )

  test('I27 a call whose time in the queue has passed never starts, also if the event loop was blocked', async () => {
    const clock = new VirtualClock()
    const { run, executor } = setUp([blocking(clock, 600), sleeper(clock)], {
      clock,
      maxParallelTools: 1,
      queue: { deadlineMs: 100 },
    })
    const results = await run([callOf('sleep', { ms: 50 }), callOf('block'), callOf('sleep')])
    expect(failureOf(results[2])).toMatchObject({ status: 'rejected', error: { code: 'queue_timeout' } })
    expect(executor.stats()).toMatchObject(IDLE)
  })
})

describe('counts and rejections', () => {
  test.each(['too_many_calls', 'too_deep'])(
    'I17 a nested call that refers to a result and is refused (%s) waits no more',
    async (code) => {
      const clock = new VirtualClock()
      const codes: string[] = []
      const parent = defineTool({
        name: 'parent',
        execute: async (_input: unknown, ctx) => {
          const results = await ctx.executor.executeTools([
            callOf('sleep', {}, 'a'),
            callOf('sleep', { from: { $result: 'a' } }, 'b'),
            { ...callOf('sleep', {}, 'c'), dependsOn: ['a'] },
          ])
          codes.push(...results.map((result) => (result.success ? 'ok' : result.error.code)))
        },
      })
      const { executor, run } = setUp([parent, sleeper(clock)], {
        clock,
        ...(code === 'too_deep' ? { maxDepth: 0 } : { maxNestedCalls: 1 }),
      })
      await run([callOf('parent')])
      expect(codes.slice(1).every((each) => each === code || each === 'dependency_failed')).toBe(true)
      expect(executor.stats()).toMatchObject({ ...IDLE, waitingFor: { dependency: 0, conflict: 0 } })
    },
  )

  test('I15 an asynchronous schema that aborts its own call and then rejects leaves no unhandled rejection', async () => {
    const unhandled: unknown[] = []
    const keep = (reason: unknown): void => void unhandled.push(reason)
    process.on('unhandledRejection', keep)
    const controller = new AbortController()
    const schema = {
      '~standard': {
        version: 1 as const,
        vendor: 'test',
        validate: () => {
          controller.abort()
          return Promise.reject(new Error('too late'))
        },
      },
    }
    const tool = defineTool({ name: 't', inputSchema: schema, execute: () => 1 })
    const { run } = setUp([tool])
    const [result] = await run([callOf('t')], { signal: controller.signal })
    expect(result?.status).toBe('aborted')
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', keep)
    expect(unhandled).toEqual([])
  })
})
