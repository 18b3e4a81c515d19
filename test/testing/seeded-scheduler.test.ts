import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MisuseError } from '../../packages/aof-runtime/src/index.ts'
import {
  SeededScheduler,
  type SeededSchedulerOptions,
  settleMicrotasks,
  StalledError,
  VirtualClock,
} from '../../packages/aof-runtime/src/testing/index.ts'
import { countingSignal } from './counting-signal.ts'

/** Work that reaches so many points one after the other and notes when it goes on. */
async function work(scheduler: SeededScheduler, name: string, points: number, log: string[]): Promise<void> {
  for (let point = 0; point < points; point++) {
    await scheduler.point(`${name}${point}`)
    log.push(`${name}${point}`)
  }
}

describe('points of a scheduler', () => {
  test('points wait until they are released, one at a time', async () => {
    const scheduler = new SeededScheduler({ seed: 1 })
    const log: string[] = []
    const all = Promise.all([work(scheduler, 'a', 1, log), work(scheduler, 'b', 1, log)])
    await settleMicrotasks()
    expect([scheduler.waiting, log]).toEqual([['a0', 'b0'], []])
    expect([await scheduler.waitOne(), log.length, scheduler.waiting.length]).toEqual([true, 1, 1])
    expect([await scheduler.waitOne(), log.length, scheduler.waiting.length]).toEqual([true, 2, 0])
    expect(await scheduler.waitOne()).toBe(false)
    expect(scheduler.trace).toEqual(log)
    await all
  })

  test('waitAll also releases the points that are reached meanwhile', async () => {
    const scheduler = new SeededScheduler({ seed: 1 })
    const log: string[] = []
    const all = Promise.all([work(scheduler, 'a', 3, log), work(scheduler, 'b', 2, log)])
    await scheduler.waitAll()
    expect(log.toSorted()).toEqual(['a0', 'a1', 'a2', 'b0', 'b1'])
    await all
  })

  test('between two releases every microtask has run, however long the chain', async () => {
    const scheduler = new SeededScheduler({ seed: 1 })
    let inside = 0
    let most = 0
    const chain = async (name: string): Promise<void> => {
      await scheduler.point(name)
      most = Math.max(most, ++inside)
      for (let link = 0; link < 300; link++) await undefined
      inside -= 1
    }
    await scheduler.waitFor(Promise.all(['a', 'b', 'c', 'd'].map(chain)))
    expect(most).toBe(1)
  })

  test('some seed gives each order of the points', async () => {
    const orders = new Set<string>()
    for (let seed = 0; seed < 200; seed++) {
      const scheduler = new SeededScheduler({ seed })
      await scheduler.waitFor(Promise.all(['a', 'b', 'c', 'd'].map((name) => scheduler.point(name))))
      orders.add(scheduler.trace.join(''))
    }
    expect(orders.size).toBe(24)
  })

  test('I13: a point whose signal aborts rejects with the reason and is removed', async () => {
    const scheduler = new SeededScheduler({ seed: 1 })
    const controller = new AbortController()
    const gone = scheduler.point('gone', { signal: controller.signal })
    const kept = scheduler.point('kept', { signal: controller.signal })
    expect(await scheduler.waitOne()).toBe(true)
    const [released] = scheduler.trace
    controller.abort('stop')
    await expect(released === 'gone' ? kept : gone).rejects.toBe('stop')
    await expect(released === 'gone' ? gone : kept).resolves.toBeUndefined()
    await expect(scheduler.point('late', { signal: controller.signal })).rejects.toBe('stop')
    expect([scheduler.waiting, scheduler.trace.length]).toEqual([[], 1])
  })
})

test('I17: a released point leaves no listener behind', async () => {
  const scheduler = new SeededScheduler({ seed: 1 })
  const { signal, added, removed } = countingSignal()
  await scheduler.waitFor(scheduler.point('a', { signal }))
  expect([added(), removed()]).toEqual([1, 1])
})

