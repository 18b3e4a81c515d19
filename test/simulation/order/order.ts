import {
  AdmissionController,
  type AnyTool,
  defineTool,
  type OpenBatch,
  type ToolCall,
  type ToolContext,
  ToolExecutor,
  type ToolResult,
} from '../../../src/index.ts'
import { settleMicrotasks, type Simulation } from '../../../src/testing/index.ts'
import { drawOrder } from './draw.ts'
import { type BatchFacts, type CallFacts, comesBefore, exactEffects, keyOf, newBatch, newCall } from './facts.ts'
import { OrderOracle } from './oracle.ts'
import { type Act, type BatchPlan, type CallPlan, type OrderPlan, SCOPE, SET, type ToolName } from './plan.ts'
import { Registers } from './registers.ts'

/** A play that needs more goes round in circles. */
const MAX_MOVES = 50_000

/** What the tools of a play are given. */
interface Input {
  readonly mark: string
  readonly refs: readonly unknown[]
}

/**
 * Plays turns whose calls have effects and depend on one another, with a real executor in virtual time, under the eyes of an
 * oracle.
 *
 * @returns what happened: types of events, reasons of waiting, and how calls ended
 * @throws Error for the first thing that must not be
 */
export async function playOrder(simulation: Simulation): Promise<ReadonlySet<string>> {
  const play = new OrderPlay(simulation, drawOrder(simulation.random))
  await play.play()
  return play.seen
}

class OrderPlay {
  readonly seen = new Set<string>()
  readonly #simulation: Simulation
  readonly #plan: OrderPlan
  readonly #oracle: OrderOracle
  readonly #registers: Registers
  readonly #executors: readonly ToolExecutor[]
  readonly #byMark = new Map<string, CallFacts>()
  readonly #open = new Set<Promise<unknown>>()

