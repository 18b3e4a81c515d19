import { checkCount, MisuseError } from '../core/contract/misuse.ts'
import { checkOptions, namesOf } from '../core/contract/option-names.ts'
import { SeededRandom } from './random.ts'
import { SeededScheduler, type TimeMoves } from './seeded-scheduler.ts'
import { VirtualClock } from './virtual-clock.ts'

/** The tools of a simulated run, all driven by one seed. */
export interface Simulation {
  readonly seed: number
  readonly random: SeededRandom
  /** Timers of one moment fire in an order drawn from the seed. */
  readonly clock: VirtualClock
  /** Advances `clock` when no work waits at a point. */
  readonly scheduler: SeededScheduler
}

/**
 * A simulation from a seed.
 *
 * @param seed an integer from 0 to 2⁵³ − 1
 * @param timeMoves when its scheduler may advance time
 */
export function simulation(seed: number, timeMoves: TimeMoves = 'when-idle'): Simulation {
  const random = new SeededRandom(seed)
  const clock = new VirtualClock({ seed: random.fork().seed })
  const scheduler = new SeededScheduler({ seed: random.fork().seed, clock, timeMoves })
  return { seed, random, clock, scheduler }
}

/** Options of {@link forEachSeed}. */
export interface ForEachSeedOptions {
  /** Number of seeds to run. */
  readonly seeds: number
  /** The first seed. @default 0 */
  readonly from?: number
  /** Runs this seed alone. @default the environment variable `AOF_SEED`, if it is set */
  readonly replay?: number
  /** When the scheduler may advance time; as for a `SeededScheduler`. @default 'when-idle' */
  readonly timeMoves?: TimeMoves
}

const SEED_OPTIONS = namesOf<ForEachSeedOptions>()('seeds from replay timeMoves')

/** Details of a seed that failed. */
export interface SeedFailureDetails {
  readonly seed: number
  /** The hash of the run's trace; see {@link SeededScheduler.traceHash}. */
  readonly traceHash: string
  /** The trace of the run; see {@link SeededScheduler.trace}. */
  readonly trace: readonly string[]
  /** Whether a second run with the seed failed again with the same trace. */
  readonly reproduced: boolean
  /** The error that the run threw. */
  readonly cause: unknown
}

/** A seed with which a simulated run failed; the run's error is its `cause`. */
export class SeedFailure extends Error {
  override readonly name: string = 'SeedFailure'
  readonly seed: number
  readonly traceHash: string
  readonly trace: readonly string[]
  readonly reproduced: boolean

  constructor(message: string, { seed, traceHash, trace, reproduced, cause }: SeedFailureDetails) {
    super(message, { cause })
    this.seed = seed
    this.traceHash = traceHash
    this.trace = trace
    this.reproduced = reproduced
  }
}

/** A run that is over, with its error and its simulation. */
interface EndedRun {
  readonly simulation: Simulation
  readonly failure: { readonly thrown: unknown } | undefined
}

/**
 * Runs a simulation once per seed, one after the other. The first seed that fails is run a second time, and the error
 * says how to replay it and whether the second run had the same trace.
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
    const { simulation: first, failure } = await runToEnd(simulation(seed, options.timeMoves), run)
    if (failure === undefined) continue
    throw seedFailure(first, failure.thrown, await runToEnd(simulation(seed, options.timeMoves), run))
  }
}

function* seedsOf(options: ForEachSeedOptions): Generator<number> {
  checkOptions('', options, SEED_OPTIONS)
  const { seeds, from = 0, replay = seedOfEnvironment() } = options
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

async function runToEnd(sim: Simulation, run: (simulation: Simulation) => Promise<void> | void): Promise<EndedRun> {
  try {
    await run(sim)
    return { simulation: sim, failure: undefined }
  } catch (thrown) {
    return { simulation: sim, failure: { thrown } }
  }
}

function seedFailure({ seed, scheduler }: Simulation, thrown: unknown, second: EndedRun): SeedFailure {
  const traceHash = scheduler.traceHash()
  const secondHash = second.simulation.scheduler.traceHash()
  const failedAgain = second.failure !== undefined
  const message = [
    `Seed ${seed} failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    `To replay it alone, run the test with AOF_SEED=${seed}.`,
    comparison(failedAgain, traceHash, secondHash),
    `Its trace has ${scheduler.trace.length} entries, the last: ${scheduler.trace.slice(-5).join(', ') || 'none'}.`,
  ].join('\n')
  const reproduced = failedAgain && secondHash === traceHash
  return new SeedFailure(message, { seed, traceHash, trace: scheduler.trace, reproduced, cause: thrown })
}

function comparison(failedAgain: boolean, first: string, second: string): string {
  if (first !== second) {
    return `Run a second time, it ${failedAgain ? 'failed again' : 'passed'}, with another trace ( ${first} and ${second}): the run depends on more than the seed, e.g. on real time, or on state kept between runs.`
  }
  if (failedAgain) return `Run a second time, it failed again with the same trace (${first}).`
  return `Run a second time, it passed although the trace was the same (${first}): the run depends on something that neither the seed nor the trace shows.`
}