describe('waitFor', () => {
  test('waitFor stops as soon as the promise settles, and settles like it', async () => {
    const scheduler = new SeededScheduler({ seed: 1 })
    const other = scheduler.point('a')
    expect(await scheduler.waitFor(Promise.resolve(3))).toBe(3)
    expect(scheduler.waiting).toEqual(['a'])
    await expect(scheduler.waitFor(other.then(() => Promise.reject(new Error('no'))))).rejects.toThrow('no')
  })

  test('a hang in waitFor is an error with its name and the last moves', async () => {
    const scheduler = new SeededScheduler({ seed: 1 })
    void scheduler.point('a')
    const error = await scheduler
      .waitFor(new Promise(() => {}), { label: 'the results' })
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(StalledError)
    expect(String(error)).toBe(
      'StalledError: Waiting for the results: still pending, and nothing waits at a point. Look for a promise that is never resolved. The last to continue: a.',
    )
  })

  test('waitFor moves the clock once no point is waiting', async () => {
    const clock = new VirtualClock()
    const scheduler = new SeededScheduler({ seed: 1, clock })
    const log: string[] = []
    const done = Promise.all([
      clock.sleep(5).then(() => work(scheduler, 'late', 1, log)),
      work(scheduler, 'a', 2, log),
      clock.sleep(2).then(() => log.push(`slept ${clock.now()}`)),
    ])
    await scheduler.waitFor(done)
    expect(log).toEqual(['a0', 'a1', 'slept 2', 'late0'])
    expect(scheduler.trace).toEqual(['a0', 'a1', 'clock 2', 'clock 5', 'late0'])
  })

  test('with any-time a timer may fire while a point is waiting', async () => {
    const firsts = new Set<string>()
    for (let seed = 0; seed < 40; seed++) {
      const clock = new VirtualClock()
      const scheduler = new SeededScheduler({ seed, clock, timeMoves: 'any-time' })
      await scheduler.waitFor(Promise.all([scheduler.point('a'), clock.sleep(5)]))
      firsts.add(String(scheduler.trace[0]))
    }
    expect([...firsts].sort()).toEqual(['a', 'clock 5'])
  })

  test.each(['when-idle', 'any-time'] as const)(
    '%s: timers of the present moment are drawn among the points',
    async (timeMoves) => {
      const traces = new Set<string>()
      for (let seed = 0; seed < 40; seed++) {
        const clock = new VirtualClock({ seed })
        const scheduler = new SeededScheduler({ seed, clock, timeMoves })
        const names = ['a', 'b']
        await scheduler.waitFor(Promise.all(names.map((name) => clock.sleep(5).then(() => scheduler.point(name)))))
        traces.add(scheduler.trace.join(' '))
      }
      expect([...traces].sort()).toEqual([
        'clock 5 a clock 5 b',
        'clock 5 b clock 5 a',
        'clock 5 clock 5 a b',
        'clock 5 clock 5 b a',
      ])
    },
  )

  test('any-time works with timers alone and with points alone', async () => {
    const clock = new VirtualClock()
    const scheduler = new SeededScheduler({ seed: 3, clock, timeMoves: 'any-time' })
    await scheduler.waitFor(clock.sleep(5))
    await scheduler.waitFor(scheduler.point('a'))
    expect(scheduler.trace).toEqual(['clock 5', 'a'])
  })

  test('time beyond the bound is an error', async () => {
    const clock = new VirtualClock({ startMs: 10 })
    const scheduler = new SeededScheduler({ seed: 1, clock })
    await expect(scheduler.waitFor(clock.sleep(101), { maxMs: 100 })).rejects.toThrow(
      'Waiting for the promise: still pending at 10 ms, and the next timer is due at 111 ms, beyond the bound of 110 ms (maxMs). The last to continue: nothing yet.',
    )
    await scheduler.waitFor(clock.sleep(100), { maxMs: 100 })
    expect(clock.now()).toBe(110)
    await expect(scheduler.waitFor(clock.sleep(1), { maxMs: -1 })).rejects.toThrow(MisuseError)
  })

  test('an endless loop of points is an error', async () => {
    const scheduler = new SeededScheduler({ seed: 1, maxReleases: 20 })
    let rounds = 0
    const circle = async (): Promise<never> => {
      for (;;) {
        await scheduler.point('round')
        rounds += 1
      }
    }
    void circle()
    await expect(scheduler.waitAll()).rejects.toThrow('20 points and timers were released in one wait')
    expect(rounds).toBe(20)
    await expect(scheduler.waitFor(new Promise(() => {}))).rejects.toThrow(StalledError)
    expect(rounds).toBe(40)
  })

  test('a second wait during another is refused', async () => {
    const scheduler = new SeededScheduler({ seed: 1 })
    const first = scheduler.waitFor(scheduler.point('a'))
    await expect(scheduler.waitOne()).rejects.toThrow('scheduler: expected to be moved by one at a time')
    await first
  })

  test.each([{ seed: -1 }, { seed: 1.5 }, { seed: 1, maxReleases: 0 }])(
    'the scheduler options %o are refused',
    (options) => {
      expect(() => new SeededScheduler(options)).toThrow(MisuseError)
    },
  )
})

