import {
  Budget,
  MisuseError,
  type OpenBatch,
  type Slot,
  ToolExecutor,
  type ToolResult,
} from '../../packages/aof-runtime/src/index.ts'
import { settleMicrotasks, type Simulation } from '../../packages/aof-runtime/src/testing/index.ts'
import { countedAbort, finite, given, loggerFor, spoil, toolCallOf } from './caller.ts'
import { argumentsOf, nameOf } from './calls.ts'
import { type BatchFacts, type CallFacts, type ExecutorFacts, newBatch, newCall, newExecutor } from './facts.ts'
import { addListeners } from './listeners.ts'
import { Oracle } from './oracle.ts'
import type { Act, BatchPlan, CallPlan, ExecutorPlan, WorldPlan } from './plan.ts'
import { caller, Stage } from './stage.ts'
import { type Surroundings, toolsFor } from './tools.ts'

/** An executor in the world, and what is known of it. */
interface Site {
  readonly executor: ToolExecutor
  readonly facts: ExecutorFacts
}

/** A batch as its caller has it. */
interface Handles {
  readonly abort: AbortController | undefined
  open: OpenBatch | undefined
}

/**
 * Plays a plan with real executors in virtual time, under the eyes of an oracle.
 *
 * @returns what every batch came to, in the order in which they were opened by the plan
 * @throws Error for the first thing that must not be
 */
export async function playWorld(simulation: Simulation, plan: WorldPlan): Promise<readonly BatchFacts[]> {
  const world = new World(simulation, plan)
  await world.play()
  return world.planned
}

/** A world that needs more goes round in circles. */
const MAX_MOVES = 20_000

class World implements Surroundings {
  /** The batches of the plan that have been opened; nested ones are not among them. */
  readonly planned: BatchFacts[] = []
  readonly #plan: WorldPlan
  readonly #stage: Stage
  readonly #oracle: Oracle
  readonly #sites: Site[]
  readonly #handles = new Map<BatchFacts, Handles>()
  /** Everything that must come to an end before the world does. */
  readonly #open = new Set<Promise<unknown>>()
  /** Called at the executor's next timer, if the world has to know when that fires. */
  #onTimer: (() => void) | undefined

