import type { BreakerOptions } from './circuit-breaker.ts'
import { CircuitBreaker } from './circuit-breaker.ts'
import { forEachSafely } from '../contract/safe-checks.ts'
import type { BreakerState } from '../contract/events.ts'

/** The reason for which a tool's gate rejects calls for now. */
export interface GateRefusal {
  readonly code: 'breaker_open' | 'too_many_abandoned'
  readonly message: string
}

/** The leave of a gate to start one attempt, to be returned when the attempt is over. */
export interface Ticket {
  readonly breaker: number | undefined
}

/** The ticket of a tool without a breaker: nothing has to be kept of it. */
export const FREE_TICKET: Ticket = { breaker: undefined }

/** The answer while another call, the probe, tries whether the tool works again: the call has to wait for the end of the probe. */
export const PROBE_UNDER_WAY = 'probe under way'

/** A wait for the end of a probe. */
interface ProbeListener {
  probeEnded(): void
}

/**
 * The gate of one tool of an executor: its circuit breaker, and the number of its abandoned attempts that still run.
 *
 * Duty: decide whether an attempt of the tool may start, and wake the calls that wait for a probe when it has ended.
 * Boundary: knows no calls; each started attempt returns its ticket once.
 * 1. While any call waits for a probe, a probe is under way, or the calls are about to be woken.
 * 2. They are woken in the order in which they came. If the end of the probe says nothing about the tool, the first of them
 *    that starts is the next probe, and the others go on waiting.
 */
export class ToolGate {
  readonly #name: string
  readonly #maxAbandoned: number
  readonly #breaker: CircuitBreaker | undefined
  readonly #later: (act: () => void) => void
  readonly #waiting = new Set<ProbeListener>()
  #abandoned = 0

  /**
   * @param changed called at every change of the breaker's state
   * @param later runs a function at the end of the present step, before permits are handed over
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

  /** Whether any attempt may start, with a {@link FREE_TICKET}: so it is for nearly every tool. */
  get isFree(): boolean {
    return this.#breaker === undefined && this.#abandoned < this.#maxAbandoned
  }

  /** The number of abandoned attempts that still run. */
  get abandoned(): number {
    return this.#abandoned
  }

  /** @returns a ticket, or the reason for a rejection, or that the call has to wait for the probe */
  enter(now: number): Ticket | GateRefusal | typeof PROBE_UNDER_WAY {
    if (this.#abandoned >= this.#maxAbandoned) return this.#tooManyAbandoned()
    if (this.#breaker === undefined) return FREE_TICKET
    const refusal = this.openRefusal(now)
    if (refusal !== undefined) return refusal
    const breaker = this.#breaker.enter(now)
    return breaker === undefined ? PROBE_UNDER_WAY : { breaker }
  }

  /** Whether an attempt might start at `now`; nothing is taken. */
  isOpenTo(now: number): boolean {
    return this.openRefusal(now) === undefined
  }

  /** The rejection while the breaker is open; undefined if it is not. */
  openRefusal(now: number): GateRefusal | undefined {
    const forMs = this.#breaker?.openFor(now) ?? 0
    return forMs > 0 ? this.#open(`Try again in ${Math.ceil(forMs)} ms.`) : undefined
  }

  /** The rejection of a call that has waited too long for the probe. */
  get lateProbeRefusal(): GateRefusal {
    return this.#open(`The call that tries whether it works again has not ended within ${this.openMs} ms (openMs).`)
  }

  /** The rejection of a call that the probe itself makes: each would wait for the other. */
  get ownProbeRefusal(): GateRefusal {
    return this.#open('The call that tries whether it works again has made this one, and cannot end before it.')
  }

  /** An attempt is over; `neither` if its end says nothing about the tool. */
  left({ breaker }: Ticket, outcome: 'success' | 'failure' | 'neither', now: number): void {
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

  /** Whether the attempt with this ticket is the probe that is under way. */
  isProbe({ breaker }: Ticket): boolean {
    return breaker !== undefined && this.#breaker?.isProbe(breaker) === true
  }

  /** The time for which the breaker stays open, and the longest wait of a call for a probe, in milliseconds. */
  get openMs(): number {
    return this.#breaker?.openMs ?? 0
  }

  /** A call waits for the probe until {@link stopAwaiting}. */
  awaitProbe(call: ProbeListener): void {
    this.#waiting.add(call)
  }

  stopAwaiting(call: ProbeListener): void {
    this.#waiting.delete(call)
  }

  /** An attempt that still runs is abandoned. */
  abandon(): void {
    this.#abandoned++
  }

  /** An abandoned attempt has ended after all. */
  abandonedEnded(): void {
    this.#abandoned--
  }

  #open(why: string): GateRefusal {
    return {
      code: 'breaker_open',
      message: `The tool '${this.#name}' has failed too often and is left alone for now; nothing was run. ${why}`,
    }
  }

  #tooManyAbandoned(): GateRefusal {
    return {
      code: 'too_many_abandoned',
      message: `${this.#abandoned} earlier calls of the tool '${this.#name}' did not end after their signal and still run (maxAbandoned: ${this.#maxAbandoned}); nothing was run.`,
    }
  }
}

/** Whether a gate has rejected an attempt. */
export function isRefusal(answer: Ticket | GateRefusal): answer is GateRefusal {
  return answer !== FREE_TICKET && 'code' in answer
}
