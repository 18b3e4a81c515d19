import { thrownMessage } from '../core/failure.ts'
import {
  type Isolation,
  type IsolatedCall,
  type IsolatedHooks,
  type IsolatedRun,
  WorkerLost,
} from '../core/isolation.ts'
import type { AbortReason } from './protocol.ts'
import type { Loss } from './worker-link.ts'

/** Where a run is before it is over: waiting, or at a worker. */
export interface RunPlace {
  abort(reason: AbortReason, run: PendingRun): void
  kill(run: PendingRun): Promise<void>
}

/** One start of an isolated tool, until its outcome is known. */
export class PendingRun implements IsolatedRun {
  readonly isolation: Isolation
  readonly call: IsolatedCall
  readonly hooks: IsolatedHooks
  readonly outcome: Promise<unknown>
  /** The URL of the tool's module. */
  module = ''
  /** Undefined once it is over: whoever it was with may be with another run by then. */
  place: RunPlace | undefined
  /** A worker was lost that should have taken it up: it is given to one other. */
  wasPassedOn = false
  #began = false
  readonly #resolve: (value: unknown) => void
  readonly #reject: (thrown: unknown) => void

  constructor(isolation: Isolation, call: IsolatedCall, hooks: IsolatedHooks) {
    this.isolation = isolation
    this.call = call
    this.hooks = hooks
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    this.outcome = promise
    this.#resolve = resolve
    this.#reject = reject
    // Whoever asks later still gets it; nobody needs to.
    promise.catch(() => {})
  }

  /** Whether a worker has taken it up. */
  get began(): boolean {
    return this.#began
  }

  begin(): void {
    this.#began = true
    this.hooks.began()
  }

  abort(reason: AbortReason): void {
    this.place?.abort(reason, this)
  }

  async kill(): Promise<void> {
    await this.place?.kill(this)
  }

  returned(value: unknown): void {
    this.place = undefined
    this.#resolve(value)
  }

  threw(thrown: unknown): void {
    this.place = undefined
    this.#reject(thrown)
  }

  /** It cannot be started as it is, which is an error of the call's. As every other outcome of its own, it comes after its begin. */
  refused(thrown: unknown): void {
    this.place = undefined
    this.begin()
    this.#reject(thrown)
  }

  /** @param loss what happened, which completes "the worker that ran it …" */
  lost({ why, cause }: Loss): void {
    const { name } = this.call
    const worker = this.isolation.mode
    const what = /[.!?…]$/.test(why) ? why : `${why}.`
    const message = this.#began
      ? `The ${worker} that ran '${name}' ${what} What the tool had done by then is unknown.`
      : `The ${worker} that was to run '${name}' ${what} The tool was not started.`
    this.threw(new WorkerLost(message, { began: this.#began, cause }))
  }

  /** It was ended before a worker had taken it up. */
  withdrawn(why: string): void {
    this.threw(new WorkerLost(`'${this.call.name}' was not started: ${why}`, { began: false }))
  }

  /** The worker threw something that no `await` of the tool's was there for. */
  strayed(thrown: unknown): void {
    this.lost({
      why: `was ended, since the tool failed where nothing awaited it: ${thrownMessage(thrown)}`,
      cause: thrown,
    })
  }
}
