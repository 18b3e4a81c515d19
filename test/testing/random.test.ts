import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MisuseError } from '../../packages/aof-runtime/src/index.ts'
import { SeededRandom, seededRandom } from '../../packages/aof-runtime/src/testing/index.ts'
import { splitMix64, xoshiro128 } from '../../packages/aof-runtime/src/testing/random.ts'

const DRAWS = 100_000
const seeds = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })

describe('reference numbers', () => {
  test('splitmix64 gives the reference numbers for seed 1234567', () => {
    const next = splitMix64(1_234_567n)
    expect(Array.from({ length: 5 }, next)).toEqual([
      6457827717110365317n,
      3203168211198807973n,
      9817491932198370423n,
      4593380528125082431n,
      16408922859458223821n,
    ])
  })

  test('xoshiro128** gives the reference numbers for state 1, 2, 3, 4', () => {
    expect(Array.from({ length: 10 }, xoshiro128([1, 2, 3, 4]))).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ])
  })
})

describe('seededRandom', () => {
  test('seededRandom gives the same numbers in [0, 1) for the same seed, and others for another seed', () => {
    fc.assert(
      fc.property(seeds, seeds, (a, b) => {
        const numbers = (seed: number): number[] => Array.from({ length: 8 }, seededRandom(seed))
        expect(numbers(a)).toEqual(numbers(a))
        expect(numbers(a).every((number) => number >= 0 && number < 1)).toBe(true)
        if (a !== b) expect(numbers(a)).not.toEqual(numbers(b))
      }),
    )
  })

  test.each([-1, 0.5, NaN, Infinity, 2 ** 53])('seededRandom refuses %d as a seed', (seed) => {
    expect(() => seededRandom(seed)).toThrow(MisuseError)
  })

  test('random numbers are roughly uniform, and neighbours are unrelated (chi-square over 16 × 16 cells)', () => {
    const next = seededRandom(1)
    const cells = Array.from({ length: 256 }, () => 0)
    for (let draw = 0; draw < DRAWS; draw++) cells[Math.floor(next() * 16) * 16 + Math.floor(next() * 16)]! += 1
    const expected = DRAWS / 256
    const chiSquare = cells.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
    // 255 degrees of freedom: outside of these with a probability of about 1 in 10 000 on either side.
    expect(chiSquare).toBeGreaterThan(177)
    expect(chiSquare).toBeLessThan(347)
  })
})

describe('SeededRandom', () => {
  test('int gives each number of its range about equally often, and no other', () => {
    const random = new SeededRandom(3)
    const counts = new Map<number, number>()
    for (let draw = 0; draw < 60_000; draw++) {
      const number = random.int(-2, 3)
      counts.set(number, (counts.get(number) ?? 0) + 1)
    }
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2, 3])
    for (const count of counts.values()) expect(Math.abs(count - 10_000)).toBeLessThan(400)
  })

  test('int stays in any range', () => {
    fc.assert(
      fc.property(seeds, fc.maxSafeInteger(), fc.nat(), (seed, min, width) => {
        const max = Math.min(min + width, Number.MAX_SAFE_INTEGER)
        const number = new SeededRandom(seed).int(min, max)
        expect(Number.isInteger(number) && number >= min && number <= max).toBe(true)
      }),
    )
  })

  test('misuse of SeededRandom is named', () => {
    const random = new SeededRandom(0)
    expect(() => random.int(3, 2)).toThrow('max: expected a whole number of at least 3, got 2.')
    expect(() => random.int(0.5, 2)).toThrow(MisuseError)
    expect(() => random.int(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)).toThrow('2⁵³ numbers')
    expect(() => random.pick([])).toThrow('items: expected at least one to pick from, got an array.')
  })

  test('pick gives one of the items', () => {
    fc.assert(
      fc.property(seeds, fc.array(fc.anything(), { minLength: 1 }), (seed, items) => {
        expect(items.some((item) => Object.is(item, new SeededRandom(seed).pick(items)))).toBe(true)
      }),
    )
  })

  test('shuffle keeps every item and leaves the given array unchanged', () => {
    fc.assert(
      fc.property(seeds, fc.array(fc.integer()), (seed, items) => {
        const before = [...items]
        const shuffled = new SeededRandom(seed).shuffle(items)
        expect(items).toEqual(before)
        expect(shuffled.toSorted((a, b) => a - b)).toEqual(items.toSorted((a, b) => a - b))
      }),
    )
  })

  test('shuffle gives all orders about equally often', () => {
    const random = new SeededRandom(5)
    const counts = new Map<string, number>()
    for (let draw = 0; draw < 24_000; draw++) {
      const order = random.shuffle(['a', 'b', 'c', 'd']).join('')
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    expect(counts.size).toBe(24)
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(150)
  })

  test('logNormal has the given median and spread', () => {
    const random = new SeededRandom(8)
    const logs = Array.from({ length: DRAWS }, () => Math.log(random.logNormal(300, 1.5)))
    const mean = logs.reduce((sum, log) => sum + log, 0) / DRAWS
    const deviation = Math.sqrt(logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / DRAWS)
    expect(Math.exp(mean)).toBeGreaterThan(294)
    expect(Math.exp(mean)).toBeLessThan(306)
    expect(deviation).toBeCloseTo(1.5, 1)
    expect(random.logNormal(300, 0)).toBe(300)
  })

  test('chance is true with the given probability', () => {
    const random = new SeededRandom(9)
    const hits = Array.from({ length: DRAWS }, () => random.chance(0.3)).filter(Boolean).length
    expect(Math.abs(hits / DRAWS - 0.3)).toBeLessThan(0.01)
    expect([random.chance(0), random.chance(1)]).toEqual([false, true])
  })

  test('draws of a fork do not change its origin, nor the other way round', () => {
    const origin = new SeededRandom(11)
    const forks = [origin.fork(), origin.fork()] as const
    const twin = new SeededRandom(11)
    const twinForks = [twin.fork(), twin.fork()] as const
    forks[0].next()
    expect(origin.next()).toBe(twin.next())
    expect(forks[1].next()).toBe(twinForks[1].next())
    expect(forks[0].seed).not.toBe(forks[1].seed)
  })
})
