import type { AttemptOwner, Cut, CutDetails, LateOutcome } from './attempt-owner.ts'
import type { Backend } from './backend.ts'
import { IdleTimeout, leftOf } from './idle-timeout.ts'
import { thrownMessage } from '../values/failure.ts'
import { type IsolatedHooks, type IsolatedRun, WorkerLost } from '../contract/isolation.ts'
import { type Output, readOutput, thrownOutput } from '../values/output.ts'
import { ToolFailure } from '../contract/tool-failure.ts'
import { isInstance, isThenable, thenOnce } from '../contract/safe-checks.ts'
import type { AttemptLimits, TimeLimit } from '../contract/time-limits.ts'
import type { Expiring, TimeoutList } from '../host/timeouts.ts'

const NO_DETAILS: CutDetails = {}

/** The data that only few attempts have; an attempt is made for every call, so none of it is a field of each. */
interface AttemptExtra extends CutDetails {
  /** The time that was left when the attempt was suspended, in milliseconds. */
  leftMs?: number
  idle?: IdleTimeout
  run?: IsolatedRun
  /** Whether the tool has ended, and its output is still being read or stored. */
  hasEnded?: boolean
  /** The reason for which it was cut, whatever stage it has reached since. */
  wasCut?: Cut
}

/** The longest wait for the end of a tool that is ended by force, before it counts as abandoned. */
const KILL_MS = 250

/** A cut is a stage of its own: the tool has its signal and the grace to end. */
type Stage = 'unbegun' | 'running' | Cut | 'abandoned' | 'over'

/**
 * One start of a tool.
 *
 * Duty: run the tool, here or on a backend, and report its end to its owner exactly once, in bounded time whatever the tool
 * does.
 * Boundary: knows no permits, batches or results; the owner decides what an end means.
 * 1. Exactly one of the owner's `attemptEnded`, `attemptCut` and `attemptLost` is called, once.
 * 2. A cut fixes the outcome at that moment. The tool gets its signal and `graceMs` to end; a value that it returns then is
 *    dropped, but it is known to have ended. After the grace it is ended by force on a backend, else abandoned.
 * 3. A tool that is cut before it has begun never runs.
 * 4. Whatever an abandoned tool does later reaches only the `ended_late` event.
 * 5. Progress extends the idle timeout, and nothing else.
 */
export class Attempt implements Expiring {
  readonly #owner: AttemptOwner
  readonly limits: AttemptLimits
  /** When it began; on a backend, when a worker took the call. */
  startedAt: number
  #extra: AttemptExtra | undefined
  #stage: Stage = 'unbegun'
  #controller: AbortController | undefined

  timeoutList: TimeoutList | undefined
  addedAt: number
  before: Expiring | undefined
  after: Expiring | undefined

  constructor(owner: AttemptOwner, limits: AttemptLimits, now: number) {
    this.#owner = owner
    this.limits = limits
    this.startedAt = this.addedAt = now
    this.timeoutList = this.before = this.after = undefined
  }

  /** Whether its tool runs, and was not signalled. */
  get isRunning(): boolean {
    return this.#stage === 'running'
  }

