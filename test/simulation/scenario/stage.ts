import { AsyncLocalStorage } from 'node:async_hooks'
import type { ToolEvent } from '../../../packages/aof-runtime/src/index.ts'
import type { Simulation } from '../../../packages/aof-runtime/src/testing/index.ts'
import type { AttemptFacts, BatchFacts, CallFacts, ExecutorFacts } from './facts.ts'
import type { Feature } from './features.ts'
import type { ScenarioPlan } from './plan.ts'
import { Registers } from './registers.ts'

const BY_WAIT: Partial<Readonly<Record<string, Feature>>> = {
  process: 'process limit',
  executor: 'executor limit',
  tool: 'tool limits',
  key: 'keys',
  rate: 'rates',
  queue: 'full queues wait',
  dependency: 'references',
  conflict: 'effects',
}

const BY_EVENT: Partial<Readonly<Record<string, Feature>>> = {
  attempt_failed: 'retries',
  abandoned: 'deaf tools',
  breaker_changed: 'breakers',
}

/** Whose async context code runs in: what a tool must find as the store of its caller. */
export const caller = new AsyncLocalStorage<string>()

/** The attempt whose code runs, of tools of executors that find out whose calls are made. */
export const tracked = new AsyncLocalStorage<AttemptFacts>()

/** The state that all parts of a scenario share: its plan, its clock, its calls, and the faults found. */
export class Stage {
  readonly plan: ScenarioPlan
  readonly simulation: Simulation
  readonly sites: ExecutorFacts[] = []
  readonly batches: BatchFacts[] = []
  readonly byMark = new Map<unknown, CallFacts>()
  readonly registers: Registers = new Registers((invariant, what) => this.fault(invariant, what))
  readonly unsettled = new Set<CallFacts>()
  readonly faults: string[] = []
  /** The features that have shown in this scenario. */
  readonly happened = new Set<Feature>()
  /** By what their tools returned, where that is an object. */
  readonly byValue = new WeakMap<object, CallFacts>()
  /** By idempotency key. */
  readonly byKey = new Map<string, CallFacts>()
  /** Types of events, reasons of waiting, and how calls ended. */
  readonly seen = new Set<string>()
  /** Whether time has passed within a step since the last rest: what was due meanwhile is late. */
  hasBlocked = false
  blockedAt = -Infinity
  /** Whether it was a listener in which time has passed last. */
  hasListenerBlocked = false
  /** How a call that is parked at the present event has waited before: outside of its queue, or in it for something else. */
  comesFrom: 'outside' | 'elsewhere' | undefined
  /** Counts the rests. */
  move = 0
  /** Whether a limit has changed since the last rest: a call that has its permits already may start after that. */
  hasResized = false
  /** The line that a logger is being given. */
  logged = ''
  /** Listeners and loggers that threw, and reports of that. */
  threw = 0
  reported = 0

  constructor(simulation: Simulation, plan: ScenarioPlan) {
    this.simulation = simulation
    this.plan = plan
  }

  get now(): number {
    return this.simulation.clock.now()
  }

  /** Notes what must not be; it is thrown after the present move, since what listeners throw is caught. */
  fault(invariant: string, what: string): void {
    this.faults.push(`${invariant}: ${what} (at ${this.now} ms)`)
  }

  /** An event has come. */
  sees(event: ToolEvent): void {
    const { seen, happened } = this
    seen.add(event.type === 'parked' ? `parked ${event.waitsFor}` : event.type)
    const feature = event.type === 'parked' ? BY_WAIT[event.waitsFor] : BY_EVENT[event.type]
    if (feature !== undefined) happened.add(feature)
  }

  /** A call wants permits, or starts. */
  wants({ batch, plan, tool, waitsFor, waitsSince, acceptedAt }: CallFacts): void {
    const { happened, now } = this
    const { ageMs = 10_000, reserveAfterMs = Infinity } = this.plan.process ?? {}
    if ((plan.priority ?? batch.plan.priority ?? tool?.priority) !== undefined) happened.add('priorities')
    if (batch.plan.run !== undefined) happened.add('weighted runs')
    if (waitsFor === undefined) return
    if (ageMs < 10_000 && now - acceptedAt >= ageMs) happened.add('ageing')
    if (reserveAfterMs !== Infinity && now - waitsSince >= reserveAfterMs) happened.add('reservations')
  }

  record(entry: string): void {
    this.simulation.scheduler.record(entry)
  }

  at(ms: number, act: () => void): void {
    this.simulation.clock.setTimer(act, ms)
  }

  /** Time passes, and nothing can happen meanwhile: code blocks the thread, or the machine sleeps. */
  block(ms: number): void {
    this.hasBlocked = true
    this.record(`${ms} ms pass`)
    this.simulation.clock.leap(ms)
    this.blockedAt = this.now
  }

  throwFaults(): void {
    const [first, ...others] = this.faults
    if (first !== undefined) throw new Error(others.length === 0 ? first : `${first}; and ${others.length} more`)
  }
}
