import type { RunShare } from '../admission/run-share.ts'
import type { Budget } from '../contract/budget.ts'
import type { ToolEvent } from '../contract/events.ts'
import type { ToolResult } from '../contract/result.ts'
import { forEachSafely } from '../contract/safe-checks.ts'
import { ownTimeLimits } from '../contract/time-limits.ts'
import type { Clock } from '../host/clock.ts'
import { emptyStack, hasStackRoom } from '../host/stack-room.ts'
import type { ReferenceSyntax } from '../order/dependencies/references.ts'
import type { FileOwner } from '../values/spilled-files.ts'
import { reportClosed, reportOpened, reportSettled } from './batch-events.ts'
import { BatchPrecedence } from './batch-precedence.ts'
import { BatchResults } from './batch-results.ts'
import type { BatchServices, BatchSetup } from './batch-setup.ts'
import { BatchTimes } from './batch-times.ts'
import { Call, type CallBatch } from './call.ts'
import type { CallState } from './call-state.ts'
import { LogLines } from './log-lines.ts'
import type { BatchOwner, Nesting } from './nesting.ts'

/**
 * The calls of one turn.
 *
 * Duty: a place for each call, in order; know when all have their results; pass an abort on to each.
 * Boundary: calls change their own state; the batch counts.
 * 1. `calls[i].index === i`; places are only added, and none after closing.
 * 2. The results resolve once the batch is closed and every call has a result, with exactly one per place, in order.
 * 3. It listens to the caller's signal from its opening until it is settled, and no longer; its deadline likewise.
 */
export class Batch implements CallBatch, FileOwner {
  readonly clock: Clock
  readonly number: number
  readonly turn: number
  readonly order: number
  readonly depth: number
  readonly share: RunShare
  readonly nesting: Nesting | undefined
  readonly outermost: FileOwner
  readonly owner: BatchOwner
  readonly privacy: unknown
  readonly priority: number | undefined
  readonly context: unknown
  readonly budget: Budget | undefined
  readonly maxCalls: number
  readonly referenceSyntax: ReferenceSyntax
  readonly log: LogLines | undefined
  readonly calls: Call[] = []
  readonly times: BatchTimes
  readonly precedence: BatchPrecedence
  readonly results: BatchResults
  /** Whether all its calls come at once. */
  readonly isWhole: boolean
  readonly isNamedRun: boolean
  readonly openedAt: number
  queued: CallState<Call> | undefined
  /** Called when the last result is decided and no more calls will come. */
  onEnd: (() => void) | undefined
  readonly #setup: BatchSetup
  readonly #services: BatchServices
  readonly #nestedPlace: ReturnType<Nesting['enter']> | undefined
  /** When each call got its place; undefined if all got theirs at the opening. */
  readonly #acceptedAt: number[] | undefined
  readonly #hasJoinedRun: boolean
  #run: string | undefined
  #unsettled = 0
  /** The number of calls that are being added at this moment: a listener of one may add another. */
  #adding = 0
  #stage: 'open' | 'closing' | 'closed' | 'settled' = 'open'
  #aborted: { readonly reason: unknown } | undefined
  #whenSettled: (() => void)[] | undefined

  constructor(setup: BatchSetup) {
    const { services, options, nesting, size, logger } = setup
    const { clock, runs, owner, resultLimits, spill } = services
    const parent = nesting?.parent.call.batch
    this.#setup = setup
    this.#services = services
    this.clock = clock
    // First, since a clock of the application may throw: a batch that is not made joins nothing.
    this.openedAt = clock.now()
    this.isWhole = size !== undefined
    this.#acceptedAt = this.isWhole ? undefined : []
    this.number = setup.number
    this.#run = typeof options.run === 'object' ? options.run.id : options.run
    this.isNamedRun = options.run !== undefined
    this.nesting = nesting
    this.outermost = parent?.outermost ?? this
    this.owner = owner
    this.privacy = this.#run ?? parent?.privacy ?? this
    this.depth = parent === undefined ? 0 : parent.depth + 1
    this.order = services.nextOrder()
    // A run pays for all that it delegates: a batch shares with its parent, whatever its run is called, unless it has a weight.
    const isShared = parent?.owner.controller === owner.controller && typeof options.run !== 'object'
    this.#hasJoinedRun = !isShared && this.isNamedRun
    this.share = isShared ? parent.share : runs.join(options.run)
    this.priority = options.priority
    this.maxCalls = options.maxCalls ?? Infinity
    this.#nestedPlace = nesting?.enter(this)
    if (nesting !== undefined) this.turn = options.turn ?? nesting.opened - 1
    else this.turn = this.#hasJoinedRun ? runs.turns.take(this.run, options.turn) : (options.turn ?? 0)
    this.context = options.context
    this.budget = options.budget
    this.referenceSyntax = setup.referenceSyntax
    this.log = logger && new LogLines(logger, services.events.loggerFailed)
    this.times = new BatchTimes(ownTimeLimits(options), this, services)
    this.precedence = new BatchPrecedence(this, services)
    this.results = new BatchResults(resultLimits, spill, this, size)
  }

