import type { Demands } from '../admission/demands.ts'
import { Attempt } from '../attempt/attempt.ts'
import type { AttemptOwner, Cut, LateOutcome } from '../attempt/attempt-owner.ts'
import type { Backend } from '../attempt/backend.ts'
import type { Ticket } from '../attempt/tool-gate.ts'
import type { WorkerLost } from '../contract/isolation.ts'
import type { Execution as ToolState } from '../contract/result.ts'
import type { TimeLimit } from '../contract/time-limits.ts'
import type { CompiledTool } from '../tool/compiled-tool.ts'
import type { NestedExecutor } from '../tool/tool.ts'
import type { Output } from '../values/output.ts'
import type { ResultOwner } from '../values/result-store.ts'
import type { Call } from './call.ts'
import { CallContext, type RunningCall } from './call-context.ts'
import { emitProgress, emitStarted, pathOf } from './call-events.ts'
import type { CallState } from './call-state.ts'
import { topKey } from './idempotency-key.ts'
import { Nesting, type Parent } from './nesting.ts'
import type { Prerequisites } from './prerequisites.ts'
import type { RetainedPermits } from './retained-permits.ts'
import type { Services } from './services.ts'
import { runTracked } from './tracked-parent.ts'

/** The stage of running calls: it decides what the end of an execution means. */
export interface ExecutionStage {
  readonly services: ExecutionServices
  ended(execution: Execution, output: Output): void
  cut(execution: Execution, cut: Cut, state: ToolState): void
  lost(execution: Execution, lost: WorkerLost): void
  abandonedEnded(execution: Execution, abandonedAt: number, outcome: LateOutcome): void
}

/** The parts of an executor that executions use. */
export interface ExecutionServices extends Services<
  'admission' | 'clock' | 'counters' | 'graceMs' | 'isolator' | 'timeouts' | 'trackNesting'
> {
  /** The executor of a running call's nested calls. */
  readonly nest: (running: RunningCall) => NestedExecutor
}

/**
 * The state of a running call: its attempt, what it took to start, and its nested calls.
 *
 * Boundary: {@link ExecutionStage} decides what its end means.
 */
export class Execution implements CallState<Call>, AttemptOwner, Parent, RunningCall {
  readonly call: Call
  readonly tool: CompiledTool
  readonly input: unknown
  /** The number of the attempt, from 1. */
  readonly number: number
  readonly ticket: Ticket
  readonly demands: Demands
  readonly attempt: Attempt
  /** Since when it holds its permits, if not since its tool began. */
  heldFrom: number | undefined
  nesting: Nesting | undefined
  /** The permits that its abandoned tool retains. */
  retained: RetainedPermits | undefined
  readonly #stage: ExecutionStage

  /** @param demands all of them have just been taken */
  constructor(call: Call, tool: CompiledTool, ticket: Ticket, demands: Demands, now: number, stage: ExecutionStage) {
    this.call = call
    this.tool = tool
    this.input = call.input
    this.number = (call.extra?.tried?.attempts ?? 0) + 1
    this.ticket = ticket
    this.demands = demands
    this.#stage = stage
    this.attempt = new Attempt(this, call.batch.times.attemptLimits(call, tool), now)
    // A backend starts it later.
    if (tool.isolation !== undefined) this.heldFrom = now
  }

  get backend(): Backend | undefined {
    const { isolation } = this.tool
    const { isolator } = this.services
    if (isolation === undefined || isolator === undefined) return undefined
    const { call, input, number } = this
    const { id, name, index } = call
    return {
      start: (hooks) => {
        const { idempotencyKey } = this
        return isolator.start(isolation, { id, name, index, input, attempt: number, idempotencyKey }, hooks)
      },
    }
  }

  get services(): ExecutionServices {
    return this.#stage.services
  }

  // As the state of its call:

  /** A getter, so that it is not a field of every execution. */
  get phase(): 'running' {
    return 'running'
  }

  get startedAt(): number {
    return this.attempt.startedAt
  }

  cut(cut: Cut, limit: TimeLimit | undefined): void {
    this.attempt.cut(cut, limit)
  }

  raised(_call: Call, others: Prerequisites[]): void {
    this.nesting?.raised(others)
  }

  get nestedMayWrite(): boolean {
    return this.nesting?.mayStillWrite === true
  }

  // As the parent of nested calls:

  get priority(): number {
    return this.call.priorityWith(this.tool)
  }

  openNesting(): Nesting | undefined {
    if (!this.attempt.isRunning || this.isStopping) return undefined
    return (this.nesting ??= new Nesting(this, this.services))
  }

  get executor(): NestedExecutor {
    return this.services.nest(this)
  }

  get idempotencyKey(): string {
    const { call, input } = this
    const known = call.extra?.idempotencyKey
    if (known !== undefined) return known
    const { nesting, order } = call.batch
    const key =
      nesting === undefined
        ? topKey(pathOf(call), call.name, input)
        : nesting.keys.keyOf(order, call.index, () => nesting.parent.idempotencyKey)
    // A settled call keeps nothing.
    if (!call.isSettled) call.rare().idempotencyKey = key
    return key
  }

  // As the owner of its attempt:

  get resultOwner(): ResultOwner {
    return this.call.batch.results
  }

  get isAborted(): boolean {
    const { isAborted, nesting } = this.call.batch
    return isAborted || nesting?.parent.attempt.isStopped === true
  }

  get isStopping(): boolean {
    return this.call.batch.isStopping
  }

  execute(): unknown {
    return this.services.trackNesting ? this.#executeTracked() : this.#executeHere()
  }

  // A method of its own: with the closure in `execute`, V8 would allocate for every call.
  #executeTracked(): unknown {
    return runTracked(this, () => this.#executeHere())
  }

  #executeHere(): unknown {
    return this.tool.tool.execute(this.input as never, new CallContext(this) as never)
  }

  abortReason(cut: Cut): unknown {
    if (cut === 'abort') return this.call.batch.abortReason
    return new DOMException(`The tool call '${this.call.name}' ran out of time.`, 'TimeoutError')
  }

  signalled(reason: unknown): void {
    this.nesting?.end(reason)
  }

  attemptBegan(): boolean {
    const { call } = this
    const { isObserved, log } = call.batch
    if (isObserved) emitStarted(call, this.startedAt, this.number)
    // A listener may have ended the call.
    if (call.state === this) log?.callStarted(call.index, call.name)
    return isObserved || log !== undefined
  }

  progressed(value: unknown): void {
    emitProgress(this.call, value)
  }

  logged(level: 'debug' | 'info' | 'warn' | 'error', message: string): void {
    const { batch, index, name } = this.call
    batch.log?.ofCall(index, name)[level](message)
  }

  attemptEnded(output: Output): void {
    this.#stage.ended(this, output)
  }

  attemptCut(cut: Cut, state: ToolState): void {
    this.#stage.cut(this, cut, state)
  }

  attemptLost(lost: WorkerLost): void {
    this.#stage.lost(this, lost)
  }

  abandonedEnded(abandonedAt: number, outcome: LateOutcome): void {
    this.#stage.abandonedEnded(this, abandonedAt, outcome)
  }
}
