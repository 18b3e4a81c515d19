import type { Demands } from '../admission/demands.ts'
import type { CompiledTool } from '../tool/compiled-tool.ts'
import type { Engine } from '../calls/engine.ts'
import { Expiry } from '../host/expiry.ts'
import { thrownMessage } from '../values/failure.ts'
import type { Hold } from '../calls/hold.ts'
import { type IsolatedCall, type IsolatedHooks, type IsolatedRun, WorkerLost } from '../contract/isolation.ts'
import type { ResultOwner } from '../values/result-store.ts'
import { type Nesting, runTracked } from '../calls/nesting.ts'
import { type Output, readOutput, thrownOutput } from '../values/output.ts'
import type { Execution } from '../contract/result.ts'
import { ToolFailure } from '../contract/tool-failure.ts'
import { isInstance, isThenable } from '../contract/safe-checks.ts'
import type { TimeLimit } from '../contract/time-limits.ts'
import type { Expiring, TimeoutList } from '../host/timeouts.ts'
import { type Pass, PLAIN_PASS } from './tool-guard.ts'

/** Why an attempt was cut short: `idle`, it reported nothing for too long. */
export type Cut = 'timeout' | 'idle' | 'deadline' | 'abort'

/** What an abandoned tool came to in the end. */
export type LateOutcome = { readonly returned: unknown } | { readonly thrown: unknown }

/** Whose attempt it is: it is told how the attempt ended, and decides what that means. */
export interface AttemptOwner {
  readonly engine: Engine
  /** Where what the tool returns is kept. */
  readonly resultOwner: ResultOwner
  /** Whether the call, or one that made it, is being aborted or is past its deadline, though the attempt may not be cut yet. */
  readonly isStopping: boolean
  /** What the tool's signal gives as its reason. */
  abortReason(cut: Cut): unknown
  /** What is to keep the calls that the attempt makes. */
  makeNesting(attempt: Attempt): Nesting
  /** What of the call an isolated tool is told. */
  isolatedCall(attempt: Attempt): IsolatedCall
  /**
   * The tool is about to run; of an isolated one, a worker has taken it up.
   *
   * @returns whether a listener or a logger has run, so that time may have passed
   */
  attemptBegan(attempt: Attempt): boolean
  /** The tool reported progress. */
  progressed(value: unknown): void
  /** The tool wrote to its logger, from where it is isolated. */
  logged(level: 'debug' | 'info' | 'warn' | 'error', message: string): void
  /** The tool ended in time. */
  attemptEnded(attempt: Attempt, output: Output): void
  /** The tool was signalled and either ended within the grace, or is abandoned; or it was not run at all. */
  attemptCut(attempt: Attempt, cut: Cut, execution: Execution): void
  /** The worker died that ran the tool, or was to run it. */
  attemptLost(attempt: Attempt, lost: WorkerLost): void
  /** A tool that was abandoned then ended after all. */
  abandonedEnded(attempt: Attempt, abandonedAt: number, outcome: LateOutcome): void
}

/** What only few attempts have; an attempt is made for every call, so none of it is a field of each. */
export interface AttemptRarities {
  /** Which attempt of its call it is, from 1. @default 1 */
  readonly number?: number
  /** What it entered its tool's guard with. @default that of a tool that has no breaker */
  readonly pass?: Pass
  /** How long it may report nothing. @default Infinity */
  readonly idleTimeoutMs?: number
  /** All that it took to start. @default what its tool's calls take that have no key */
  readonly demands?: Demands
  /** Since when it holds its permits. @default since it began */
  heldSince?: number
  nesting?: Nesting
  /** What it keeps though it was abandoned. */
  hold?: Hold
  /** What was left of its times when it was suspended. */
  left?: { readonly timeoutMs: number; readonly idleTimeoutMs: number }
  idle?: Expiry
  isolated?: IsolatedRun
  /** Whether the tool has ended, and what it returned is still being read or kept. */
  hasEnded?: boolean
  /** Whether it is being ended by force. */
  isKilling?: boolean
  /** What it said, in words meant for the model, when it ended after its signal. */
  lastWords?: string
  /** Why it was cut, whatever has become of it since. */
  wasCut?: Cut
  /** The deadline that cut it. */
  cutBy?: TimeLimit | undefined
}

/** How long the end of an isolated tool may take that is ended by force, before it counts as abandoned. */
const KILL_MS = 250

