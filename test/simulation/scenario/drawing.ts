import type { SeededRandom } from '../../../packages/aof-runtime/src/testing/index.ts'
import type { Feature } from './features.ts'
import type { Action, TimeLimits } from './plan.ts'

/** The source of all draws: a seed, the active features, and the numbers of executors and tools. */
export interface Draw {
  readonly seed: number
  readonly features: ReadonlySet<Feature>
  readonly executors: number
  readonly tools: number
  readonly hasEffects: boolean
  /** @returns what a feature adds, or `otherwise` where it is off, or does not concern this one */
  add<T>(feature: Feature, chance: number, draw: (random: SeededRandom) => T, otherwise: T): T
  /** The stream of what every scenario has. */
  readonly base: SeededRandom
}

export const NO_LIMITS: TimeLimits = { timeoutMs: undefined, idleTimeoutMs: undefined, deadlineMs: undefined }

/** Limits in time of a batch, or of a call. */
export function drawLimits({ add }: Draw, chance: number): TimeLimits {
  return {
    timeoutMs: add('timeouts', chance, (random) => random.pick([3, 10, 30]), undefined),
    idleTimeoutMs: add('idle timeouts', chance, (random) => random.pick([2, 5, 10]), undefined),
    deadlineMs: add('deadlines', chance, (random) => random.pick([2, 5, 10, 40]), undefined),
  }
}

export function drawResize(random: SeededRandom, executors: number): Action {
  return {
    does: 'resize',
    target: random.chance(0.4) ? undefined : random.int(0, executors - 1),
    max: random.pick([1, 1, 2, 4, Infinity]),
  }
}

export function drawClose(random: SeededRandom, executors: number): Action {
  return { does: 'close', executor: random.int(0, executors - 1), drainMs: random.pick([0, 0, 5, 50, Infinity]) }
}

export function times<T>(count: number, draw: (place: number) => T): T[] {
  return Array.from({ length: count }, (_, place) => draw(place))
}
