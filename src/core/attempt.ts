import type { CompiledTool } from './compiled-tool.ts'
import type { Engine } from './engine.ts'
import { type Output, readOutput, thrownOutput } from './output.ts'
import type { Execution } from './result.ts'
import { isThenable } from './safe-checks.ts'
import type { Expiring, TimeoutList } from './timeouts.ts'

/** Why an attempt was cut short. */
export type Cut = 'timeout' | 'abort'

/** What an abandoned tool came to in the end. */
export type LateOutcome = { readonly returned: unknown } | { readonly thrown: unknown }

/** Whose attempt it is: it is told how the attempt ended, and decides what that means. */
export interface AttemptOwner {
  readonly engine: Engine
  /** What the tool's signal gives as its reason. */
  abortReason(cut: Cut): unknown
  /** The tool ended in time. */
  attemptEnded(attempt: Attempt, output: Output): void
  /** The tool was signalled and either ended within the grace, or is abandoned; or it was not run at all. */
  attemptCut(attempt: Attempt, cut: Cut, execution: Execution): void
  /** A tool that was abandoned then ended after all. */
  abandonedEnded(abandonedAt: number, outcome: LateOutcome): void
}

/** A cut is a stage of its own: the tool has its signal and the grace to end. */
type Stage = 'unbegun' | 'running' | Cut | 'over'

/**
 * One start of a tool.
 *
 * Duty: run the tool, and tell its owner exactly once how it ended, in bounded time whatever the tool does.
 * Boundary: knows nothing of permits, batches or results; the owner decides what an ending means.
 * 1. Exactly one of the owner's `attemptEnded` and `attemptCut` is called, once.
 * 2. A cut (timeout or abort) fixes the outcome at that moment. The tool gets its signal and `graceMs` to end; what it
 *    returns then is dropped, but known to have ended. After the grace it is abandoned.
 * 3. What is cut before it has begun never runs the tool.
 * 4. Whatever an abandoned tool does later reaches nothing but the `ended_late` event.
 */
export class Attempt implements Expiring {
  readonly #owner: AttemptOwner
  readonly tool: CompiledTool
  readonly input: unknown
  readonly startedAt: number
  /** In force for this attempt, in milliseconds. */
  readonly timeoutMs: number
  #stage: Stage = 'unbegun'
  #controller: AbortController | undefined

  timeoutList: TimeoutList | undefined
  addedAt: number
  before: Expiring | undefined
  after: Expiring | undefined

  constructor(owner: AttemptOwner, tool: CompiledTool, input: unknown, timeoutMs: number, now: number) {
    this.#owner = owner
    this.tool = tool
    this.input = input
    this.startedAt = now
    this.timeoutMs = timeoutMs
    this.addedAt = now
    this.timeoutList = this.before = this.after = undefined
  }

  get phase(): 'running' {
    return 'running'
  }

  /** Runs the tool, unless the attempt was cut before; may end before it returns. */
  run(ctx: unknown): void {
    if (this.#stage !== 'unbegun') return
    this.#stage = 'running'
    this.#owner.engine.timeouts.add(this, this.timeoutMs, this.startedAt)
    let returned: unknown
    try {
      returned = this.tool.tool.execute(this.input as never, ctx as never)
      if (isThenable(returned)) {
        // As `await` does, past a `then` of the promise's own: that one might answer twice.
        void Promise.prototype.then.call(
          Promise.resolve(returned),
          (value: unknown) => this.#returned(value),
          (thrown: unknown) => this.#threw(thrown),
        )
        return
      }
    } catch (thrown) {
      this.#threw(thrown)
      return
    }
    this.#returned(returned)
  }

  /** Made when it is first read: most tools never do. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      const cut = this.#cut
      if (cut !== undefined) this.#controller.abort(this.#owner.abortReason(cut))
    }
    return this.#controller.signal
  }

  /** Whether the tool may still report progress. */
  get isOver(): boolean {
    return this.#stage === 'over'
  }

  /** Signals the tool and stops waiting for it after the grace. Does nothing where it is over or cut already. */
  cut(cut: Cut): void {
    if (this.#stage === 'unbegun') return this.#endCut(cut, 'none')
    if (this.#stage !== 'running') return
    this.#stage = cut
    const { engine } = this.#owner
    engine.timeouts.remove(this)
    this.#controller?.abort(this.#owner.abortReason(cut))
    if (engine.limits.graceMs === 0) this.#abandon(cut)
    else engine.timeouts.add(this, engine.limits.graceMs, engine.clock.now())
  }

  /** Its timeout, or the grace after a cut, has passed. */
  expire(): void {
    const cut = this.#cut
    if (cut === undefined) this.cut('timeout')
    else this.#abandon(cut)
  }

  get #cut(): Cut | undefined {
    return this.#stage === 'timeout' || this.#stage === 'abort' ? this.#stage : undefined
  }

  #returned(value: unknown): void {
    if (this.#stage !== 'running') return this.#endedAfterCut({ returned: value })
    const output = readOutput(this.tool, value, this.#owner.engine.limits.maxResultBytes)
    if (output instanceof Promise) void output.then((later) => this.#judged(value, later))
    else this.#judged(value, output)
  }

  /** Reading an output runs code that is not ours, which may have cut this attempt. */
  #judged(value: unknown, output: Output): void {
    if (this.#stage === 'running') this.#end(output)
    else this.#endedAfterCut({ returned: value })
  }

  #threw(thrown: unknown): void {
    if (this.#stage === 'running') this.#end(thrownOutput(thrown))
    else this.#endedAfterCut({ thrown })
  }

  #end(output: Output): void {
    this.#stage = 'over'
    this.#owner.engine.timeouts.remove(this)
    this.#owner.attemptEnded(this, output)
  }

  #endedAfterCut(outcome: LateOutcome): void {
    const cut = this.#cut
    if (cut === undefined) this.#owner.abandonedEnded(this.addedAt, outcome)
    else this.#endCut(cut, 'ended')
  }

  #endCut(cut: Cut, execution: 'none' | 'ended'): void {
    this.#stage = 'over'
    this.#owner.engine.timeouts.remove(this)
    this.#owner.attemptCut(this, cut, execution)
  }

  #abandon(cut: Cut): void {
    this.#stage = 'over'
    this.addedAt = this.#owner.engine.clock.now()
    this.#owner.attemptCut(this, cut, 'unknown')
  }
}
