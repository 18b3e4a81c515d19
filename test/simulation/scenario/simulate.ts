import { execFileSync } from 'node:child_process'
import { simulation } from '../../../packages/aof-runtime/src/testing/index.ts'
import { drawScenario } from './draw.ts'
import { drawFeatures, type Feature, FEATURES } from './features.ts'
import type { ScenarioPlan } from './plan.ts'
import { Scenario } from './scenario.ts'

/** The outcome of many scenarios. */
export interface Summary {
  readonly seeds: number
  /** Types of events, reasons of waiting, and how calls ended. */
  readonly seen: Set<string>
  /** How often each pair of features came about in one scenario, by the places of both. */
  readonly met: readonly Uint32Array[]
}

/** How a scenario went wrong. */
interface Failure {
  readonly message: string
  readonly trace: readonly string[]
  readonly hash: string
}

/** A seed whose scenario goes wrong. */
class ScenarioFailure extends Error {
  override readonly name: string = 'ScenarioFailure'
  readonly seed: number

  constructor(seed: number, message: string) {
    super(message)
    this.seed = seed
  }
}

/**
 * Plays a scenario for each of the seeds.
 *
 * @throws ScenarioFailure for the first that goes wrong, with the smallest set of features that shows it
 */
export async function playScenarios(seeds: Iterable<number>): Promise<Summary> {
  const summary: Summary = { seeds: 0, seen: new Set(), met: FEATURES.map(() => new Uint32Array(FEATURES.length)) }
  let count = 0
  for (const seed of seeds) {
    const features = drawFeatures(seed)
    const failure = await playOne(seed, features, summary)
    if (failure !== undefined) throw await explained(seed, features, failure)
    count++
  }
  return { ...summary, seeds: count }
}

/** @returns how it went wrong, if it did */
async function playOne(seed: number, features: ReadonlySet<Feature>, summary?: Summary): Promise<Failure | undefined> {
  const strays: string[] = []
  const note = (reason: unknown): void => void strays.push(String((reason as Error | undefined)?.stack ?? reason))
  process.on('unhandledRejection', note)
  process.on('uncaughtException', note)
  const sim = simulation(seed, 'any-time')
  let message: string | undefined
  try {
    const scenario = new Scenario(sim, drawScenario(seed, features))
    await scenario.play()
    if (summary !== undefined) addTo(summary, scenario)
  } catch (error) {
    message = error instanceof Error ? `${error.message}` : String(error)
    if (error instanceof Error && !/^[IS]\d+:/.test(message)) message = `I7: ${error.stack}`
  } finally {
    process.off('unhandledRejection', note)
    process.off('uncaughtException', note)
  }
  if (strays.length > 0) message = `I8: an error escapes: ${strays[0]}${message === undefined ? '' : `; ${message}`}`
  if (message === undefined) return undefined
  return { message, trace: sim.scheduler.trace, hash: sim.scheduler.traceHash() }
}

function addTo(summary: Summary, { stage }: Scenario): void {
  for (const each of stage.seen) summary.seen.add(each)
  const places = [...stage.happened].map((feature) => FEATURES.indexOf(feature))
  for (const one of places) {
    const row = summary.met[one] as Uint32Array
    for (const other of places) row[other] = (row[other] ?? 0) + 1
  }
}

/** Which invariant was broken, first. */
function kindOf({ message }: Failure): string {
  return message.slice(0, message.indexOf(':'))
}

/** The failure with all that is needed to see it again: its seed, its features as few as possible, and what happened last. */
async function explained(seed: number, features: ReadonlySet<Feature>, failure: Failure): Promise<ScenarioFailure> {
  const again = await playOne(seed, features)
  const smaller = await shrink(seed, features, failure)
  const plan = drawScenario(seed, smaller.features)
  const { trace } = smaller.failure
  return new ScenarioFailure(
    seed,
    [
      `Seed ${seed} failed: ${failure.message}`,
      `To replay it: AOF_SIMULATION_SEED=${seed} npx vitest run test/simulation/scenario/scenarios-1.test.ts`,
      again?.hash === failure.hash
        ? 'It goes the same way again.'
        : 'It does not go the same way again: something beside the seed decides.',
      `With fewer features (${[...smaller.features].join(', ')}): ${smaller.failure.message}`,
      commit(),
      `What happened last: ${trace.slice(-60).join(' · ')}`,
      `The plan: ${inShort(plan)}`,
    ].join('\n'),
  )
}

/** Switches features off, one after the other, as long as the same invariant is broken. */
async function shrink(
  seed: number,
  all: ReadonlySet<Feature>,
  first: Failure,
): Promise<{ readonly features: ReadonlySet<Feature>; readonly failure: Failure }> {
  const features = new Set(all)
  let failure = first
  for (let isSmaller = true; isSmaller;) {
    isSmaller = false
    for (const feature of Array.from(features)) {
      features.delete(feature)
      const found = await playOne(seed, features)
      if (found !== undefined && kindOf(found) === kindOf(first)) {
        failure = found
        isSmaller = true
      } else features.add(feature)
    }
  }
  return { features, failure }
}

/** A plan without what says nothing. */
function inShort(plan: ScenarioPlan): string {
  const isNothing = (value: unknown): boolean =>
    value === false || value === 0 || (Array.isArray(value) && value.length === 0) || String(value) === 'none'
  return JSON.stringify({ ...plan, features: undefined }, (key, value: unknown) => {
    if (value === Infinity) return undefined
    if (!/^\d+$/.test(key) && key !== 'at' && key !== 'executor' && key !== '' && isNothing(value)) return undefined
    return typeof value === 'object' && value !== null && Object.keys(value).length === 0 ? undefined : value
  }).replaceAll('"', '')
}

function commit(): string {
  try {
    const revision = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8', stdio: 'pipe' }).trim()
    const isClean =
      execFileSync('git', ['status', '--porcelain', 'packages'], { encoding: 'utf8', stdio: 'pipe' }) === ''
    return `At commit ${revision}${isClean ? '' : ', with changes in src'}.`
  } catch {
    return 'At no commit.'
  }
}
