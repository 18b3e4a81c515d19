import fc from 'fast-check'
import { Expiry } from '../../../packages/aof-runtime/src/core/host/expiry.ts'
import { Timeouts } from '../../../packages/aof-runtime/src/core/host/timeouts.ts'
import { VirtualClock } from '../../../packages/aof-runtime/src/testing/index.ts'
import { move, must, passTime, throwPlanned } from './moves.ts'

/** Timeouts of few durations that are set and removed while time goes on. */
export async function timeouts(numRuns: number): Promise<void> {
  const entries = fc.array(
    fc.record({
      durationMs: fc.constantFrom(1, 2, 2, 5, Infinity),
      agoMs: fc.constantFrom(undefined, undefined, 0, 1, 3),
      removes: fc.boolean(),
      throws: fc.boolean(),
    }),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  const property = fc.asyncProperty(fc.scheduler(), entries, async (s, plans) => {
    const clock = new VirtualClock()
    const lists = new Timeouts(clock)
    let alive = plans.length
    const live = async ({ durationMs, agoMs, removes, throws }: (typeof plans)[number]): Promise<void> => {
      await move(s, 'add')
      const now = clock.now()
      const since = now - (agoMs ?? 0)
      let expired = 0
      const over = Promise.withResolvers<void>()
      const entry = new Expiry(() => {
        expired++
        must(clock.now() >= since + durationMs, 'I11: too early')
        must(clock.now() <= Math.max(now, since + durationMs) + 1, 'I11: too late')
        over.resolve()
        if (throws) throwPlanned()
      })
      if (agoMs === undefined) lists.add(entry, durationMs, since)
      else lists.addSince(entry, durationMs, since)
      if (removes || durationMs === Infinity) {
        await move(s, 'remove')
        lists.remove(entry)
        over.resolve()
      }
      await over.promise
      const then = expired
      await move(s, 'look again')
      must(expired === then && expired <= 1, `I11: expired ${expired} times`)
      alive--
    }
    await s.waitFor(Promise.all([...plans.map(live), passTime(s, clock, () => alive === 0)]))
    lists.rest()
    must(clock.pending === 0, 'I17: a timer is left')
  })
  await fc.assert(property, { numRuns })
}
