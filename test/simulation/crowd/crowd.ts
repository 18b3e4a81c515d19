import {
  AdmissionController,
  type AnyTool,
  type ToolContext,
  ToolExecutor,
  type ToolResult,
} from '../../../packages/aof-runtime/src/index.ts'
import { settleMicrotasks, type Simulation } from '../../../packages/aof-runtime/src/testing/index.ts'
import { drawCrowd } from './draw.ts'
import {
  type AttemptFacts,
  type BatchFacts,
  type CallFacts,
  newBatch,
  newCall,
  setUpFacts,
  type ToolFacts,
} from './facts.ts'
import { CrowdOracle, type Site } from './oracle.ts'
import type { Act, BatchPlan, CallPlan, CrowdPlan, ResizePlan } from './plan.ts'
import { crowdTool, idle } from './tools.ts'

/** A crowd that needs more goes round in circles. */
const MAX_MOVES = 50_000

/**
 * Plays a crowd that is drawn, with real executors in virtual time, under the eyes of an oracle.
 *
 * @returns what happened in it: types of events, reasons of waiting, and how calls ended
 * @throws Error for the first thing that must not be
 */
export async function playCrowd(simulation: Simulation): Promise<ReadonlySet<string>> {
  const crowd = new Crowd(simulation, drawCrowd(simulation.random))
  await crowd.play()
  return crowd.seen
}

class Crowd {
  readonly seen = new Set<string>()
  readonly #simulation: Simulation
  readonly #plan: CrowdPlan
  readonly #oracle: CrowdOracle
  readonly #admission: AdmissionController
  readonly #sites: readonly Site[]
  readonly #process: { max: number }
  readonly #toolFacts: readonly ToolFacts[]
  readonly #byMark = new Map<string, CallFacts>()
  readonly #open = new Set<Promise<unknown>>()