describe('the trace of a scheduler', () => {
  /** A program: for each piece of work, what it does in turn: reach a point (0) or sleep so many milliseconds. */
  const program = fc.array(fc.array(fc.nat({ max: 3 }), { maxLength: 6, size: 'max' }), { maxLength: 6, size: 'max' })

  async function run(pieces: number[][], options: SeededSchedulerOptions): Promise<SeededScheduler> {
    const clock = new VirtualClock({ seed: options.seed })
    const scheduler = new SeededScheduler({ ...options, clock })
    const perform = async (actions: number[], piece: number): Promise<void> => {
      for (const [place, action] of actions.entries()) {
        if (action === 0) await scheduler.point(`${piece}.${place}`)
        else await clock.sleep(action)
      }
      scheduler.record(`end ${piece}`)
    }
    await scheduler.waitFor(Promise.all(pieces.map(perform)))
    return scheduler
  }

  test.each(['when-idle', 'any-time'] as const)(
    'the same seed gives the same trace, with each point released once, in the order of its own work (time moves %s)',
    async (timeMoves) => {
      await fc.assert(
        fc.asyncProperty(program, fc.nat(), async (pieces, seed) => {
          const first = await run(pieces, { seed, timeMoves })
          const second = await run(pieces, { seed, timeMoves })
          expect(second.trace).toEqual(first.trace)
          expect(second.traceHash()).toBe(first.traceHash())
          for (const [piece, actions] of pieces.entries()) {
            const own = first.trace.filter((entry) => entry.startsWith(`${piece}.`))
            expect(own).toEqual(actions.flatMap((action, place) => (action === 0 ? [`${piece}.${place}`] : [])))
            expect(first.trace.filter((entry) => entry === `end ${piece}`)).toHaveLength(1)
          }
          const sleeps = pieces.flat().filter((action) => action > 0)
          expect(first.trace.filter((entry) => entry.startsWith('clock '))).toHaveLength(sleeps.length)
          expect(first.waiting).toEqual([])
        }),
      )
    },
  )

  test('the hash of a trace distinguishes entries, wherever their boundaries are', () => {
    const hash = (...entries: string[]): string => {
      const scheduler = new SeededScheduler({ seed: 1 })
      for (const entry of entries) scheduler.record(entry)
      return scheduler.traceHash()
    }
    expect(hash('a', 'b')).toMatch(/^[0-9a-f]{16}$/)
    expect(
      new Set([hash(), hash(''), hash('a', 'b'), hash('ab'), hash('b', 'a'), hash('a\nb'), hash('a","b')]).size,
    ).toBe(7)
  })
})

describe('moveOne', () => {
  test('moveOne takes the same steps as waitFor, one point or timer at a time', async () => {
    const play = (seed: number): { scheduler: SeededScheduler; done: Promise<unknown> } => {
      const clock = new VirtualClock()
      const scheduler = new SeededScheduler({ seed, clock, timeMoves: 'any-time' })
      const done = Promise.all([scheduler.point('a'), clock.sleep(1), scheduler.point('b'), clock.sleep(2)])
      return { scheduler, done }
    }
    for (let seed = 0; seed < 20; seed++) {
      const whole = play(seed)
      await whole.scheduler.waitFor(whole.done)
      const { scheduler } = play(seed)
      const lengths = []
      while (await scheduler.moveOne()) lengths.push(scheduler.trace.length)
      expect(lengths).toEqual([1, 2, 3, 4])
      expect(scheduler.trace).toEqual(whole.scheduler.trace)
    }
  })

  test('moveOne draws late timers among the points', async () => {
    const firsts = new Set<unknown>()
    for (let seed = 0; seed < 40; seed++) {
      const clock = new VirtualClock()
      const scheduler = new SeededScheduler({ seed, clock })
      void Promise.all([scheduler.point('a'), clock.sleep(1)])
      clock.leap(5)
      await scheduler.moveOne()
      firsts.add(scheduler.trace[0])
    }
    expect(firsts).toEqual(new Set(['a', 'clock 1']))
  })
})
