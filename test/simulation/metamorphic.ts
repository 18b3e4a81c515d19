import {
  forEachSeed,
  type SeededRandom,
  type Simulation,
  simulation,
} from '../../packages/aof-runtime/src/testing/index.ts'
import { drawPlan } from './draw-plan.ts'
import type { BatchFacts } from './facts.ts'
import type { Act, BatchPlan, Behaviour, CallPlan, WorldPlan } from './plan.ts'
import { playWorld } from './world.ts'

/** Worlds in which nothing cuts across, played twice: what becomes of a call must depend on the call alone. */

const NO_LIMITS = { timeoutMs: undefined, idleTimeoutMs: undefined, deadlineMs: undefined }

/** The world without aborts, shared resources and anything that happens at one moment with something else. */
function undisturbed({ batches }: WorldPlan, maxParallelTools: number): WorldPlan {
  const executor = {
    maxParallelTools,
    limits: { timeoutMs: 95, idleTimeoutMs: Infinity, deadlineMs: Infinity },
    graceMs: 7,
    maxAbandoned: Infinity,
    hasDue: false,
    maxResultBytes: 1_048_576,
    observed: true,
    logger: 'none',
    closeAtMs: 600_000,
    drainMs: 0,
  } as const
  return { executors: [executor], batches: batches.map(quietBatch), listeners: [], leaps: [] }
}

function quietBatch(batch: BatchPlan, place: number): BatchPlan {
  return {
    ...batch,
    executor: 0,
    openAtMs: 10 * place,
    calls: batch.calls.map(quietCall),
    hasSignal: false,
    abortAfterMs: undefined,
    closeAfterMs: 1_000,
    closesBy: 'close',
    limits: NO_LIMITS,
    budget: undefined,
  }
}

function quietCall(call: CallPlan, place: number): CallPlan {
  const [first, ...others] = call.behaviours
  return {
    ...call,
    tool: call.tool === 'fragile' || call.tool === 'timed' || call.tool === 'due' ? 'plain' : call.tool,
    limits: NO_LIMITS,
    behaviours: [quietBehaviour(first), ...others.map(quietBehaviour)],
    schema: { ...call.schema, afterMs: 10 * call.schema.afterMs },
    // Each place is taken at a moment of its own, so that it is the same in every run.
    arrival: { ...call.arrival, atMs: place, forMs: 10 * call.arrival.forMs },
  }
}

function quietBehaviour(behaviour: Behaviour): Behaviour {
  return { ...behaviour, acts: behaviour.acts.flatMap(quietAct), lateProgressMs: undefined }
}

function quietAct(act: Act): Act[] {
  switch (act.does) {
    case 'sleep':
      return [{ ...act, ms: 10 * (act.ms % 12) }]
    case 'report':
      return [{ ...act, everyMs: 10 * act.everyMs }]
    case 'heed':
    case 'hang':
    case 'progress':
    case 'read signal':
    case 'log':
      return [act]
    case 'point':
    case 'nest':
    case 'add':
    case 'abort own':
    case 'abort other':
      return []
  }
}

/** The results of all calls without what depends on time, as text, by batch and place. */
async function resultsOf(sim: Simulation, plan: WorldPlan): Promise<string[][]> {
  const played = await playWorld(sim, plan)
  return plan.batches.map((batch) => {
    const facts = played.find((each) => each.plan === batch) as BatchFacts
    return (facts.results ?? []).map(({ timing: _timing, ...result }) => JSON.stringify(result))
  })
}

function compare(
  before: readonly string[][],
  after: readonly string[][],
  isChanged: (batch: number, call: number) => boolean,
): void {
  before.forEach((results, batch) => {
    results.forEach((result, call) => {
      const other = after[batch]?.[call]
      if (!isChanged(batch, call) && other !== result)
        throw new Error(`call ${call} of batch ${batch} became ${other}, and was ${result}`)
    })
  })
}

/** I6: another behaviour of one call changes no other call's result. */
export function changeOneCall(seeds: number): Promise<void> {
  return forEachSeed({ seeds, timeMoves: 'any-time' }, async (sim) => {
    const { random } = sim
    const plan = undisturbed(drawPlan(random), Infinity)
    const batch = random.int(0, plan.batches.length - 1)
    const call = random.int(0, (plan.batches[batch]?.calls.length ?? 1) - 1)
    const changed = {
      ...plan,
      batches: plan.batches.map((each, i) => (i === batch ? withOther(each, call, random) : each)),
    }
    const before = await resultsOf(sim, plan)
    compare(before, await resultsOf(simulation(sim.seed + 1, 'any-time'), changed), (b, c) => b === batch && c === call)
  })
}

function withOther(batch: BatchPlan, place: number, random: SeededRandom): BatchPlan {
  const other = quietCall(drawPlan(random).batches[0]?.calls[0] as CallPlan, place)
  const calls = batch.calls.map((call, i) => (i === place ? { ...other, id: call.id, arrival: call.arrival } : call))
  return { ...batch, calls }
}

/** I2: the results are the same bytes under every limit, and in whatever order tools end. */
export function changeLimits(seeds: number): Promise<void> {
  return forEachSeed({ seeds, timeMoves: 'any-time' }, async (sim) => {
    const drawn = drawPlan(sim.random)
    const before = await resultsOf(sim, undisturbed(drawn, Infinity))
    const narrow = undisturbed(drawn, sim.random.int(1, 3))
    compare(before, await resultsOf(simulation(sim.seed + 1, 'any-time'), narrow), () => false)
  })
}
