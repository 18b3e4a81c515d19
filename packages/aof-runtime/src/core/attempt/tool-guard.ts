import type { BreakerOptions } from './circuit-breaker.ts'
import { CircuitBreaker } from './circuit-breaker.ts'
import { forEachSafely } from '../contract/safe-checks.ts'
import type { BreakerState } from '../contract/events.ts'

/** Why a tool's calls are refused for now. */
export interface Refusal {
  readonly code: 'breaker_open' | 'too_many_abandoned'
  readonly message: string
}

/** A tool's leave to start an attempt; given back when the attempt is over. */
export interface Pass {
  readonly breaker: number | undefined
}

/** What almost every attempt starts with: nothing has to be kept of it. */
export const PLAIN_PASS: Pass = { breaker: undefined }

/** The answer to a call while another one, the probe, tries whether the tool works again: it waits for how that ends. */
export const PROBE_UNDER_WAY = 'probe under way'

/** What waits for the end of a probe. */
interface ProbeListener {
  probeEnded(): void
}

/**
 * One tool's state within an executor: how many of its attempts were abandoned and still run, and its breaker.
 *
 * Duty: say whether an attempt of the tool may start, and wake the calls that wait for a probe when it has ended.
 * Boundary: knows no calls; each attempt that has started gives its pass back, once.
 * 1. While any call waits for a probe, one is under way, or the calls are about to be woken.
 * 2. They are woken in the order in which they came. Where the probe says nothing of the tool, the first that starts is
 *    the next probe, and the others go on waiting.
 */
export class ToolGuard {
  readonly #name: string
  readonly #maxAbandoned: number
  readonly #breaker: CircuitBreaker | undefined
  readonly #later: (act: () => void) => void
  readonly #waiting = new Set<ProbeListener>()
  #abandoned = 0

  /**
   * @param changed called at every change of the breaker's state
   * @param later does something at the end of the step that is under way, before permits are handed over
   */
  constructor(
    name: string,
    maxAbandoned: number,
    breaker: BreakerOptions | undefined,
    changed: (state: BreakerState, now: number) => void,
    later: (act: () => void) => void,
  ) {
    this.#later = later
    this.#name = name
    this.#maxAbandoned = maxAbandoned
    this.#breaker = breaker && new CircuitBreaker(breaker, changed)
  }

  /** Whether any attempt may start, and nothing is to be kept of it: so it is for nearly every tool. */
  get isFree(): boolean {
    return this.#breaker === undefined && this.#abandoned < this.#maxAbandoned
  }

  /** Attempts that were abandoned and still run. */
  get abandoned(): number {
    return this.#abandoned
  }

  /** @returns a pass; or why no attempt of the tool may start; or that the call has to wait for the probe */
  enter(now: number): Pass | Refusal | typeof PROBE_UNDER_WAY {
    if (this.#abandoned >= this.#maxAbandoned) return this.#tooManyAbandoned()
    if (this.#breaker === undefined) return PLAIN_PASS
    const refusal = this.openRefusal(now)
    if (refusal !== undefined) return refusal
    const breaker = this.#breaker.enter(now)
    return breaker === undefined ? PROBE_UNDER_WAY : { breaker }
  }

  /** Whether an attempt might start now; nothing is taken. */
  isOpenTo(now: number): boolean {
    return this.openRefusal(now) === undefined
  }

  /** Why no attempt may start while the breaker is open; undefined where it is not. */
  openRefusal(now: number): Refusal | undefined {
    const forMs = this.#breaker?.openFor(now) ?? 0
    return forMs > 0 ? this.#open(`Try again in ${Math.ceil(forMs)} ms.`) : undefined
  }

  /** Why a call is refused that has waited for the probe for too long. */
  get lateProbeRefusal(): Refusal {
    return this.#open(`The call that tries whether it works again has not ended within ${this.openMs} ms (openMs).`)
  }

  /** Why a call is refused that the probe makes itself: each would wait for the other. */
  get ownProbeRefusal(): Refusal {
    return this.#open('The call that tries whether it works again has made this one, and cannot end before it.')
  }

  /** An attempt is over; `neither` where its end says nothing of the tool. */
  left({ breaker }: Pass, outcome: 'success' | 'failure' | 'neither', now: number): void {
    if (breaker === undefined) return
    this.#breaker?.ended(breaker, outcome, now)
    if (this.#waiting.size === 0 || this.#isProbed) return
    this.#later(() =>
      forEachSafely(this.#waiting, (call) => {
        if (!this.#isProbed) call.probeEnded()
      }),
    )
  }

  get #isProbed(): boolean {
    return this.#breaker?.isProbed === true
  }

  /** Whether an attempt that has this pass is the probe that is under way. */
  isProbe({ breaker }: Pass): boolean {
    return breaker !== undefined && this.#breaker?.isProbe(breaker) === true
  }

  /** How long the breaker stays open, in milliseconds, and a call waits for a probe at the most. */
  get openMs(): number {
    return this.#breaker?.openMs ?? 0
  }

  /** A call waits for the probe until {@link awaitProbeNoMore}. */
  awaitProbe(call: ProbeListener): void {
    this.#waiting.add(call)
  }

  awaitProbeNoMore(call: ProbeListener): void {
    this.#waiting.delete(call)
  }

  /** We stopped waiting for an attempt that still runs. */
  abandon(): void {
    this.#abandoned++
  }

  /** An abandoned attempt ended after all. */
  abandonedEnded(): void {
    this.#abandoned--
  }

  #open(why: string): Refusal {
    return {
      code: 'breaker_open',
      message: `The tool '${this.#name}' has failed too often and is left alone for now; nothing was run. ${why}`,
    }
  }

  #tooManyAbandoned(): Refusal {
    return {
      code: 'too_many_abandoned',
      message: `${this.#abandoned} earlier calls of the tool '${this.#name}' did not end when they were told to and still run (maxAbandoned: ${this.#maxAbandoned}); nothing was run.`,
    }
  }
}

/** Whether a tool's guard has refused an attempt. */
export function isRefusal(answer: Pass | Refusal): answer is Refusal {
  return answer !== PLAIN_PASS && 'code' in answer
}
