import type { Limit } from '../admission/limit.ts'
import type { DenseSetPlace } from '../collections/dense-set.ts'
import type { TimerHandle } from '../host/clock.ts'
import type { Claim } from '../order/effects/claim.ts'
import type { Call } from './call.ts'
import { emitHoldEnded } from './call-events.ts'
import type { Services } from './services.ts'

type RetainingServices = Services<'clock' | 'admission' | 'conflicts' | 'retained' | 'abandonedHoldMs' | 'onUncertain'>

/**
 * The permits and the effects that an abandoned tool retains: it still loads what the permits protect, and may still write.
 *
 * Duty: return them once: when the tool ends, when `abandonedHoldMs` have passed, or when the executor closes.
 * Boundary: keeps no process alive.
 */
export class RetainedPermits {
  readonly #call: Call
  readonly #limits: readonly Limit[]
  readonly #claim: Claim | undefined
  readonly #services: RetainingServices
  readonly #timer: TimerHandle
  readonly #place: DenseSetPlace<{ end(): void }>
  #isOver = false
  #hasPermits = true

  constructor(call: Call, limits: readonly Limit[], claim: Claim | undefined, services: RetainingServices) {
    const { clock, conflicts, retained, abandonedHoldMs, onUncertain } = services
    this.#call = call
    this.#limits = limits
    this.#claim = claim
    this.#services = services
    if (claim !== undefined) {
      conflicts.retain(claim)
      this.#countAbove(1)
    }
    this.#place = retained.enter(this)
    const expire = (): void => {
      // First, so that no call starts beyond the limit without an event.
      emitHoldEnded(call)
      if (claim !== undefined && onUncertain === 'reject') this.#markUncertain(claim)
      else this.end()
    }
    this.#timer = clock.setTimer(expire, abandonedHoldMs, { keepsAlive: false })
  }

  end(): void {
    if (this.#isOver) return
    this.#isOver = true
    const { admission, conflicts, retained } = this.#services
    this.#timer.clear()
    retained.leave(this.#place)
    admission.together(() => {
      this.#releasePermits()
      if (this.#claim === undefined) return
      this.#countAbove(-1)
      conflicts.release(this.#claim)
    })
  }

  #countAbove(by: 1 | -1): void {
    for (let { nesting } = this.#call.batch; nesting !== undefined; { nesting } = nesting.parent.call.batch)
      nesting.retainedWrites += by
  }

  /** The hold has expired and the tool still runs, so its effects are uncertain. */
  #markUncertain(claim: Claim): void {
    const { admission, conflicts } = this.#services
    admission.together(() => {
      this.#releasePermits()
      conflicts.markUncertain(claim)
    })
  }

  #releasePermits(): void {
    if (!this.#hasPermits) return
    this.#hasPermits = false
    this.#services.admission.release(this.#limits, undefined)
  }
}
