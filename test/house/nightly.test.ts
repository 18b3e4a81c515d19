import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Progress } from '../../scripts/nightly/progress.ts'
import { covered, missing, type Range, union } from '../../scripts/nightly/ranges.ts'

const ranges = fc.array(
  fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 20 })).map(([from, length]) => ({ from, to: from + length })),
)
const numbersOf = (parts: readonly Range[]): Set<number> =>
  new Set(parts.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, n) => from + n)))

test('the union of ranges has the same numbers, in order, and no two of its ranges touch', () => {
  fc.assert(
    fc.property(ranges, (parts) => {
      const merged = union(parts)
      expect(numbersOf(merged)).toEqual(new Set([...numbersOf(parts)].toSorted((a, b) => a - b)))
      merged.slice(1).forEach(({ from }, n) => expect(from).toBeGreaterThan((merged[n] as Range).to))
    }),
  )
})

test('the covered and the missing parts of a range add up to it', () => {
  fc.assert(
    fc.property(ranges, (done) => {
      const whole = { from: 10, to: 50 }
      const left = numbersOf(missing(whole, done))
      const isDone = numbersOf(done)
      for (let n = whole.from; n < whole.to; n++) expect(left.has(n)).toBe(!isDone.has(n))
      expect(covered(whole, done)).toBe(40 - left.size)
    }),
  )
})

test('progress adds up over runs, and is dropped when the sources change', () => {
  const folder = mkdtempSync(join(tmpdir(), 'aof-nightly-'))
  const file = join(folder, 'cache/nightly.json')
  try {
    new Progress(file, 'one').seedsDone('scenarios', { from: 0, to: 20 })
    new Progress(file, 'one').seedsDone('scenarios', { from: 20, to: 30 })
    new Progress(file, 'one').partDone('soak')
    const same = new Progress(file, 'one')
    expect([same.seedsOf('scenarios'), same.seedsOf('simulation')]).toEqual([[{ from: 0, to: 30 }], []])
    expect([same.isDone('soak'), same.isDone('planted')]).toEqual([true, false])
    const other = new Progress(file, 'another')
    expect([other.seedsOf('scenarios'), other.isDone('soak')]).toEqual([[], false])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
