import type { SeededRandom } from '../../packages/aof-runtime/src/testing/index.ts'
import {
  type Act,
  type ArgumentsPlan,
  type BatchPlan,
  type Behaviour,
  type CallPlan,
  type Ending,
  type ExecutorPlan,
  type ListenerPlan,
  takesNoTime,
  type TimeLimits,
  TOOLS,
  type WorldPlan,
} from './plan.ts'
import { RETURN_KINDS, THROWN_KINDS } from './values.ts'

/** Few and round, so that many things fall on one moment. */
const DELAYS = [0, 1, 1, 2, 3, 5, 5, 10, 10, 20, 50] as const
const TIMEOUTS = [1, 5, 10, 20, 50, 100, 400] as const
const IMPOSSIBLE_TIMEOUTS = [0, -1, Number.NaN, 2 ** 31] as const
const IDS: readonly unknown[] = ['dup', 'dup', 'a', 'b', '', '__proto__', 'call-0', undefined, 7, null]

const LIMITS = ['timeoutMs', 'idleTimeoutMs', 'deadlineMs'] as const
const NO_LIMITS: TimeLimits = { timeoutMs: undefined, idleTimeoutMs: undefined, deadlineMs: undefined }

function drawLimits(random: SeededRandom, probability: number): TimeLimits {
  const draw = (): number | undefined => (random.chance(probability) ? random.pick([...TIMEOUTS, Infinity]) : undefined)
  return { timeoutMs: draw(), idleTimeoutMs: draw(), deadlineMs: draw() }
}

/** A world from a seed: one or two executors, a few batches at drawn times, and everything that can go wrong. */
export function drawPlan(random: SeededRandom): WorldPlan {
  const executorCount = random.chance(0.25) ? 2 : 1
  const executors = times(executorCount, () => drawExecutor(random))
  const batchCount = random.int(1, 4)
  return {
    executors,
    batches: times(batchCount, () => drawBatch(random, executors, batchCount)),
    listeners: random.chance(0.4) ? times(random.int(1, 3), () => drawListener(random, executorCount)) : [],
    leaps: random.chance(0.15)
      ? times(random.int(1, 2), () => ({ atMs: random.int(0, 80), byMs: random.pick([7, 60, 60_000, 600_000]) }))
      : [],
  }
}

function drawExecutor(random: SeededRandom): ExecutorPlan {
  return {
    maxParallelTools: random.pick([1, 1, 2, 2, 3, 5, Infinity]),
    limits: {
      timeoutMs: random.pick([...TIMEOUTS, Infinity]),
      idleTimeoutMs: random.chance(0.15) ? random.pick(TIMEOUTS) : Infinity,
      deadlineMs: random.chance(0.1) ? random.pick(TIMEOUTS) : Infinity,
    },
    maxAbandoned: random.pick([1, 2, 10, 10, Infinity]),
    hasDue: random.chance(0.5),
    graceMs: random.pick([0, 1, 5, 10, 50]),
    maxResultBytes: random.pick([120, 1_048_576]),
    observed: random.chance(0.85),
    logger: random.pick(['none', 'none', 'records', 'throws']),
    closeAtMs: random.chance(0.2) ? random.int(0, 100) : 3_000,
    drainMs: random.pick([0, 5, 20, 100]),
  }
}

function drawListener(random: SeededRandom, executorCount: number): ListenerPlan {
  return {
    executor: random.int(0, executorCount - 1),
    every: random.pick([1, 2, 3, 7]),
    does: random.pick(['throw', 'reject', 'leave', 'subscribe', 'abort', 'ask']),
  }
}

function drawBatch(random: SeededRandom, executors: readonly ExecutorPlan[], batchCount: number): BatchPlan {
  const executor = random.int(0, executors.length - 1)
  const way = random.pick(['whole', 'whole', 'open', 'open', 'single'] as const)
  const size = way === 'single' ? 1 : random.chance(0.05) ? random.int(30, 60) : random.int(1, 7)
  const calls = times(size, () => drawCall(random, { batchCount, nests: true, ...waits(executors, executor) }))
  return {
    executor,
    openAtMs: random.pick(DELAYS),
    way,
    calls,
    hasSignal: random.chance(0.8),
    abortAfterMs: random.chance(0.3) ? random.int(-1, 60) : undefined,
    closeAfterMs: random.chance(0.8) ? 70 : random.int(0, 60),
    closesBy: random.chance(0.85) ? 'close' : 'dispose',
    reads: random.chance(0.8) ? Infinity : random.int(0, 3),
    limits: drawLimits(random, 0.12),
    budget: random.chance(0.12)
      ? { toolCalls: random.pick([0, 1, 3, Infinity]), retries: random.pick([0, 1, Infinity]) }
      : undefined,
    onEvent: random.pick(['none', 'none', 'watches', 'throws']),
  }
}

