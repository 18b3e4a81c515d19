import { AsyncLocalStorage } from 'node:async_hooks'
import { RESUME_PRIORITY } from '../admission/parked-flows.ts'
import type { ExpectedDuration } from '../admission/expected-duration.ts'
import type { Flow } from '../admission/flow.ts'
import type { RunShare } from '../admission/run-share.ts'
import type { DemandKind, Waiter } from '../admission/waiter.ts'
import type { Attempt } from '../attempt/attempt.ts'
import type { Batch } from './batch.ts'
import { tellParked, tellResumed, tellSuspended } from './call-events.ts'
import type { CallRecord } from './call-record.ts'
import type { Engine } from './engine.ts'
import { idempotencyKey, NestedKeys } from './idempotency-key.ts'
import type { Precedence } from './precedence.ts'
import { DenseSet, type DenseSetPlace } from '../collections/dense-set.ts'
import { forEachSafely } from '../contract/safe-checks.ts'
import type { ToolGuard } from '../attempt/tool-guard.ts'

/**
 * The calls that a running call makes itself.
 *
 * Duty: while any of them is under way the call is suspended: its permits of every level are free for anyone, and its
 * timeouts stand still. So calls that wait for one another hold nothing that the others need (I26).
 * Boundary: decides nothing of the nested calls but that they end with the call.
 * 1. What the call awaits of its nested calls comes only once it holds its permits again, or while others of them are still
 *    under way.
 * 2. Who wants to go on comes before all who want to start.
 * 3. When the call is cut or has its result, its nested calls are aborted, and it never goes on.
 */
export class Nesting implements Waiter {
  readonly #call: CallRecord
  readonly #attempt: Attempt
  readonly #batches = new DenseSet<Batch>()
  #stage: 'running' | 'suspended' | 'resuming' | 'over' = 'running'
  #holds = true
  #unsettled = 0
  #batchCount = 0
  #callCount = 0
  /** The idempotency keys of its calls. */
  readonly keys: NestedKeys = new NestedKeys()
  /** Calls below it that were abandoned and keep what they may still write. */
  keptWrites = 0
  #flow: Flow | undefined
  #resumed: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined

  constructor(call: CallRecord, attempt: Attempt) {
    this.#call = call
    this.#attempt = attempt
  }

  /** That makes the others. */
  get call(): CallRecord {
    return this.#call
  }

  /** Whether the call holds its permits. */
  get holds(): boolean {
    return this.#holds
  }

  /** Whether the call waits for its own calls. */
  get isSuspended(): boolean {
    return this.#stage === 'suspended'
  }

  /** Whether the attempt of the call is cut, or about to be. */
  get isStopping(): boolean {
    return this.#attempt.isStopped
  }

  /** That of the call: the least that its own calls have. */
  get priority(): number {
    return this.#call.priorityWith(this.#attempt.tool)
  }

  get depth(): number {
    return this.#call.depth
  }

  /** Whether the call, or one above it, is the probe that tries whether a tool works again. */
  isWithinProbeOf(guard: ToolGuard): boolean {
    const { tool, pass } = this.#attempt
    if (tool.guard === guard && guard.isProbe(pass)) return true
    return this.#call.batch.nesting?.isWithinProbeOf(guard) === true
  }

  /** How many batches it has opened so far. */
  get opened(): number {
    return this.#batchCount
  }

