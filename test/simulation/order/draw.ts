import type { SeededRandom } from '../../../src/testing/index.ts'
import type { Act, BatchPlan, CallPlan, EffectPlan, OrderPlan, ToolLimits, ToolName } from './plan.ts'

/** Few and round, so that many things fall on one moment. */
const DELAYS = [0, 0, 0, 1, 2, 3, 5, 10] as const
const RESOURCES = ['a', 'a/x', 'a/x', 'a/y', 'b', 'b/c', '/'] as const
const TOOLS = ['free', 'touch', 'touch', 'touch', 'scoped', 'sets', 'gets', 'again'] as const
const LEVELS = 2

/** A play from a seed: a few turns of a few runs, with few resources. */
export function drawOrder(random: SeededRandom): OrderPlan {
  const executors = times(random.int(1, 2), () => ({ maxParallelTools: random.pick([1, 2, 3, 10, Infinity]) }))
  return {
    maxParallel: random.pick([1, 2, 4, Infinity, Infinity, Infinity]),
    executors,
    tools: drawTools(random),
    graceMs: random.pick([0, 1, 5]),
    abandonedHoldMs: random.pick([0, 5, 30, 300]),
    onUncertain: random.pick(['start', 'start', 'reject']),
    batches: times(random.int(1, 3), () => drawBatch(random, executors.length)),
  }
}

function drawTools(random: SeededRandom): OrderPlan['tools'] {
  const limits = (): ToolLimits => ({
    maxParallel: random.pick([Infinity, Infinity, 1, 2]),
    maxParallelPerKey: random.pick([Infinity, Infinity, 1]),
    rate: random.chance(0.15)
      ? { n: random.int(1, 2), perMs: random.pick([5, 20]), burst: random.int(1, 2) }
      : undefined,
  })
  // In every other play nothing but permits of executors is short, as it mostly is.
  const isFree = random.chance(0.5)
  const unlimited: ToolLimits = { maxParallel: Infinity, maxParallelPerKey: Infinity, rate: undefined }
  const draw = (): ToolLimits => (isFree ? unlimited : limits())
  return { free: draw(), touch: draw(), scoped: draw(), sets: draw(), gets: draw(), again: draw() }
}

function drawBatch(random: SeededRandom, executors: number): BatchPlan {
  return {
    executor: random.int(0, executors - 1),
    atMs: random.pick(DELAYS),
    run: random.chance(0.4) ? random.pick(['r', 'q']) : undefined,
    way: random.pick(['whole', 'open']),
    calls: drawCalls(random, executors, random.int(1, 7), 0),
    abortAfterMs: random.chance(0.15) ? random.int(0, 40) : undefined,
  }
}

function drawCalls(random: SeededRandom, executors: number, count: number, level: number): CallPlan[] {
  // Sometimes everything is one chain or one graph, sometimes nothing depends on anything.
  const density = random.pick([0, 0.2, 0.5])
  const isTidy = random.chance(0.7)
  return times(count, (place) => {
    const tool: ToolName = random.pick(TOOLS)
    const names = (): (string | number)[] =>
      random.chance(density) ? times(random.int(1, 2), () => drawName(random, place, count, isTidy)) : []
    return {
      id: random.chance(0.95) ? `c${place}` : `c${random.int(0, count - 1)}`,
      tool,
      key: random.int(0, 1),
      effects: tool === 'free' || tool === 'sets' || tool === 'gets' ? [] : drawEffects(random, tool === 'scoped'),
      effectsFail: random.chance(0.03),
      dependsOn: names(),
      refersTo: random.chance(0.5) ? names() : [],
      atMs: random.pick(DELAYS),
      completeAfterMs: random.chance(0.4) ? random.pick([0, 1, 5, 10]) : undefined,
      isDropped: random.chance(0.05),
      acts: times(random.pick([0, 1, 1, 1, 2]), () => drawAct(random, executors, level)),
      ends: random.chance(0.12) ? 'throw' : 'return',
    }
  })
}

/** Mostly an earlier call, so that most graphs can run. */
function drawName(random: SeededRandom, place: number, count: number, isTidy: boolean): string | number {
  if (!isTidy && random.chance(0.1)) return random.pick(['nobody', 77])
  const to = isTidy && random.chance(0.8) ? random.int(0, Math.max(0, place - 1)) : random.int(0, count - 1)
  return random.chance(0.5) ? to : `c${to}`
}

function drawEffects(random: SeededRandom, isScoped: boolean): EffectPlan[] {
  return times(random.pick([0, 1, 1, 1, 2]), () => ({
    resource: isScoped && random.chance(0.95) ? random.pick(['a', 'a/x', 'b/c']) : random.pick(RESOURCES),
    mode: random.chance(0.6) ? 'write' : 'read',
    ...(random.chance(0.15) && { scope: 'run' as const }),
  }))
}

function drawAct(random: SeededRandom, executors: number, level: number): Act {
  if (level < LEVELS && random.chance(0.25))
    return {
      does: 'nest',
      by: random.chance(0.7) ? 'context' : random.int(0, executors - 1),
      awaited: random.chance(0.85),
      calls: drawCalls(random, executors, random.int(1, 3), level + 1),
    }
  if (random.chance(0.06)) return { does: 'hang', heeds: random.chance(0.5) }
  if (random.chance(0.25)) return { does: 'point' }
  return { does: 'sleep', ms: random.pick([...DELAYS, 25]), heeds: random.chance(0.7) }
}

function times<T>(count: number, draw: (place: number) => T): T[] {
  return Array.from({ length: count }, (_, place) => draw(place))
}
