import { thrownMessage } from '../core/values/failure.ts'
import {
  type Isolation,
  type IsolatedCall,
  type IsolatedHooks,
  type IsolatedRun,
  WorkerLost,
} from '../core/contract/isolation.ts'
import type { AbortReason } from './protocol.ts'
import type { Loss } from './worker-link.ts'

/** The place of a run before its outcome: in the queue, or at a worker. */
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
  /** Undefined once the run is over: its worker may have another run by then. */
  place: RunPlace | undefined
  /** Whether the run was passed on to a second worker because the first was lost before it took the run up. */
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
    // The outcome may be awaited later, or never: a rejection is not unhandled.
    promise.catch(() => {})
  }

  /** Whether a worker has taken the run up. */
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

  /** The run cannot be started, which is an error of the call. As with every such outcome, `began` comes first. */
  refused(thrown: unknown): void {
    this.place = undefined
    this.begin()
    this.#reject(thrown)
  }

  /** @param loss the event, in words that complete "the worker that ran it …" */
  lost({ why, cause }: Loss): void {
    const { name } = this.call
    const worker = this.isolation.mode
    const what = /[.!?…]$/.test(why) ? why : `${why}.`
    const message = this.#began
      ? `The ${worker} that ran '${name}' ${what} What the tool had done by then is unknown.`
      : `The ${worker} that should have run '${name}' ${what} The tool was not started.`
    this.threw(new WorkerLost(message, { began: this.#began, cause }))
  }

  /** The run ended before a worker took it up. */
  withdrawn(why: string): void {
    this.threw(new WorkerLost(`'${this.call.name}' was not started: ${why}`, { began: false }))
  }

  /** An error in the worker was not caught by any `await` of the tool. */
  strayed(thrown: unknown): void {
    this.lost({
      why: `was ended because of an unhandled error in the tool: ${thrownMessage(thrown)}`,
      cause: thrown,
    })
  }
}
