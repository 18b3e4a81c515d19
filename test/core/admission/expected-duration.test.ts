import { describe, expect, test } from 'vitest'
import { ExpectedDuration } from '../../../packages/aof-runtime/src/core/admission/expected-duration.ts'
import { RunShare } from '../../../packages/aof-runtime/src/core/admission/run-share.ts'
import { SeededRandom } from '../../../packages/aof-runtime/src/testing/index.ts'

const after = (values: readonly number[]): number | undefined => {
  const expected = new ExpectedDuration()
  for (const value of values) expected.add(value)
  return expected.ms
}

describe('how long a tool is expected to take', () => {
  test('the expected duration is unknown before the first measurement, and then equals it', () => {
    expect([after([]), after([7]), after([0])]).toEqual([undefined, 7, 0.001])
  })

  test('the expected duration comes near the median, whatever the spread', () => {
    for (const sigma of [0.1, 0.5, 1, 2]) {
      for (let seed = 0; seed < 20; seed++) {
        const random = new SeededRandom(seed)
        const ms = after(Array.from({ length: 2_000 }, () => random.logNormal(300, sigma))) ?? 0
        // It moves by a twentieth at a time, so it never stands still; and a wide spread has a wide middle.
        const factor = 1.25 + sigma
        expect(ms, `sigma ${sigma}, seed ${seed}`).toBeGreaterThan(300 / factor)
        expect(ms, `sigma ${sigma}, seed ${seed}`).toBeLessThan(300 * factor)
      }
    }
  })

  test('a hanging call moves the expected duration no further than any other call', () => {
    const usual = Array<number>(100).fill(10)
    expect(after([...usual, 600_000])).toBeLessThanOrEqual(10.5)
  })

  test('the expected duration follows a tool that becomes slower or faster', () => {
    const usual = Array<number>(500).fill(10)
    expect(after([...usual, ...Array<number>(100).fill(1_000)])).toBeCloseTo(1_000, -1)
    expect(after([...Array<number>(500).fill(1_000), ...Array<number>(100).fill(10)])).toBeCloseTo(10, 0)
  })
})

test('of a run with many calls only some are measured, and the expected duration is still right after a change', () => {
  const random = new SeededRandom(1)
  const share = new RunShare(1, { runs: 0, number: 0, since: 0, virtualTime: 0 })
  for (let i = 0; i < 4_000; i++) share.ran(50 + 20 * random.next())
  expect(share.expected.ms).toBeGreaterThan(50)
  expect(share.expected.ms).toBeLessThan(70)
  for (let i = 0; i < 4_000; i++) share.ran(500 + 200 * random.next())
  expect(share.expected.ms).toBeGreaterThan(500)
  expect(share.expected.ms).toBeLessThan(700)
})

describe('durations measured while calls wait', () => {
  test('a duration measured while calls wait counts from the next busy period on', () => {
    const expected = new ExpectedDuration()
    expected.add(100, 1)
    expect([expected.msIn(1), expected.msIn(2)]).toEqual([undefined, 100])
    expected.add(400, 2)
    expect([expected.msIn(2), expected.msIn(3)]).toEqual([100, 150])
  })

  test('many durations measured while calls wait count at once if they are close together', () => {
    const [close, wide] = [new ExpectedDuration(), new ExpectedDuration()]
    for (let i = 0; i < 40; i++) {
      close.add(100 + (i % 5), 1)
      wide.add(100 * 4 ** (i % 5), 1)
    }
    expect(close.msIn(1)).toBeCloseTo(102, -1)
    expect(wide.msIn(1)).toBeUndefined()
  })
})
