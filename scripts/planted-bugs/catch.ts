/**
 * Runs a short simulation against the sources beside it, and prints as JSON which check caught a bug in them, if any.
 * `planted-bugs.ts` runs it in a copy of the project.
 */
import { enumerate } from '../../test/simulation/interleavings.ts'
import { changeLimits, changeOneCall } from '../../test/simulation/metamorphic.ts'
import { PRIMITIVES } from '../../test/simulation/primitives.ts'
import { playCrowd } from '../../test/simulation/crowd/crowd.ts'
import { playUnwatched } from '../../test/simulation/crowd/unwatched.ts'
import { playScenarios } from '../../test/simulation/scenario/simulate.ts'
import { playDrawnWorld, simulate } from '../../test/simulation/simulate.ts'

/** Number of worlds. A tenth of them, and of the scenarios and crowds, comes first: most bugs show early. */
const WORLDS = Number(process.argv[2] ?? 8_000)
/** Scenarios for each world: 20,000 in all, as many as the ordinary tests play. */
const SCENARIOS_PER_WORLD = 2.5
const FIRST_WORLDS = Math.ceil(WORLDS / 10)
const SCHEDULES = 300

/** The check that caught a bug. */
export interface Catch {
  readonly by: string
  /** Number of seeds or schedules until then, if it is known. */
  readonly after?: number
  readonly message: string
}

async function caught(by: string, run: () => Promise<unknown>): Promise<Catch | undefined> {
  try {
    await run()
    return undefined
  } catch (error) {
    const { message, seed } = error as Error & { readonly seed?: number }
    return { by, ...(seed !== undefined && { after: seed + 1 }), message: String(message).split('\n')[0] ?? '' }
  }
}

async function first(): Promise<Catch | undefined> {
  const early = await played(0, FIRST_WORLDS)
  if (early !== undefined) return early
  for (const [name, check] of Object.entries(PRIMITIVES)) {
    const primitive = await caught(`S2 ${name}`, () => check(SCHEDULES))
    if (primitive !== undefined) return primitive
  }
  const changed = await caught('S1, changed', async () => {
    await changeOneCall(100)
    await changeLimits(100)
  })
  if (changed !== undefined) return changed
  const ways = await caught('S3', async () => {
    for (const way of ['whole', 'open'] as const) await enumerate({ calls: 3, limit: 2, way })
  })
  return ways ?? played(FIRST_WORLDS, WORLDS - FIRST_WORLDS)
}

function* range(from: number, count: number): Generator<number> {
  for (let seed = from; seed < from + count; seed++) yield seed
}

async function played(from: number, seeds: number): Promise<Catch | undefined> {
  const scenario = await caught('S1, a scenario', () =>
    playScenarios(range(from * SCENARIOS_PER_WORLD, seeds * SCENARIOS_PER_WORLD)),
  )
  if (scenario !== undefined) return scenario
  const world = await caught('S1', () => simulate(playDrawnWorld, seeds, from))
  if (world !== undefined) return world
  const crowd = await caught('S1, a crowd', () => simulate(playCrowd, seeds, from))
  if (crowd !== undefined) return crowd
  return caught('S1, a crowd without listeners', () => simulate(playUnwatched, seeds / 4, from))
}

const found = await first()
console.log(JSON.stringify(found ?? null))
process.exit(0)
