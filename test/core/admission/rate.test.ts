import { describe, expect, test } from 'vitest'
import {
  type AnyTool,
  defineTool,
  type JsonObject,
  MisuseError,
  type RateOptions,
} from '../../../packages/aof-runtime/src/index.ts'
import { SeededRandom, VirtualClock } from '../../../packages/aof-runtime/src/testing/index.ts'
import { callOf, callsOf, deaf, eventsOf, setUp } from '../harness.ts'
import { controllerOf, NOBODY, noting, parksOf, work } from './harness.ts'

const at = (starts: readonly string[]): number[] => starts.map((start) => Number(start.split('@')[1]))

/** The most starts in any span of so many milliseconds. */
const mostIn = (starts: readonly string[], ms: number): number => {
  const times = at(starts)
  return Math.max(...times.map((from) => times.filter((time) => time >= from && time < from + ms).length))
}

const tooMany = (retryAfter?: string): Error =>
  Object.assign(new Error('too many'), {
    response: { status: 429, headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter } },
  })

describe('a rate', () => {
  test('a rate starts calls evenly from the first one on', async () => {
    const clock = new VirtualClock()
    const { tool, starts } = work(clock, 'w', 1, { rate: { n: 10, perMs: 1_000 } })
    await setUp([tool], { clock }).run(callsOf('w', 4))
    expect(at(starts)).toEqual([0, 100, 200, 300])
  })

  test('a rate starts as many calls at once as its burst, and the others evenly', async () => {
    const clock = new VirtualClock()
    const { tool, starts } = work(clock, 'w', 1, { rate: { n: 2, perMs: 100, burst: 2 } })
    await setUp([tool], { clock }).run(callsOf('w', 6))
    expect(at(starts)).toEqual([0, 0, 50, 100, 150, 200])
  })

  test('a rate without a burst option can reach more than one start a millisecond', async () => {
    const clock = new VirtualClock()
    const { tool, starts } = work(clock, 'w', 1, { rate: { n: 25, perMs: 10 } })
    await setUp([tool], { clock, maxParallelTools: 50 }).run(callsOf('w', 50))
    expect(at(starts).at(-1)).toBeLessThanOrEqual(20)
    expect(mostIn(starts, 10)).toBeLessThanOrEqual(25 + 3)
  })

  /** Lets time pass between the calls of a rate. */
  const MOMENTS: readonly [string, (clock: VirtualClock) => Promise<void> | void][] = [
    ['one after the other', () => {}],
    ['after idle time', (clock) => clock.advance(10_000)],
    ['after a leap of the clock', (clock) => clock.leap(10_000)],
    ['at odd moments', (clock) => clock.advance(37)],
  ]

  describe.each([
    [4, 400],
    [5, 1_000],
    [3, 1_000],
    [1, 250],
  ])('of %i in %i ms', (n, perMs) => {
    test.each(MOMENTS)(
      'a rate without a burst option starts at most n + 1 calls in any window: %s',
      async (_, moment) => {
        const clock = new VirtualClock()
        const { tool, starts } = work(clock, 'w', 1, { rate: { n, perMs } })
        const { executor } = setUp([tool], { clock, maxParallelTools: 50 })
        const all: Promise<unknown>[] = []
        for (let i = 0; i < 6; i++) {
          all.push(executor.executeTools(callsOf('w', 5)))
          await moment(clock)
        }
        await clock.runUntil(Promise.all(all))
        expect(starts.length).toBe(30)
        expect(mostIn(starts, perMs - 5)).toBeLessThanOrEqual(n + 1)
        expect(mostIn(starts, perMs / n - 1)).toBe(1)
      },
    )
  })

  test('a rate for each key starts at most n + 1 calls of a key in any window', async () => {
    const clock = new VirtualClock()
    const key = ({ host }: JsonObject) => host as string
    const { tool, starts } = work(clock, 'w', 1, { key, ratePerKey: { n: 5, perMs: 1_000 } } as Partial<AnyTool>)
    const calls = Array.from({ length: 24 }, (_, i) =>
      callOf('w', { host: 'ab'[i % 2] as string }, `${'ab'[i % 2]}${i}`),
    )
    await setUp([tool], { clock, maxParallelTools: 50 }).run(calls)
    for (const host of ['a', 'b']) {
      const own = starts.filter((start) => start.startsWith(host))
      expect(own.length).toBe(12)
      expect(mostIn(own, 995)).toBe(5)
    }
  })

  test('I33 a rate starts one call after a pause, and the others evenly', async () => {
    const clock = new VirtualClock()
    let asks = true
    const { tool, starts } = noting(
      clock,
      'w',
      () => {
        if (!asks) return Promise.resolve()
        asks = false
        return Promise.reject(tooMany('3'))
      },
      { rate: { n: 4, perMs: 400 } },
    )
    await setUp([tool], { clock, maxParallelTools: 50 }).run(callsOf('w', 5))
    expect(at(starts)).toEqual([0, 3_000, 3_100, 3_200, 3_300])
  })

  test('ratePerKey holds for each key on its own', async () => {
    const clock = new VirtualClock()
    const { tool, starts } = work(clock, 'w', 1, {
      key: ({ host }: JsonObject) => host as string,
      ratePerKey: { n: 1, perMs: 100 },
      rate: { n: 3, perMs: 1_000, burst: 3 },
    } as Partial<AnyTool>)
    const calls = ['a', 'a', 'b', 'a', 'c'].map((host, i) => callOf('w', { host }, `${host}${i}`))
    await setUp([tool], { clock }).run(calls)
    // The third of all is the last of the first second's three: a1 has waited for its key until then.
    expect(starts).toEqual(['a0@0', 'b2@0', 'c4@0', 'a1@334', 'a3@667'])
  })

  test('a rate holds across executors, and counts further attempts', async () => {
    const clock = new VirtualClock()
    const admission = controllerOf(clock)
    const flaky = noting(clock, 'w', () => Promise.reject(new Error('no')), {
      rate: { n: 1, perMs: 100 },
      retry: { maxAttempts: 2, initialDelayMs: 0 },
      annotations: { readOnlyHint: true },
    })
    const executors = [1, 2].map(() => setUp([flaky.tool], { clock, admission }).executor)
    await clock.runUntil(Promise.all(executors.map((each) => each.executeTools(callsOf('w', 1)))))
    expect(at(flaky.starts)).toEqual([0, 100, 200, 300])
  })

  test('I51 a call that waits for a rate holds no permit, and its event names the rate', async () => {
    const clock = new VirtualClock()
    const rated = work(clock, 'rated', 1, { rate: { n: 1, perMs: 1_000 } })
    const free = work(clock, 'free', 10)
    const { executor, events } = setUp([rated.tool, free.tool], { clock, maxParallelTools: 1 })
    const all = executor.executeTools([callOf('rated', {}, 'r1'), callOf('rated', {}, 'r2'), ...callsOf('free', 3)])
    await clock.advance(50)
    expect(executor.stats().waitingFor).toEqual({ ...NOBODY, rate: 1 })
    expect(free.ends.length).toBe(3)
    expect(parksOf(events, 'r2')).toEqual(['rate@0'])
    await clock.runUntil(all)
    expect(rated.starts).toEqual(['r1@0', 'r2@1000'])
  })

  test('in no span of time more calls start than the burst and the tokens that arrived (property)', async () => {
    for (let seed = 0; seed < 40; seed++) {
      const random = new SeededRandom(seed)
      const rate = { n: random.int(1, 7), perMs: random.pick([3, 10, 50]), burst: random.int(1, 9) }
      const clock = new VirtualClock()
      const { tool, starts } = work(clock, 'w', 1, { rate })
      const { executor } = setUp([tool], { clock, maxParallelTools: 50, quiet: true })
      const all: Promise<unknown>[] = []
      for (let i = 0; i < 20; i++) {
        all.push(executor.executeTools(callsOf('w', random.int(1, 6))))
        await clock.advance(random.int(0, 20))
      }
      await clock.runUntil(Promise.all(all))
      const times = at(starts)
      for (let i = 0; i < times.length; i++)
        for (let j = i; j < times.length; j++) {
          const most = rate.burst + (((times[j] ?? 0) - (times[i] ?? 0)) * rate.n) / rate.perMs
          expect(j - i + 1, `seed ${seed}`).toBeLessThanOrEqual(most + 1e-6)
        }
    }
  })

  test('I51 a new call does not take the token for which others wait while their timer is late', async () => {
    const clock = new VirtualClock()
    const { tool, starts } = work(clock, 'w', 1, { rate: { n: 1, perMs: 100 } })
    const { executor } = setUp([tool], { clock })
    const all = [executor.executeTools([callOf('w', {}, 'first'), callOf('w', {}, 'waits')])]
    await clock.advance(50)
    // As on a machine that was busy: the moment has passed, the timer has not fired.
    clock.leap(80)
    all.push(executor.executeTools([callOf('w', {}, 'newcomer')]))
    await clock.runUntil(Promise.all(all))
    expect(starts).toEqual(['first@0', 'waits@130', 'newcomer@230'])
  })

  test('calls that are admitted and do not start use up no token of a rate', async () => {
    const clock = new VirtualClock()
    const { tool, runs } = deaf()
    const { executor } = setUp([{ ...tool, rate: { n: 2, perMs: 10_000, burst: 2 } }], {
      clock,
      graceMs: 0,
      maxAbandoned: 1,
    })
    const ask = () => clock.runUntil(executor.executeTools([callOf('deaf')], { timeoutMs: 10 }))
    const statuses = [await ask(), await ask(), await ask()].map(([result]) => result?.status)
    expect(statuses).toEqual(['timed_out', 'rejected', 'rejected'])
    runs[0]?.resolve(1)
    await clock.advance(0)
    const last = executor.executeTools([callOf('deaf')])
    expect(runs.length).toBe(2)
    runs[1]?.resolve(1)
    expect((await clock.runUntil(last))[0]?.status).toBe('succeeded')
  })

  test.each([
    ['n', { n: 0, perMs: 1 }],
    ['n', { n: 1.5, perMs: 1 }],
    ['perMs', { n: 1, perMs: 0 }],
    ['perMs', { n: 1, perMs: Infinity }],
    ['burst', { n: 1, perMs: 1, burst: 0 }],
    ['rate', 5],
  ])('%s is checked', (name, rate) => {
    const define = () => defineTool({ name: 'w', rate: rate as RateOptions, execute: () => 1 })
    expect(define).toThrow(MisuseError)
    expect(define).toThrow(name)
  })
})

