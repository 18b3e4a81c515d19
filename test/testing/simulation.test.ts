import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { MisuseError } from '../../packages/aof-runtime/src/index.ts'
import { forEachSeed, SeedFailure, type Simulation, simulation } from '../../packages/aof-runtime/src/testing/index.ts'

// A replay of another test's seed must not change these tests.
beforeEach(() => vi.stubEnv('AOF_SEED', ''))
afterEach(() => vi.unstubAllEnvs())

async function failureOf(running: Promise<void>): Promise<SeedFailure> {
  const thrown = await running.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (thrown instanceof SeedFailure) return thrown
  throw new Error('expected a SeedFailure', { cause: thrown })
}

describe('a simulation', () => {
  test('a simulation draws everything from its seed', async () => {
    const play = async ({ seed, random, clock, scheduler }: Simulation): Promise<string> => {
      const one = async (name: string): Promise<void> => {
        await scheduler.point(name)
        await clock.sleep(random.int(1, 3))
        scheduler.record(`${name} at ${clock.now()}`)
      }
      await scheduler.waitFor(Promise.all(['a', 'b', 'c', 'd'].map(one)))
      return `${seed}: ${scheduler.traceHash()}`
    }
    const hashes = new Set<string>()
    for (let seed = 0; seed < 100; seed++) {
      const hash = await play(simulation(seed))
      expect(await play(simulation(seed))).toBe(hash)
      hashes.add(hash)
    }
    expect(hashes.size).toBe(100)
  })

  test('a simulation lets timers of one moment fire in any order', async () => {
    const orders = new Set<string>()
    await forEachSeed({ seeds: 100 }, async ({ clock, scheduler }) => {
      const order: string[] = []
      await scheduler.waitFor(Promise.all(['a', 'b', 'c'].map((name) => clock.sleep(5).then(() => order.push(name)))))
      orders.add(order.join(''))
    })
    expect(orders.size).toBe(6)
  })
})

describe('forEachSeed', () => {
  test.each([
    ['when-idle' as const, ['a']],
    ['any-time' as const, ['a', 'clock 5']],
  ])('forEachSeed passes on when time moves: %s', async (timeMoves, expected) => {
    const firsts = new Set<string>()
    await forEachSeed({ seeds: 40, timeMoves }, async ({ clock, scheduler }) => {
      await scheduler.waitFor(Promise.all([scheduler.point('a'), clock.sleep(5)]))
      firsts.add(String(scheduler.trace[0]))
    })
    expect([...firsts].sort()).toEqual(expected)
  })

  test('forEachSeed runs each seed once, in order', async () => {
    const seen: number[] = []
    await forEachSeed({ seeds: 3 }, ({ seed }) => void seen.push(seed))
    await forEachSeed({ seeds: 2, from: 40 }, async ({ seed }) => void seen.push(seed))
    expect(seen).toEqual([0, 1, 2, 40, 41])
  })

  test('a failed seed is run again; the error says how to replay it and that the trace was the same', async () => {
    const seen: number[] = []
    const broken = new Error('a slot is lost')
    const failure = await failureOf(
      forEachSeed({ seeds: 10 }, async ({ seed, scheduler }) => {
        seen.push(seed)
        await scheduler.waitFor(Promise.all([scheduler.point('a'), scheduler.point('a')]))
        if (seed === 4) throw broken
      }),
    )
    expect(seen).toEqual([0, 1, 2, 3, 4, 4])
    expect(failure).toMatchObject({ seed: 4, reproduced: true, cause: broken, trace: ['a', 'a'] })
    expect(failure.message).toBe(
      [
        'Seed 4 failed: a slot is lost',
        'To replay it alone, run the test with AOF_SEED=4.',
        `Run a second time, it failed again with the same trace (${failure.traceHash}).`,
        'Its trace has 2 entries, the last: a, a.',
      ].join('\n'),
    )
  })

  test('the error of a failed seed says that the second run had another trace', async () => {
    let runs = 0
    const failure = await failureOf(
      forEachSeed({ seeds: 1 }, ({ scheduler }) => {
        scheduler.record(`run ${runs++}`)
        throw new Error('no')
      }),
    )
    expect(failure.reproduced).toBe(false)
    expect(failure.message).toContain('it failed again, with another trace (')
  })

  test('the error of a failed seed says that the second run passed, with the same or another trace', async () => {
    let runs = 0
    const same = await failureOf(
      forEachSeed({ seeds: 1 }, () => {
        if (runs++ === 0) throw undefined
      }),
    )
    expect(same.reproduced).toBe(false)
    expect(same.message).toContain('Seed 0 failed: undefined\n')
    expect(same.message).toContain('it passed although the trace was the same')
    expect(same.message).toContain('Its trace has 0 entries, the last: none.')
    runs = 0
    const other = await failureOf(
      forEachSeed({ seeds: 1 }, ({ scheduler }) => {
        scheduler.record(`run ${runs}`)
        if (runs++ === 0) throw new Error('no')
      }),
    )
    expect(other.message).toContain('it passed, with another trace')
  })

  test('one seed alone is replayed by option or by AOF_SEED; the option takes precedence', async () => {
    const seen: number[] = []
    const note = ({ seed }: Simulation): void => void seen.push(seed)
    await forEachSeed({ seeds: 5, replay: 231 }, note)
    vi.stubEnv('AOF_SEED', '77')
    await forEachSeed({ seeds: 5 }, note)
    await forEachSeed({ seeds: 5, replay: 0 }, note)
    expect(seen).toEqual([231, 77, 0])
  })

  test.each(['x', '-1', '1.5', '0x10', '99999999999999999'])('AOF_SEED=%s is refused by name', async (text) => {
    vi.stubEnv('AOF_SEED', text)
    await expect(forEachSeed({ seeds: 1 }, () => {})).rejects.toThrow(
      'AOF_SEED: expected a whole number from 0 to 2⁵³ − 1',
    )
  })

  test.each([
    { seeds: 0 },
    { seeds: 1, from: -1 },
    { seeds: 1, replay: 1.5 },
    { seeds: 2, from: Number.MAX_SAFE_INTEGER },
  ])('the options %o of forEachSeed are refused', async (options) => {
    await expect(forEachSeed(options, () => {})).rejects.toThrow(MisuseError)
  })
})

