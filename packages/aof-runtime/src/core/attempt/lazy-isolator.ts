import type { IsolatedCall, IsolatedHooks, IsolatedRun, Isolation, Isolator } from '../contract/isolation.ts'
import { WorkerLost } from '../contract/isolation.ts'

type AbortReason = Parameters<IsolatedRun['abort']>[0]

/** An isolator that is loaded when the first isolated tool runs, since not every platform has threads and processes. */
export class LazyIsolator implements Isolator {
  readonly #load: () => Promise<Isolator>
  #loading: Promise<Isolator> | undefined

  constructor(load: () => Promise<Isolator>) {
    this.#load = load
  }

  start(isolation: Isolation, call: IsolatedCall, hooks: IsolatedHooks): IsolatedRun {
    this.#loading ??= this.#load()
    return new LoadingRun(this.#loading, (isolator) => isolator.start(isolation, call, hooks))
  }

  /** Closes the isolator, if it was loaded. */
  async close(): Promise<void> {
    const isolator = await this.#loading?.catch(() => undefined)
    await isolator?.close()
  }
}

/** A run that starts once its isolator is loaded, unless it was ended before. */
class LoadingRun implements IsolatedRun {
  readonly outcome: Promise<unknown>
  #run: IsolatedRun | undefined
  #isKilled = false
  #aborted: AbortReason | undefined

  constructor(loading: Promise<Isolator>, start: (isolator: Isolator) => IsolatedRun) {
    this.outcome = this.#begin(loading, start)
  }

  abort(reason: AbortReason): void {
    this.#aborted = reason
    this.#run?.abort(reason)
  }

  async kill(): Promise<void> {
    this.#isKilled = true
    await this.#run?.kill()
  }

  async #begin(loading: Promise<Isolator>, start: (isolator: Isolator) => IsolatedRun): Promise<unknown> {
    let isolator: Isolator
    try {
      isolator = await loading
    } catch (cause) {
      throw new WorkerLost('Isolation is not available on this platform.', { cause, began: false })
    }
    if (this.#isKilled) throw new WorkerLost('It was ended before it began.', { began: false })
    this.#run = start(isolator)
    if (this.#aborted !== undefined) this.#run.abort(this.#aborted)
    return this.#run.outcome
  }
}