  constructor(simulation: Simulation, plan: WorldPlan) {
    this.#plan = plan
    this.#stage = new Stage(simulation)
    this.#oracle = new Oracle(this.#stage)
    this.#sites = plan.executors.map((each, index) => this.#site(each, index))
    addListeners(this.#stage, plan.listeners, this.#sites, this)
  }

  async play(): Promise<void> {
    const { batches, leaps } = this.#plan
    const stage = this.#stage
    for (const batch of batches) {
      stage.at(batch.openAtMs, () => {
        const facts = this.#openBatch(batch)
        this.planned.push(facts)
      })
    }
    for (const { atMs, byMs } of leaps) stage.at(atMs, () => stage.leap(byMs))
    for (const site of this.#sites) stage.at(site.facts.plan.closeAtMs, () => this.#close(site))
    await this.#drive()
    this.#oracle.atEnd(this.#sites)
    this.#throwFaults()
  }

  abort(batch: BatchFacts): void {
    const abort = this.#handles.get(batch)?.abort
    if (abort === undefined) return
    this.#oracle.aborts(batch)
    abort.abort(`of ${batch.label}`)
  }

  abortNumber(batch: number): void {
    const facts = this.planned[batch]
    if (facts !== undefined) this.abort(facts)
  }

  add({ batch }: CallFacts, { call }: Extract<Act, { does: 'add' }>): void {
    const open = this.#handles.get(batch)?.open
    if (open !== undefined) this.#add(open, batch, { ...call, arrival: { ...call.arrival, by: 'add' } })
  }

  nest(call: CallFacts, act: Extract<Act, { does: 'nest' }>): Promise<unknown> {
    const { index } = call.batch.executor
    const executor = act.executor === 'own' ? index : (index + 1) % this.#sites.length
    const nested: BatchPlan = {
      executor,
      openAtMs: 0,
      way: 'single',
      calls: [act.call],
      hasSignal: false,
      abortAfterMs: undefined,
      closeAfterMs: 0,
      closesBy: 'close',
      reads: 0,
      limits: { timeoutMs: undefined, idleTimeoutMs: undefined, deadlineMs: undefined },
      budget: undefined,
      onEvent: 'none',
    }
    const facts = this.#openBatch(nested)
    return this.#ends.get(facts) ?? Promise.resolve()
  }

  readonly #ends = new Map<BatchFacts, Promise<unknown>>()

  /** Moves from timer to timer, and looks at the world after each. */
  async #drive(): Promise<void> {
    const stage = this.#stage
    const { scheduler } = stage.simulation
    await settleMicrotasks()
    do {
      stage.move++
      this.#oracle.atRest(this.#sites)
      this.#throwFaults()
      if (stage.move > MAX_MOVES) throw new Error(`I11: after ${MAX_MOVES} moves there are still more`)
    } while (await scheduler.moveOne())
    if (this.#open.size > 0) stage.fault('I1', `${this.#open.size} promises are never settled`)
  }

  #throwFaults(): void {
    const [first, ...others] = this.#stage.faults
    if (first !== undefined) throw new Error(others.length === 0 ? first : `${first}; and ${others.length} more`)
  }

  #site(plan: ExecutorPlan, index: number): Site {
    const facts = newExecutor(index, plan)
    this.#stage.executors.push(facts)
    const clock = this.#stage.clockFor(facts, (fire) => {
      const told = this.#onTimer
      this.#onTimer = undefined
      return told === undefined ? fire : () => (told(), fire())
    })
    const logger = loggerFor(this.#stage, facts)
    const executor = new ToolExecutor({
      clock,
      tools: toolsFor(this.#stage, this, plan.hasDue),
      random: this.#stage.simulation.random.fork().next,
      maxParallelTools: plan.maxParallelTools,
      ...plan.limits,
      maxAbandoned: plan.maxAbandoned,
      graceMs: plan.graceMs,
      maxResultBytes: plan.maxResultBytes,
      spill: false,
      ...(logger && { logger }),
    })
    // A logger that throws while the executor is made is reported to no listener: none can have subscribed yet.
    facts.listenersFailed = 0
    if (plan.observed) executor.subscribe((event) => this.#oracle.sees(facts, executor, event))
    return { executor, facts }
  }

  #openBatch(plan: BatchPlan): BatchFacts {
    const site = this.#sites[plan.executor] as Site
    const facts = newBatch(site.facts, plan)
    this.#stage.byContext.set(facts.context, facts)
    const abort = plan.hasSignal ? countedAbort(facts) : undefined
    this.#handles.set(facts, { abort, open: undefined })
    if (plan.abortAfterMs === -1) this.abort(facts)
    else if (plan.abortAfterMs !== undefined) this.#stage.at(plan.abortAfterMs, () => this.abort(facts))
    facts.openedAt = this.#stage.when()
    const results = caller.run(facts.label, () => this.#start(site, facts, abort?.signal))
    this.#watch(
      results.then((all) => {
        facts.results = all
      }),
    )
    return facts
  }

  #start({ executor }: Site, facts: BatchFacts, signal: AbortSignal | undefined): Promise<readonly ToolResult[]> {
    const { plan, context } = facts
    const options = {
      context,
      ...(signal && { signal }),
      ...given(plan.limits),
      ...(plan.budget && { budget: new Budget(finite(plan.budget)) }),
      ...(plan.onEvent !== 'none' && { onEvent: this.#oracle.batchListener(facts) }),
    }
    if (plan.way === 'open') return this.#fill(facts, executor.openBatch(options))
    facts.closedAt = this.#stage.when()
    const calls = plan.calls.map((call) => this.#newCall(facts, call))
    for (const call of calls) call.completedAt = this.#stage.when()
    const toolCalls = calls.map((call) => toolCallOf(call))
    const running =
      plan.way === 'whole'
        ? executor.executeTools(toolCalls as never, options)
        : executor
            .call(nameOf(calls[0] as CallFacts) as string, argumentsOf(calls[0] as CallFacts), options)
            .then((one) => [one])
    this.#ends.set(facts, running)
    spoil(toolCalls)
    return running
  }

  #fill(facts: BatchFacts, open: OpenBatch): Promise<readonly ToolResult[]> {
    const stage = this.#stage
    const { calls, closeAfterMs, closesBy, reads } = facts.plan
    const handles = this.#handles.get(facts) as Handles
    handles.open = open
    for (const call of calls) this.#afterMs(call.arrival.atMs, () => this.#arrive(open, facts, call))
    stage.at(closeAfterMs, () => {
      facts.closedAt ??= stage.when()
      if (closesBy === 'close') return open.close()
      this.#oracle.aborts(facts)
      this.#watch(open[Symbol.asyncDispose]())
    })
    this.#watch(this.#read(facts, open, reads))
    return open.results()
  }

  #afterMs(ms: number, act: () => void): void {
    if (ms === 0) act()
    else this.#stage.at(ms, act)
  }

  #arrive(open: OpenBatch, facts: BatchFacts, plan: CallPlan): void {
    if (plan.arrival.by === 'add' || facts.closedAt !== undefined) return this.#add(open, facts, plan)
    const call = this.#newCall(facts, plan)
    const slot = open.reserve({ id: plan.id, name: nameOf(call) } as never)
    this.#watchResult(call, slot)
    const { by, forMs } = plan.arrival
    if (by === 'forget') return
    this.#afterMs(forMs, () => (by === 'drop' ? this.#drop(call, slot) : this.#complete(call, slot)))
  }

  #drop(call: CallFacts, slot: Slot): void {
    call.droppedAt = this.#stage.when()
    slot.drop('cut off')
  }

  #complete(call: CallFacts, slot: Slot): void {
    call.completedAt = this.#stage.when()
    const args = argumentsOf(call)
    caller.run(call.mark, () => slot.complete(args))
    spoil([{ arguments: args }])
  }

  #add(open: OpenBatch, facts: BatchFacts, plan: CallPlan): void {
    if (facts.closedAt !== undefined) {
      try {
        open.add({ id: 'late', name: 'plain', arguments: {} })
        this.#stage.fault('I1', `the closed batch ${facts.label} took a call`)
      } catch (error) {
        if (!(error instanceof MisuseError)) throw error
      }
      return
    }
    const call = this.#newCall(facts, plan)
    call.completedAt = this.#stage.when()
    const toolCall = toolCallOf(call)
    const handle = caller.run(call.mark, () => open.add(toolCall as never))
    this.#watchResult(call, handle)
    spoil([toolCall])
  }

  #newCall(facts: BatchFacts, plan: CallPlan): CallFacts {
    const call = newCall(facts, plan)
    this.#stage.byMark.set(call.mark, call)
    if (!facts.executor.plan.observed) call.acceptedAt = this.#stage.when()
    return call
  }

  #watchResult(call: CallFacts, handle: { readonly index: number; result(): Promise<ToolResult> }): void {
    if (handle.index !== call.index) this.#stage.fault('I2', `${call.mark} got the place ${handle.index}`)
    // Two who ask get the same.
    for (let i = 0; i < 2; i++) this.#watch(handle.result().then((result) => this.#oracle.resolves(call, result)))
  }

  async #read(facts: BatchFacts, open: OpenBatch, reads: number): Promise<void> {
    if (reads === 0) return
    for await (const result of open) {
      facts.read.push(result)
      if (facts.read.length === reads) break
    }
  }

  #close({ executor, facts }: Site): void {
    facts.closedAt = this.#stage.when()
    this.#onTimer = () => this.#drained(facts)
    this.#watch(
      executor.close({ drainMs: facts.plan.drainMs }).then(({ abandoned }) => {
        if (abandoned < executor.stats().abandoned) this.#stage.fault('I14', `close told of ${abandoned} abandoned`)
      }),
    )
    this.#onTimer = undefined
  }

  /** The time to drain is over: the executor closes and aborts every batch that is not settled. */
  #drained({ batches }: ExecutorFacts): void {
    for (const batch of batches) {
      if (batch.results !== undefined) continue
      batch.closedAt ??= this.#stage.when()
      this.#oracle.aborts(batch)
    }
  }

  #watch(promise: Promise<unknown>): void {
    this.#open.add(promise)
    promise.then(
      () => this.#open.delete(promise),
      (error: unknown) => {
        this.#open.delete(promise)
        this.#stage.fault('I7', `what must never reject rejected with ${String(error)}`)
      },
    )
  }
}
