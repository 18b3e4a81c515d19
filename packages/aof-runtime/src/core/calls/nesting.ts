import type { Demands } from '../admission/demands.ts'
import type { ExpectedDuration } from '../admission/expected-duration.ts'
import type { Flow } from '../admission/flow.ts'
import { RESUME_PRIORITY } from '../admission/parked-flows.ts'
import type { RunShare } from '../admission/run-share.ts'
import type { DemandKind, Waiter } from '../admission/waiter.ts'
import type { Ticket, ToolGate } from '../attempt/tool-gate.ts'
import { DenseSet, type DenseSetPlace } from '../collections/dense-set.ts'
import { forEachSafely } from '../contract/safe-checks.ts'
import type { FileOwner } from '../values/spilled-files.ts'
import { emitParked, emitResumed, emitSuspended, type EventBatch, type EventCall } from './call-events.ts'
import { NestedKeys } from './idempotency-key.ts'
import type { PrecededCall, Prerequisites } from './prerequisites.ts'
import type { Services } from './services.ts'

type NestingServices = Services<'admission' | 'counters' | 'clock'>

/** The running call that makes nested calls, as those see it. */
export interface Parent {
  readonly call: PrecededCall & { readonly batch: ParentBatch }
  readonly tool: { readonly gate: ToolGate; readonly admission: { readonly expected: ExpectedDuration } }
  readonly ticket: Ticket
  readonly priority: number
  /** All that it took to start. */
  readonly demands: Demands
  readonly startedAt: number
  /** Since when it holds its permits, if not since its tool began. */
  heldFrom: number | undefined
  readonly attempt: {
    readonly isRunning: boolean
    /** Whether it is cut, or about to be. */
    readonly isStopped: boolean
    pause(now: number): void
    resume(now: number): void
  }
  readonly idempotencyKey: string
}

/** The executor and the admission controller of a batch, only to be compared. */
export interface BatchOwner {
  readonly executor: object
  readonly controller: object
}

/** The batch of a call that makes nested calls. */
export interface ParentBatch extends EventBatch {
  /** Its place among all batches of the admission controller. */
  readonly order: number
  /** The depth of its calls, nested in other calls, from 0. */
  readonly depth: number
  /** The share of its run. */
  readonly share: RunShare
  readonly nesting: Nesting | undefined
  readonly times: { readonly mayExpire: boolean; expireIfDue(call: PrecededCall, now: number): boolean }
  readonly precedence: { of(call: PrecededCall): Prerequisites }
  /** The run to which effects may be private. */
  readonly privacy: unknown
  /** The outermost batch: it owns the files of all results below it. */
  readonly outermost: FileOwner
  readonly owner: BatchOwner
}

/** A batch of nested calls. */
interface NestedBatch {
  readonly calls: readonly { readonly mayWrite: boolean; raised(others: Prerequisites[]): void }[]
  readonly isBeingAccepted: boolean
  abort(reason: unknown): void
  close(): void
}

/**
 * The calls that a running call makes.
 *
 * Duty: suspend the parent while any of them is under way: its permits of every level are free for other calls, and its
 * timeouts stand still. So calls that wait for one another hold nothing that the others need (I26).
 * Boundary: decides nothing about the nested calls, except that they end with their parent.
 * 1. The parent gets the results that it awaits only once it holds its permits again, or while further nested calls are still
 *    under way.
 * 2. Calls that wait to resume come before all calls that wait to start.
 * 3. When the parent is cut or settles, its nested calls are aborted, and it never resumes.
 */
export class Nesting {
  readonly parent: Parent
  /** The idempotency keys of its calls. */
  readonly keys: NestedKeys = new NestedKeys()
  /** The number of abandoned calls below it that may still write. */
  retainedWrites = 0
  readonly #services: NestingServices
  readonly #batches = new DenseSet<NestedBatch>()
  #stage: 'running' | 'suspended' | 'resuming' | 'over' = 'running'
  #holdsPermits = true
  #unsettled = 0
  #batchCount = 0
  #callCount = 0
  #resumption: Resumption | undefined
  #resumed: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined

  constructor(parent: Parent, services: NestingServices) {
    this.parent = parent
    this.#services = services
  }

  get holdsPermits(): boolean {
    return this.#holdsPermits
  }

  get isSuspended(): boolean {
    return this.#stage === 'suspended'
  }

  /** The least priority of its calls. */
  get priority(): number {
    return this.parent.priority
  }

  /** Whether its parent, or a call above, is the probe of that gate. */
  isWithinProbeOf(gate: ToolGate): boolean {
    const { call, tool, ticket } = this.parent
    return (tool.gate === gate && gate.isProbe(ticket)) || call.batch.nesting?.isWithinProbeOf(gate) === true
  }

  /** How many batches it has opened so far. */
  get opened(): number {
    return this.#batchCount
  }