/** A cut is a stage of its own: the tool has its signal and the grace to end. */
type Stage = 'unbegun' | 'running' | Cut | 'abandoned' | 'over'

/**
 * One start of a tool.
 *
 * Duty: run the tool, here or in isolation, and tell its owner exactly once how it ended, in bounded time whatever the
 * tool does.
 * Boundary: knows nothing of permits, batches or results; the owner decides what an ending means.
 * 1. Exactly one of the owner's `attemptEnded`, `attemptCut` and `attemptLost` is called, once.
 * 2. A cut fixes the outcome at that moment. The tool gets its signal and `graceMs` to end; what it returns then is
 *    dropped, but known to have ended. After the grace it is ended by force where it is isolated, else abandoned.
 * 3. What is cut before it has begun never runs the tool.
 * 4. Whatever an abandoned tool does later reaches nothing but the `ended_late` event.
 * 5. Progress puts off the idle timeout, and nothing else.
 */
export class Attempt implements Expiring {
  readonly #owner: AttemptOwner
  readonly tool: CompiledTool
  readonly input: unknown
  /** In force for this attempt, in milliseconds. */
  readonly timeoutMs: number
  /** When it began; of an isolated tool, when a worker took it up. */
  startedAt: number
  #rarities: AttemptRarities | undefined
  #stage: Stage = 'unbegun'
  #controller: AbortController | undefined

  timeoutList: TimeoutList | undefined
  addedAt: number
  before: Expiring | undefined
  after: Expiring | undefined

  constructor(
    owner: AttemptOwner,
    tool: CompiledTool,
    input: unknown,
    timeoutMs: number,
    now: number,
    rarities: AttemptRarities | undefined,
  ) {
    this.#owner = owner
    this.tool = tool
    this.input = input
    this.timeoutMs = timeoutMs
    this.startedAt = now
    this.addedAt = now
    this.#rarities = rarities
    this.timeoutList = this.before = this.after = undefined
  }

  /** Whether it has nothing that only few have. */
  get isPlain(): boolean {
    return this.#rarities === undefined
  }

  /** Which attempt of its call it is, from 1. */
  get number(): number {
    return this.#rarities?.number ?? 1
  }

  /** What it entered its tool's guard with. */
  get pass(): Pass {
    return this.#rarities?.pass ?? PLAIN_PASS
  }

  /** All that it took to start. */
  get demands(): Demands {
    return this.#rarities?.demands ?? this.tool.demands
  }

  /** Since when it holds its permits. */
  get heldSince(): number {
    return this.#rarities?.heldSince ?? this.startedAt
  }

  /** What it keeps though it was abandoned. */
  get hold(): Hold | undefined {
    return this.#rarities?.hold
  }

  keep(hold: Hold): void {
    this.#rare().hold = hold
  }

  /** The calls that it makes itself, if it makes any. */
  get nesting(): Nesting | undefined {
    return this.#rarities?.nesting
  }

