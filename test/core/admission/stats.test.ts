import { describe, expect, test } from 'vitest'
import { type AnyTool, type JsonObject } from '../../../packages/aof-runtime/src/index.ts'
import { VirtualClock } from '../../../packages/aof-runtime/src/testing/index.ts'
import { callOf, callsOf, setUp } from '../harness.ts'
import { controllerOf, work } from './harness.ts'

describe('the stats of an executor, for each tool that has limits', () => {
  test('the stats of a tool show its permits in use, its free room, and the same for each key', async () => {
    const clock = new VirtualClock()
    const admission = controllerOf(clock)
    const searched = work(clock, 'search', 10, {
      maxParallel: 4,
      key: ({ host }: JsonObject) => host as string,
      maxParallelPerKey: 2,
      rate: { n: 10, perMs: 1_000, burst: 10 },
    } as Partial<AnyTool>)
    const tools = [searched.tool, work(clock, 'free', 10).tool]
    const [one, other] = [setUp(tools, { clock, admission }).executor, setUp(tools, { clock, admission }).executor]
    const to = (host: string) => callOf('search', { host })
    const all = [one.executeTools([to('a'), to('a'), to('a'), to('b')]), other.executeTools(callsOf('free', 3))]
    const expected = {
      name: 'search',
      inUse: 3,
      maxParallel: 4,
      rate: { available: 7, pausedForMs: 0 },
      maxParallelPerKey: 2,
      keys: [
        { key: 'a', inUse: 2 },
        { key: 'b', inUse: 1 },
      ],
    }
    // It is the same over all executors that share the controller.
    expect([one.stats().tools, other.stats().tools]).toEqual([[expected], [expected]])
    await clock.runUntil(Promise.all(all))
    await clock.advance(1_000)
    expect(one.stats().tools).toEqual([{ ...expected, inUse: 0, rate: { available: 10, pausedForMs: 0 }, keys: [] }])
  })

  test('the stats of a tool show how long its rate is paused', async () => {
    const clock = new VirtualClock()
    const asks = {
      name: 'asks',
      rate: { n: 10, perMs: 1_000, burst: 10 },
      execute: () => {
        throw Object.assign(new Error('too many'), { response: { status: 429, headers: { 'retry-after': '3' } } })
      },
    }
    const { executor, run } = setUp([asks], { clock })
    await run([callOf('asks')])
    await clock.advance(500)
    expect(executor.stats().tools).toMatchObject([
      { name: 'asks', maxParallel: Infinity, rate: { available: 0, pausedForMs: 2_500 } },
    ])
  })

  test('the stats have no entry for a tool without limits', () => {
    expect(setUp([work(new VirtualClock(), 'free').tool]).executor.stats().tools).toEqual([])
  })
})
