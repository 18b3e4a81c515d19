import type { LateOutcome } from './call-events.ts'
import type { CallRecord } from './call-record.ts'
import type { CompiledTool } from './compiled-tool.ts'
import { type Output, readOutput, thrownOutput } from './output.ts'
import { isThenable } from './safe-checks.ts'
import type { Expiring, TimeoutList } from './timeouts.ts'

/** Why an attempt was cut short. */
export type Cut = 'timeout' | 'abort'

/** A cut is a stage of its own: the tool has its signal and the grace to end. */
type Stage = 'unbegun' | 'running' | Cut | 'over'

/**
 * One start of a tool.
 *
 * Duty: run the tool, and tell the call exactly once how it ended, in bounded time whatever the tool does.
 * Boundary: knows nothing of permits, batches or results; the call decides what an ending means.
 * 1. Exactly one of `call.attemptEnded` and `call.attemptCut` is called, once.
 * 2. A cut (timeout or abort) fixes the outcome at that moment. The tool gets its signal and `graceMs` to end; what it
 *    returns then is dropped, but known to have ended. After the grace it is abandoned.
 * 3. What is cut before it has begun never runs the tool.
 * 4. Whatever an abandoned tool does later reaches nothing but the `ended_late` event.
 */
export class Attempt implements Expiring {
  readonly call: CallRecord
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

  constructor(call: CallRecord, tool: CompiledTool, input: unknown, timeoutMs: number, now: number) {
    this.call = call
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
    this.call.engine.timeouts.add(this, this.timeoutMs, this.startedAt)
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
      if (cut !== undefined) this.#controller.abort(this.call.abortReason(cut))
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
    const { engine } = this.call
    engine.timeouts.remove(this)
    this.#controller?.abort(this.call.abortReason(cut))
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
    const output = readOutput(this.tool, value, this.call.engine.limits.maxResultBytes)
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
    this.call.engine.timeouts.remove(this)
    this.call.attemptEnded(this, output)
  }

  #endedAfterCut(outcome: LateOutcome): void {
    const cut = this.#cut
    if (cut === undefined) this.call.abandonedEnded(this.addedAt, outcome)
    else this.#endCut(cut, 'ended')
  }

  #endCut(cut: Cut, execution: 'none' | 'ended'): void {
    this.#stage = 'over'
    this.call.engine.timeouts.remove(this)
    this.call.attemptCut(this, cut, execution)
  }

  #abandon(cut: Cut): void {
    this.#stage = 'over'
    this.addedAt = this.call.engine.clock.now()
    this.call.attemptCut(this, cut, 'unknown')
  }
}
