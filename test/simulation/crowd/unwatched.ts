import {
  AdmissionController,
  type AnyTool,
  type ToolCall,
  type ToolContext,
  ToolExecutor,
} from '../../../packages/aof-runtime/src/index.ts'
import { settleMicrotasks, type Simulation, simulation } from '../../../packages/aof-runtime/src/testing/index.ts'
import { drawCrowd } from './draw.ts'
import type { Act, BatchPlan, CallPlan, CrowdPlan, ToolPlan } from './plan.ts'
import { crowdTool, idle } from './tools.ts'

/**
 * Plays a crowd twice, once with listeners and once without, and compares the observations of its tools and callers:
 * the sources take short cuts if there is no listener.
 *
 * @returns how the calls ended
 * @throws Error if the listeners change anything
 */
export async function playUnwatched(seen: Simulation): Promise<ReadonlySet<string>> {
  const plan = drawCrowd(seen.random)
  const watched = await new UnwatchedCrowd(seen, plan, true).play()
  const alone = simulation(seen.seed, 'any-time')
  drawCrowd(alone.random)
  const unwatched = await new UnwatchedCrowd(alone, plan, false).play()
  const place = watched.findIndex((line, i) => line !== unwatched[i])
  if (place !== -1 || watched.length !== unwatched.length)
    throw new Error(`S1: looked at, ${watched[place]}; else ${unwatched[place]}`)
  return new Set(watched.flatMap((line) => /(?<=: )\w+ \w+$/.exec(line) ?? []))
}

class UnwatchedCrowd {
  readonly #simulation: Simulation
  readonly #plan: CrowdPlan
  readonly #admission: AdmissionController
  readonly #executors: readonly ToolExecutor[]
  readonly #calls = new Map<string, CallPlan>()
  readonly #log: string[] = []

  constructor(sim: Simulation, plan: CrowdPlan, isWatched: boolean) {
    const { maxParallel, ageMs, reserveAfterMs } = plan
    const { clock } = sim
    this.#simulation = sim
    this.#plan = plan
    this.#admission = new AdmissionController({ clock, maxParallel, ageMs, reserveAfterMs })
    const tools = plan.tools.map((each, index) => this.#tool(each, index))
    this.#executors = plan.executors.map(({ tracksNesting, ...options }) => {
      const executor = new ToolExecutor({
        ...options,
        clock,
        tools,
        admission: this.#admission,
        trackNesting: tracksNesting,
        maxAbandoned: Infinity,
        timeoutMs: Infinity,
        spill: false,
        // Events have names of runs, which are drawn at random.
        random: () => 0.5,
      })
      if (isWatched) executor.subscribe(() => {})
      return executor
    })
  }

  /** @returns what was seen, in order */
  async play(): Promise<readonly string[]> {
    const { batches, resizes } = this.#plan
    const { clock, scheduler } = this.#simulation
    for (const [place, batch] of batches.entries()) clock.setTimer(() => this.#open(batch, `${place}`), batch.atMs)
    for (const { atMs, executor, max } of resizes)
      clock.setTimer(() => {
        if (executor === undefined) this.#admission.maxParallel = max
        else (this.#executors[executor] as ToolExecutor).maxParallelTools = max
      }, atMs)
    await settleMicrotasks()
    for (let moves = 0; await scheduler.moveOne();) if (++moves > 20_000) throw new Error('I11: there is no end to it')
    for (const executor of this.#executors) this.#note(JSON.stringify(executor.stats()))
    return this.#log
  }

  #note(what: string): void {
    this.#log.push(`at ${this.#simulation.clock.now()} ms ${what}`)
  }

  #tool(plan: ToolPlan, index: number): AnyTool {
    return crowdTool(plan, index, async (ctx) => {
      const { id } = ctx.call
      const { acts, ends } = this.#calls.get(id) as CallPlan
      this.#note(`${id} starts for the ${ctx.attempt}. time, beside ${JSON.stringify(this.#admission.stats())}`)
      for (const [place, act] of acts.entries()) await this.#act(id, act, ctx, `${ctx.attempt}.${place}`)
      this.#note(`${id} ends`)
      if (ends !== 'return') throw new Error(ends)
      return id
    })
  }

  async #act(mark: string, act: Act, ctx: ToolContext, place: string): Promise<void> {
    if (act.does !== 'nest') return idle(this.#simulation, mark, act, () => ctx.signal)
    const by = act.by === 'context' ? ctx.executor : (this.#executors[act.by] as ToolExecutor)
    const nested = this.#run(`${mark}/${place}`, act.calls, by.executeTools(this.#given(act.calls, `${mark}/${place}`)))
    if (act.awaited) await nested
  }

  #open(plan: BatchPlan, mark: string): void {
    const { clock } = this.#simulation
    const executor = this.#executors[plan.executor] as ToolExecutor
    const abort = new AbortController()
    if (plan.abortAfterMs !== undefined) clock.setTimer(() => abort.abort(), plan.abortAfterMs)
    const options = {
      signal: abort.signal,
      ...(plan.run && { run: plan.run }),
      ...(plan.priority !== undefined && { priority: plan.priority }),
    }
    const calls = this.#given(plan.calls, mark)
    if (plan.way === 'whole') return void this.#run(mark, plan.calls, executor.executeTools(calls, options))
    const open = executor.openBatch(options)
    for (const [index, call] of calls.entries())
      clock.setTimer(() => open.add(call), (plan.calls[index] as CallPlan).atMs)
    clock.setTimer(() => open.close(), Math.max(...plan.calls.map(({ atMs }) => atMs)) + 1)
    void this.#run(mark, plan.calls, open.results())
  }

  #given(plans: readonly CallPlan[], mark: string): ToolCall[] {
    return plans.map((plan, index) => {
      const id = `${mark}.${index}`
      this.#calls.set(id, plan)
      const { priority } = plan
      const call = { id, name: `tool${plan.tool}`, arguments: { key: plan.key } }
      return priority === undefined ? call : { ...call, priority }
    })
  }

  async #run(
    mark: string,
    plans: readonly CallPlan[],
    running: Promise<readonly { status: string; execution: string; timing: object }[]>,
  ): Promise<void> {
    const results = await running
    this.#note(`${mark} has ${results.length} of ${plans.length}`)
    for (const { status, execution, timing } of results) this.#note(`${JSON.stringify(timing)}: ${status} ${execution}`)
  }
}