  /** Whether code of its tool may start no more calls: the attempt was cut or is about to be, or its batch was aborted. */
  get isStopped(): boolean {
    if (this.#stage === 'running') return this.#owner.isStopping
    if (this.#stage === 'over') return this.#owner.isAborted
    return this.#stage === 'abandoned' || this.#cut() !== undefined
  }

  /** Its call waits for nested calls: the timeouts stand still. */
  pause(now: number): void {
    const extra = this.#rare()
    extra.leftMs = leftOf(this, now)
    extra.idle?.pause(now)
    this.#owner.services.timeouts.remove(this)
  }

  /** Its call goes on: the timeouts run again. */
  resume(now: number): void {
    const { leftMs, idle } = this.#extra ?? {}
    if (leftMs === undefined) return
    delete this.#rare().leftMs
    if (this.#stage !== 'running') return
    this.#owner.services.timeouts.add(this, leftMs, now)
    idle?.resume(now)
  }

  /** Runs the tool, unless the attempt was cut before; may end before it returns. */
  run(): void {
    if (this.#stage !== 'unbegun') return
    let returned: unknown
    try {
      const { backend } = this.#owner
      if (backend !== undefined) return this.#runOn(backend)
      if (!this.#begin()) return
      returned = this.#owner.execute()
      if (isThenable(returned)) {
        const later = (value: unknown): void => this.#returned(value)
        return thenOnce(returned, later, (thrown) => this.#threw(thrown))
      }
    } catch (thrown) {
      // A clock or a backend that throws fails the call like its tool.
      if (this.#stage === 'unbegun') this.#stage = 'running'
      this.#threw(thrown)
      return
    }
    this.#returned(returned)
  }

  /** Made when it is first read: most tools never do. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      const cut = this.#extra?.wasCut
      if (cut !== undefined) this.#controller.abort(this.#owner.abortReason(cut))
    }
    return this.#controller.signal
  }

  /** The circumstances of a cut. */
  get details(): CutDetails {
    return this.#extra ?? NO_DETAILS
  }

  /** The tool reports progress; a report after the end of the attempt is ignored. */
  progress(value: unknown): void {
    if (this.#stage === 'over' || this.#stage === 'abandoned') return
    if (this.#stage === 'running') this.#extra?.idle?.extend(this.#owner.services.clock)
    this.#owner.progressed(value)
  }

  /**
   * Signals the tool and stops waiting for it after the grace. Does nothing if the attempt is over or cut already.
   *
   * @param limit the deadline that has passed, if one has
   */
  cut(cut: Cut, limit?: TimeLimit): void {
    if (this.#stage !== 'unbegun' && this.#stage !== 'running') return
    if (limit !== undefined) this.#rare().cutBy = limit
    if (this.#stage === 'unbegun') {
      void this.#extra?.run?.kill()
      return this.#endCut(cut, 'none')
    }
    if (this.#extra?.hasEnded === true) return this.#endCut(cut, 'ended')
    this.#stage = cut
    this.#rare().wasCut = cut
    const { timeouts, graceMs, clock } = this.#owner.services
    this.#removeTimeouts()
    const reason = this.#owner.abortReason(cut)
    try {
      this.#controller?.abort(reason)
      this.#owner.signalled(reason)
      const name = cut === 'abort' ? 'AbortError' : 'TimeoutError'
      this.#extra?.run?.abort({ name, message: thrownMessage(reason) })
    } finally {
      if (graceMs === 0) this.#graceOver(cut)
      else timeouts.add(this, graceMs, clock.now())
    }
  }

  /** Its timeout, or the grace after a cut, has passed. */
  expire(): void {
    const cut = this.#cut()
    if (cut === undefined) this.cut('timeout')
    else this.#graceOver(cut)
  }

  #cut(): Cut | undefined {
    const stage = this.#stage
    return stage === 'timeout' || stage === 'idle' || stage === 'deadline' || stage === 'abort' ? stage : undefined
  }

  /** @returns whether it may go on: a listener of its start may have cut it */
  #begin(): boolean {
    const isLate = this.#owner.attemptBegan()
    if (this.#stage !== 'unbegun') return false
    this.#stage = 'running'
    const { timeouts } = this.#owner.services
    const { timeoutMs, idleTimeoutMs } = this.limits
    if (isLate) timeouts.addSince(this, timeoutMs, this.startedAt)
    else timeouts.add(this, timeoutMs, this.startedAt)
    if (idleTimeoutMs !== Infinity)
      this.#rare().idle = new IdleTimeout(idleTimeoutMs, timeouts, this.startedAt, () => this.cut('idle'))
    return true
  }

  #runOn(backend: Backend): void {
    const hooks: IsolatedHooks = {
      began: () => {
        if (this.#stage !== 'unbegun') return
        this.startedAt = this.#owner.services.clock.now()
        if (!this.#begin()) void this.#extra?.run?.kill()
      },
      progress: (value) => this.progress(value),
      log: (level, message) => this.#owner.logged(level, message),
    }
    const run = (this.#rare().run = backend.start(hooks))
    const ended = (report: () => void): void => {
      // A backend that did not report the start.
      if (this.#stage !== 'unbegun' || this.#begin()) report()
    }
    run.outcome.then(
      (value) => ended(() => this.#returned(value)),
      (thrown: unknown) => (isInstance(thrown, WorkerLost) ? this.#lost(thrown) : ended(() => this.#threw(thrown))),
    )
  }

  #returned(value: unknown): void {
    if (this.#stage !== 'running') return this.#endedAfterCut({ returned: value })
    const output = readOutput(this.#owner.tool, value, this.#owner.resultOwner)
    // A schema may have cut the attempt, whose tool has ended though its output is still being read.
    if (this.#stage !== 'running') return this.#endedAfterCut({ returned: value })
    if (output instanceof Promise) {
      this.#rare().hasEnded = true
      void output.then((later) => this.#judged(value, later))
    } else this.#judged(value, output)
  }

  /** Reading an output runs code of the application, which may have cut this attempt. */
  #judged(value: unknown, output: Output): void {
    if (this.#stage === 'running') this.#end(output)
    else this.#endedAfterCut({ returned: value })
  }

  #threw(thrown: unknown): void {
    if (this.#stage === 'running') this.#end(thrownOutput(thrown))
    else this.#endedAfterCut({ thrown })
  }

  #lost(lost: WorkerLost): void {
    if (this.#stage !== 'running' && this.#stage !== 'unbegun') return this.#endedAfterCut({ thrown: lost })
    this.#over()
    this.#owner.attemptLost(lost)
  }

  #end(output: Output): void {
    this.#over()
    this.#owner.attemptEnded(output)
  }

  #endedAfterCut(outcome: LateOutcome): void {
    const cut = this.#cut()
    if (cut !== undefined) {
      if ('thrown' in outcome && isInstance(outcome.thrown, ToolFailure))
        this.#rare().lastWords = thrownMessage(outcome.thrown)
      this.#endCut(cut, 'ended')
    } else if (this.#stage === 'abandoned') {
      this.#stage = 'over'
      this.#owner.abandonedEnded(this.addedAt, outcome)
    }
  }

  #endCut(cut: Cut, execution: 'none' | 'ended'): void {
    this.#over()
    this.#owner.attemptCut(cut, execution)
  }

  /** A tool on a backend is ended by force, and its end awaited; any other tool is abandoned. */
  #graceOver(cut: Cut): void {
    const { run, isKilled } = this.#extra ?? {}
    if (run === undefined || isKilled === true) return this.#abandon(cut)
    this.#rare().isKilled = true
    const { timeouts, clock } = this.#owner.services
    timeouts.add(this, KILL_MS, clock.now())
    const outcome: LateOutcome = { thrown: new WorkerLost('It was ended by force.', { began: true }) }
    void run.kill().then(() => this.#endedAfterCut(outcome))
  }

  #abandon(cut: Cut): void {
    this.#stage = 'abandoned'
    this.addedAt = this.#owner.services.clock.now()
    this.#owner.attemptCut(cut, 'unknown')
  }

  #over(): void {
    this.#stage = 'over'
    this.#removeTimeouts()
  }

  #removeTimeouts(): void {
    this.#owner.services.timeouts.remove(this)
    this.#extra?.idle?.end()
  }

  #rare(): AttemptExtra {
    return (this.#extra ??= {})
  }
}
