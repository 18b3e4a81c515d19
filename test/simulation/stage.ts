import { AsyncLocalStorage } from 'node:async_hooks'
import type { Clock } from '../../packages/aof-runtime/src/index.ts'
import type { Simulation } from '../../packages/aof-runtime/src/testing/index.ts'
import type { BatchFacts, CallFacts, ExecutorFacts, When } from './facts.ts'

/** Who calls: what a tool must find as the store of its caller's async context. */
export const caller = new AsyncLocalStorage<string>()

/**
 * The state that all parts of a simulated world share: the clock, the order of events, and the faults found.
 */
export class Stage {
  readonly simulation: Simulation
  readonly executors: ExecutorFacts[] = []
  readonly byContext = new Map<unknown, BatchFacts>()
  readonly byMark = new Map<unknown, CallFacts>()
  readonly faults: string[] = []
  /** Spans in which nothing could fire. */
  readonly leaps: { readonly from: number; readonly to: number }[] = []
  move = 0
  #order = 0

  constructor(simulation: Simulation) {
    this.simulation = simulation
  }

  get now(): number {
    return this.simulation.clock.now()
  }

  when(): When {
    return { at: this.now, order: ++this.#order, move: this.move }
  }

  /** Notes what must not be; it is reported after the present move, since listeners' errors go nowhere. */
  fault(invariant: string, what: string): void {
    this.faults.push(`${invariant}: ${what} (at ${this.now} ms)`)
  }

  record(entry: string): void {
    this.simulation.scheduler.record(entry)
  }

  /** Sleeps, for tools and for everything else outside of the runtime. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.simulation.clock.sleep(ms, signal === undefined ? {} : { signal })
  }

  at(ms: number, act: () => void): void {
    this.simulation.clock.setTimer(act, ms)
  }

  leap(ms: number): void {
    const from = this.now
    this.simulation.clock.leap(ms)
    this.leaps.push({ from, to: this.now })
    this.record(`leap ${ms}`)
  }

  /** The latest moment at which a timer fires that is due at `moment`: a shared one may be late by a millisecond. */
  fires(moment: number): number {
    let fires = moment + 1
    for (const { from, to } of this.leaps) if (fires >= from && fires < to) fires = to + 1
    return fires
  }

  /** A clock for an executor, on which its timers are counted. `onSet` sees each timer as it is set. */
  clockFor(executor: ExecutorFacts, onSet: (fire: () => void) => () => void): Clock {
    const { clock } = this.simulation
    return {
      now: () => clock.now(),
      setTimer: (callback, delayMs) => {
        executor.timers++
        let isSet = true
        const over = (): void => {
          if (isSet) executor.timers--
          isSet = false
        }
        const fire = onSet(callback)
        const timer = clock.setTimer(() => {
          over()
          fire()
        }, delayMs)
        return {
          clear: () => {
            over()
            timer.clear()
          },
        }
      },
    }
  }
}