  get idempotencyKey(): string {
    return idempotencyKey(this.#call, this.#attempt)
  }

  get engine(): Engine {
    return this.#call.engine
  }

  get share(): RunShare {
    return this.#call.batch.share
  }

  /** Whether any of the calls below it may still write what they were let. */
  get mayStillWrite(): boolean {
    if (this.keptWrites > 0) return true
    for (const batch of this.#batches) if (batch.records.some((record) => record.mayWrite)) return true
    return false
  }

  enter(batch: Batch): DenseSetPlace<Batch> {
    this.#batchCount++
    return this.#batches.enter(batch)
  }

  leave(place: DenseSetPlace<Batch>): void {
    this.#batches.leave(place)
  }

  /** Whether it may make another call; if so that is counted. */
  takeCall(max: number): boolean {
    if (this.#callCount >= max) return false
    this.#callCount++
    return true
  }

  /** One of its calls wants to start; `ask` asks for what it needs. */
  began(ask: () => void): void {
    this.#unsettled++
    const { admission, clock } = this.#call.engine
    if (this.#stage === 'resuming') {
      this.#stage = 'suspended'
      if (this.#flow !== undefined) admission.withdraw(this, this.#flow)
    } else if (this.#stage === 'running') {
      this.#suspend(clock.now())
      // Who waits is among those who may have what is given back.
      return admission.together(() => {
        admission.release(this.#attempt.demands.limits, undefined)
        ask()
      })
    }
    ask()
  }

  /** One of the calls that {@link began} has its result. */
  ended(): void {
    this.#unsettled--
    if (this.#unsettled === 0 && this.#stage === 'suspended') this.#resume()
  }

  /** What has to come first before the call is told of a result. */
  get pending(): Promise<void> | undefined {
    if (this.#stage !== 'resuming') return undefined
    return (this.#resumed ??= Promise.withResolvers<void>()).promise
  }

  /** The call's priority is higher now, and so is that of its own calls. */
  raised(others: Precedence[]): void {
    for (const batch of this.#batches) for (const record of batch.records) record.raised(others)
  }

  /** The call was cut, or has its result. */
  end(reason: unknown): void {
    if (this.#stage === 'over') return
    const stage = this.#stage
    this.#stage = 'over'
    const { admission, census } = this.#call.engine
    if (stage !== 'running') {
      census.count('suspended', -1)
      this.#attempt.demands.toResume.users.count--
    }
    if (stage === 'resuming' && this.#flow !== undefined) admission.withdraw(this, this.#flow)
    this.#resumed?.resolve()
    admission.together(() =>
      forEachSafely(this.#batches, (batch) => {
        batch.abort(reason)
        // A turn whose calls are being accepted closes itself once it has them all.
        if (!batch.isBeingAccepted) batch.close()
      }),
    )
  }

  #suspend(now: number): void {
    const { census } = this.#call.engine
    this.#stage = 'suspended'
    this.#holds = false
    census.count('suspended', 1)
    this.#attempt.demands.toResume.users.count++
    this.#attempt.pause(now)
    this.share.ended(this.#attempt.heldSince, now)
    tellSuspended(this.#call, now)
  }

  #resume(): void {
    const { admission } = this.#call.engine
    const { toResume } = this.#attempt.demands
    this.#stage = 'resuming'
    if (admission.take(toResume)) return this.admit(undefined)
    this.#flow = this.share.flow(toResume, RESUME_PRIORITY)
    admission.wait(this, this.#flow)
    tellParked(this.#call, this.#flow.parkedOn?.kind ?? 'executor')
    admission.look()
  }

  // As one who waits to go on:

  get wantsPermit(): boolean {
    return this.#stage === 'resuming'
  }

  get acceptedAt(): number {
    return this.#call.acceptedAt
  }

  get batchOrder(): number {
    return this.#call.batchOrder
  }

  get index(): number {
    return this.#call.index
  }

  get expected(): ExpectedDuration {
    return this.#attempt.tool.admission.expected
  }

  /** Who goes on comes before all who start, so it does not matter. */
  get remainingMs(): number {
    return 0
  }

  get isObserved(): boolean {
    return this.#call.isObserved
  }

  parked(kind: DemandKind): void {
    tellParked(this.#call, kind)
  }

  admit(at: number | undefined): void {
    const { clock, census } = this.#call.engine
    const now = at ?? clock.now()
    this.#stage = 'running'
    this.#holds = true
    this.#flow = undefined
    census.count('suspended', -1)
    this.#attempt.demands.toResume.users.count--
    this.#attempt.resume(now)
    this.share.began(now)
    tellResumed(this.#call, now)
    const resumed = this.#resumed
    this.#resumed = undefined
    resumed?.resolve()
  }
}

/** The call whose tool runs in this async context, of executors that track nesting. */
const running = new AsyncLocalStorage<Attempt>()

/** Runs a tool so that the calls that it makes, on whatever executor, are known to be its own. */
export function runTracked<T>(attempt: Attempt, run: () => T): T {
  return running.run(attempt, run)
}

/** Whether the call is over, though its tool is not, whose code runs here: it was cut, and nothing starts after an abort. */
export function trackedCallIsStopped(): boolean {
  return running.getStore()?.isStopped === true
}

/** What keeps the calls that are made here; undefined where no call makes them, or that is not known. */
export function trackedNesting(): Nesting | undefined {
  return running.getStore()?.openNesting()
}