/**
 * Where a call may wait for its nested calls, which holds its permit meanwhile: in its own executor only if that has no
 * limit, and from the first executor in the second, so that no two wait for each other.
 */
function waits(executors: readonly ExecutorPlan[], executor: number): { waitsForOwn: boolean; waitsForOther: boolean } {
  return {
    waitsForOwn: executors[executor]?.maxParallelTools === Infinity,
    waitsForOther: executors.length > 1 && executor === 0,
  }
}

interface CallSurroundings {
  readonly batchCount: number
  readonly nests: boolean
  readonly waitsForOwn: boolean
  readonly waitsForOther: boolean
}

function drawCall(random: SeededRandom, surroundings: CallSurroundings): CallPlan {
  return {
    id: random.pick(IDS),
    tool: random.chance(0.05) ? random.pick(['nowhere', 'nameless']) : random.pick([...TOOLS, 'fragile', 'fragile']),
    args: random.chance(0.88) ? random.pick(['value', 'text']) : drawBadArguments(random),
    limits: random.chance(0.03)
      ? { ...NO_LIMITS, [random.pick(LIMITS)]: random.pick(IMPOSSIBLE_TIMEOUTS) }
      : drawLimits(random, 0.08),
    behaviours: [
      drawBehaviour(random, surroundings),
      ...times(random.pick([0, 0, 1, 2]), () => drawBehaviour(random, surroundings)),
    ],
    schema: {
      does: random.pick(['fits', 'fits', 'fits', 'fits', 'misfits', 'rejects', 'throws', 'hangs']),
      afterMs: random.pick(DELAYS),
    },
    content: random.pick(['array', 'array', 'array', 'throws', 'text']),
    arrival: {
      by: random.pick(['add', 'add', 'complete', 'complete', 'complete', 'drop', 'forget']),
      atMs: random.pick(DELAYS),
      forMs: random.pick(DELAYS),
    },
  }
}

function drawBadArguments(random: SeededRandom): ArgumentsPlan {
  return random.pick(['truncated', 'misfit', 'cycle', 'getter'])
}

function drawBehaviour(random: SeededRandom, surroundings: CallSurroundings): Behaviour {
  const acts = times(random.pick([0, 1, 1, 2, 3]), () => drawAct(random, surroundings))
  const isSync = acts.every(takesNoTime) && random.chance(0.7)
  return {
    acts,
    ends: drawEnding(random),
    answers: isSync ? 'sync' : random.pick(['promise', 'promise', 'promise', 'thenable', 'two-faced promise']),
    lateProgressMs: random.chance(0.05) ? random.pick(DELAYS) : undefined,
  }
}

function drawEnding(random: SeededRandom): Ending {
  if (random.chance(0.3)) return { by: 'throw', value: random.pick(THROWN_KINDS) }
  return { by: 'return', value: random.chance(0.6) ? 'object' : random.pick(RETURN_KINDS) }
}

function drawAct(random: SeededRandom, surroundings: CallSurroundings): Act {
  if (random.chance(0.5)) return { does: 'sleep', ms: random.pick([...DELAYS, 120]), heeds: random.chance(0.4) }
  const does = random.pick([
    'point',
    'point',
    'heed',
    'hang',
    'progress',
    'progress',
    'report',
    'read signal',
    'log',
    'abort own',
    'abort other',
    'nest',
    'add',
  ] as const)
  switch (does) {
    case 'abort own':
      return random.chance(0.3) ? { does } : { does: 'read signal' }
    case 'abort other':
      return random.chance(0.3) ? { does, batch: random.int(0, surroundings.batchCount - 1) } : { does: 'progress' }
    case 'report':
      return { does, everyMs: random.int(1, 6), times: random.int(1, 5) }
    case 'add':
      return surroundings.nests
        ? { does, call: drawCall(random, { ...surroundings, nests: false }) }
        : { does: 'point' }
    case 'nest':
      return surroundings.nests ? drawNest(random, surroundings) : { does: 'point' }
    default:
      return { does }
  }
}

function drawNest(random: SeededRandom, surroundings: CallSurroundings): Act {
  const executor = random.pick(['own', 'other'] as const)
  return {
    does: 'nest',
    executor,
    awaited: random.chance(0.6) && (executor === 'own' ? surroundings.waitsForOwn : surroundings.waitsForOther),
    call: drawCall(random, { ...surroundings, nests: false }),
  }
}

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make)
}
