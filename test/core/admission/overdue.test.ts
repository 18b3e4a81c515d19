import { expect, test } from 'vitest'
import { Admission } from '../../../packages/aof-runtime/src/core/admission/admission.ts'
import { Demands } from '../../../packages/aof-runtime/src/core/admission/demands.ts'
import { ExpectedDuration } from '../../../packages/aof-runtime/src/core/admission/expected-duration.ts'
import { Limit } from '../../../packages/aof-runtime/src/core/admission/limit.ts'
import { RunShare } from '../../../packages/aof-runtime/src/core/admission/run-share.ts'
import type { Waiter } from '../../../packages/aof-runtime/src/core/admission/waiter.ts'
import { AdmissionController, ToolExecutor } from '../../../packages/aof-runtime/src/index.ts'
import { VirtualClock } from '../../../packages/aof-runtime/src/testing/index.ts'
import { work } from './harness.ts'

/** How often anything is read of calls that wait, `count` of them in runs of one call, each waiting for up to four times `ageMs`. */
function readsOf(count: number, inReverse: boolean, isOneRun: boolean): number {
  let now = 0
  let reads = 0
  const clock = { now: () => now, setTimer: () => ({ clear: () => {} }) }
  const admission = new Admission({ clock, ageMs: count / 4, reserveAfterMs: Infinity })
  const limits = [new Limit('executor', 1)]
  const demands = new Demands([], limits)
  const expected = new ExpectedDuration()
  const admitted: number[] = []
  const one = new RunShare(1, admission.busyPeriod)
  expect(admission.take(demands)).toBe(true)
  const indexes = Array.from({ length: count }, (_, i) => (inReverse ? count - 1 - i : i))
  for (const index of indexes) {
    const run = isOneRun ? one : new RunShare(1, admission.busyPeriod)
    const waiter: Waiter = {
      wantsPermit: true,
      get acceptedAt() {
        reads++
        return index / count
      },
      depth: 0,
      batchOrder: index,
      index: 0,
      expected,
      remainingMs: 0,
      isObserved: false,
      admit() {
        Object.assign(this, { wantsPermit: false })
        admitted.push(index)
      },
      parked() {},
    }
    admission.wait(waiter, run.flow(demands, 0))
    admission.look()
  }
  for (let i = 0; i < count; i++) {
    now++
    admission.release(limits, undefined)
  }
  expect(admitted).toHaveLength(count)
  return reads
}

test.each([
  ['runs of one call each', false, false],
  ['runs of one call each that come in reverse', true, false],
  ['calls of one run', false, true],
  ['calls of one run that come in reverse', true, true],
])(
  'I51 an admission among %s that wait for longer than ageMs looks at only the logarithm of their number',
  (_, reverse, one) => {
    const few = readsOf(1_000, reverse, one)
    // Four times as many calls: four times as much, and two more levels of a heap of ten.
    expect(readsOf(4_000, reverse, one) / few).toBeLessThan(4 * 1.35)
  },
)

test('20 000 runs of one call that wait for longer than ageMs end as soon as the limit allows', async () => {
  const clock = new VirtualClock()
  const { tool } = work(clock, 'work', 100)
  const executor = new ToolExecutor({
    tools: [tool],
    clock,
    maxParallelTools: 100,
    admission: new AdmissionController({ clock }),
  })
  const runs = Array.from({ length: 20_000 }, () => executor.executeTools([{ id: 'a', name: 'work', arguments: {} }]))
  await clock.runUntil(Promise.all(runs))
  expect(clock.now()).toBe(20_000)
})
