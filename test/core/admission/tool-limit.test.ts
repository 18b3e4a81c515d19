import { describe, expect, test } from 'vitest'
import { type AnyTool, defineTool } from '../../../packages/aof-runtime/src/index.ts'
import { VirtualClock } from '../../../packages/aof-runtime/src/testing/index.ts'
import { callOf, callsOf, setUp } from '../harness.ts'
import { controllerOf, work } from './harness.ts'

describe('maxParallel of a tool', () => {
  test('I25 maxParallel of a tool holds in one executor, over all its batches', async () => {
    const clock = new VirtualClock()
    const { tool, starts } = work(clock, 'w', 10, { maxParallel: 2 })
    const { executor } = setUp([tool], { clock })
    const results = await clock.runUntil(
      Promise.all([executor.executeTools(callsOf('w', 3)), executor.executeTools(callsOf('w', 2))]),
    )
    expect(results.flat().map(({ status }) => status)).toEqual(Array(5).fill('succeeded'))
    expect(starts.map((start) => start.split('@')[1])).toEqual(['0', '0', '10', '10', '20'])
  })

  test('I25 maxParallel of a tool holds across executors that share a controller', async () => {
    const clock = new VirtualClock()
    const worked = work(clock, 'w', 10, { maxParallel: 2 })
    const admission = controllerOf(clock)
    const [one, other] = [setUp([worked.tool], { clock, admission }), setUp([worked.tool], { clock, admission })]
    const results = await clock.runUntil(
      Promise.all([one.executor.executeTools(callsOf('w', 4)), other.executor.executeTools(callsOf('w', 4))]),
    )
    expect(results.flat().every(({ success }) => success)).toBe(true)
    expect([worked.peak, clock.now()]).toEqual([2, 40])
  })

  test('executors with controllers of their own count the calls of a tool separately', async () => {
    const clock = new VirtualClock()
    const worked = work(clock, 'w', 10, { maxParallel: 1 })
    const [one, other] = [setUp([worked.tool], { clock }), setUp([worked.tool], { clock })]
    await clock.runUntil(
      Promise.all([one.executor.executeTools(callsOf('w', 2)), other.executor.executeTools(callsOf('w', 2))]),
    )
    expect([worked.peak, clock.now()]).toEqual([2, 20])
  })

  test('a limit belongs to the tool object, not to its name', async () => {
    const clock = new VirtualClock()
    const admission = controllerOf(clock)
    const [first, second] = [work(clock, 'w', 10, { maxParallel: 1 }), work(clock, 'w', 10, { maxParallel: 1 })]
    const [one, other] = [setUp([first.tool], { clock, admission }), setUp([second.tool], { clock, admission })]
    await clock.runUntil(
      Promise.all([one.executor.executeTools(callsOf('w', 2)), other.executor.executeTools(callsOf('w', 2))]),
    )
    expect([first.peak, second.peak, clock.now()]).toEqual([1, 1, 20])
  })

  test('a copy of a tool object has a limit of its own', async () => {
    const clock = new VirtualClock()
    const { tool } = work(clock, 'w', 10, { maxParallel: 1 })
    const copy: AnyTool = { ...tool, name: 'copy' }
    const { run } = setUp([tool, copy], { clock })
    await run([callOf('w'), callOf('copy'), callOf('w')])
    expect(clock.now()).toBe(20)
  })

  test('I25 the limit of a tool counts calls of the application, also if the tool is not registered', async () => {
    const clock = new VirtualClock()
    const worked = work(clock, 'w', 10, { maxParallel: 1 })
    const admission = controllerOf(clock)
    const [one, other] = [setUp([worked.tool], { clock, admission }), setUp([], { clock, admission })]
    const { tool } = worked
    await clock.runUntil(
      Promise.all([
        one.executor.executeTools(callsOf('w', 2)),
        other.executor.call(tool as never, {} as never),
        other.executor.call(tool as never, {} as never),
      ]),
    )
    expect([worked.peak, clock.now()]).toEqual([1, 40])
  })

  test('a tool with `maxParallel: Infinity` is not limited', async () => {
    const clock = new VirtualClock()
    const worked = work(clock, 'w', 10, { maxParallel: Infinity })
    const { run } = setUp([worked.tool], { clock, maxParallelTools: Infinity })
    await run(callsOf('w', 500))
    expect([worked.peak, clock.now()]).toEqual([500, 10])
  })

  test('I25 a call that fails, throws at once or is aborted releases its permit', async () => {
    const clock = new VirtualClock()
    let began = 0
    const tool = defineTool({
      name: 'w',
      maxParallel: 1,
      execute: async ({ how }: { how: string }, { signal }) => {
        began++
        if (how === 'sync') return 1
        if (how === 'throw') throw new Error('no')
        await clock.sleep(1_000, { signal })
        return 2
      },
    })
    const { run, executor } = setUp([tool], { clock })
    const hows = ['throw', 'sync', 'late', 'throw', 'sync']
    const results = await run(hows.map((how) => callOf('w', { how })).map((call) => ({ ...call, timeoutMs: 5 })))
    expect(results.map(({ status }) => status)).toEqual(['failed', 'succeeded', 'timed_out', 'failed', 'succeeded'])
    expect([began, executor.stats().running, clock.now(), clock.pending]).toEqual([5, 0, 5, 0])
  })
})

describe('a tool that is limited to one', () => {
  const mixed = async (limited: number, maxParallelTools: number, limitedMs: number): Promise<readonly string[]> => {
    const clock = new VirtualClock()
    const slow = work(clock, 'slow', limitedMs, { maxParallel: 1 })
    const free = work(clock, 'free', 10)
    const { run } = setUp([slow.tool, free.tool], { clock, maxParallelTools })
    await run([...callsOf('slow', limited), ...callsOf('free', 9)])
    expect(slow.peak).toBe(limited === 0 ? 0 : 1)
    return free.ends
  }

  test('calls that wait for a tool limited to one do not delay the calls of other tools', async () => {
    expect(await mixed(50, 10, 100)).toEqual(await mixed(0, 10, 100))
  })

  test('a tool limited to one takes one permit of the executor, however many of its calls wait', async () => {
    expect(await mixed(30, 4, 10)).toEqual(await mixed(1, 4, 300))
  })

  test('calls that wait for a tool limited to one do not delay another executor of the same process limit', async () => {
    const clock = new VirtualClock()
    const admission = controllerOf(clock, { maxParallel: 2 })
    const slow = work(clock, 'slow', 1_000, { maxParallel: 1 })
    const free = work(clock, 'free', 10)
    const one = setUp([slow.tool], { clock, admission })
    const other = setUp([free.tool], { clock, admission })
    const all = one.executor.executeTools(callsOf('slow', 5))
    await clock.runUntil(other.executor.executeTools(callsOf('free', 5)))
    expect(clock.now()).toBe(50)
    await clock.runUntil(all)
    expect(clock.now()).toBe(5_000)
  })
})