describe('planted bugs', () => {
  /** A semaphore; the barging one forgets that a woken waiter has not taken its permit yet. */
  class Semaphore {
    #free: number
    readonly #barging: boolean
    readonly #queue: (() => void)[] = []
    constructor(permits: number, barging: boolean) {
      this.#free = permits
      this.#barging = barging
    }
    async acquire(): Promise<void> {
      if (this.#free > 0) this.#free -= 1
      else {
        await new Promise<void>((resolve) => this.#queue.push(resolve))
        if (this.#barging) this.#free -= 1
      }
    }
    release(): void {
      const next = this.#queue.shift()
      if (next === undefined || this.#barging) this.#free += 1
      next?.()
    }
  }

  /** Workers take one of two permits, two rounds each; one may reach the semaphore just as a permit is handed over. */
  const limited =
    (barging: boolean) =>
    async ({ scheduler }: Simulation): Promise<void> => {
      const semaphore = new Semaphore(2, barging)
      let inUse = 0
      const worker = async (name: string): Promise<void> => {
        for (let round = 0; round < 2; round++) {
          await semaphore.acquire()
          inUse += 1
          if (inUse > 2) throw new Error(`${inUse} of 2 permits in use`)
          await scheduler.point(name)
          inUse -= 1
          semaphore.release()
        }
      }
      await scheduler.waitFor(Promise.all(['a', 'b', 'c', 'd'].map(worker)))
    }

  test('I25: a planted semaphore without fairness is found, and a sound one passes', async () => {
    await forEachSeed({ seeds: 500 }, limited(false))
    const failure = await failureOf(forEachSeed({ seeds: 500 }, limited(true)))
    expect(failure.reproduced).toBe(true)
    expect(failure.message).toContain('3 of 2 permits in use')
    await expect(forEachSeed({ seeds: 1, replay: failure.seed }, limited(true))).rejects.toMatchObject({
      seed: failure.seed,
      traceHash: failure.traceHash,
    })
  })

  const counting =
    (atomic: boolean) =>
    async ({ scheduler, clock, random }: Simulation): Promise<void> => {
      let counter = 0
      const increment = async (name: string): Promise<void> => {
        await clock.sleep(random.int(0, 5))
        const before = counter
        if (!atomic) await scheduler.point(name)
        counter = before + 1
      }
      await scheduler.waitFor(Promise.all(['a', 'b', 'c'].map(increment)))
      if (counter !== 3) throw new Error(`${3 - counter} update(s) lost`)
    }

  test('I52: a planted lost update is found, and sound code passes', async () => {
    await forEachSeed({ seeds: 500 }, counting(true))
    const failure = await failureOf(forEachSeed({ seeds: 500 }, counting(false)))
    expect(failure.message).toMatch(/[12] update\(s\) lost/)
    expect(failure.reproduced).toBe(true)
  })
})
