import { checkCount, MisuseError } from '../core/contract/misuse.ts'

const MASK_64 = 0xffff_ffff_ffff_ffffn

/**
 * SplitMix64: turns one number into many unrelated ones, to fill the state of another generator.
 *
 * G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014; constants as in S.
 * Vigna's public-domain splitmix64.c (https://prng.di.unimi.it/splitmix64.c).
 */
export function splitMix64(seed: bigint): () => bigint {
  let state = seed & MASK_64
  return () => {
    state = (state + 0x9e37_79b9_7f4a_7c15n) & MASK_64
    let z = state
    z = ((z ^ (z >> 30n)) * 0xbf58_476d_1ce4_e5b9n) & MASK_64
    z = ((z ^ (z >> 27n)) * 0x94d0_49bb_1331_11ebn) & MASK_64
    return z ^ (z >> 31n)
  }
}

/** The state of {@link xoshiro128}: four unsigned 32-bit numbers, not all 0. */
export type Xoshiro128State = readonly [number, number, number, number]

/**
 * xoshiro128** 1.1: unsigned 32-bit numbers with a period of 2¹²⁸ − 1.
 *
 * D. Blackman, S. Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47(4), 2021
 * (https://prng.di.unimi.it/xoshiro128starstar.c, public domain).
 */
export function xoshiro128(state: Xoshiro128State): () => number {
  let [a, b, c, d] = state
  return () => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotateLeft(d, 11)
    return result
  }
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}

/**
 * A generator of numbers in [0, 1) with 53 random bits, to replace `Math.random` in tests: the same seed gives the same
 * numbers on every machine. Not for secrets.
 *
 * @param seed an integer from 0 to 2⁵³ − 1
 * @throws MisuseError if the seed is anything else
 *
 * @example
 * ```ts
 * import { seededRandom } from 'aof-runtime/testing'
 *
 * console.log(seededRandom(7)() === seededRandom(7)())
 * ```
 */
export function seededRandom(seed: number): () => number {
  checkCount('seed', seed, 0)
  const mix = splitMix64(BigInt(seed))
  const [low, high] = [mix(), mix()]
  const next = xoshiro128([upper(low), lower(low), upper(high), lower(high)])
  return () => ((next() >>> 5) * 67_108_864 + (next() >>> 6)) / 9_007_199_254_740_992
}

function upper(value: bigint): number {
  return Number(value >> 32n)
}

function lower(value: bigint): number {
  return Number(value & 0xffff_ffffn)
}

/**
 * Random values for tests, all from one seed.
 *
 * @example
 * ```ts
 * import { SeededRandom } from 'aof-runtime/testing'
 *
 * const random = new SeededRandom(42)
 * const latencyMs = random.logNormal(300, 1.2)
 * const order = random.shuffle(['a', 'b', 'c'])
 * console.log(latencyMs > 0, order.length)
 * ```
 */
export class SeededRandom {
  readonly seed: number
  /** The next number in [0, 1). It is bound, so that it can be passed on without its object. */
  readonly next: () => number

  /** @param seed an integer from 0 to 2⁵³ − 1 */
  constructor(seed: number) {
    this.seed = seed
    this.next = seededRandom(seed)
  }

  /** An integer from `min` to `max`, both included; the range may have at most 2⁵³ numbers. */
  int(min: number, max: number): number {
    checkCount('min', min, Number.MIN_SAFE_INTEGER)
    checkCount('max', max, min)
    const count = max - min + 1
    if (count > 2 ** 53) throw new MisuseError('max', 'a range of at most 2⁵³ numbers', max)
    return min + Math.floor(this.next() * count)
  }

  /** True with the given probability, 0 to 1. */
  chance(probability: number): boolean {
    return this.next() < probability
  }

  /** One of the items, each with the same probability. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new MisuseError('items', 'at least one to pick from', items)
    return items[this.int(0, items.length - 1)] as T
  }

  /** The items in a random order (Fisher–Yates), each with the same probability; the given array stays unchanged. */
  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items]
    for (let index = shuffled.length - 1; index > 0; index--) {
      const other = this.int(0, index)
      ;[shuffled[index], shuffled[other]] = [shuffled[other] as T, shuffled[index] as T]
    }
    return shuffled
  }

  /**
   * A log-normal number, as latencies are: half of them are below `median`, and `sigma` is the standard deviation of
   * the logarithm (0: always the median; 1: one in six is more than 2.7 times the median).
   */
  logNormal(median: number, sigma: number): number {
    return median * Math.exp(sigma * this.#standardNormal())
  }

  /** Another generator, with a seed drawn from this one. Later draws from one do not change the other. */
  fork(): SeededRandom {
    return new SeededRandom(this.int(0, Number.MAX_SAFE_INTEGER))
  }

  /** G. E. P. Box, M. E. Muller, "A note on the generation of random normal deviates", 1958. */
  #standardNormal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next())
  }
}
