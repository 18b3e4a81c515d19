import { describe, expect, test } from 'vitest'
import { MisuseError } from '../../../packages/aof-runtime/src/index.ts'
import { VirtualClock } from '../../../packages/aof-runtime/src/testing/index.ts'
import { callsOf, setUp } from '../harness.ts'
import { controllerOf, work } from './harness.ts'

const endsOf = (ends: readonly string[], id: string): number =>
  Math.max(...ends.filter((end) => end.startsWith(id)).map((end) => Number(end.split('@')[1])))

const named = (run: string, count: number, ms?: number) =>
  callsOf('w', count).map((call) => ({
    ...call,
    id: `${run}${call.id}`,
    ...(ms !== undefined && { arguments: { ms } }),
  }))

describe('runs that want the same permits', () => {
  test('a small run beside a burst ends within its fair share', async () => {
    const clock = new VirtualClock()
    const { tool, ends } = work(clock, 'w', 10)
    const { executor } = setUp([tool], { clock, maxParallelTools: 10, quiet: true })
    const burst = executor.executeTools(named('burst', 10_000))
    await clock.advance(25)
    const small = executor.executeTools(named('small', 10))
    await clock.runUntil(Promise.all([burst, small]))
    // With half of the permits ten calls of ten milliseconds take 20.
    expect(endsOf(ends, 'small') - 25).toBeLessThanOrEqual(20 * 1.2 + 10)
    expect(clock.now()).toBe(10_010)
  })

  test('runs have equal shares of the permits, whatever the durations of their calls', async () => {
    const clock = new VirtualClock()
    const { tool, starts } = work(clock, 'w')
    const { executor } = setUp([tool], { clock, maxParallelTools: 1, quiet: true })
    const long = executor.executeTools(named('l', 20, 40))
    const short = executor.executeTools(named('s', 200, 10))
    await clock.advance(400)
    const [l, s] = ['l', 's'].map((run) => starts.filter((start) => start.startsWith(run)).length)
    expect([(l ?? 0) * 40, (s ?? 0) * 10].map((ms) => Math.abs(ms - 200) <= 40)).toEqual([true, true])
    await clock.runUntil(Promise.all([long, short]))
  })

  test('a run with a weight has a share as many times as large', async () => {
    const clock = new VirtualClock()
    const { tool, starts } = work(clock, 'w', 10)
    const { executor } = setUp([tool], { clock, maxParallelTools: 4, quiet: true })
    const all = [
      executor.executeTools(named('a', 1_000), { run: { id: 'a', weight: 3 } }),
      executor.executeTools(named('b', 1_000), { run: { id: 'b', weight: 1 } }),
    ]
    await clock.advance(1_000)
    const counts = ['a', 'b'].map((run) => starts.filter((start) => start.startsWith(run)).length)
    expect((counts[0] ?? 0) / (counts[1] ?? 1)).toBeCloseTo(3, 0)
    await clock.runUntil(Promise.all(all))
  })

  test('runs share the permits over all executors of a controller', async () => {
    const clock = new VirtualClock()
    const admission = controllerOf(clock, { maxParallel: 2 })
    const { tool, starts } = work(clock, 'w', 10)
    const executors = [1, 2, 3].map(() => setUp([tool], { clock, admission, quiet: true }).executor)
    // Two batches of one run have no more than one of another.
    const all = [
      executors[0]?.executeTools(named('a1', 100), { run: 'a' }),
      executors[1]?.executeTools(named('a2', 100), { run: 'a' }),
      executors[2]?.executeTools(named('b', 100), { run: 'b' }),
    ]
    await clock.advance(300)
    const counts = ['a', 'b'].map((run) => starts.filter((start) => start.startsWith(run)).length)
    expect(Math.abs((counts[0] ?? 0) - (counts[1] ?? 0))).toBeLessThanOrEqual(2)
    await clock.runUntil(Promise.all(all))
  })

  test('a run that was idle for long has saved up no share', async () => {
    const clock = new VirtualClock()
    const { tool, starts } = work(clock, 'w', 10)
    const { executor } = setUp([tool], { clock, maxParallelTools: 1, quiet: true })
    const busy = executor.executeTools(named('busy', 200), { run: 'busy' })
    await clock.advance(1_000)
    const late = executor.executeTools(named('late', 50), { run: 'late' })
    await clock.advance(200)
    const since = starts.filter((start) => Number(start.split('@')[1]) >= 1_000)
    const counts = ['busy', 'late'].map((run) => since.filter((start) => start.startsWith(run)).length)
    expect(Math.abs((counts[0] ?? 0) - (counts[1] ?? 0))).toBeLessThanOrEqual(2)
    await clock.runUntil(Promise.all([busy, late]))
  })

  test('usage outside of a busy period counts against no run', async () => {
    const clock = new VirtualClock()
    const { tool, starts } = work(clock, 'w', 10)
    const { executor } = setUp([tool], { clock, maxParallelTools: 2, quiet: true })
    await clock.runUntil(executor.executeTools(named('a', 1, 5_000), { run: 'a' }))
    starts.splice(0)
    const all = [
      executor.executeTools(named('x', 2, 15)),
      executor.executeTools(named('a', 4), { run: 'a' }),
      executor.executeTools(named('b', 4), { run: 'b' }),
    ]
    await clock.runUntil(Promise.all(all))
    expect(starts.slice(2, 6).map((start) => start[0])).toEqual(['a', 'b', 'a', 'b'])
  })

  test.each([0, -1, Infinity, Number.NaN, '2', undefined])('a weight of %s is refused', async (weight) => {
    const { executor } = setUp([work(new VirtualClock(), 'w').tool])
    await expect(executor.executeTools(callsOf('w', 1), { run: { id: 'a', weight } } as never)).rejects.toThrow(
      MisuseError,
    )
  })
})