  /** Whether it was cut or is about to be, and its tool has not ended. */
  get isStopped(): boolean {
    if (this.#stage === 'running') return this.#owner.isStopping
    return this.#stage === 'abandoned' || this.#cut() !== undefined
  }

  /** What keeps the calls that it makes; undefined where it may make none (any more). */
  openNesting(): Nesting | undefined {
    if (this.#stage !== 'running' || this.#owner.isStopping) return undefined
    return (this.#rare().nesting ??= this.#owner.makeNesting(this))
  }

  /** It waits for calls of its own: its timeouts stand still. */
  pause(now: number): void {
    const rare = this.#rare()
    const { idle } = rare
    rare.left = { timeoutMs: leftOf(this, now), idleTimeoutMs: idle === undefined ? Infinity : leftOf(idle, now) }
    this.#removeTimeouts()
  }

  /** It goes on, and holds its permits again. */
  resume(now: number): void {
    const rare = this.#rare()
    const { left, idle } = rare
    rare.heldSince = now
    delete rare.left
    if (this.#stage !== 'running' || left === undefined) return
    const { timeouts } = this.#owner.engine
    timeouts.add(this, left.timeoutMs, now)
    if (idle !== undefined) timeouts.add(idle, left.idleTimeoutMs, now)
  }

  /** How long it may report nothing, in milliseconds. */
  get idleTimeoutMs(): number {
    return this.#rarities?.idleTimeoutMs ?? Infinity
  }

  /** The deadline that cut it. */
  get cutBy(): TimeLimit | undefined {
    return this.#rarities?.cutBy
  }

  get phase(): 'running' {
    return 'running'
  }

  /** Runs the tool, unless the attempt was cut before; may end before it returns. */
  run(ctx: unknown): void {
    if (this.#stage !== 'unbegun') return
    let returned: unknown
    try {
      if (this.tool.isolation !== undefined) return this.#runIsolated()
      if (!this.#begin()) return
      returned = this.#owner.engine.tracksNesting ? this.#executeTracked(ctx) : this.#execute(ctx)
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
      // A clock or an isolator that throws fails the call like its tool.
      if (this.#stage === 'unbegun') this.#stage = 'running'
      this.#threw(thrown)
      return
    }
    this.#returned(returned)
  }

  #executeTracked(ctx: unknown): unknown {
    return runTracked(this, () => this.#execute(ctx))
  }

  #execute(ctx: unknown): unknown {
    return this.tool.tool.execute(this.input as never, ctx as never)
  }

  /** Made when it is first read: most tools never do. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      const cut = this.#rarities?.wasCut
      if (cut !== undefined) this.#controller.abort(this.#owner.abortReason(cut))
    }
    return this.#controller.signal
  }

  /** What the tool said when it ended after its signal: the message of a `ToolFailure`. */
  get lastWords(): string | undefined {
    return this.#rarities?.lastWords
  }

  /** What it ran in, where that has been ended by force. */
  get endedByForce(): 'thread' | 'process' | undefined {
    return this.#rarities?.isKilling === true ? this.tool.isolation?.mode : undefined
  }

  /** The tool reports progress; nobody hears it once the attempt is over. */
  progress(value: unknown): void {
    if (this.#stage === 'over' || this.#stage === 'abandoned') return
    const idle = this.#rarities?.idle
    if (idle !== undefined && this.#stage === 'running' && this.#rarities?.left === undefined) {
      const { timeouts, clock } = this.#owner.engine
      timeouts.remove(idle)
      timeouts.add(idle, this.idleTimeoutMs, clock.now())
    }
    this.#owner.progressed(value)
  }

  /**
   * Signals the tool and stops waiting for it after the grace. Does nothing where it is over or cut already.
   *
   * @param limit the deadline that has passed, if one has
   */
  cut(cut: Cut, limit?: TimeLimit): void {
    if (this.#stage !== 'unbegun' && this.#stage !== 'running') return
    if (limit !== undefined) this.#rare().cutBy = limit
    if (this.#stage === 'unbegun') {
      void this.#rarities?.isolated?.kill()
      return this.#endCut(cut, 'none')
    }
    if (this.#rarities?.hasEnded === true) return this.#endCut(cut, 'ended')
    this.#stage = cut
    this.#rare().wasCut = cut
    const { engine } = this.#owner
    this.#removeTimeouts()
    const reason = this.#owner.abortReason(cut)
    try {
      this.#controller?.abort(reason)
      this.#rarities?.nesting?.end(reason)
      const name = cut === 'abort' ? 'AbortError' : 'TimeoutError'
      this.#rarities?.isolated?.abort({ name, message: thrownMessage(reason) })
    } finally {
      if (engine.limits.graceMs === 0) this.#graceOver(cut)
      else engine.timeouts.add(this, engine.limits.graceMs, engine.clock.now())
    }
  }

  /** Its timeout, or the grace after a cut, has passed. */
  expire(): void {
    const cut = this.#cut()
    if (cut === undefined) this.cut('timeout')
    else this.#graceOver(cut)
  }

  #cut(): Cut | undefined {
    switch (this.#stage) {
      case 'timeout':
      case 'idle':
      case 'deadline':
      case 'abort':
        return this.#stage
      default:
        return undefined
    }
  }

  /** @returns whether it may go on: whoever is told of the beginning may have cut it */
  #begin(): boolean {
    const isLate = this.#owner.attemptBegan(this)
    if (this.#stage !== 'unbegun') return false
    this.#stage = 'running'
    const { timeouts } = this.#owner.engine
    if (isLate) timeouts.addSince(this, this.timeoutMs, this.startedAt)
    else timeouts.add(this, this.timeoutMs, this.startedAt)
    if (this.#rarities !== undefined) this.#watchProgress()
    return true
  }

  #watchProgress(): void {
    const { idleTimeoutMs } = this
    if (idleTimeoutMs === Infinity) return
    const idle = (this.#rare().idle = new Expiry(() => this.cut('idle')))
    this.#owner.engine.timeouts.addSince(idle, idleTimeoutMs, this.startedAt)
  }

  #runIsolated(): void {
    const { isolation } = this.tool
    const { isolator, clock } = this.#owner.engine
    if (isolation === undefined || isolator === undefined) return
    const hooks: IsolatedHooks = {
      began: () => {
        if (this.#stage !== 'unbegun') return
        this.#rare().heldSince ??= this.startedAt
        this.startedAt = clock.now()
        if (!this.#begin()) void this.#rarities?.isolated?.kill()
      },
      progress: (value) => this.progress(value),
      log: (level, message) => this.#owner.logged(level, message),
    }
    const run = (this.#rare().isolated = isolator.start(isolation, this.#owner.isolatedCall(this), hooks))
    const ended = (tell: () => void): void => {
      // An isolator that forgot to say that the tool began.
      if (this.#stage !== 'unbegun' || this.#begin()) tell()
    }
    run.outcome.then(
      (value) => ended(() => this.#returned(value)),
      (thrown: unknown) => (isInstance(thrown, WorkerLost) ? this.#lost(thrown) : ended(() => this.#threw(thrown))),
    )
  }

  #returned(value: unknown): void {
    if (this.#stage !== 'running') return this.#endedAfterCut({ returned: value })
    const output = readOutput(this.tool, value, this.#owner.resultOwner)
    // A schema may have cut the attempt: its tool has ended, whatever is still being read of what it returned.
    if (this.#stage !== 'running') return this.#endedAfterCut({ returned: value })
    if (output instanceof Promise) {
      this.#rare().hasEnded = true
      void output.then((later) => this.#judged(value, later))
    } else this.#judged(value, output)
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

  #lost(lost: WorkerLost): void {
    if (this.#stage !== 'running' && this.#stage !== 'unbegun') return this.#endedAfterCut({ thrown: lost })
    this.#stage = 'over'
    this.#removeTimeouts()
    this.#owner.attemptLost(this, lost)
  }

  #end(output: Output): void {
    this.#stage = 'over'
    this.#removeTimeouts()
    this.#owner.attemptEnded(this, output)
  }

  #endedAfterCut(outcome: LateOutcome): void {
    const cut = this.#cut()
    if (cut !== undefined) {
      if ('thrown' in outcome && isInstance(outcome.thrown, ToolFailure))
        this.#rare().lastWords = thrownMessage(outcome.thrown)
      this.#endCut(cut, 'ended')
    } else if (this.#stage === 'abandoned') {
      this.#stage = 'over'
      this.#owner.abandonedEnded(this, this.addedAt, outcome)
    }
  }

  #endCut(cut: Cut, execution: 'none' | 'ended'): void {
    this.#stage = 'over'
    this.#removeTimeouts()
    this.#owner.attemptCut(this, cut, execution)
  }

  /** What is isolated is ended by force, and waited for until that has happened; anything else is abandoned. */
  #graceOver(cut: Cut): void {
    const { isolated, isKilling } = this.#rarities ?? {}
    if (isolated === undefined || isKilling === true) return this.#abandon(cut)
    this.#rare().isKilling = true
    const { timeouts, clock } = this.#owner.engine
    timeouts.add(this, KILL_MS, clock.now())
    const outcome: LateOutcome = { thrown: new WorkerLost('It was ended by force.', { began: true }) }
    void isolated.kill().then(() => this.#endedAfterCut(outcome))
  }

  #abandon(cut: Cut): void {
    this.#stage = 'abandoned'
    this.addedAt = this.#owner.engine.clock.now()
    this.#owner.attemptCut(this, cut, 'unknown')
  }

  #removeTimeouts(): void {
    const { timeouts } = this.#owner.engine
    timeouts.remove(this)
    const idle = this.#rarities?.idle
    if (idle !== undefined) timeouts.remove(idle)
  }

  #rare(): AttemptRarities {
    return (this.#rarities ??= {})
  }
}

/** How much of its time is left to an entry, in whole milliseconds. */
function leftOf({ timeoutList, addedAt }: Expiring, now: number): number {
  return timeoutList === undefined ? Infinity : Math.max(1, Math.ceil(timeoutList.durationMs - (now - addedAt)))
}
