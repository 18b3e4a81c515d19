import type { QueuedCall } from '../admission/bounded-queue.ts'
import type { ExpectedDuration } from '../admission/expected-duration.ts'
import { type DemandKind, expectedMs, type Waiter } from '../admission/waiter.ts'
import type { Budget } from '../contract/budget.ts'
import type { CallInfo } from '../contract/call-info.ts'
import type { CallName } from '../contract/call.ts'
import type { ToolResult } from '../contract/result.ts'
import type { AttemptLimits, Layers, OwnTimeLimits, TimeLimit } from '../contract/time-limits.ts'
import type { AsyncContext } from '../host/async-context.ts'
import type { Expiry } from '../host/expiry.ts'
import type { ReferenceSyntax } from '../order/dependencies/references.ts'
import type { CompiledTool } from '../tool/compiled-tool.ts'
import type { ResultOwner } from '../values/result-store.ts'
import { emitParked } from './call-events.ts'
import { type CallState, RESERVED, SETTLED } from './call-state.ts'
import type { CallFailure } from './failures.ts'
import type { LogLines } from './log-lines.ts'
import type { ParentBatch } from './nesting.ts'
import type { PrecededCall, Prerequisites } from './prerequisites.ts'

/** The failure of the last attempt of a call that is tried again: its result, unless a further attempt gives another. */
export interface Tried extends CallFailure {
  readonly firstStartedAt: number
  readonly attempts: number
}

/** The data that only few calls have: it would be too much as fields of every call. */
export class CallExtra {
  /** The time limits that the host set for this call. */
  limits: OwnTimeLimits | undefined
  /** Ends the call at its deadline. */
  deadline: Expiry | undefined
  /** The moment of its deadline. */
  deadlineAt: number = Infinity
  /** The arguments as they came, for a tool with retries: each attempt gets its own copy. */
  arguments: unknown
  /** The caller's async context, for further attempts. */
  context: AsyncContext | undefined
  tried: Tried | undefined
  priority: number | undefined
  /** Rejects the call when it has waited too long in the queue. */
  queueDeadline: Expiry | undefined
  /** Whether it counts against `maxNestedCalls` of its parent. */
  isCounted: boolean = false
  /** Whether it has begun to wait for anything but its parent, which is suspended meanwhile. */
  hasBegun: boolean = false
  /** The calls that it depends on, as the host says. */
  dependsOn: readonly CallName[] | undefined
  prerequisites: Prerequisites | undefined
  /** Its idempotency key, once that has been read. */
  idempotencyKey: string | undefined
  /** Its key for the limits of its tool. */
  key: string | undefined
}

/** The batch of a call, as the stages of the call's life see it. */
export interface CallBatch extends ParentBatch {
  readonly priority: number | undefined
  readonly context: unknown
  readonly budget: Budget | undefined
  readonly maxCalls: number
  readonly referenceSyntax: ReferenceSyntax
  readonly log: LogLines | undefined
  readonly times: CallTimes
  readonly precedence: CallPrecedence
  readonly results: ResultOwner
  /** The state that calls of the batch entered last in the queue: calls with the same needs share it. */
  queued: CallState<Call> | undefined
  /** Whether all its calls came at once, from one async context. */
  readonly isWhole: boolean
  readonly isAborted: boolean
  readonly abortReason: unknown
  /** Whether it ends all its calls, or a parent of them is being ended. */
  readonly isStopping: boolean
  acceptedAt(index: number): number
  /** A call has its result. */
  settled(call: Call, result: ToolResult, now: number): void
}

/** The time limits of a batch's calls. */
export interface CallTimes {
  /** The deadline of the batch, once it has passed. */
  readonly expired: TimeLimit | undefined
  /** Whether any of its calls, or of their parents, may have a deadline. */
  readonly mayExpire: boolean
  deadlineOf(call: Call): number
  /**
   * Ends the call if its deadline, or that of a parent, has passed though the timer has not fired: the event loop may have been
   * blocked.
   *
   * @returns whether the call has its result
   */
  expireIfDue(call: Call, now: number): boolean
  attemptLimits(call: Call, tool: CompiledTool): AttemptLimits
  layers(call: Call, tool: CompiledTool): Layers
}

