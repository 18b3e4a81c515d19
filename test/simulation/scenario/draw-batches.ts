import type { SeededRandom } from '../../../packages/aof-runtime/src/testing/index.ts'
import { RETURN_KINDS, THROWN_KINDS } from '../values.ts'
import { type Draw, drawLimits, NO_LIMITS, times } from './drawing.ts'
import type { Act, Arrival, BatchPlan, CallPlan, EffectPlan, Ending, TimeLimits, ToolPlan } from './plan.ts'

/** Few and round, so that many things fall on one moment. */
const DELAYS = [0, 0, 0, 1, 2, 3, 5, 10, 20] as const
const RESOURCES = ['a', 'a/x', 'a/x', 'a/y', 'b', 'b/c', '/'] as const
const LEVELS = 2
/** Values that are not a time limit. */
const IMPOSSIBLE_MS = [0, -1, Number.NaN, 2 ** 31] as const
const IN_TIME: Arrival = { atMs: 0, by: 'add', afterMs: 0 }

/** A batch, with all that its calls make themselves. `level` counts the calls above it. */
export function drawBatch(draw: Draw, level: number, executor: number): BatchPlan {
  const { add, base } = draw
  const size = level === 0 ? base.pick([1, 2, 3, 4, 5, 6]) : base.int(1, 3)
  const way = add(
    'open batches',
    0.5,
    () => 'open' as const,
    size === 1 ? base.pick(['whole', 'single'] as const) : 'whole',
  )
  return {
    executor,
    atMs: level === 0 ? base.pick(DELAYS) : 0,
    way,
    calls: drawCalls(draw, level, executor, size, way),
    run: add(
      'weighted runs',
      0.6,
      (random) => ({ id: random.pick(['r', 'q']), weight: random.pick([1, 1, 2]) }),
      undefined,
    ),
    priority: add('priorities', 0.3, (random) => random.int(-1, 2), undefined),
    limits: drawLimits(draw, 0.25),
    budget: add('budgets', 0.5, (random) => ({ toolCalls: random.int(0, 3) }), undefined),
    maxCalls: add('caps', 0.2, (random) => random.int(1, 3), Infinity),
    hasListener: base.chance(0.3),
    isRead: base.chance(0.5),
  }
}

function drawCalls(draw: Draw, level: number, executor: number, size: number, way: BatchPlan['way']): CallPlan[] {
  const { add, base } = draw
  const density = add('references', 1, (random) => random.pick([0.2, 0.5]), 0)
  const isTidy = add('odd calls', 0.4, () => false, true)
  return times(size, (place) => {
    const names = (): (string | number)[] =>
      density === 0
        ? []
        : add(
            'references',
            density,
            (random) => times(random.int(1, 2), () => drawName(random, place, size, isTidy)),
            [],
          )
    return {
      id: add('odd calls', 0.2, (random) => `c${random.int(0, size - 1)}`, `c${place}`),
      tool: add('odd calls', 0.08, () => undefined, base.int(0, draw.tools - 1)),
      args: add(
        'odd calls',
        0.15,
        (random) => random.pick(['truncated', 'misfit', 'cycle'] as const),
        base.pick(['value', 'value', 'text'] as const),
      ),
      key: base.int(0, 1),
      priority: add('priorities', 0.2, (random) => random.int(-1, 2), undefined),
      limits: drawOwnLimits(draw),
      effects: add('effects', 1, drawEffects, []),
      dependsOn: names(),
      refersTo: names(),
      arrival: way === 'open' ? drawArrival(draw) : IN_TIME,
      acts: times(base.pick([0, 1, 1, 1, 2, 3]), () => drawAct(draw, level, executor)),
      ends: drawEnding(draw),
      schemaMs: base.pick(DELAYS),
      outputFits: add('output schemas', 0.1, () => false, true),
    }
  })
}

function drawOwnLimits(draw: Draw): TimeLimits {
  const limits = draw.base.chance(0.3) ? drawLimits(draw, 0.4) : NO_LIMITS
  const impossible = (random: SeededRandom): TimeLimits => ({ ...limits, timeoutMs: random.pick(IMPOSSIBLE_MS) })
  return draw.add('odd calls', 0.04, impossible, limits)
}

/** Mostly the name of an earlier call, so that most graphs can run. */
function drawName(random: SeededRandom, place: number, size: number, isTidy: boolean): string | number {
  if (!isTidy && random.chance(0.1)) return random.pick(['nothing', 77])
  const to = isTidy && random.chance(0.8) ? random.int(0, Math.max(0, place - 1)) : random.int(0, size - 1)
  return random.chance(0.5) ? to : `c${to}`
}

function drawEffects(random: SeededRandom): EffectPlan[] {
  return times(random.pick([0, 1, 1, 1, 2]), () => ({
    resource: random.pick(RESOURCES),
    mode: random.chance(0.6) ? 'write' : 'read',
    ...(random.chance(0.15) && { scope: 'run' as const }),
  }))
}

/** The effects that a tool with a scope may declare. */
export function withinScope(effects: readonly EffectPlan[]): EffectPlan[] {
  return effects.filter(({ resource }) => ['a', 'a/x', 'a/y', 'b/c'].includes(resource))
}

/** The effects that the calls of a tool declare, at each request. */
export function namedEffects(style: ToolPlan['effects'], { effects }: CallPlan): readonly EffectPlan[] {
  return style === 'scoped' ? withinScope(effects) : effects
}

function drawArrival({ add, base }: Draw): Arrival {
  const arrival: Arrival = {
    atMs: base.pick(DELAYS),
    by: base.pick(['add', 'complete'] as const),
    afterMs: base.pick(DELAYS),
  }
  return add(
    'unfilled slots',
    0.25,
    (random): Arrival => ({ ...arrival, by: random.pick(['drop', 'forget'] as const) }),
    arrival,
  )
}

function drawAct(draw: Draw, level: number, executor: number): Act {
  const { add, base, executors } = draw
  const act = drawOwnAct(draw)
  if (level >= LEVELS) return act
  const nested = (by: 'context' | number): Act => ({
    does: 'nest',
    by,
    awaited: base.chance(0.8),
    batch: drawBatch(draw, level + 1, by === 'context' ? executor : by),
  })
  const byContext = add('nested calls', 0.3, () => true, false)
  const tracked = add('tracked calls', 0.25, (random) => random.int(0, executors - 1), undefined)
  if (byContext) return nested('context')
  return tracked === undefined ? act : nested(tracked)
}

function drawOwnAct({ add, base }: Draw): Act {
  const sleep: Act = base.chance(0.25)
    ? { does: 'point' }
    : base.chance(0.1)
      ? { does: base.pick(['progress', 'log'] as const) }
      : { does: 'sleep', ms: base.pick([...DELAYS, 50]), heeds: base.chance(0.6) }
  return add('deaf tools', 0.15, (random): Act => ({ does: 'hang', heeds: random.chance(0.3) }), sleep)
}

function drawEnding({ add }: Draw): Ending {
  const value: Ending = { by: 'return', value: 'object' }
  const large = add('spills', 0.4, (): Ending => ({ by: 'return', value: 'large' }), value)
  const odd = add('odd values', 0.3, (random): Ending => ({ by: 'return', value: random.pick(RETURN_KINDS) }), large)
  return add('failing tools', 0.3, (random): Ending => ({ by: 'throw', value: random.pick(THROWN_KINDS) }), odd)
}
