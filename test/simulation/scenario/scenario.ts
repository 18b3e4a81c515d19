import {
  AdmissionController,
  type AnyTool,
  Budget,
  type Clock,
  defineTool,
  type ToolEvent,
  ToolExecutor,
} from '../../../packages/aof-runtime/src/index.ts'
import { settleMicrotasks, type Simulation } from '../../../packages/aof-runtime/src/testing/index.ts'
import { RestCheck } from './at-rest.ts'
import { Batches } from './batches.ts'
import { EffectHolders } from './conflicts.ts'
import type { CallFacts, ExecutorFacts } from './facts.ts'
import { Observer } from './observer.ts'
import { Permits } from './permits.ts'
import type { Action, ExecutorPlan, ScenarioPlan, Site } from './plan.ts'
import { Reactions } from './reactions.ts'
import { Stage } from './stage.ts'
import { storeOpener } from './store.ts'
import { toolOf } from './tools.ts'

/** A scenario that needs more moves goes round in circles. */
const MAX_MOVES = 5_000

/** A tool without limits, to see whether the executors still admit calls. */
const PROBE = defineTool({ name: 'probe', execute: () => 'here' })

/**
 * Plays a scenario with real executors in virtual time, and checks at every event, at every rest and at the end what must
 * hold.
 *
 * @throws Error for the first thing that must not be
 */
export class Scenario {
  readonly stage: Stage
  readonly #permits: Permits
  readonly #observer: Observer
  readonly #rest: RestCheck
  readonly #batches: Batches
  readonly #reactions: Reactions
  readonly #admission: AdmissionController | undefined
  readonly #clock: Clock
  /** How many events the first and the last listeners of the executors have heard. */
  #heardFirst = 0
  readonly #numbers = new WeakMap<ToolEvent, number>()
  #heardLast = 0
  /** How many timers of the runtime are set. */
  #timers = 0
  /** The executor that is being closed: the timer that it sets ends its time to drain. */
  #closing: ExecutorFacts | undefined

