import { describe, expect, test } from 'vitest'
import { VirtualClock } from '../../../packages/aof-runtime/src/testing/index.ts'
import { callOf, callsOf, setUp } from '../harness.ts'
import { controllerOf, work } from './harness.ts'

/** One call needs a permit of a tool and one of an executor, others keep taking each of them by themselves. */
async function starve(reserveAfterMs: number): Promise<{ startedAt: number | undefined; idleMs: number }> {
  const clock = new VirtualClock()
  const admission = controllerOf(clock, { reserveAfterMs, ageMs: Infinity })
  const scarce = work(clock, 'scarce', 10, { maxParallel: 1, priority: 1 })
  const plain = work(clock, 'plain', 10, { priority: 1 })
  const both = setUp([scarce.tool, plain.tool], { clock, admission, maxParallelTools: 1 }).executor
  const other = setUp([scarce.tool], { clock, admission }).executor
  const running: Promise<unknown>[] = []
  // Those in the executor and those at the tool end in turns, so that never both are free.
  const keepTaking = async (start: () => Promise<unknown>): Promise<void> => {
    while (clock.now() < 1_000) {
      running.push(start())
      await clock.sleep(10)
    }
  }
  running.push(keepTaking(() => both.executeTools([callOf('plain', {}, 'p')])))
  running.push(clock.sleep(5).then(() => keepTaking(() => other.executeTools([callOf('scarce', {}, 's')]))))
  running.push(both.executeTools([{ ...callOf('scarce', {}, 'starved'), priority: 0 }]))
  await clock.advance(1_000)
  const busyMs = plain.ends.length * 10
  const startedAt = scarce.starts.find((start) => start.startsWith('starved'))?.split('@')[1]
  await clock.runUntil(Promise.all(running))
  return { startedAt: startedAt === undefined ? undefined : Number(startedAt), idleMs: 1_000 - busyMs }
}

describe('a call whose permits are never all free at once', () => {
  test('a call whose permits are never all free at once gets a reservation after reserveAfterMs', async () => {
    const { startedAt, idleMs } = await starve(100)
    expect(startedAt).toBeGreaterThanOrEqual(100)
    expect(startedAt).toBeLessThanOrEqual(130)
    // The reservation costs the others the time of one call or two.
    expect(idleMs).toBeLessThanOrEqual(30)
  })

  test('without reservations (reserveAfterMs: Infinity) such a call waits for as long as others come', async () => {
    expect((await starve(Infinity)).startedAt).toBeUndefined()
  })

  test('an abort of a call with a reservation ends the reservation', async () => {
    const clock = new VirtualClock()
    const admission = controllerOf(clock, { reserveAfterMs: 20 })
    const scarce = work(clock, 'scarce', 30, { maxParallel: 1 })
    const plain = work(clock, 'plain', 200)
    const both = setUp([scarce.tool, plain.tool], { clock, admission, maxParallelTools: 1 }).executor
    const other = setUp([scarce.tool], { clock, admission }).executor
    const abort = new AbortController()
    const others = other.executeTools(callsOf('scarce', 10))
    const running = both.executeTools(callsOf('plain', 2))
    const starved = both.executeTools([callOf('scarce', {}, 'starved')], { signal: abort.signal, priority: 1 })
    await clock.advance(205)
    // The executor's permit is kept for it, and its tool is at work for others.
    expect([plain.running, scarce.running]).toEqual([0, 1])
    abort.abort()
    expect(both.stats().running).toBe(1)
    await clock.runUntil(Promise.all([running, starved, others]))
    expect([plain.starts.at(-1), scarce.ends.length]).toEqual(['c1@205', 10])
    expect(clock.pending).toBe(0)
  })
})