describe('a service that asks to be left alone', () => {
  const setUpAsking = (retryAfter?: string) => {
    const clock = new VirtualClock()
    let asks = true
    const polite = noting(
      clock,
      'polite',
      async () => {
        await clock.sleep(10)
        if (!asks) return
        asks = false
        throw tooMany(retryAfter)
      },
      { rate: { n: 1_000, perMs: 5_000, burst: 2 } },
    )
    const free = work(clock, 'free', 10)
    return { polite, free, ...setUp([polite.tool, free.tool], { clock, maxParallelTools: 2 }) }
  }

  test('I33 a 429 with Retry-After pauses the rate of the tool, and the call keeps no permit meanwhile', async () => {
    const { polite, free, run, events } = setUpAsking('2')
    await run([callOf('polite', {}, 'a'), callOf('free', {}, 'f0'), callOf('polite', {}, 'b'), ...callsOf('free', 8)])
    expect(polite.starts).toEqual(['a@0', 'b@2010'])
    expect(at(free.ends).at(-1)).toBe(50)
    expect(eventsOf(events, 'rate_paused')).toMatchObject([{ id: 'a', at: 10, forMs: 2_000 }])
    expect(parksOf(events, 'b')).toEqual(['executor@0', 'rate@10'])
  })

  test('I33 a 429 without a time pauses the rate for its own `perMs`', async () => {
    const { polite, run } = setUpAsking()
    await run([callOf('polite', {}, 'a'), callOf('free'), callOf('polite', {}, 'b')])
    expect(polite.starts).toEqual(['a@0', 'b@5010'])
  })

  test('I33 a 429 pauses the rate of its key alone, if there is a rate for each key', async () => {
    const clock = new VirtualClock()
    const { tool, starts } = noting(
      clock,
      'w',
      ({ fails }) => (fails === true ? Promise.reject(tooMany('1')) : Promise.resolve()),
      {
        key: ({ host }: JsonObject) => host as string,
        ratePerKey: { n: 100, perMs: 1_000 },
      } as Partial<AnyTool>,
    )
    const { executor, events } = setUp([tool], { clock })
    await clock.runUntil(executor.executeTools([callOf('w', { host: 'a', fails: true }, 'a1')]))
    await clock.runUntil(executor.executeTools([callOf('w', { host: 'a' }, 'a2'), callOf('w', { host: 'b' }, 'b1')]))
    expect(starts).toEqual(['a1@0', 'b1@0', 'a2@1000'])
    expect(eventsOf(events, 'rate_paused')).toMatchObject([{ key: 'a', forMs: 1_000 }])
  })
})