  constructor(simulation: Simulation, plan: ScenarioPlan) {
    const stage = (this.stage = new Stage(simulation, plan))
    this.#clock = this.#clockOf(simulation)
    this.#permits = new Permits(plan)
    const holders = new EffectHolders(stage.unsettled)
    this.#observer = new Observer(stage, this.#permits, holders)
    this.#admission = plan.process && new AdmissionController({ ...plan.process, clock: this.#clock })
    this.#rest = new RestCheck(stage, this.#permits, holders, this.#observer, this.#admission)
    this.#batches = new Batches(stage, this.#observer)
    this.#reactions = new Reactions(stage, (action, own) => this.#batches.act(action, own) || this.#act(action))
    const around = {
      react: (site: Site, call: CallFacts | undefined): void => this.#reactions.visit(site, call?.batch),
      nest: this.#batches.nest,
    }
    const tools = plan.tools.map((each, index) => toolOf(each, index, stage, around))
    plan.executors.forEach((each, index) => this.#addExecutor(each, index, tools))
  }

  async play(): Promise<void> {
    const { stage } = this
    const { batches, moments } = stage.plan
    for (const batch of batches) stage.at(batch.atMs, () => this.#batches.openPlanned(batch))
    for (const { atMs, action } of moments)
      stage.at(atMs, () => {
        if (action.does === 'block') {
          stage.happened.add('leaps')
          stage.hasListenerBlocked = false
        }
        if (!this.#batches.act(action, undefined)) this.#act(action)
      })
    await this.#drive()
    this.#batches.atEnd()
    await this.#probe()
    for (const site of stage.sites) this.#close(site, 0)
    await this.#drive()
    this.#atEnd()
    stage.throwFaults()
  }

  /** Moves from timer to timer, and looks at everything after each. */
  async #drive(): Promise<void> {
    const { stage } = this
    const { scheduler } = stage.simulation
    await settleMicrotasks()
    let moves = 0
    do {
      this.#rest.check()
      this.#checkTimers()
      stage.throwFaults()
      if (++moves > MAX_MOVES) throw new Error(`I11: after ${MAX_MOVES} moves there are still more`)
    } while (await scheduler.moveOne())
  }

  /** I17: while nothing is under way, the runtime has no timers. */
  #checkTimers(): void {
    const { stage } = this
    const isIdle =
      stage.batches.every(({ isSettled }) => isSettled) &&
      [...this.#observer.abandoned].length === 0 &&
      stage.sites.every(({ closing, closed }) => closing === closed)
    if (isIdle && this.#timers > 0) stage.fault('I17', `${this.#timers} timers are left while nothing is under way`)
  }

  #addExecutor(plan: ExecutorPlan, index: number, tools: readonly AnyTool[]): void {
    const { stage } = this
    const { limits, hasLogger, ...options } = plan
    const { features } = stage.plan
    const write = (line: string): void => {
      // A line that is logged while an executor is constructed comes before anything can listen.
      if (stage.sites[index] === undefined) return
      stage.happened.add('loggers')
      const before = stage.logged
      stage.logged = line
      try {
        this.#reactions.visit('logger', undefined, line)
      } finally {
        stage.logged = before
      }
    }
    const executor = new ToolExecutor({
      ...options,
      ...Object.fromEntries(Object.entries(limits).filter(([, ms]) => ms !== undefined)),
      tools: [...tools, PROBE],
      clock: this.#clock,
      random: stage.simulation.random.fork().next,
      ...(this.#admission && { admission: this.#admission }),
      ...(hasLogger && { logger: { debug: write, info: write, warn: write, error: write } }),
      ...(features.has('spills')
        ? { maxResultBytes: 190, openSpillStore: storeOpener(stage, this.#reactions) }
        : { spill: false }),
    })
    const site: ExecutorFacts = {
      index,
      plan,
      executor,
      batches: new Map(),
      max: plan.maxParallelTools,
      closing: false,
      cutAt: undefined,
      closed: false,
    }
    stage.sites.push(site)
    executor.subscribe((event) => {
      this.#numbers.set(event, ++this.#heardFirst)
      this.#observer.sees(site, event)
    })
    executor.subscribe((event) => {
      const batch = 'batch' in event ? site.batches.get(event.batch) : undefined
      try {
        this.#reactions.visit('listener', batch, event.type)
      } catch (thrown) {
        // A listener that is an async function fails in the other way.
        if (stage.threw % 2 === 0) throw thrown
        return Promise.reject(thrown as Error) as never
      }
    })
    this.#subscribeForAWhile(executor)
  }

  /** A listener that leaves hears no more, and one that came after it hears all. */
  #subscribeForAWhile(executor: ToolExecutor): void {
    let leftAt = Infinity
    const leave = executor.subscribe((event) => {
      // An event that was under way still arrives.
      if ((this.#numbers.get(event) ?? 0) > leftAt) this.stage.fault('S1', 'a listener that has left still hears')
      leftAt = Math.min(leftAt, this.#heardFirst)
      leave()
    })
    executor.subscribe(() => void this.#heardLast++)
  }

  /** An action that concerns executors. */
  #act(action: Action): void {
    const { sites } = this.stage
    switch (action.does) {
      case 'close':
        return this.#close(sites[action.executor] as ExecutorFacts, action.drainMs)
      case 'resize':
        return this.#resize(action.target, action.max)
      case 'block':
        return this.stage.block(action.ms)
      case 'throw':
        throw new Error('as planned')
      case 'abort':
      case 'open':
      case 'fill':
    }
  }

  #resize(target: number | undefined, max: number): void {
    const { stage } = this
    if (stage.unsettled.size > 0) stage.happened.add('resizing')
    stage.hasResized = true
    stage.record(`resize ${target ?? 'the controller'} to ${max}`)
    if (target !== undefined) {
      const site = stage.sites[target] as ExecutorFacts
      site.max = max
      site.executor.maxParallelTools = max
    } else if (this.#admission !== undefined) {
      this.#permits.max = max
      this.#admission.maxParallel = max
    }
  }

  #close(site: ExecutorFacts, drainMs: number): void {
    const { stage } = this
    const wasClosing = site.closing
    if (stage.unsettled.size > 0) stage.happened.add('closing')
    stage.record(`close executor ${site.index} in ${drainMs} ms`)
    site.closing = true
    this.#closing = wasClosing ? undefined : site
    const closed = site.executor.close({ drainMs })
    this.#closing = undefined
    this.#batches.watch(
      `the closing of executor ${site.index}`,
      closed.then(({ abandoned }) => {
        site.closed = true
        if (abandoned < site.executor.stats().abandoned) stage.fault('I14', `closing tells of ${abandoned} abandoned`)
        this.#observer.abandoned.forget(site)
      }),
    )
  }

  /** The clock of the executors, which tells when the time to drain is over. */
  #clockOf({ clock }: Simulation): Clock {
    return {
      now: () => clock.now(),
      setTimer: (callback, delayMs) => {
        const site = this.#closing
        this.#closing = undefined
        let isSet = true
        const isOver = (): void => {
          if (isSet) this.#timers--
          isSet = false
        }
        this.#timers++
        const timer = clock.setTimer(() => {
          isOver()
          if (site !== undefined) {
            site.cutAt ??= clock.now()
            for (const batch of site.batches.values()) if (!batch.isSettled) batch.isAborted = true
          }
          callback()
        }, delayMs)
        return {
          clear: () => {
            isOver()
            timer.clear()
          },
        }
      },
    }
  }

  /** Whatever has happened, executors still run what comes; a closed one leaves the controller to a new one. */
  async #probe(): Promise<void> {
    const { stage } = this
    const executors = stage.sites.filter(({ closing }) => !closing).map(({ executor }) => executor)
    if (this.#admission !== undefined)
      executors.push(new ToolExecutor({ tools: [PROBE], clock: this.#clock, admission: this.#admission, spill: false }))
    this.#reactions.isOver = true
    for (const [place, executor] of executors.entries()) {
      this.#observer.isProbing = true
      const probe = executor.executeTools(
        Array.from({ length: 3 }, (_, i) => ({ id: `probe ${i}`, name: 'probe', arguments: {} })),
        { budget: new Budget({}) },
      )
      let done = 0
      void probe.then((results) => (done = results.filter(({ success }) => success).length))
      await settleMicrotasks()
      if (done !== 3) stage.fault('I51', `executor ${place} runs ${done} of 3 calls that come when all is done`)
      this.#observer.isProbing = false
    }
    stage.throwFaults()
  }

  #atEnd(): void {
    const { stage } = this
    this.#batches.atEnd()
    stage.registers.atEnd()
    for (const { executor, index, closed } of stage.sites) {
      const { running, waiting, suspended } = executor.stats()
      if (running + waiting + suspended !== 0)
        stage.fault('I25', `executor ${index} ends with ${running}, ${waiting}, ${suspended}`)
      if (!closed) stage.fault('I1', `executor ${index} is never closed`)
    }
    if (this.#admission !== undefined) {
      const { running, waiting, suspended } = this.#admission.stats()
      if (running + waiting + suspended !== 0)
        stage.fault('I25', `the controller ends with ${running}, ${waiting}, ${suspended}`)
    }
    const { pending } = stage.simulation.clock
    if (pending > 0) stage.fault('I17', `${pending} timers are left`)
    if (this.#heardFirst !== this.#heardLast)
      stage.fault('S1', `the last listeners heard ${this.#heardLast} of ${this.#heardFirst} events`)
    if (stage.threw !== stage.reported)
      stage.fault('S1', `${stage.threw} listeners threw, ${stage.reported} were reported`)
  }
}
