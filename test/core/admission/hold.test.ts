import { describe, expect, test } from 'vitest'
import { VirtualClock } from '../../../packages/aof-runtime/src/testing/index.ts'
import { callOf, deaf, eventsOf, setUp } from '../harness.ts'
import { controllerOf } from './harness.ts'

const limitedDeaf = (more: object) => {
  const { tool, runs } = deaf()
  return { tool: { ...tool, ...more }, runs }
}

describe('a tool that was abandoned', () => {
  test('I25 an abandoned call keeps the permits of its tool while it runs, and releases those of executor and process', async () => {
    const clock = new VirtualClock()
    const admission = controllerOf(clock, { maxParallel: 1 })
    const { tool, runs } = limitedDeaf({ maxParallel: 1 })
    const free = { name: 'free', execute: () => 1 }
    const { executor, events } = setUp([tool, free], { clock, admission, maxParallelTools: 1, graceMs: 5 })
    const first = executor.executeTools([callOf('deaf')], { timeoutMs: 10 })
    const others = executor.executeTools([callOf('deaf', {}, 'next'), callOf('free', {}, 'free')], { timeoutMs: 100 })
    await clock.runUntil(first)
    await clock.advance(5)
    expect([clock.now(), runs.length, executor.stats()]).toMatchObject([
      20,
      1,
      { running: 0, waiting: 1, waitingFor: { tool: 1 }, abandoned: 1 },
    ])
    expect(eventsOf(events, 'settled').map(({ id }) => id)).toEqual(['id', 'free'])
    runs[0]?.resolve('late')
    await clock.advance(0)
    expect([runs.length, executor.stats().abandoned]).toEqual([2, 0])
    runs[1]?.resolve('done')
    await clock.runUntil(others)
    expect([eventsOf(events, 'hold_ended'), clock.pending]).toEqual([[], 0])
  })

  test('I25 an abandoned call keeps the permit of its key, and delays no other key', async () => {
    const clock = new VirtualClock()
    const { tool, runs } = limitedDeaf({ key: ({ k }: { k: string }) => k, maxParallelPerKey: 1 })
    const { executor } = setUp([tool], { clock, graceMs: 0 })
    await clock.runUntil(executor.executeTools([callOf('deaf', { k: 'a' })], { timeoutMs: 10 }))
    const all = executor.executeTools([callOf('deaf', { k: 'a' }, 'same'), callOf('deaf', { k: 'b' }, 'other')])
    expect([runs.length, executor.stats().waitingFor.key]).toEqual([2, 1])
    for (const run of runs) run.resolve(1)
    await clock.advance(0)
    runs[2]?.resolve(1)
    expect((await clock.runUntil(all)).map(({ status }) => status)).toEqual(['succeeded', 'succeeded'])
  })

  test('an abandoned call loses its permits after abandonedHoldMs, and the event comes before a call starts with them', async () => {
    const clock = new VirtualClock()
    const { tool, runs } = limitedDeaf({ maxParallel: 1 })
    const { executor, events } = setUp([tool], { clock, graceMs: 0, abandonedHoldMs: 500 })
    await clock.runUntil(executor.executeTools([callOf('deaf', {}, 'hangs')], { timeoutMs: 10 }))
    const next = executor.executeTools([callOf('deaf', {}, 'next')], { timeoutMs: Infinity })
    await clock.advance(499)
    expect(runs.length).toBe(1)
    await clock.advance(1)
    expect(runs.length).toBe(2)
    const told = events.filter(({ type, at }) => at === 510 && (type === 'hold_ended' || type === 'started'))
    expect(told).toMatchObject([
      { type: 'hold_ended', id: 'hangs' },
      { type: 'started', id: 'next' },
    ])
    // Its late end releases nothing a second time.
    runs[0]?.resolve('at last')
    await clock.advance(0)
    const third = executor.executeTools([callOf('deaf', {}, 'third')])
    expect([runs.length, executor.stats().waitingFor.tool]).toEqual([2, 1])
    runs[1]?.resolve(1)
    await clock.advance(0)
    runs[2]?.resolve(1)
    await clock.runUntil(Promise.all([next, third]))
  })

  test('I25 the permits of an abandoned call stay taken for all executors of the controller, also after its executor has closed', async () => {
    const clock = new VirtualClock()
    const admission = controllerOf(clock)
    const { tool, runs } = limitedDeaf({ maxParallel: 1 })
    const one = setUp([tool], { clock, admission, graceMs: 0 }).executor
    const other = setUp([tool], { clock, admission, graceMs: 0 }).executor
    await clock.runUntil(one.executeTools([callOf('deaf')], { timeoutMs: 10 }))
    const waiting = other.executeTools([callOf('deaf')])
    expect(runs.length).toBe(1)
    expect(await clock.runUntil(one.close({ drainMs: 0 }))).toEqual({ abandoned: 1 })
    expect(runs.length).toBe(1)
    runs[0]?.resolve('at last')
    await clock.advance(0)
    expect(runs.length).toBe(2)
    runs[1]?.resolve(1)
    expect((await clock.runUntil(waiting))[0]?.status).toBe('succeeded')
    expect(clock.pending).toBe(0)
  })
})
