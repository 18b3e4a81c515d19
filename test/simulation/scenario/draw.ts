import type { SeededRandom } from '../../../packages/aof-runtime/src/testing/index.ts'
import { drawBatch } from './draw-batches.ts'
import { drawReactions } from './draw-reactions.ts'
import { type Draw, drawClose, drawResize, times } from './drawing.ts'
import { type Feature, streamOf } from './features.ts'
import type { Action, EffectStyle, ExecutorPlan, RatePlan, ScenarioPlan, ToolPlan } from './plan.ts'

/** A scenario from a seed and the features that are on. */
export function drawScenario(seed: number, features: ReadonlySet<Feature>): ScenarioPlan {
  const streams = new Map<Feature, SeededRandom>()
  const base = streamOf(seed, 'base')
  const add = <T>(feature: Feature, chance: number, draw: (random: SeededRandom) => T, otherwise: T): T => {
    if (!features.has(feature)) return otherwise
    let random = streams.get(feature)
    if (random === undefined) streams.set(feature, (random = streamOf(seed, `what ${feature}`)))
    return random.chance(chance) ? draw(random) : otherwise
  }
  const executors = add('several executors', 1, (random) => random.int(2, 3), 1)
  const tools = base.int(1, 4)
  const draw: Draw = { seed, features, executors, tools, hasEffects: features.has('effects'), add, base }
  return {
    features,
    process: drawProcess(draw),
    executors: times(executors, () => drawExecutor(draw)),
    tools: times(tools, () => drawTool(draw)),
    batches: times(base.int(1, 4), () => drawBatch(draw, 0, base.int(0, executors - 1))),
    moments: drawMoments(draw),
    reactions: drawReactions(draw),
  }
}

function drawProcess({ features, executors, add, base }: Draw): ScenarioPlan['process'] {
  const isShared = (['process limit', 'ageing', 'reservations', 'resizing', 'resize'] as const).some((each) =>
    features.has(each),
  )
  if (executors === 1 && !isShared && base.chance(0.5)) return undefined
  return {
    maxParallel: add('process limit', 0.8, (random) => random.pick([1, 1, 2, 3]), Infinity),
    ageMs: add('ageing', 1, (random) => random.pick([1, 5, 20]), 10_000),
    reserveAfterMs: add('reservations', 1, (random) => random.pick([1, 2, 10]), Infinity),
  }
}

function drawExecutor({ add, base }: Draw): ExecutorPlan {
  const deadlineMs = add('queue deadlines', 0.7, (random) => random.pick([1, 3, 20]), Infinity)
  const rejects = add('full queues reject', 0.7, (random) => random.pick([0, 1, 2, 5]), undefined)
  const waits = add(
    'full queues wait',
    rejects === undefined ? 0.9 : 0.5,
    (random) => random.pick([1, 1, 2, 5]),
    undefined,
  )
  return {
    maxParallelTools: add('executor limit', 0.9, (random) => random.pick([1, 1, 2, 3]), base.pick([10, Infinity])),
    queue:
      waits === undefined
        ? { max: rejects ?? 100_000, policy: 'reject', deadlineMs }
        : { max: waits, policy: 'wait', deadlineMs },
    trackNesting: add('tracked calls', 0.9, () => true, false),
    maxDepth: add('caps', 0.5, (random) => random.int(0, 1), 8),
    maxNestedCalls: add('caps', 0.5, (random) => random.int(1, 2), 1_000),
    graceMs: base.pick([0, 1, 5]),
    abandonedHoldMs: base.pick([0, 5, 30, 300]),
    maxAbandoned: add('deaf tools', 0.5, (random) => random.int(1, 3), Infinity),
    onUncertain: add('uncertain effects', 0.8, () => 'reject' as const, 'start'),
    limits: {
      timeoutMs: base.pick([100, 500]),
      idleTimeoutMs: add('idle timeouts', 0.2, (random) => random.pick([5, 20]), undefined),
      deadlineMs: add('deadlines', 0.2, (random) => random.pick([5, 20, 100]), undefined),
    },
    hasLogger: add('loggers', 0.9, () => true, false),
  }
}

