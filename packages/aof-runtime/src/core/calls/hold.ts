import type { Limit } from '../admission/limit.ts'
import { tellHoldEnded } from './call-events.ts'
import type { CallRecord } from './call-record.ts'
import type { TimerHandle } from '../host/clock.ts'
import type { Claim } from '../order/effects/claim.ts'
import type { DenseSetPlace } from '../collections/dense-set.ts'

/**
 * What an abandoned tool keeps: permits, since it still loads what they protect, and the effects of its call, since it may
 * still write.
 *
 * Duty: give them back once: when the tool ends, when `abandonedHoldMs` have passed, or when the executor closes.
 * Boundary: keeps no process alive.
 */
export class Hold {
  readonly #call: CallRecord
  readonly #limits: readonly Limit[]
  readonly #claim: Claim | undefined
  readonly #timer: TimerHandle
  readonly #place: DenseSetPlace<Hold>
  #isOver = false
  #hasPermits = true

  constructor(call: CallRecord, limits: readonly Limit[], claim: Claim | undefined) {
    const { clock, holds, conflicts, limits: bounds } = call.engine
    this.#call = call
    this.#limits = limits
    this.#claim = claim
    if (claim !== undefined) {
      conflicts.retain(claim)
      this.#countAbove(1)
    }
    this.#place = holds.enter(this)
    const expire = (): void => {
      // First, so that nobody starts beyond the limit without a word.
      tellHoldEnded(call)
      if (claim !== undefined && call.engine.refusesUncertain) this.#doubt(claim)
      else this.end()
    }
    this.#timer = clock.setTimer(expire, bounds.abandonedHoldMs, { keepsAlive: false })
  }

  end(): void {
    if (this.#isOver) return
    this.#isOver = true
    const { holds, admission, conflicts } = this.#call.engine
    this.#timer.clear()
    holds.leave(this.#place)
    admission.together(() => {
      this.#releasePermits()
      if (this.#claim === undefined) return
      this.#countAbove(-1)
      conflicts.release(this.#claim)
    })
  }

  #countAbove(by: 1 | -1): void {
    for (let { nesting } = this.#call.batch; nesting !== undefined; { nesting } = nesting.call.batch)
      nesting.keptWrites += by
  }

  /** It has gone on for too long to be waited for; nobody may take it for gone. */
  #doubt(claim: Claim): void {
    const { admission, conflicts } = this.#call.engine
    admission.together(() => {
      this.#releasePermits()
      conflicts.markUncertain(claim)
    })
  }

  #releasePermits(): void {
    if (!this.#hasPermits) return
    this.#hasPermits = false
    this.#call.engine.admission.release(this.#limits, undefined)
  }
}
