import fc from 'fast-check'
import { CircuitBreaker } from '../../../packages/aof-runtime/src/core/attempt/circuit-breaker.ts'
import { VirtualClock } from '../../../packages/aof-runtime/src/testing/index.ts'
import { move, must } from './moves.ts'

/** Attempts that enter a circuit breaker and end while time goes on. */
export async function breaker(numRuns: number): Promise<void> {
  const attempts = fc.array(
    fc.record({ outcome: fc.constantFrom('success', 'failure', 'failure', 'neither'), moves: fc.nat(3) }),
    { minLength: 1, maxLength: 10 },
  )
  const options = { failureRate: 0.5, windowMs: 100, minimumAttempts: 2, openMs: 20 }
  const property = fc.asyncProperty(fc.scheduler(), attempts, async (s, plans) => {
    const clock = new VirtualClock()
    let state = 'closed'
    let openedAt = -Infinity
    let probes = 0
    let era = 0
    const counted = { success: 0, failure: 0, neither: 0 }
    const subject = new CircuitBreaker(options, (next, now) => {
      const follows: Readonly<Record<string, readonly string[]>> = {
        closed: ['open'],
        open: ['half_open'],
        half_open: ['open', 'closed'],
      }
      must(follows[state]?.includes(next) === true, `I20: from ${state} to ${next}`)
      if (next === 'half_open') must(now >= openedAt + options.openMs, 'I20: half open too early')
      if (next === 'open') openedAt = now
      if (next !== 'half_open') {
        era++
        probes = 0
        counted.success = counted.failure = 0
      }
      state = next
    })
    const attempt = async ({
      outcome,
      moves,
    }: {
      outcome: 'success' | 'failure' | 'neither'
      moves: number
    }): Promise<void> => {
      await move(s, 'enter')
      const pass = subject.enter(clock.now())
      if (pass === undefined) {
        must(state !== 'closed', 'I20: refused while closed')
        return must(
          state === 'half_open' ? probes === 1 : clock.now() < openedAt + options.openMs,
          'I20: refused for nothing',
        )
      }
      must(state !== 'open', 'I20: let in while open')
      const [mine, isProbe] = [era, state === 'half_open']
      if (isProbe) must(++probes === 1, 'I20: a second probe')
      for (let i = 0; i < moves; i++) await move(s, 'run')
      const [before, isStale] = [state, mine !== era]
      subject.ended(pass, outcome, clock.now())
      if (isStale) return must(state === before, `I20: an attempt from before made it ${state}`)
      if (mine === era && isProbe) {
        probes--
        must(outcome === 'neither' && state === 'half_open', `I20: the probe's ${outcome} left it ${state}`)
      }
      if (mine !== era || isProbe) return
      counted[outcome]++
      const { failure, success } = counted
      // All of this happens within a window, so that no attempt is forgotten.
      must(
        outcome !== 'failure' || failure + success < options.minimumAttempts || failure < (failure + success) / 2,
        'I20: it stayed closed',
      )
    }
    const time = async (): Promise<void> => {
      for (let i = 0; i < 6; i++) {
        await move(s, 'time')
        clock.leap(10)
      }
    }
    await s.waitFor(Promise.all([...plans.map(attempt), time()]))
  })
  await fc.assert(property, { numRuns })
}
