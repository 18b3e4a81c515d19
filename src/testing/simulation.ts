import { checkCount, MisuseError } from '../core/misuse.ts'
import { SeededRandom } from './random.ts'
import { SeededScheduler } from './seeded-scheduler.ts'
import { VirtualClock } from './virtual-clock.ts'

/** Everything that a simulated run draws on, all from one seed. */
export interface Simulation {
  readonly seed: number
  readonly random: SeededRandom
  /** Timers of one moment fire in an order drawn from the seed. */
  readonly clock: VirtualClock
  /** Moves `clock` where nothing waits at a point. */
  readonly scheduler: SeededScheduler
}

/** A simulation from a seed: a whole number from 0 to 2⁵³ − 1. */
export function simulation(seed: number): Simulation {
  const random = new SeededRandom(seed)
  const clock = new VirtualClock({ seed: random.fork().seed })
  const scheduler = new SeededScheduler({ seed: random.fork().seed, clock })
  return { seed, random, clock, scheduler }
}

/** Options of {@link forEachSeed}. */
export interface ForEachSeedOptions {
  /** How many seeds to run. */
  readonly seeds: number
  /** The first of them. @default 0 */
  readonly from?: number
  /** Run this seed alone. @default the environment variable `AOF_SEED`, where it is set */
  readonly replay?: number
}

/** A seed with which a simulated run failed; the failure itself is its `cause`. */
export class SeedFailure extends Error {
  override readonly name: string = 'SeedFailure'
  readonly seed: number
  /** The hash of the run's trace; see {@link SeededScheduler.traceHash}. */
  readonly traceHash: string
  /** Whether the seed, run a second time, failed again and with the same trace. */
  readonly reproduced: boolean

  constructor(first: Outcome, second: Outcome) {
    super(describe(first, second), { cause: first.thrown })
    this.seed = first.seed
    this.traceHash = first.traceHash
    this.reproduced = second.failed && second.traceHash === first.traceHash
  }
}

interface Outcome {
  readonly seed: number
  readonly failed: boolean
  readonly thrown: unknown
  readonly traceHash: string
  readonly trace: readonly string[]
}

/**
 * Runs a simulated run once per seed, one after the other. The first seed that fails is run a second time, and the error
 * says how to replay it and whether it went the same way again.
 *
 * @throws SeedFailure (as a rejection) for the first seed that fails
 *
 * @example
 * ```ts
 * import { forEachSeed } from 'aof-runtime/testing'
 *
 * await forEachSeed({ seeds: 100 }, async ({ clock, random, scheduler }) => {
 *   const work = Promise.all([clock.sleep(random.logNormal(300, 1)), scheduler.point('a'), scheduler.point('b')])
 *   await scheduler.waitFor(work)
 *   if (clock.pending > 0) throw new Error('a timer is left')
 * })
 * ```
 */
export async function forEachSeed(
  options: ForEachSeedOptions,
  run: (simulation: Simulation) => Promise<void> | void,
): Promise<void> {
  for (const seed of seedsOf(options)) {
    const first = await outcomeOf(seed, run)
    if (first.failed) throw new SeedFailure(first, await outcomeOf(seed, run))
  }
}

function* seedsOf({ seeds, from = 0, replay = seedOfEnvironment() }: ForEachSeedOptions): Generator<number> {
  checkCount('seeds', seeds, 1)
  checkCount('from', from, 0, Number.MAX_SAFE_INTEGER - seeds)
  if (replay !== undefined) {
    checkCount('replay', replay, 0)
    yield replay
  } else for (let seed = from; seed < from + seeds; seed++) yield seed
}

function seedOfEnvironment(): number | undefined {
  const text = typeof process === 'undefined' ? undefined : process.env['AOF_SEED']
  if (text === undefined || text === '') return undefined
  if (!/^\d{1,16}$/.test(text)) throw new MisuseError('AOF_SEED', 'a whole number from 0 to 2⁵³ − 1', text)
  return Number(text)
}

/** What went wrong with a seed; `undefined` where nothing did. */
async function failureOf(
  seed: number,
  run: (simulation: Simulation) => Promise<void> | void,
): Promise<Outcome | undefined> {
  const sim = simulation(seed)
  try {
    await run(sim)
    return undefined
  } catch (thrown) {
    return { seed, failed: true, thrown, traceHash: sim.scheduler.traceHash(), trace: sim.scheduler.trace }
  }
}

function describe(first: Outcome, second: Outcome): string {
  const { seed, thrown, trace } = first
  return [
    `Seed ${seed} failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    `To replay it alone, run the test with AOF_SEED=${seed}.`,
    again(first, second),
    `Its trace has ${trace.length} entries, the last: ${trace.slice(-5).join(', ') || 'none'}.`,
  ].join('\n')
}

function again(first: Outcome, second: Outcome): string {
  const outcome = second.failed ? 'it failed again' : 'it passed'
  if (first.traceHash !== second.traceHash) {
    return `Run a second time, ${outcome}, and went another way (traces ${first.traceHash} and ${second.traceHash}): something beside the seed decides, e.g. real time, or state kept between runs.`
  }
  if (second.failed) return `Run a second time, it failed again with the same trace (${first.traceHash}).`
  return `Run a second time, it passed although the trace was the same (${first.traceHash}): something decides that neither the seed nor the trace shows.`
}
