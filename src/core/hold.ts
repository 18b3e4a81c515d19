import type { Limit } from './admission/limit.ts'
import { tellHoldEnded } from './call-events.ts'
import type { CallRecord } from './call-record.ts'
import type { TimerHandle } from './clock.ts'
import type { RosterPlace } from './roster.ts'

/**
 * The permits that an abandoned tool keeps, since it still loads what they protect.
 *
 * Duty: give them back once: when the tool ends, when `abandonedHoldMs` have passed, or when the executor closes.
 * Boundary: keeps no process alive.
 */
export class Hold {
  readonly #call: CallRecord
  readonly #limits: readonly Limit[]
  readonly #timer: TimerHandle
  readonly #place: RosterPlace<Hold>
  #isOver = false

  constructor(call: CallRecord, limits: readonly Limit[]) {
    const { clock, holds, limits: bounds } = call.engine
    this.#call = call
    this.#limits = limits
    this.#place = holds.enter(this)
    const expire = (): void => {
      // First, so that nobody starts beyond the limit without a word.
      tellHoldEnded(call)
      this.end()
    }
    this.#timer = clock.setTimer(expire, bounds.abandonedHoldMs, { keepsAlive: false })
  }

  end(): void {
    if (this.#isOver) return
    this.#isOver = true
    const { holds, admission } = this.#call.engine
    this.#timer.clear()
    holds.leave(this.#place)
    admission.release(this.#limits, undefined)
  }
}