  constructor(simulation: Simulation, plan: CrowdPlan) {
    const { process, executors, tools } = setUpFacts(plan)
    const { clock } = simulation
    this.#simulation = simulation
    this.#plan = plan
    this.#process = process
    this.#toolFacts = tools
    this.#oracle = new CrowdOracle(simulation, plan, process)
    const { maxParallel, ageMs, reserveAfterMs } = plan
    this.#admission = new AdmissionController({ clock, maxParallel, ageMs, reserveAfterMs })
    const made = tools.map((each) => this.#tool(each))
    this.#sites = executors.map((facts) => {
      const { maxParallelTools, tracksNesting: trackNesting, queue, ...rest } = facts.plan
      const executor = new ToolExecutor({
        ...rest,
        clock,
        admission: this.#admission,
        tools: made,
        maxParallelTools,
        trackNesting,
        queue,
        maxAbandoned: Infinity,
        timeoutMs: Infinity,
        spill: false,
        random: simulation.random.fork().next,
      })
      executor.subscribe((event) => {
        this.seen.add(event.type === 'parked' ? `parked ${event.waitsFor}` : event.type)
        this.#oracle.sees(facts, event)
      })
      return { executor, facts }
    })
  }

  async play(): Promise<void> {
    const { batches, resizes } = this.#plan
    const { clock, scheduler } = this.#simulation
    for (const [place, batch] of batches.entries())
      clock.setTimer(() => this.#openPlanned(batch, `${place}`), batch.atMs)
    for (const resize of resizes) clock.setTimer(() => this.#resize(resize), resize.atMs)
    await settleMicrotasks()
    do {
      this.#oracle.atRest(this.#sites, this.#admission)
      this.#throwFaults()
      if (++this.#oracle.move > MAX_MOVES) throw new Error(`I11: after ${MAX_MOVES} moves there are still more`)
    } while (await scheduler.moveOne())
    this.#oracle.atEnd()
    if (this.#open.size > 0) this.#oracle.fault('I1', `${this.#open.size} promises are never settled`)
    if (clock.pending > 0) this.#oracle.fault('I17', `${clock.pending} timers are left`)
    this.#throwFaults()
  }

  #throwFaults(): void {
    const [first, ...others] = this.#oracle.faults
    if (first !== undefined) throw new Error(others.length === 0 ? first : `${first}; and ${others.length} more`)
  }

  #resize({ executor, max }: ResizePlan): void {
    if (executor === undefined) {
      this.#process.max = max
      this.#admission.maxParallel = max
      return
    }
    const site = this.#sites[executor] as Site
    site.facts.limit.max = max
    site.executor.maxParallelTools = max
  }

  #tool(facts: ToolFacts): AnyTool {
    return crowdTool(facts.plan, facts.index, async (ctx) =>
      this.#execute(this.#byMark.get(ctx.call.id) as CallFacts, ctx),
    )
  }

  async #execute(call: CallFacts, ctx: ToolContext): Promise<string> {
    const attempt = call.attempts.at(-1) as AttemptFacts
    try {
      for (const [place, act] of call.plan.acts.entries())
        await this.#act(attempt, act, ctx, `${attempt.number}.${place}`)
    } finally {
      attempt.endedIn = this.#oracle.move
    }
    if (call.plan.ends === 'throw') throw new Error('as planned')
    if (call.plan.ends !== 'return') throw tooMany(call.plan.ends === 'too many' ? '0.007' : '0.030')
    return call.mark
  }

  async #act(attempt: AttemptFacts, act: Act, ctx: ToolContext, place: string): Promise<void> {
    const { mark } = attempt.call
    if (act.does !== 'nest') return idle(this.#simulation, mark, act, () => ctx.signal)
    const nested = this.#nest(attempt, act, ctx, place)
    if (!act.awaited) return
    await nested
    this.#oracle.goesOn(attempt, ctx.signal.aborted)
  }

  #nest(attempt: AttemptFacts, act: Extract<Act, { does: 'nest' }>, ctx: ToolContext, place: string): Promise<unknown> {
    const { call } = attempt
    const isAlive = !ctx.signal.aborted && call.attempts.at(-1) === attempt && call.state !== 'settled'
    const site = act.by === 'context' ? this.#siteOf(call) : (this.#sites[act.by] as Site)
    const facts = newBatch(site.facts, { run: undefined, priority: undefined }, isAlive ? attempt : undefined)
    // Whose call has ended makes no calls any more.
    if (!isAlive) facts.abortedAt = this.#oracle.now
    const calls = act.calls.map((each, index) => this.#newCall(facts, each, `${call.mark}/${place}.${index}`))
    if (isAlive) attempt.taken += calls.length
    this.#oracle.opening = facts
    const by = act.by === 'context' ? ctx.executor : site.executor
    return this.#watch(facts, by.executeTools(calls.map(toolCall)))
  }

  #siteOf({ batch }: CallFacts): Site {
    return this.#sites[batch.executor.index] as Site
  }

  #openPlanned(plan: BatchPlan, mark: string): void {
    const { executor, facts: site } = this.#sites[plan.executor] as Site
    const facts = newBatch(site, plan, undefined)
    const abort = new AbortController()
    if (plan.abortAfterMs !== undefined) {
      this.#simulation.clock.setTimer(() => {
        facts.abortedAt ??= this.#oracle.now
        abort.abort()
      }, plan.abortAfterMs)
    }
    const options = {
      signal: abort.signal,
      ...(plan.run && { run: plan.run }),
      ...(plan.priority !== undefined && { priority: plan.priority }),
    }
    this.#oracle.opening = facts
    if (plan.way === 'whole') {
      const calls = plan.calls.map((each, index) => this.#newCall(facts, each, `${mark}.${index}`))
      void this.#watch(facts, executor.executeTools(calls.map(toolCall), options))
      return
    }
    const open = executor.openBatch(options)
    const latest = Math.max(...plan.calls.map(({ atMs }) => atMs))
    for (const [index, each] of plan.calls.entries()) {
      this.#simulation.clock.setTimer(
        () => open.add(toolCall(this.#newCall(facts, each, `${mark}.${index}`))),
        each.atMs,
      )
    }
    this.#simulation.clock.setTimer(() => open.close(), latest + 1)
    void this.#watch(facts, open.results())
  }

  #newCall(batch: BatchFacts, plan: CallPlan, mark: string): CallFacts {
    const call = newCall(batch, plan, this.#toolFacts[plan.tool] as ToolFacts, mark)
    this.#byMark.set(mark, call)
    this.#oracle.comes(call)
    return call
  }

  #watch({ calls }: BatchFacts, running: Promise<readonly ToolResult[]>): Promise<readonly ToolResult[]> {
    this.#open.add(running)
    running.then(
      (results) => {
        this.#open.delete(running)
        for (const result of results) {
          this.seen.add(result.success ? 'succeeded' : `${result.status} ${result.error.code}`)
          if (calls[result.index]?.result !== result) this.#oracle.fault('I2', `${result.id} is not in its place`)
        }
      },
      (error: unknown) => this.#oracle.fault('I7', `what must never reject rejected with ${String(error)}`),
    )
    return running
  }
}

function tooMany(retryAfter: string): Error {
  return Object.assign(new Error('too many'), { response: { status: 429, headers: { 'retry-after': retryAfter } } })
}

function toolCall({ mark, tool, plan }: CallFacts): { id: string; name: string; arguments: object; priority?: number } {
  return {
    id: mark,
    name: `tool${tool.index}`,
    arguments: { key: plan.key },
    ...(plan.priority !== undefined && { priority: plan.priority }),
  }
}
