import { describe, expect, test } from 'vitest'
import { MisuseError } from '../../../packages/aof-runtime/src/index.ts'
import { VirtualClock } from '../../../packages/aof-runtime/src/testing/index.ts'
import { callOf, callsOf, setUp } from '../harness.ts'
import { controllerOf, noting, orderIn, work } from './harness.ts'

const call = (name: string, id: string, more: object = {}) => ({ ...callOf(name, {}, id), ...more })

describe('waiting calls start in the order of their priority', () => {
  test('the priority of a call is its own, else that of its batch, else that of its tool, else 0', async () => {
    const clock = new VirtualClock()
    const urgent = work(clock, 'urgent', 10, { priority: 5 })
    const plain = work(clock, 'plain', 10)
    const { executor, events } = setUp([urgent.tool, plain.tool], { clock, maxParallelTools: 1 })
    const first = executor.executeTools([call('plain', 'running')])
    const all = [
      executor.executeTools([
        call('plain', 'zero'),
        call('plain', 'call 9', { priority: 9 }),
        call('urgent', 'tool 5'),
      ]),
      executor.executeTools(
        [call('plain', 'batch 7'), call('urgent', 'batch 7 too'), call('urgent', 'low', { priority: -1 })],
        {
          priority: 7,
        },
      ),
    ]
    await clock.runUntil(Promise.all([first, ...all]))
    expect(orderIn(events)).toEqual(['running', 'call 9', 'batch 7', 'batch 7 too', 'tool 5', 'zero', 'low'])
  })

  test('priorities hold over all executors that share a controller', async () => {
    const clock = new VirtualClock()
    const admission = controllerOf(clock, { maxParallel: 1 })
    const worked = work(clock, 'w', 10)
    const [one, other] = [setUp([worked.tool], { clock, admission }), setUp([worked.tool], { clock, admission })]
    const all = [
      one.executor.executeTools([call('w', 'a'), call('w', 'b'), call('w', 'c')]),
      other.executor.executeTools([call('w', 'd'), call('w', 'e')], { priority: 1 }),
    ]
    await clock.runUntil(Promise.all(all))
    expect(worked.starts).toEqual(['a@0', 'd@10', 'e@20', 'b@30', 'c@40'])
  })

  test('waiting raises a priority by one for each ageMs, so a call of low priority is late and not forgotten', async () => {
    const clock = new VirtualClock()
    const admission = controllerOf(clock, { maxParallel: 1, ageMs: 100 })
    const worked = work(clock, 'w', 10)
    const { executor } = setUp([worked.tool], { clock, admission })
    const low = executor.executeTools([call('w', 'first'), call('w', 'low', { priority: -2 })])
    // A more important call arrives every ten milliseconds.
    const others: Promise<unknown>[] = []
    for (let i = 0; i < 60; i++) {
      others.push(executor.executeTools([call('w', `${i}`)]))
      await clock.advance(10)
    }
    await clock.runUntil(Promise.all([low, ...others]))
    const startedAt = Number(worked.starts.find((start) => start.startsWith('low@'))?.slice(4))
    expect([startedAt >= 200, startedAt <= 400]).toEqual([true, true])
  })

  test('waiting raises no priority if ageMs is Infinity', async () => {
    const clock = new VirtualClock()
    const admission = controllerOf(clock, { maxParallel: 1, ageMs: Infinity })
    const worked = work(clock, 'w', 1_000)
    const { executor } = setUp([worked.tool], { clock, admission })
    await clock.runUntil(
      executor.executeTools([call('w', 'first'), call('w', 'low', { priority: -100 }), ...callsOf('w', 30)]),
    )
    expect(worked.starts.at(-1)).toBe('low@31000')
  })

  test.each([1.5, 101, -101, Number.NaN, '1', null])('%s is none', async (priority) => {
    const clock = new VirtualClock()
    const { executor } = setUp([work(clock, 'w').tool], { clock })
    await expect(executor.executeTools(callsOf('w', 1), { priority } as never)).rejects.toThrow(MisuseError)
    expect(() => setUp([work(clock, 'w', 1, { priority } as never).tool])).toThrow(/'w'\.priority/)
    const [result] = await clock.runUntil(executor.executeTools([call('w', 'x', { priority })] as never))
    expect(result).toMatchObject({ status: 'invalid', error: { code: 'malformed_call' } })
  })
})

describe('within a run', () => {
  test('within a run the calls of the slowest tools start first, once their durations are measured', async () => {
    const clock = new VirtualClock()
    const [short, long] = [work(clock, 'short', 10), work(clock, 'long', 100)]
    const { run, events } = setUp([short.tool, long.tool], { clock, maxParallelTools: 2 })
    await run([call('short', 's'), call('long', 'l')])
    const before = clock.now()
    await run([...callsOf('short', 10), call('long', 'last')])
    // Two begin before any call waits; in call order the last would start when the others are nearly done.
    expect(orderIn(events).slice(2, 5)).toEqual(['c0', 'c1', 'last'])
    expect(clock.now() - before).toBe(110)
  })

  test('a tool without a measurement counts as taking as long as the others of its run', async () => {
    const clock = new VirtualClock()
    const [short, long, unknown] = [work(clock, 'short', 10), work(clock, 'long', 100), work(clock, 'unknown', 10)]
    const { run, events } = setUp([short.tool, long.tool, unknown.tool], { clock, maxParallelTools: 1 })
    await run([call('short', 's'), call('long', 'l')], { run: 'r' })
    await run([call('short', '0'), call('short', '1'), call('unknown', '2'), call('long', '3')], { run: 'r' })
    expect(orderIn(events).slice(2)).toEqual(['0', '3', '2', '1'])
  })

  test('calls of equal rank start in call order, and a retried call keeps its place', async () => {
    const clock = new VirtualClock()
    let attempts = 0
    const flaky = noting(
      clock,
      'flaky',
      async (input) => {
        await clock.sleep(10)
        if (input.fails === true && attempts++ === 0) throw new Error('once')
      },
      { retry: { maxAttempts: 2, initialDelayMs: 0 }, annotations: { readOnlyHint: true } },
    )
    const { executor } = setUp([flaky.tool], { clock, maxParallelTools: 1 })
    await clock.runUntil(
      executor.executeTools([{ ...callOf('flaky', { fails: true }, 'a') }, call('flaky', 'b'), call('flaky', 'c')]),
    )
    expect(flaky.starts.map((start) => start[0])).toEqual(['a', 'b', 'a', 'c'])
  })

  test('I51 the order is kept where an admitted call makes other calls at once', async () => {
    const clock = new VirtualClock()
    const worked = work(clock, 'w', 10)
    const { executor } = setUp([worked.tool], { clock, maxParallelTools: 1 })
    const more: Promise<unknown>[] = []
    executor.subscribe((event) => {
      if (event.type === 'started' && event.id === 'b')
        more.push(executor.executeTools([call('w', 'late')], { run: 'r' }))
    })
    await clock.runUntil(executor.executeTools([call('w', 'a'), call('w', 'b'), call('w', 'c')], { run: 'r' }))
    await clock.runUntil(Promise.all(more))
    expect(worked.starts).toEqual(['a@0', 'b@10', 'c@20', 'late@30'])
  })
})
