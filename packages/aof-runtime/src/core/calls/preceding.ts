import type { Call } from './call.ts'
import { READY, SETTLED, WITHDRAWN } from './call-state.ts'
import { failures } from './failures.ts'
import type { Nesting } from './nesting.ts'
import { Prerequisites } from './prerequisites.ts'
import type { Queueing } from './queueing.ts'
import type { Settling } from './settling.ts'
import type { Services } from './services.ts'

type PrecedingServices = Services<'admission' | 'counters' | 'queue' | 'maxDepth' | 'maxNestedCalls'>

/**
 * The stage of calls that are ready: they wait for the calls that come first.
 *
 * Duty: bring a call to the queue once no call comes before it, and suspend its parent while it waits or runs.
 * Boundary: {@link Prerequisites} knows the calls that come first; {@link Queueing} gets the permits.
 * 1. A call that waits for other calls holds no permit.
 */
export class Preceding {
  readonly #services: PrecedingServices
  readonly #settling: Settling
  readonly #queueing: Queueing

  constructor(services: PrecedingServices, settling: Settling, queueing: Queueing) {
    this.#services = services
    this.#settling = settling
    this.#queueing = queueing
  }

  /** Starts the call if all that it needs is there, else it waits; does nothing unless the call is ready. */
  request(call: Call): void {
    if (call.state !== READY && !(call.state instanceof Prerequisites)) return
    const { nesting } = call.batch
    if (nesting === undefined) return this.#proceed(call)
    const extra = call.rare()
    if (!extra.isCounted) {
      if (!this.#mayNest(call, nesting)) return
      extra.isCounted = true
    }
    // A nested call may take the permits that suspending its parent releases.
    if (nesting.isSuspended) this.#proceed(call)
    else this.#services.admission.together(() => this.#proceed(call))
  }

  /**
   * The call waits for a permit, or for a call that is not its sibling: its parent is suspended. While it waits for siblings
   * alone the parent is not: either they have suspended it, or they wait for something that only the parent can give, e.g.
   * arguments, and its time must run.
   */
  suspendParent(call: Call, ask: () => void = () => {}): void {
    const { nesting } = call.batch
    if (nesting === undefined) return ask()
    // A listener may have ended the call; its parent would be suspended forever.
    if (call.state === SETTLED || call.state === WITHDRAWN) return
    // The parent's attempt is over, and ends its nested calls in this step: a listener of its end must not start one.
    if (!nesting.parent.attempt.isRunning) return
    const extra = call.rare()
    if (extra.hasBegun) return ask()
    extra.hasBegun = true
    nesting.began(ask)
  }

  /** Asks for the permits of a call; see {@link Queueing.ask}. */
  ask(call: Call): void {
    if (call.batch.nesting === undefined) this.#queueing.ask(call)
    else this.suspendParent(call, () => this.#queueing.ask(call))
  }

  #mayNest(call: Call, nesting: Nesting): boolean {
    const { maxDepth, maxNestedCalls } = this.#services
    if (call.depth > maxDepth) this.#settling.fail(call, failures.tooDeep(call.depth, maxDepth))
    else if (nesting.takeCall(maxNestedCalls)) return true
    else this.#settling.fail(call, failures.tooManyNested(maxNestedCalls))
    return false
  }

  #proceed(call: Call): void {
    if (call.state !== READY) {
      if (call.state instanceof Prerequisites) call.state.report()
      return
    }
    const prerequisites = call.extra?.prerequisites
    if (prerequisites === undefined || isClear(prerequisites)) return this.ask(call)
    const { queue, counters } = this.#services
    if (queue.bound.policy === 'reject' && queue.isFull(counters.besideQueue))
      return this.#settling.refuse(call, failures.queueFull(queue.bound.max))
    call.state = prerequisites
    const resume = (): void => {
      if (call.state !== prerequisites) return
      prerequisites.end()
      call.state = READY
      this.#proceed(call)
    }
    if (!prerequisites.wait(resume) || call.state !== prerequisites) return
    call.state = READY
    this.ask(call)
  }
}

/** Whether no call comes first. */
function isClear({ isMet, claim }: Prerequisites): boolean {
  return isMet && (claim === undefined || claim.isHeld)
}