  /** Whether any call below it may still write. */
  get mayStillWrite(): boolean {
    return this.retainedWrites > 0 || this.#batches.some(({ calls }) => calls.some(({ mayWrite }) => mayWrite))
  }

  enter(batch: NestedBatch): DenseSetPlace<NestedBatch> {
    this.#batchCount++
    return this.#batches.enter(batch)
  }

  leave(place: DenseSetPlace<NestedBatch>): void {
    this.#batches.leave(place)
  }

  /** Counts a call, unless there are `max` already. @returns whether it was counted */
  takeCall(max: number): boolean {
    if (this.#callCount >= max) return false
    this.#callCount++
    return true
  }

  /** One of its calls begins to wait or to run; `ask` asks for what it needs. */
  began(ask: () => void): void {
    this.#unsettled++
    const { admission } = this.#services
    if (this.#stage === 'resuming') {
      this.#stage = 'suspended'
      this.#withdraw()
    } else if (this.#stage === 'running') {
      this.#suspend()
      // The nested call may take the permits that suspending its parent releases.
      return admission.together(() => {
        admission.release(this.parent.demands.limits, undefined)
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

  /** Resolves when the parent has its permits back, which comes before it gets a nested result; undefined if it need not wait. */
  get pending(): Promise<void> | undefined {
    if (this.#stage !== 'resuming') return undefined
    return (this.#resumed ??= Promise.withResolvers<void>()).promise
  }

  /** The priority of the parent has risen, and so has that of its calls. */
  raised(others: Prerequisites[]): void {
    for (const { calls } of this.#batches) for (const call of calls) call.raised(others)
  }

  /** The parent was cut, or has its result. */
  end(reason: unknown): void {
    if (this.#stage === 'over') return
    const stage = this.#stage
    this.#stage = 'over'
    if (stage !== 'running') this.#countSuspended(-1)
    if (stage === 'resuming') this.#withdraw()
    this.#resumed?.resolve()
    this.#services.admission.together(() =>
      forEachSafely(this.#batches, (batch) => {
        batch.abort(reason)
        // A turn whose calls are being accepted closes itself once it has them all.
        if (!batch.isBeingAccepted) batch.close()
      }),
    )
  }

  #suspend(): void {
    const { parent } = this
    const now = this.#services.clock.now()
    this.#stage = 'suspended'
    this.#holdsPermits = false
    this.#countSuspended(1)
    parent.attempt.pause(now)
    parent.call.batch.share.ended(parent.heldFrom ?? parent.startedAt, now)
    emitSuspended(parent.call, now)
  }

  #resume(): void {
    const { admission } = this.#services
    const { toResume } = this.parent.demands
    this.#stage = 'resuming'
    if (admission.take(toResume)) return this.#goOn(undefined)
    const flow = this.parent.call.batch.share.flow(toResume, RESUME_PRIORITY)
    this.#resumption = new Resumption(this.parent, flow, (now) => this.#goOn(now))
    admission.wait(this.#resumption, flow)
    emitParked(this.parent.call, flow.parkedOn?.kind ?? 'executor')
    admission.look()
  }

  #goOn(at: number | undefined): void {
    const { parent } = this
    const now = at ?? this.#services.clock.now()
    this.#stage = 'running'
    this.#holdsPermits = true
    if (this.#resumption !== undefined) this.#resumption.wantsPermit = false
    this.#resumption = undefined
    this.#countSuspended(-1)
    parent.heldFrom = now
    parent.attempt.resume(now)
    parent.call.batch.share.began(now)
    emitResumed(parent.call, now)
    const resumed = this.#resumed
    this.#resumed = undefined
    resumed?.resolve()
  }

  #withdraw(): void {
    const resumption = this.#resumption
    this.#resumption = undefined
    if (resumption === undefined) return
    resumption.wantsPermit = false
    this.#services.admission.withdraw(resumption, resumption.flow)
  }

  #countSuspended(by: 1 | -1): void {
    this.#services.counters.count('suspended', by)
    this.parent.demands.toResume.users.count += by
  }
}

/** A suspended call that waits for its permits. */
class Resumption implements Waiter {
  readonly flow: Flow
  readonly acceptedAt: number
  readonly depth: number
  readonly batchOrder: number
  readonly index: number
  readonly expected: ExpectedDuration
  /** Of no matter, since calls that wait to resume come before all others. */
  readonly remainingMs = 0
  readonly isObserved: boolean
  readonly admit: (now: number | undefined) => void
  wantsPermit = true
  readonly #call: EventCall

  constructor({ call, tool }: Parent, flow: Flow, admit: (now: number | undefined) => void) {
    this.flow = flow
    this.acceptedAt = call.acceptedAt
    this.depth = call.batch.depth
    this.batchOrder = call.batch.order
    this.index = call.index
    this.expected = tool.admission.expected
    this.isObserved = call.batch.isObserved
    this.admit = admit
    this.#call = call
  }

  parked(kind: DemandKind): void {
    emitParked(this.#call, kind)
  }
}
