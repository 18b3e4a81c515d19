import type { SeededRandom } from '../../../packages/aof-runtime/src/testing/index.ts'
import type { Act, BatchPlan, CallPlan, CrowdPlan, ExecutorPlan, RatePlan, ResizePlan, ToolPlan } from './plan.ts'

/** Few and round, so that many things fall on one moment. */
const DELAYS = [0, 0, 1, 2, 3, 5, 10, 20] as const
const LEVELS = 3

/** A crowd from a seed: one or two executors on one controller, a few runs, and limits of every kind that are too narrow. */
export function drawCrowd(random: SeededRandom): CrowdPlan {
  const executors = times(random.int(1, 2), () => drawExecutor(random))
  // At most one with keys: few enough flows for their order to be exact.
  const tools = times(random.int(1, 3), (place) => drawTool(random, place === 0))
  const surroundings = { executors, tools }
  return {
    maxParallel: random.pick([1, 1, 2, 3, 5, Infinity]),
    ageMs: random.pick([10, 30, 10_000]),
    reserveAfterMs: random.pick([Infinity, Infinity, 1, 2, 10]),
    executors,
    tools,
    batches: times(random.int(1, 4), () => drawBatch(random, surroundings)),
    resizes: random.chance(0.3) ? times(random.int(1, 3), () => drawResize(random, executors.length)) : [],
  }
}

interface Surroundings {
  readonly executors: readonly ExecutorPlan[]
  readonly tools: readonly ToolPlan[]
}

function drawExecutor(random: SeededRandom): ExecutorPlan {
  return {
    maxParallelTools: random.pick([1, 1, 2, 3, 10, Infinity]),
    graceMs: random.pick([0, 1, 5]),
    abandonedHoldMs: random.pick([0, 5, 20, 200]),
    tracksNesting: random.chance(0.5),
    maxDepth: random.pick([1, 8, 8]),
    maxNestedCalls: random.pick([2, 1_000, 1_000]),
    queue: drawQueue(random),
  }
}

function drawQueue(random: SeededRandom): ExecutorPlan['queue'] {
  const deadlineMs = random.chance(0.2) ? random.pick([1, 3, 20]) : Infinity
  if (random.chance(0.8)) return { max: 100_000, policy: 'reject', deadlineMs }
  return random.chance(0.5)
    ? { max: random.pick([0, 1, 2, 5]), policy: 'reject', deadlineMs }
    : { max: random.pick([1, 1, 2, 5]), policy: 'wait', deadlineMs }
}

function drawTool(random: SeededRandom, mayHaveKeys: boolean): ToolPlan {
  const keys = mayHaveKeys && random.chance(0.5) ? 2 : 0
  return {
    maxParallel: random.pick([1, 2, Infinity, Infinity]),
    keys,
    maxParallelPerKey: keys === 0 ? Infinity : random.pick([1, 1, 2]),
    rate: random.chance(0.25) ? drawRate(random) : undefined,
    ratePerKey: keys > 0 && random.chance(0.25) ? drawRate(random) : undefined,
    priority: random.chance(0.2) ? random.int(-1, 2) : undefined,
    retries: random.chance(0.3),
    timeoutMs: random.pick([5, 30, 100, 1_000]),
  }
}

function drawRate(random: SeededRandom): RatePlan {
  const n = random.int(1, 3)
  return { n, perMs: random.pick([1, 5, 10, 20]), burst: random.pick([1, n, n + 1]) }
}

function drawBatch(random: SeededRandom, surroundings: Surroundings): BatchPlan {
  const executor = random.int(0, surroundings.executors.length - 1)
  return {
    executor,
    atMs: random.pick(DELAYS),
    // Weights that divide without remainder, so that equal usage compares as equal.
    run: random.chance(0.5) ? { id: random.pick(['a', 'b']), weight: random.pick([1, 1, 2]) } : undefined,
    priority: random.chance(0.2) ? random.int(-1, 2) : undefined,
    way: random.pick(['whole', 'whole', 'open']),
    calls: drawCalls(random, surroundings, executor, 0, random.int(1, 7)),
    abortAfterMs: random.chance(0.25) ? random.int(0, 60) : undefined,
  }
}

function drawCalls(
  random: SeededRandom,
  surroundings: Surroundings,
  executor: number,
  level: number,
  count: number,
): CallPlan[] {
  return times(count, () => ({
    tool: random.int(0, surroundings.tools.length - 1),
    key: random.int(0, 1),
    priority: random.chance(0.15) ? random.int(-1, 2) : undefined,
    atMs: random.pick(DELAYS),
    acts: times(random.pick([0, 1, 1, 1, 2, 3]), () => drawAct(random, surroundings, executor, level)),
    ends: random.pick(['return', 'return', 'return', 'return', 'return', 'throw', 'too many', 'much too many']),
  }))
}

function drawAct(random: SeededRandom, surroundings: Surroundings, executor: number, level: number): Act {
  if (level < LEVELS && random.chance(0.3)) return drawNest(random, surroundings, executor, level)
  if (random.chance(0.06)) return { does: 'hang', heeds: random.chance(0.7) }
  if (random.chance(0.2)) return { does: 'point' }
  return { does: 'sleep', ms: random.pick([...DELAYS, 50]), heeds: random.chance(0.6) }
}

function drawNest(random: SeededRandom, surroundings: Surroundings, executor: number, level: number): Act {
  const { executors } = surroundings
  const isTracked = executors[executor]?.tracksNesting === true && random.chance(0.5)
  const other = isTracked ? random.int(0, executors.length - 1) : executor
  const calls = drawCalls(random, surroundings, other, level + 1, random.int(1, 3))
  return { does: 'nest', by: isTracked ? other : 'context', awaited: random.chance(0.75), calls }
}

function drawResize(random: SeededRandom, executorCount: number): ResizePlan {
  return {
    atMs: random.int(0, 60),
    executor: random.chance(0.5) ? undefined : random.int(0, executorCount - 1),
    max: random.pick([1, 1, 2, 4, Infinity]),
  }
}

function times<T>(count: number, draw: (place: number) => T): T[] {
  return Array.from({ length: count }, (_, place) => draw(place))
}
