import type { BreakerOptions, BreakerState } from './circuit-breaker.ts'
import { CircuitBreaker } from './circuit-breaker.ts'

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

/**
 * One tool's state within an executor: how many of its attempts were abandoned and still run, and its breaker.
 *
 * Duty: say whether an attempt of the tool may start.
 * Boundary: knows no calls; who starts one gives its pass back, once.
 */
export class ToolGuard {
  readonly #name: string
  readonly #maxAbandoned: number
  readonly #breaker: CircuitBreaker | undefined
  #abandoned = 0

  /** @param changed told of every change of the breaker's state */
  constructor(
    name: string,
    maxAbandoned: number,
    breaker: BreakerOptions | undefined,
    changed: (state: BreakerState, now: number) => void,
  ) {
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

  /** @returns a pass, or why no attempt of the tool may start */
  enter(now: number): Pass | Refusal {
    if (this.#abandoned >= this.#maxAbandoned) return this.#tooManyAbandoned()
    if (this.#breaker === undefined) return PLAIN_PASS
    const breaker = this.#breaker.enter(now)
    return breaker === undefined ? this.#open(this.#breaker.openFor(now)) : { breaker }
  }

  /** Whether an attempt might start now; nothing is taken. */
  isOpenTo(now: number): boolean {
    return this.#breaker === undefined || this.#breaker.state === 'closed' || this.#breaker.openFor(now) === 0
  }

  /** An attempt is over; `neither` where its end says nothing of the tool. */
  left({ breaker }: Pass, outcome: 'success' | 'failure' | 'neither', now: number): void {
    if (breaker !== undefined) this.#breaker?.ended(breaker, outcome, now)
  }

  /** We stopped waiting for an attempt that still runs. */
  abandon(): void {
    this.#abandoned++
  }

  /** An abandoned attempt ended after all. */
  abandonedEnded(): void {
    this.#abandoned--
  }

  #open(forMs: number): Refusal {
    const when = forMs > 0 ? `Try again in ${Math.ceil(forMs)} ms.` : 'One call is being tried; wait for how it ends.'
    return {
      code: 'breaker_open',
      message: `The tool '${this.#name}' has failed too often and is left alone for now; nothing was run. ${when}`,
    }
  }

  #tooManyAbandoned(): Refusal {
    return {
      code: 'too_many_abandoned',
      message: `${this.#abandoned} earlier calls of the tool '${this.#name}' did not end when they were told to and still run (maxAbandoned: ${this.#maxAbandoned}); nothing was run.`,
    }
  }
}

/** Whether a tool's guard said no. */
export function isRefusal(answer: Pass | Refusal): answer is Refusal {
  return answer !== PLAIN_PASS && 'code' in answer
}