  constructor(simulation: Simulation, plan: OrderPlan) {
    const { graceMs, abandonedHoldMs, onUncertain, maxParallel } = plan
    const { clock } = simulation
    this.#simulation = simulation
    this.#plan = plan
    this.#oracle = new OrderOracle(simulation, plan)
    this.#registers = new Registers((invariant, what) => this.#oracle.fault(invariant, what))
    const admission = new AdmissionController({ clock, maxParallel, reserveAfterMs: Infinity })
    const tools = (['free', 'touch', 'scoped', 'sets', 'gets', 'again'] as const).map((name) => this.#tool(name))
    this.#executors = plan.executors.map(({ maxParallelTools }, site) => {
      const executor = new ToolExecutor({
        tools,
        clock,
        random: simulation.random.fork().next,
        admission,
        trackNesting: true,
        maxParallelTools,
        graceMs,
        abandonedHoldMs,
        onUncertain,
        maxAbandoned: Infinity,
        timeoutMs: 50,
        spill: false,
      })
      executor.subscribe((event) => {
        this.seen.add(event.type === 'parked' ? `parked ${event.waitsFor}` : event.type)
        this.#oracle.sees(site, event)
      })
      return executor
    })
  }

  async play(): Promise<void> {
    const { clock, scheduler } = this.#simulation
    for (const [place, batch] of this.#plan.batches.entries())
      clock.setTimer(() => this.#openPlanned(batch, `${place}`), batch.atMs)
    await settleMicrotasks()
    let moves = 0
    do {
      this.#oracle.atRest()
      this.#throwFaults()
      if (++moves > MAX_MOVES) throw new Error(`I11: after ${MAX_MOVES} moves there are still more`)
    } while (await scheduler.moveOne())
    this.#oracle.atEnd()
    this.#checkWritten()
    if (this.#open.size > 0) this.#oracle.fault('I1', `${this.#open.size} promises are never settled`)
    if (clock.pending > 0) this.#oracle.fault('I17', `${clock.pending} timers are left`)
    for (const executor of this.#executors) {
      const { running, waiting, suspended } = executor.stats()
      if (running + waiting + suspended > 0) this.#oracle.fault('I25', 'the stats do not end at nothing')
    }
    this.#throwFaults()
  }

  #throwFaults(): void {
    const [first, ...others] = this.#oracle.faults
    if (first !== undefined) throw new Error(others.length === 0 ? first : `${first}; and ${others.length} more`)
  }

  /** Of one run and one parent, each register was written in the order of the calls (I52). */
  #checkWritten(): void {
    for (const [name, calls] of this.#registers.written())
      for (const [i, call] of calls.entries())
        for (const later of calls.slice(i + 1)) {
          const areSiblings = call.batch.parent === later.batch.parent && call.batch === later.batch
          if (areSiblings && comesBefore(keyOf(later), keyOf(call)))
            this.#oracle.fault('I52', `${name} was written by ${call.mark} before ${later.mark}`)
        }
  }

  #tool(name: ToolName): AnyTool {
    const effects = ({ mark }: Input): readonly { resource: string; mode: 'read' | 'write'; scope?: 'run' }[] => {
      const call = this.#byMark.get(mark) as CallFacts
      if (call.plan.effectsFail) throw new Error('as planned')
      return call.plan.effects
    }
    const set = name === 'sets' || name === 'gets'
    const { maxParallel, maxParallelPerKey, rate } = this.#plan.tools[name]
    return defineTool({
      name,
      maxParallel,
      ...(maxParallelPerKey !== Infinity && {
        key: ({ mark }: Input) => `${this.#byMark.get(mark)?.plan.key}`,
        maxParallelPerKey,
      }),
      ...(rate && { rate }),
      ...(!set && name !== 'free' && { effects }),
      ...(name === 'scoped' && { effectScope: SCOPE }),
      ...(set && { effectScope: SET, annotations: { readOnlyHint: name === 'gets' } }),
      ...(name === 'again' && {
        annotations: { idempotentHint: true },
        retry: { maxAttempts: 2, initialDelayMs: 5 },
      }),
      execute: async ({ mark, refs }: Input, ctx: ToolContext) => {
        const call = this.#byMark.get(mark) as CallFacts
        this.#checkRefs(call, refs)
        return this.#execute(call, ctx)
      },
    })
  }

  /** What its arguments refer to is what those calls gave. */
  #checkRefs(call: CallFacts, refs: readonly unknown[]): void {
    for (const [i, name] of call.plan.refersTo.entries())
      if (refs[i] !== call.found.get(name)?.mark)
        this.#oracle.fault('I5', `${call.mark} got ${String(refs[i])} for ${name}`)
  }

  async #execute(call: CallFacts, ctx: ToolContext): Promise<string> {
    const end = this.#registers.begin(call, exactEffects(call))
    try {
      for (const [place, act] of call.plan.acts.entries()) await this.#act(call, act, ctx, `${ctx.attempt}.${place}`)
    } finally {
      end()
    }
    if (call.plan.ends === 'throw') throw new Error('as planned')
    return call.mark
  }

  async #act(call: CallFacts, act: Act, ctx: ToolContext, place: string): Promise<void> {
    const { clock, scheduler } = this.#simulation
    switch (act.does) {
      case 'sleep':
        return clock.sleep(act.ms, act.heeds ? { signal: ctx.signal } : {})
      case 'point':
        return scheduler.point(call.mark)
      case 'hang':
        if (!act.heeds) return clock.sleep(200)
        await new Promise<void>((_, reject) => {
          ctx.signal.addEventListener('abort', () => reject(new Error('told to stop')), { once: true })
          if (ctx.signal.aborted) reject(new Error('told to stop'))
        })
        return
      case 'nest': {
        const isOver = ctx.signal.aborted || call.state === 'settled'
        const isOwn = act.by === 'context'
        const facts = newBatch(isOwn ? call.batch.site : act.by, { run: undefined, way: 'whole' }, call, call.mark)
        // Whose call has ended makes no calls any more.
        facts.isAborted = isOver
        const by = isOwn ? ctx.executor : (this.#executors[act.by] as ToolExecutor)
        const calls = act.calls.map((each, index) => this.#newCall(facts, each, `${call.mark}/${place}.${index}`))
        this.#oracle.opening = facts
        const nested = this.#watch(
          facts,
          this.#whole(calls, (given) => by.executeTools(given)),
        )
        if (act.awaited) await nested
      }
    }
  }

  #openPlanned(plan: BatchPlan, mark: string): void {
    const { clock } = this.#simulation
    const facts = newBatch(plan.executor, plan, undefined, mark)
    const executor = this.#executors[plan.executor] as ToolExecutor
    const abort = new AbortController()
    if (plan.abortAfterMs !== undefined)
      clock.setTimer(() => {
        facts.isAborted = true
        abort.abort()
      }, plan.abortAfterMs)
    const options = { signal: abort.signal, ...(plan.run !== undefined && { run: plan.run }) }
    const calls = plan.calls.map((each, index) => this.#newCall(facts, each, `${mark}.${index}`))
    this.#oracle.opening = facts
    if (plan.way === 'whole') {
      void this.#watch(
        facts,
        this.#whole(calls, (given) => executor.executeTools(given, options)),
      )
      return
    }
    const open = executor.openBatch(options)
    let pending = calls.length
    const done = (): void => {
      if (--pending === 0) clock.setTimer(() => open.close(), 1)
    }
    // One after the other: timers of one moment fire in any order, and places are given in that of arrival.
    const arrive = (place: number): void => {
      const call = calls[place]
      if (call === undefined) return
      clock.setTimer(
        () => {
          this.#fill(open, call, done)
          arrive(place + 1)
        },
        Math.max(0, plan.atMs + call.plan.atMs - clock.now()),
      )
    }
    arrive(0)
    void this.#watch(facts, open.results())
  }

  #fill(open: OpenBatch, call: CallFacts, done: () => void): void {
    const { completeAfterMs, isDropped, id, tool } = call.plan
    if (completeAfterMs === undefined && !isDropped) {
      this.#given(call)
      open.add(toolCall(call))
      return done()
    }
    const slot = open.reserve({ id, name: tool })
    this.#simulation.clock.setTimer(() => {
      if (isDropped) slot.drop('never mind')
      else {
        // Of a place that was reserved only its arguments say what it depends on.
        Object.assign(call.plan, { dependsOn: [] })
        this.#oracle.completes(call)
        slot.complete(argumentsOf(call))
      }
      done()
    }, completeAfterMs ?? 0)
  }

  /** All calls of a turn that comes whole are there before the first one starts. */
  #whole(calls: readonly CallFacts[], run: (calls: ToolCall[]) => Promise<ToolResult[]>): Promise<ToolResult[]> {
    for (const call of calls) this.#given(call)
    return run(calls.map(toolCall))
  }

  /** It comes with its arguments: they are there when it is said to be accepted, or right after that. */
  #given(call: CallFacts): void {
    this.#oracle.comesComplete(call)
  }

  #newCall(batch: BatchFacts, plan: CallPlan, mark: string): CallFacts {
    const call = newCall(batch, { ...plan }, mark)
    this.#byMark.set(mark, call)
    return call
  }

  #watch({ calls }: BatchFacts, running: Promise<readonly ToolResult[]>): Promise<readonly ToolResult[]> {
    this.#open.add(running)
    running.then(
      (results) => {
        this.#open.delete(running)
        if (results.length !== calls.length) this.#oracle.fault('I1', `${results.length} results for ${calls.length}`)
        for (const result of results) {
          this.seen.add(result.success ? 'succeeded' : `${result.status} ${result.error.code}`)
          const isRight = !result.success || result.data === calls[result.index]?.mark
          if (!isRight) this.#oracle.fault('I2', `${result.id} has the result of another call`)
        }
      },
      (error: unknown) => this.#oracle.fault('I7', `what must never reject rejected with ${String(error)}`),
    )
    return running
  }
}

function toolCall(call: CallFacts): ToolCall {
  const { id, tool: name, dependsOn } = call.plan
  return { id, name, arguments: argumentsOf(call), dependsOn }
}

function argumentsOf({ mark, plan }: CallFacts): object {
  return { mark, refs: plan.refersTo.map((name) => ({ $result: name })) }
}
