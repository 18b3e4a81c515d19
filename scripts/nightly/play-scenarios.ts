/**
 * Plays the scenarios of a range of seeds, prints each that fails, and fails if any did. `nightly.ts` starts one
 * process for each slice of a night's seeds.
 *
 *   npx node scripts/nightly/play-scenarios.ts 0 5000     the second seed is not included
 */
import { playScenarios } from '../../test/simulation/scenario/simulate.ts'

function* range(from: number, to: number): Generator<number> {
  for (let seed = from; seed < to; seed++) yield seed
}

/** @returns the seed that failed, if any did */
async function firstFailure(from: number, to: number): Promise<number | undefined> {
  try {
    await playScenarios(range(from, to))
    return undefined
  } catch (error) {
    const { seed, message } = error as Error & { readonly seed?: number }
    if (seed === undefined) throw error
    console.error(message)
    return seed
  }
}

const [from = Number.NaN, to = Number.NaN] = process.argv.slice(2).map(Number)
if (!(from < to)) throw new RangeError('Expected two whole numbers: the first seed, and the one after the last.')
let failures = 0
for (let next = from; next < to;) {
  const failed = await firstFailure(next, to)
  if (failed === undefined) break
  failures++
  next = failed + 1
}
process.exit(failures === 0 ? 0 : 1)