/** The order among a batch's calls. */
export interface CallPrecedence {
  /** Whether other calls may wait for the end of one of its calls. */
  readonly hasFollowers: boolean
  /** The prerequisites of a call, made when they are first needed. */
  of(call: Call): Prerequisites
  /** The result of the call that other calls name so. */
  resultNamed(name: CallName): ToolResult | undefined
}

/**
 * One call, from its place in the batch to its result: its identity, its state, and its rank among waiting calls.
 *
 * The stages of its life change its state, in this direction: {@link Intake} reads and checks its arguments, {@link Preceding}
 * gets it what it needs, {@link Running} starts its tool and decides on retries, {@link Settling} gives it its result. A retry
 * goes in at the intake again.
 * 1. A call settles exactly once. A report for a state that has passed (a late validation, a second abort) changes nothing.
 * 2. It holds its permits exactly while its tool runs and is not suspended.
 * 3. A hundred thousand calls may wait: data that few calls have is in `extra`.
 */
export class Call implements Waiter, QueuedCall, PrecededCall {
  readonly batch: CallBatch
  readonly index: number
  readonly id: string
  readonly name: string
  state: CallState<Call> = RESERVED
  /** Its tool, and its validated input, from the end of the intake to the start of an attempt. */
  tool: CompiledTool | undefined
  input: unknown
  extra: CallExtra | undefined

  constructor(batch: CallBatch, index: number, id: string, name: string) {
    this.batch = batch
    this.index = index
    this.id = id
    this.name = name
  }

  get acceptedAt(): number {
    return this.batch.acceptedAt(this.index)
  }

  get isSettled(): boolean {
    return this.state === SETTLED
  }

  /** The data that only few calls have, to be added to. */
  rare(): CallExtra {
    return (this.extra ??= new CallExtra())
  }

  /** The call as a tool's own functions see it before it starts. */
  info(): CallInfo {
    const { id, name, index, input } = this
    return { context: this.batch.context, call: { id, name, arguments: input }, index }
  }

  // As a waiter of admission:

  get wantsPermit(): boolean {
    return this.state.phase === 'queued'
  }

  get depth(): number {
    return this.batch.depth
  }

  get batchOrder(): number {
    return this.batch.order
  }

  get isObserved(): boolean {
    return this.batch.isObserved
  }

  get expected(): ExpectedDuration {
    return (this.tool as CompiledTool).admission.expected
  }

  get remainingMs(): number {
    return this.extra?.prerequisites?.remainingMs ?? 0
  }

  admit(now: number | undefined): void {
    this.state.admit?.(this, now)
  }

  parked(kind: DemandKind): void {
    emitParked(this, kind)
  }

  // As a call of the bounded queue:

  get queueDeadline(): Expiry | undefined {
    return this.extra?.queueDeadline
  }

  get isOutside(): boolean {
    return this.state.enter !== undefined
  }

  enter(): void {
    this.state.enter?.(this)
  }

  // As a call that may have to wait for others:

  get isYetToStart(): boolean {
    return this.state !== SETTLED && this.state.phase !== 'running'
  }

  get isRanked(): boolean {
    return this.tool !== undefined || this.state.phase === 'running'
  }

  /** Its rank among waiting calls: at least that of its parent, and of the calls that wait for it. */
  get priority(): number {
    const tool = this.tool ?? this.state.tool
    return tool === undefined ? 0 : this.priorityWith(tool)
  }

  priorityWith({ tool }: CompiledTool): number {
    const { batch, extra } = this
    const own = extra?.priority ?? batch.priority ?? tool.priority ?? 0
    const least = Math.max(extra?.prerequisites?.inherited ?? -Infinity, batch.nesting?.priority ?? -Infinity)
    return Math.max(own, least)
  }

  get expectedMs(): number {
    const { share } = this.batch
    return Math.max(1, expectedMs(this.tool?.admission.expected ?? share.expected, share))
  }

  raised(others: Prerequisites[]): void {
    this.state.raised?.(this, others)
  }

  rankChanged(): void {
    this.state.rankChanged?.(this)
  }

  /** Whether it may still write: it has its effects and no result yet, or calls nested in it may. */
  get mayWrite(): boolean {
    const { state, extra } = this
    if (state === SETTLED) return false
    const claim = extra?.prerequisites?.claim
    return (claim?.isHeld === true && claim.hasWrites) || state.nestedMayWrite === true
  }
}