  /**
   * The batch has its place among those of its executor and its parent: it takes calls. Not a part of the constructor, since a
   * listener of `batch_opened` may abort or close everything under way, this batch with it.
   */
  begin(): void {
    this.orBreakOff(() => {
      const {
        size,
        options: { signal },
      } = this.#setup
      if (this.isObserved) reportOpened(this, size)
      if (this.#stage === 'settled') return
      this.times.begin()
      if (signal?.aborted === true) this.#aborted ??= { reason: signal.reason }
      else signal?.addEventListener('abort', this.#onAbort)
    })
  }

  get run(): string {
    return (this.#run ??= this.#setup.drawRun())
  }

  whenSettled(act: () => void): void {
    ;(this.#whenSettled ??= []).push(act)
  }

  /** Whether all its calls come at once, and not all have come: none starts before that. */
  get isBeingAccepted(): boolean {
    return this.isWhole && (this.#stage === 'open' || this.#stage === 'closing')
  }

  /** Whether it takes no more calls. */
  get isClosed(): boolean {
    return this.#stage !== 'open'
  }

  get isAborted(): boolean {
    return this.#aborted !== undefined
  }

  get abortReason(): unknown {
    return this.#aborted?.reason
  }

  get isStopping(): boolean {
    if (this.#aborted !== undefined || this.times.expired !== undefined) return true
    return this.nesting?.parent.attempt.isStopped === true
  }

  get isObserved(): boolean {
    return this.#setup.options.onEvent !== undefined || this.#services.events.active
  }

  emit(event: ToolEvent): void {
    const { events } = this.#services
    const { onEvent } = this.#setup.options
    if (events.active) events.emit(event)
    if (onEvent !== undefined) events.deliver(event, onEvent)
  }

  acceptedAt(index: number): number {
    return this.#acceptedAt?.[index] ?? this.openedAt
  }

  /** The next place, for a call whose arguments may still be on their way. */
  enter(id: string | undefined, name: string): Call {
    const index = this.calls.length
    const call = new Call(this, index, id ?? `call-${index}`, name)
    this.#acceptedAt?.push(this.clock.now())
    this.calls.push(call)
    this.#unsettled++
    return call
  }

  /** A call is being added, until {@link endAdding}: a listener that closes the batch meanwhile closes it then. */
  beginAdding(): void {
    this.#adding++
  }

  endAdding(): void {
    this.#adding--
    if (this.#adding === 0 && this.#stage === 'closing') this.#finishClosing()
  }

  /** Runs `act`, which must not be left half done: if it throws, all calls end, so that nothing waits for them. */
  orBreakOff(act: () => void): void {
    try {
      act()
    } catch (thrown) {
      try {
        this.abort(thrown)
      } finally {
        this.close()
      }
      throw thrown
    }
  }

  /** Aborts every call that has no result, and all calls that come. */
  abort(reason: unknown): void {
    if (this.#aborted !== undefined) return
    this.#aborted = { reason }
    // Permits that the first of them releases must not start another of them.
    const { admission, settling } = this.#services
    admission.together(() => forEachSafely(this.calls, (call) => settling.abort(call)))
  }

  /** The batch takes no more calls. A reserved call without arguments is invalid. */
  close(): void {
    if (this.#stage !== 'open') return
    this.#stage = 'closing'
    if (this.#adding === 0) this.#finishClosing()
  }

  #finishClosing(): void {
    this.logStart(this.calls.length)
    try {
      forEachSafely(this.calls, (call) => this.#services.settling.giveUp(call))
    } finally {
      this.seal()
    }
  }

  logStart(size: number): void {
    if (size > 1) this.log?.batchStarted(size, this.#services.limit.max)
  }

  /** All calls have come. */
  seal(): void {
    if (this.#stage === 'closed' || this.#stage === 'settled') return
    this.#stage = 'closed'
    const now = this.clock.now()
    try {
      if (this.isObserved) reportClosed(this, now)
      this.precedence.close()
    } finally {
      this.#settleIfDone(now)
    }
  }

  settled(call: Call, result: ToolResult, now: number): void {
    this.results.add(result)
    this.#unsettled--
    const { extra } = call
    try {
      if (extra?.hasBegun === true) this.nesting?.ended()
      this.results.announce(result)
      if (extra === undefined) return
      // The timers first: calls that depend on this one may settle the batch.
      this.times.forget(extra)
      this.precedence.settled(call, result)
      call.extra = undefined
    } finally {
      this.#settleIfDone(now)
    }
  }

  #settleIfDone(now: number): void {
    if (this.#stage !== 'closed' || this.#unsettled > 0) return
    this.#stage = 'settled'
    try {
      this.#leave()
      reportSettled(this, now)
    } finally {
      this.results.finish(this.calls.length)
      this.onEnd?.()
      this.#setup.onSettled()
      if (this.#whenSettled !== undefined) forEachSafely(this.#whenSettled, (act) => act())
    }
  }

  #leave(): void {
    if (this.#hasJoinedRun) this.#services.runs.leave(this.run)
    if (this.#nestedPlace !== undefined) this.nesting?.leave(this.#nestedPlace)
    this.times.end()
    try {
      this.#setup.options.signal?.removeEventListener('abort', this.#onAbort)
    } catch {
      // Not a signal of the platform: if it aborts all the same, there is nothing left to abort.
    }
  }

  /** Its caller may abort from deep in a recursion: then the abort comes right after, on an empty stack. */
  readonly #onAbort = (): void => {
    const abort = (): void => this.abort(this.#setup.options.signal?.reason)
    if (hasStackRoom()) abort()
    else void emptyStack.then(abort)
  }
}
