import { describe, expect, test } from 'vitest'
import { MisuseError } from '../../../packages/aof-runtime/src/index.ts'
import { VirtualClock } from '../../../packages/aof-runtime/src/testing/index.ts'
import { callsOf, eventsOf, setUp } from '../harness.ts'
import { controllerOf, work } from './harness.ts'

describe('a limit that changes', () => {
  test('a raised limit starts waiting calls at once', async () => {
    const clock = new VirtualClock()
    const worked = work(clock, 'w', 10)
    const { executor, events } = setUp([worked.tool], { clock, maxParallelTools: 1 })
    const all = executor.executeTools(callsOf('w', 5))
    executor.maxParallelTools = 4
    expect([worked.running, executor.stats().limits]).toEqual([4, { maxParallelTools: 4 }])
    await clock.runUntil(all)
    expect(clock.now()).toBe(20)
    expect(eventsOf(events, 'limit_changed')).toEqual([
      { type: 'limit_changed', at: 0, limit: 'maxParallelTools', max: 4 },
    ])
    // The event of a changed limit comes before any start under it.
    const types = events.filter(({ type }) => type === 'limit_changed' || type === 'started').map(({ type }) => type)
    expect(types.slice(0, 3)).toEqual(['started', 'limit_changed', 'started'])
  })

  test('I25 a lowered limit stops starts, never running calls', async () => {
    const clock = new VirtualClock()
    const worked = work(clock, 'w', 10)
    const { executor } = setUp([worked.tool], { clock, maxParallelTools: 4 })
    const all = executor.executeTools(callsOf('w', 8))
    executor.maxParallelTools = 1
    expect(worked.running).toBe(4)
    await clock.advance(10)
    expect(worked.running).toBe(1)
    const results = await clock.runUntil(all)
    expect(results.every(({ success }) => success)).toBe(true)
    expect(clock.now()).toBe(50)
  })

  test('I25 a changed limit of the process holds for all executors', async () => {
    const clock = new VirtualClock()
    const admission = controllerOf(clock, { maxParallel: 1 })
    const worked = work(clock, 'w', 10)
    const executors = [1, 2].map(() => setUp([worked.tool], { clock, admission }).executor)
    const all = Promise.all(executors.map((each) => each.executeTools(callsOf('w', 3))))
    admission.maxParallel = 3
    expect([worked.running, admission.maxParallel]).toEqual([3, 3])
    admission.maxParallel = 2
    await clock.advance(10)
    expect([worked.running, admission.stats().limits]).toEqual([2, { maxParallel: 2 }])
    await clock.runUntil(all)
  })

  test('setting a limit to its present value causes no event', () => {
    const { executor, events } = setUp([], { maxParallelTools: 3 })
    executor.maxParallelTools = 3
    expect(events).toEqual([])
  })

  test.each([0, -1, 1.5, Number.NaN, '3'])('setting a limit to %s is refused, and changes nothing', (max) => {
    const { executor } = setUp([], { maxParallelTools: 3 })
    const admission = controllerOf(new VirtualClock(), { maxParallel: 4 })
    expect(() => (executor.maxParallelTools = max as number)).toThrow(MisuseError)
    expect(() => (admission.maxParallel = max as number)).toThrow(/maxParallel/)
    expect([executor.maxParallelTools, admission.maxParallel]).toEqual([3, 4])
  })
})