function drawTool({ add, hasEffects }: Draw): ToolPlan {
  const keys = add('keys', 0.7, () => 2, 0)
  const effects: EffectStyle = hasEffects
    ? add(
        'effects',
        0.8,
        (random) => random.pick(['named', 'named', 'named', 'scoped', 'sets', 'gets'] as const),
        'none',
      )
    : 'none'
  const retry = add(
    'retries',
    0.7,
    (random) => ({ maxAttempts: random.int(2, 3), initialDelayMs: random.pick([0, 5, 10]) }),
    undefined,
  )
  const repeatable =
    retry === undefined
      ? 'no'
      : add('retries', 0.9, (random) => random.pick(['idempotent', 'read-only'] as const), 'no')
  return {
    maxParallel: add('tool limits', 0.7, (random) => random.pick([1, 1, 2]), Infinity),
    keys,
    maxParallelPerKey: keys === 0 ? Infinity : add('keys', 1, (random) => random.pick([1, 1, 2]), Infinity),
    rate: add('rates', 0.5, drawRate, undefined),
    ratePerKey: keys === 0 ? undefined : add('rates', 0.3, drawRate, undefined),
    priority: add('priorities', 0.3, (random) => random.int(-1, 2), undefined),
    effects,
    inputSchema: add(
      'late input schemas',
      0.5,
      () => 'later' as const,
      add('input schemas', 0.6, () => 'at once' as const, 'none' as const),
    ),
    outputSchema: add('output schemas', 0.7, (random) => random.pick(['at once', 'later'] as const), 'none'),
    hasContent: add('contents', 0.6, () => true, false),
    retry,
    repeatable:
      effects === 'gets' ? 'read-only' : effects === 'sets' && repeatable !== 'no' ? 'idempotent' : repeatable,
    breaker: add(
      'breakers',
      0.6,
      (random) => ({ minimumAttempts: random.int(1, 3), openMs: random.pick([2, 10]) }),
      undefined,
    ),
    limits: {
      timeoutMs: add('timeouts', 0.6, (random) => random.pick([3, 10, 30]), undefined),
      idleTimeoutMs: add('idle timeouts', 0.6, (random) => random.pick([2, 5, 10]), undefined),
      deadlineMs: add('deadlines', 0.3, (random) => random.pick([5, 20, 50]), undefined),
    },
  }
}

function drawRate(random: SeededRandom): RatePlan {
  const n = random.int(1, 3)
  return { n, perMs: random.pick([1, 5, 10, 20]), burst: random.pick([1, n, n + 1]) }
}

function drawMoments({ add, executors }: Draw): ScenarioPlan['moments'] {
  type Moment = { readonly atMs: number; readonly action: Action }
  const none: readonly Moment[] = []
  const aborts = add(
    'aborts',
    1,
    (random) =>
      times(random.int(1, 3), (): Moment => ({
        atMs: random.int(0, 50),
        action: { does: 'abort', whose: random.int(0, 3) },
      })),
    none,
  )
  const resizes = add(
    'resizing',
    1,
    (random) =>
      times(random.int(1, 3), (): Moment => ({ atMs: random.int(0, 50), action: drawResize(random, executors) })),
    none,
  )
  const closes = add(
    'closing',
    1,
    (random) => [{ atMs: random.int(0, 60), action: drawClose(random, executors) }],
    none,
  )
  const leaps = add(
    'leaps',
    1,
    (random) =>
      times(random.int(1, 2), (): Moment => ({
        atMs: random.int(0, 40),
        action: { does: 'block', ms: random.int(1, 30) },
      })),
    none,
  )
  return [...aborts, ...resizes, ...closes, ...leaps]
}
